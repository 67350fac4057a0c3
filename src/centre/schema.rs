//! The schema `infomat`: made, brought up, and looked at before anything else is done.

use super::database::{Connection, Tx};
use super::fault::Fault;

/// What makes each version out of the one before.
const MIGRATIONS: [&str; 1] = [include_str!("schema.sql")];

/// The version that this program works with.
fn version() -> i32 {
    i32::try_from(MIGRATIONS.len()).expect("a few migrations")
}

/// Makes the schema, or brings it up. Returns the version that was there before; 0: none.
pub fn bring_up(connection: &mut Connection) -> Result<i32, Fault> {
    let mut tx = connection.begin()?;
    let before = found(&mut tx)?;
    if before > version() {
        return Err(later(before));
    }
    let done = usize::try_from(before).map_err(|_| Fault::Damaged("version"))?;
    for migration in &MIGRATIONS[done..] {
        tx.run_script(migration)?;
    }
    if before == 0 {
        tx.change(
            "INSERT INTO infomat.region (version, system, timeline, generation, generation_before) \
             VALUES ($1, '', 0, 'none', 'none')",
            &[&version()],
        )?;
    } else {
        tx.change("UPDATE infomat.region SET version = $1", &[&version()])?;
    }
    tx.commit()?;
    Ok(before)
}

/// Sees that the schema is the one of this program.
pub fn check(connection: &mut Connection) -> Result<(), Fault> {
    let mut tx = connection.begin()?;
    match found(&mut tx)? {
        0 => Err(Fault::Schema(
            "the database has no schema infomat: infomat-centre init makes it".to_owned(),
        )),
        found if found > version() => Err(later(found)),
        found if found < version() => Err(Fault::Schema(format!(
            "the schema infomat has version {found}, this program needs {}: infomat-centre init brings it up",
            version()
        ))),
        _ => Ok(()),
    }
}

fn later(found: i32) -> Fault {
    Fault::Schema(format!(
        "the schema infomat has version {found}, this program knows {} at most: install a later one",
        version()
    ))
}

/// Returns the version that is there; 0: none.
fn found(tx: &mut Tx) -> Result<i32, Fault> {
    let sql = "SELECT to_regclass('infomat.region') IS NOT NULL";
    let is_there = tx.find(sql, &[])?.is_some_and(|row| row.get(0));
    if !is_there {
        return Ok(0);
    }
    let row = tx.find("SELECT version FROM infomat.region FOR UPDATE", &[])?;
    row.map(|row| row.get(0)).ok_or(Fault::Damaged("region"))
}
