//! Edits by another program, each named by `verify`.

use super::{eventful, site};
use crate::harness::Site;
use rusqlite::Connection;
use std::fs;

/// A copy of the database after this SQL.
fn edited(site: &Site, sql: &str) -> String {
    let copy = site.path("edited.db");
    let _ = fs::remove_file(&copy);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute("VACUUM INTO ?", [copy.to_str().unwrap()])
        .unwrap();
    let database = Connection::open(&copy).unwrap();
    database
        .execute_batch(sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let changed: i64 = database
        .query_row("SELECT total_changes()", [], |row| row.get(0))
        .unwrap();
    assert!(changed > 0, "{sql}");
    let output = site.run(&["verify", copy.to_str().unwrap()], "");
    let said = [output.stdout, output.stderr]
        .map(|said| String::from_utf8(said).unwrap())
        .concat();
    assert_eq!(output.status.code(), Some(1), "{sql}: {said}");
    said
}

#[test]
fn an_edit_of_the_journal_is_named() {
    let site = site();
    let [cancelled, came] = eventful(&site);
    let content = |seq: u32| format!("journal: record {seq} has another content than was written");
    let follows = |seq: u32| format!("journal: record {seq} does not follow from the record before");
    for (sql, named) in [
        (
            "UPDATE journal SET content = json_set(content, '$.num', 7) WHERE seq = 3",
            content(3),
        ),
        ("UPDATE journal SET salt = zeroblob(16) WHERE seq = 4", content(4)),
        ("UPDATE journal SET at = at + 1 WHERE seq = 5", follows(5)),
        ("UPDATE journal SET kind = 'moved' WHERE seq = 3", follows(3)),
        (
            "UPDATE journal SET subject = zeroblob(16) WHERE seq = 9",
            follows(9),
        ),
        (
            "UPDATE journal SET digest = zeroblob(32), content = NULL, salt = NULL WHERE seq = 2",
            follows(2),
        ),
        ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 6", follows(6)),
        ("UPDATE life SET incarnation = zeroblob(16)", follows(1)),
        // Removed.
        (
            "DELETE FROM journal WHERE seq = 2",
            "journal: entries 2 to 2 are missing".to_owned(),
        ),
        (
            "DELETE FROM journal WHERE seq = 11",
            format!("visit {came}: another times than record 8 tells"),
        ),
        (
            "DELETE FROM journal WHERE seq > 5",
            format!("visit {cancelled}: "),
        ),
        ("DELETE FROM journal", "journal: there is no record".to_owned()),
        // Removed, and the rest moved up.
        (
            "DELETE FROM journal WHERE seq = 4; UPDATE journal SET seq = seq - 1 WHERE seq > 4",
            follows(4),
        ),
        // Exchanged.
        (
            "UPDATE journal SET seq = 100 WHERE seq = 4; UPDATE journal SET seq = 4 WHERE seq = 5;
             UPDATE journal SET seq = 5 WHERE seq = 100",
            follows(4),
        ),
        // Inserted.
        (
            "INSERT INTO journal SELECT 12, life_id, at, kind, subject, content, salt, digest, hash FROM journal WHERE seq = 9",
            follows(12),
        ),
        (
            "INSERT INTO journal (seq, at, kind, subject) VALUES (12, 1, 'closed', zeroblob(16))",
            "journal: entry 12 is no record".to_owned(),
        ),
    ] {
        let said = edited(&site, sql);
        assert!(said.contains(&named), "{sql}: {named} is not in {said}");
    }
}

#[test]
fn an_edit_of_a_visit_is_named() {
    let site = site();
    let [cancelled, came] = eventful(&site);
    let visit = format!("WHERE guid = x'{}'", came.replace('-', ""));
    let of_history = format!("WHERE visit_id = (SELECT id FROM visit {visit})");
    for (sql, named) in [
        (format!("UPDATE visit SET num = 9 {visit}"), "number"),
        (format!("UPDATE visit SET num_day = '2020-01-01' {visit}"), "number"),
        (format!("UPDATE visit SET begin_at = begin_at - 60 {visit}"), "times"),
        (format!("UPDATE visit SET made_at = made_at - 60 {visit}"), "times"),
        (format!("UPDATE visit SET record_seq = 10 {visit}"), "record"),
        (
            format!("UPDATE patient SET guid = zeroblob(16) WHERE id = (SELECT patient_id FROM visit {visit})"),
            "patient",
        ),
        (
            format!("UPDATE slot SET guid = zeroblob(16) WHERE id = (SELECT slot_id FROM visit {visit})"),
            "cell",
        ),
        (format!("UPDATE visit SET checked_in_at = checked_in_at - 60 {visit}"), "arrival"),
        (format!("UPDATE visit_history SET at = at - 60 {of_history}"), "history"),
        (format!("UPDATE visit_history SET new_value = 'x' {of_history}"), "history"),
        (format!("DELETE FROM visit_history {of_history} AND seq = 2"), "history"),
        (
            format!(
                "UPDATE visit SET status = 'cancelled' {visit};
                 INSERT INTO visit_history SELECT id, 9, 'status', 'active', 'cancelled', '', 1, 1 FROM visit {visit}"
            ),
            "status",
        ),
    ] {
        let said = edited(&site, &sql);
        let told = format!("visit {came}: another {named} than record 11 tells, its last one");
        assert!(said.contains(&told), "{sql}: {told} is not in {said}");
    }
    let said = edited(
        &site,
        "UPDATE journal SET content = NULL, salt = NULL WHERE seq = 6",
    );
    assert!(
        said.contains(&format!("visit {cancelled}: another content than record 6 tells")),
        "{said}"
    );
}
