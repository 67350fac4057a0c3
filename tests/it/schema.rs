//! Goal: a file made by any older version and brought up to date equals a fresh one, object by object; nothing is lost on
//! the way; a newer file is refused. Method: files of every version are made from the schemas kept in `schema/`, filled
//! through SQL, and opened by the real binary.

use crate::backup::filling;
use crate::harness::Site;
use crate::journal::tell::{self, Told};
use rusqlite::Connection;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::Duration;
use uuid::Uuid;

/// The schema of each older version, as it was.
pub const OLDER: [&str; 12] = [
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
    include_str!("schema/0006.sql"),
    include_str!("schema/0007.sql"),
    include_str!("schema/0008.sql"),
    include_str!("schema/0009.sql"),
    include_str!("schema/0010.sql"),
    include_str!("schema/0011.sql"),
    include_str!("schema/0012.sql"),
];

/// The first version whose journal is a chain: each file of it has at least the record of its begin.
const CHAINED: usize = 4;

/// `PRAGMA application_id` of every version.
const APPLICATION_ID: i64 = 0x696e_666d;

/// Every object of a file with its definition; white space does not count.
fn objects(connection: &Connection) -> BTreeMap<String, String> {
    let mut statement = connection
        .prepare("SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema")
        .unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
        .unwrap();
    let plain = |sql: String| {
        let lines = sql
            .lines()
            .map(|line| line.split("--").next().unwrap_or_default());
        // None at all: a column that was added has a blank before its comma.
        lines.flat_map(str::split_whitespace).collect()
    };
    rows.map(|row| row.map(|(name, sql)| (name, plain(sql))).unwrap())
        .collect()
}

fn version(connection: &Connection) -> i64 {
    connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

/// A site whose database has an older version, with one clinic in it.
pub fn older_site(number: usize, schema: &str) -> Site {
    let site = Site::new("");
    fs::remove_file(site.path("infomat.db")).unwrap();
    let connection = Connection::open(site.path("infomat.db")).unwrap();
    connection
        .execute_batch(&format!(
            "{schema} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};
             INSERT INTO lpu (guid, name, is_children, model) VALUES (zeroblob(16), 'Старая', 0, '{{}}');"
        ))
        .unwrap();
    if number >= CHAINED {
        connection
            .execute("INSERT INTO life (incarnation) VALUES (randomblob(16))", [])
            .unwrap();
        let begun = Told {
            at: 0,
            kind: "begun".to_owned(),
            subject: Uuid::nil(),
            content: json!({"kind": "life"}),
        };
        tell::tell(&connection, vec![begun]);
    }
    site
}

#[test]
fn every_older_file_becomes_equal_to_a_fresh_one() {
    let fresh = Site::new("");
    let fresh = Connection::open(fresh.path("infomat.db")).unwrap();
    assert_eq!(
        version(&fresh),
        i64::try_from(OLDER.len()).unwrap() + 1,
        "a schema is missing in OLDER"
    );
    for (number, schema) in (1..).zip(OLDER) {
        let site = older_site(number, schema);
        let checked = String::from_utf8(site.run(&["check"], "").stdout).unwrap();
        assert!(checked.contains("`infomat serve` brings it to"), "{checked}");
        assert!(site.serve().terminate().success());
        let connection = Connection::open(site.path("infomat.db")).unwrap();
        assert_eq!(version(&connection), version(&fresh));
        assert_eq!(objects(&connection), objects(&fresh), "version {number}");
        let name: String = connection
            .query_row("SELECT name FROM lpu", [], |row| row.get(0))
            .unwrap();
        assert_eq!(name, "Старая");
        let copy = site.path(&format!("infomat.before-{}.db", number + 1));
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(&copy).unwrap()[18..20], [1, 1], "one file without a log");
        let copy = Connection::open(copy).unwrap();
        let whole: String = copy
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(whole, "ok");
        assert_eq!(
            version(&copy),
            i64::try_from(number).unwrap(),
            "the copy made before is of the old version"
        );
    }
}

/// A file with visits from before visits named their records.
#[test]
fn visits_of_an_older_file_get_their_last_records() {
    let site = crate::journal::site();
    crate::journal::eventful(&site);
    let connection = Connection::open(site.path("infomat.db")).unwrap();
    let records = "SELECT group_concat(record_seq) FROM visit ORDER BY id";
    let records =
        |connection: &Connection| -> String { connection.query_row(records, [], |row| row.get(0)).unwrap() };
    let before = records(&connection);
    connection
        .execute_batch("ALTER TABLE visit DROP COLUMN record_seq; PRAGMA user_version = 12;")
        .unwrap();
    site.run_well(&["believe-clock"], "");
    assert_eq!(records(&connection), before);
    site.run_well(&["verify"], "");
}

/// The way back to the older program: its file as it was, under the database's name. Brought up again, it is the same.
#[test]
fn the_copy_made_before_is_the_way_back() {
    for (number, schema) in (1..).zip(OLDER) {
        let site = older_site(number, schema);
        let older = Connection::open(site.path("infomat.db")).unwrap();
        let before = (version(&older), objects(&older), clinics(&older));
        drop(older);
        assert!(site.serve().terminate().success());
        let copy = site.path(&format!("infomat.before-{}.db", number + 1));
        fs::rename(&copy, site.path("infomat.db")).unwrap();
        for suffix in ["-wal", "-shm"] {
            let _ = fs::remove_file(site.path(&format!("infomat.db{suffix}")));
        }
        let back = Connection::open(site.path("infomat.db")).unwrap();
        assert_eq!((version(&back), objects(&back), clinics(&back)), before);
        drop(back);
        assert!(site.serve().terminate().success());
        site.run_well(&["verify"], "");
    }
}

/// The server, a command and the backup's timer may meet at the older file: the first brings it up, the others wait.
#[test]
fn programs_that_meet_at_an_older_file_bring_it_up_once() {
    for (number, schema) in (1..).zip(OLDER) {
        let site = older_site(number, schema);
        let older = Connection::open(site.path("infomat.db")).unwrap();
        older.execute_batch(&filling(4_000)).unwrap();
        drop(older);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| site.run_well(&["believe-clock"], ""));
            }
        });
        site.run_well(&["verify"], "");
        let copy = Connection::open(site.path(&format!("infomat.before-{}.db", number + 1))).unwrap();
        assert_eq!(version(&copy), i64::try_from(number).unwrap());
    }
}

/// No copy, no migration.
#[test]
fn a_file_that_cannot_be_copied_stays_of_its_version() {
    for (number, schema) in (1..).zip(OLDER) {
        let site = older_site(number, schema);
        let copy = site.path(&format!("infomat.before-{}.db.new", number + 1));
        fs::create_dir(copy).unwrap();
        let refused = site.run(&["serve"], "");
        assert_eq!(refused.status.code(), Some(1));
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains("before it has been copied"), "{said}");
        let connection = Connection::open(site.path("infomat.db")).unwrap();
        assert_eq!(version(&connection), i64::try_from(number).unwrap());
    }
}

fn clinics(connection: &Connection) -> Vec<String> {
    let mut statement = connection.prepare("SELECT name FROM lpu ORDER BY id").unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

#[test]
fn a_newer_or_foreign_file_is_refused_and_left_as_it_is() {
    for pragma in ["user_version = 1000", "application_id = 1"] {
        let site = Site::new("");
        Connection::open(site.path("infomat.db"))
            .unwrap()
            .execute_batch(&format!("PRAGMA {pragma}"))
            .unwrap();
        for command in ["serve", "check", "init"] {
            let refused = site.run(&[command], "");
            assert_eq!(refused.status.code(), Some(78), "{pragma}, {command}");
        }
        let connection = Connection::open(site.path("infomat.db")).unwrap();
        let (name, value) = pragma.split_once(" = ").unwrap();
        let left: i64 = connection
            .pragma_query_value(None, name, |row| row.get(0))
            .unwrap();
        assert_eq!(left.to_string(), value);
    }
}

/// `SQLite` does not wait by itself for a writer of a file that has no log yet, such as a backup that was put in place.
#[test]
fn a_program_waits_for_a_writer_of_a_file_without_a_log() {
    let site = Site::new("");
    let writer = Connection::open(site.path("infomat.db")).unwrap();
    writer
        .execute_batch("PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE;")
        .unwrap();
    let mut waiting = site.command(&["believe-clock"]).spawn().unwrap();
    for _ in 0..100 {
        assert!(
            waiting.try_wait().unwrap().is_none_or(|status| status.success()),
            "it did not wait"
        );
        thread::sleep(Duration::from_millis(10));
    }
    writer.execute_batch("COMMIT").unwrap();
    assert!(waiting.wait().unwrap().success());
}
