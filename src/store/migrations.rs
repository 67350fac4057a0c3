//! Bringing a file of an older version up to date.

use super::copy::copy_of_any_version;
use super::identity::version_of_ours;
use super::lock::MigrationLock;
use super::{Fault, OpenError, Store, VERSION};
use crate::model::DocumentKind;
use crate::model::typed::name_part;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use std::path::Path;

/// What brings a file of version n + 1 to n + 2: its name and its statements, the n-th for the n-th version.
const MIGRATIONS: [(&str, &str); VERSION - 1] = [
    (
        "before and after the booking",
        include_str!("migrations/0002_before_and_after_the_booking.sql"),
    ),
    (
        "bounds, documents and moves",
        include_str!("migrations/0003_bounds_documents_and_moves.sql"),
    ),
    (
        "the journal as a chain",
        include_str!("migrations/0004_chained_journal.sql"),
    ),
    (
        "owners of cells",
        include_str!("migrations/0005_owners_of_cells.sql"),
    ),
    ("the reception", include_str!("migrations/0006_reception.sql")),
    ("exchange", include_str!("migrations/0007_exchange.sql")),
    (
        "provisional cards",
        include_str!("migrations/0008_provisional_cards.sql"),
    ),
    ("closed times", include_str!("migrations/0009_closed_times.sql")),
    ("holds", include_str!("migrations/0010_holds.sql")),
    ("issues", include_str!("migrations/0011_issues.sql")),
    ("status", include_str!("migrations/0012_status.sql")),
    (
        "records of visits",
        include_str!("migrations/0013_records_of_visits.sql"),
    ),
];

/// The first version whose journal is a chain.
const CHAINED: usize = 4;

/// Applies the migrations that the file at `path` lacks, after a checked copy of it: the way back to the older program.
/// Of several programs that find it old, the first does so and the others wait.
pub(super) fn bring_up_to_date(store: &mut Store, path: &Path, version: usize) -> Result<(), OpenError> {
    if version == VERSION {
        return Ok(());
    }
    let _lock = MigrationLock::take(path)?;
    let version = version_of_ours(&store.connection, path)?;
    if version < VERSION {
        let copy = path.with_extension(format!("before-{}.db", version + 1));
        copy_of_any_version(&store.connection, &copy).map_err(OpenError::Copy)?;
        apply(store, version)?;
    }
    Ok(())
}

/// Applies the migrations that a file of this version lacks, all in one transaction: what the program does after them meets
/// the schema that it knows.
pub(super) fn apply(store: &mut Store, version: usize) -> Result<(), Fault> {
    if version == VERSION {
        return Ok(());
    }
    add_functions(&store.connection)?;
    let tx = store.write()?;
    for (number, (name, statements)) in (version + 1..).zip(&MIGRATIONS[version - 1..]) {
        log::info!("bringing the database to version {number}: {name}");
        tx.connection.execute_batch(statements)?;
    }
    if version < CHAINED {
        tx.begin_chain(None)?;
    }
    tx.connection
        .execute_batch(&format!("PRAGMA user_version = {VERSION}"))?;
    tx.commit()
}

/// What statements of migrations call to bring values to the form in which an import keeps them. Of no use to the schema,
/// whose files other programs open too.
fn add_functions(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    for (name, kind) in [
        ("kept_policy_number", DocumentKind::Policy),
        ("kept_snils_number", DocumentKind::Snils),
        ("kept_passport_number", DocumentKind::Passport),
    ] {
        connection.create_scalar_function(name, 1, flags, move |context| {
            Ok(kind.kept_number(context.get_raw(0).as_str()?))
        })?;
    }
    for (name, kind) in [
        ("kept_policy_series", DocumentKind::Policy),
        ("kept_passport_series", DocumentKind::Passport),
    ] {
        connection.create_scalar_function(name, 2, flags, move |context| {
            Ok(kind.kept_series(context.get_raw(0).as_str()?, context.get_raw(1).as_str()?))
        })?;
    }
    connection.create_scalar_function("kept_name", 1, flags, |context| {
        Ok(name_part(context.get_raw(0).as_str()?))
    })
}
