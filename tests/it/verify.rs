//! Goal: `infomat verify` calls a right database right and finds each way in which one can be wrong, by GUID and without
//! personal data; a server does not book into a database that its quick form finds wrong. Method: a database that the real
//! binary made is copied and broken by SQL that goes around the schema, or by bytes.

use crate::clinic::{self, Ask, guid, with};
use crate::harness::{Site, now, started};
use crate::journal::tell;
use crate::tickets::{LPU, OCULIST, OTHER, PATIENT, THERAPIST, ask_as, lines, path, ticket_guid};
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::json;
use std::fs::{self, File};
use std::process::Output;

const EARLY: u32 = 100;
const LATE: u32 = 101;
const OF_OCULIST: u32 = 102;

/// Personal data that must not be told.
const FAMILY: &str = "Тайнова";
const PHONE: &str = "8 900 123-45-67";

/// A site without a server: two active visits and a cancelled one; their tickets.
fn site(more: &str) -> (Site, [String; 3]) {
    let site = Site::new(more);
    let mut all = lines();
    all.extend([
        with(
            clinic::patient(PATIENT, LPU),
            &json!({"family": FAMILY, "phone": PHONE}),
        ),
        clinic::slot(EARLY, THERAPIST, 1, "08:00"),
        clinic::slot(LATE, THERAPIST, 1, "10:00"),
        clinic::slot(OF_OCULIST, OCULIST, 1, "09:00"),
    ]);
    site.import(&all);
    let server = site.serve();
    let mut client = server.client();
    let mut book = |patient, slot| ticket_guid(&Ask::new(LPU, patient, slot).book(&mut client));
    let tickets = [book(PATIENT, EARLY), book(PATIENT, OF_OCULIST), book(OTHER, LATE)];
    ask_as(&mut client, OTHER, "DELETE", &path(&tickets[2]));
    assert!(server.terminate().success());
    (site, tickets)
}

/// A copy of the site's database after this SQL, which no constraint hinders.
fn broken(site: &Site, sql: &str) {
    let copy = site.path("broken.db");
    let _ = fs::remove_file(&copy);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute("VACUUM INTO ?", [copy.to_str().unwrap()])
        .unwrap();
    break_it(site, "broken.db", sql);
}

fn break_it(site: &Site, name: &str, sql: &str) {
    let database = Connection::open(site.path(name)).unwrap();
    database
        .execute_batch(
            "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;",
        )
        .unwrap();
    database
        .execute_batch(sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn all(output: &Output) -> String {
    [&*output.stdout, &*output.stderr]
        .map(String::from_utf8_lossy)
        .concat()
}

/// The check that fails, and what it names, when the database is broken with this SQL.
fn assert_found(site: &Site, sql: &str, check: &str, named: &str) {
    broken(site, sql);
    assert_told(site, sql, check, named);
}

fn assert_told(site: &Site, sql: &str, check: &str, named: &str) {
    let copy = site.path("broken.db");
    let output = site.run(&["verify", copy.to_str().unwrap()], "");
    let said = all(&output);
    assert_eq!(output.status.code(), Some(1), "{sql}: {said}");
    let from = said
        .find(&format!("WRONG: not so: {check}"))
        .unwrap_or_else(|| panic!("{sql}: {said}"));
    let told = said[from..].split("what to do: ").next().unwrap();
    assert!(told.contains(named), "{sql}: {named} is not in {said}");
    for secret in [FAMILY, PHONE, "1980-06-15"] {
        assert!(!said.contains(secret), "{sql}: {said}");
    }
}

#[test]
fn a_right_database_is_right_beside_a_server_and_without_one() {
    let (site, _) = site("");
    let before = fs::read(site.path("infomat.db")).unwrap();
    let said = site.run_well(&["verify"], "");
    assert_eq!(
        said.lines().filter(|line| line.starts_with("good: ")).count(),
        17,
        "{said}"
    );
    assert!(said.ends_with("infomat.db is right\n"), "{said}");
    assert_eq!(fs::read(site.path("infomat.db")).unwrap(), before, "reads alone");
    let server = site.serve();
    Ask::new(LPU, OTHER, LATE).book(&mut server.client());
    site.run_well(&["verify"], "");
}

#[test]
fn each_invariant_that_is_broken_is_named() {
    let (site, [early, of_oculist, cancelled]) = site("");
    let row = |ticket: &str| {
        format!(
            "(SELECT id FROM visit WHERE guid = x'{}')",
            ticket.replace('-', "")
        )
    };
    let hex = |ticket: &str| ticket.replace('-', "");
    let early_cell = guid(EARLY);
    for (sql, check, named) in [
        ("UPDATE slot SET used_count = 7", "used places", &*early_cell),
        ("UPDATE slot SET plan_count = 0", "used places", &early_cell),
        (
            "UPDATE visit SET begin_at = begin_at + 60",
            "active visits are at",
            &early,
        ),
        (
            &format!(
                "UPDATE visit_history SET seq = 7 WHERE element = 'status' AND visit_id = {}",
                row(&cancelled)
            ),
            "histories",
            &cancelled,
        ),
        (
            "DELETE FROM visit_history WHERE element = 'status'",
            "histories",
            &cancelled,
        ),
        (
            "UPDATE visit SET checked_in_at = 1 WHERE status = 'active'",
            "histories",
            &of_oculist,
        ),
        (
            "DELETE FROM journal WHERE seq = 2",
            "the journal has no gaps",
            "entries 2 to 2",
        ),
        (
            "DELETE FROM journal WHERE seq = 1",
            "the journal has no gaps",
            "entries 1 to 1",
        ),
        (
            "DELETE FROM journal WHERE seq = 5",
            "the journal and the visits",
            &cancelled,
        ),
        (
            &format!("UPDATE journal SET subject = x'{}' WHERE seq = 3", hex(&early)),
            "the journal and the visits",
            &of_oculist,
        ),
        (
            &format!("DELETE FROM visit WHERE id = {}", row(&of_oculist)),
            "the journal and the visits",
            &of_oculist,
        ),
        ("DELETE FROM resource", "every row names", "table visit"),
        ("DELETE FROM patient", "every row names", "names a patient"),
        (
            "DROP TRIGGER visit_takes_place",
            "tables, indexes",
            "trigger visit_takes_place",
        ),
        (
            "DROP INDEX visit_by_slot",
            "tables, indexes",
            "index visit_by_slot",
        ),
        (
            "DROP TABLE waiting_entry",
            "tables, indexes",
            "table waiting_entry",
        ),
        (
            "UPDATE slot SET end_at = 0",
            "pages",
            "CHECK constraint failed in slot",
        ),
    ] {
        assert_found(&site, sql, check, named);
    }
}

/// The index that keeps numbers apart is taken out of the schema first.
#[test]
fn a_number_given_twice_is_named() {
    let (site, _) = site("");
    broken(
        &site,
        "UPDATE sqlite_schema SET sql = replace(sql, 'UNIQUE (num_resource_id, num_day, num)', 'CHECK (num > 0)')
         WHERE name = 'visit';
         DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_visit_2';",
    );
    break_it(&site, "broken.db", "UPDATE visit SET num = 1");
    let (check, named) = ("no number is given twice", guid(THERAPIST));
    assert_told(&site, "a number given twice", check, &named);
}

/// Lets the journal of the broken copy tell where visits are now.
fn tell_moves(site: &Site) {
    let database = Connection::open(site.path("broken.db")).unwrap();
    let mut told = tell::take(&database);
    for record in &mut told {
        let times = database.query_row(
            "SELECT begin_at, end_at FROM visit WHERE guid = ?",
            [record.subject],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
        );
        if let Ok((begin, end)) = times {
            record.content["begin"] = json!(begin);
            record.content["end"] = json!(end);
        }
    }
    tell::tell(&database, told);
}

#[test]
fn a_patient_at_two_places_at_one_time_is_wrong_only_where_the_rule_is_in_force() {
    let (site, _) = site("");
    let together = "UPDATE slot SET begin_at = (SELECT min(begin_at) FROM slot), end_at = (SELECT min(end_at) FROM slot)";
    assert_found(&site, together, "no patient is at two places", "visit ");
    let over =
        format!("{together}; UPDATE slot SET begin_at = begin_at - 2 * 86400, end_at = end_at - 2 * 86400");
    broken(&site, &over);
    tell_moves(&site);
    let copy = site.path("broken.db");
    site.run_well(&["verify", copy.to_str().unwrap()], "");
    broken(&site, together);
    tell_moves(&site);
    site.configure("[rules]\none_per_time = false");
    let copy = site.path("broken.db");
    let said = site.run_well(&["verify", copy.to_str().unwrap()], "");
    assert!(
        said.contains("notice: not so: no patient is at two places"),
        "{said}"
    );
}

#[test]
fn a_damaged_page_is_found() {
    let (site, _) = site("");
    broken(&site, "");
    let copy = site.path("broken.db");
    let root: u32 = Connection::open(&copy)
        .unwrap()
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'visit_history'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let mut bytes = fs::read(&copy).unwrap();
    let page_bytes = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    let root = usize::try_from(root).unwrap();
    bytes[(root - 1) * page_bytes..root * page_bytes].fill(0x5a);
    fs::write(&copy, bytes).unwrap();
    let output = site.run(&["verify", copy.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    assert!(all(&output).contains("WRONG: not so: pages"), "{}", all(&output));
    assert!(all(&output).contains("infomat restore"), "{}", all(&output));
}

/// Goal: who has a backup verified is told of that file, not of the clinic's database.
#[test]
fn a_file_that_cannot_be_read_is_named() {
    let (site, _) = site("");
    broken(&site, "");
    let bytes = fs::read(site.path("broken.db")).unwrap();
    fs::write(site.path("short.db"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(site.path("head.db"), &bytes[..50]).unwrap();
    fs::write(site.path("empty.db"), "").unwrap();
    fs::create_dir(site.path("folder")).unwrap();
    for (name, told) in [
        (
            "short.db",
            "short.db: it is damaged, or no database: take another backup",
        ),
        (
            "head.db",
            "head.db: it is damaged, or no database: take another backup",
        ),
        ("empty.db", "empty.db: it is empty: take another backup"),
        ("folder", "folder: it is a folder: name a file"),
        ("missing.db", "missing.db: there is no such file"),
    ] {
        let output = site.run(&["verify", site.path(name).to_str().unwrap()], "");
        let said = all(&output);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.contains(told), "{name}: {said}");
        assert!(!said.contains("the file of the database"), "{name}: {said}");
        assert!(!said.contains("infomat init"), "{name}: {said}");
    }
}

/// The server answers what can be read, and neither a booking nor a command changes the file.
#[test]
fn a_broken_database_is_not_booked_into_and_still_read() {
    for sql in [
        "UPDATE slot SET used_count = 7",
        "DROP TRIGGER visit_takes_place",
        "DELETE FROM journal WHERE seq = 2",
        "DELETE FROM visit WHERE status = 'cancelled'",
    ] {
        let (site, [early, ..]) = site("");
        break_it(&site, "infomat.db", sql);
        let server = site.serve();
        let mut client = server.client();
        let refused = Ask::new(LPU, OTHER, LATE).send(&mut client);
        assert_eq!(refused.status, 503, "{sql}: {}", refused.json());
        let cancelling = ask_as(&mut client, PATIENT, "DELETE", &path(&early));
        assert_eq!(cancelling.status, 503, "{sql}: {}", cancelling.json());
        let shown = ask_as(&mut client, PATIENT, "GET", &path(&early));
        assert_eq!(shown.status, 200, "{sql}: {}", shown.json());
        let written =
            || ["infomat.db", "infomat.db-wal"].map(|name| fs::read(site.path(name)).unwrap_or_default());
        let before = written();
        let cancel = ["cancel", "--ticket", &early, "--reason", "test"];
        let import = clinic::speciality("new").to_string();
        for (arguments, input) in [(&["check"][..], ""), (&cancel, ""), (&["import", "-"], &import)] {
            let output = site.run(arguments, input);
            let said = all(&output);
            assert_eq!(output.status.code(), Some(1), "{sql}: {arguments:?}: {said}");
            assert!(
                said.contains("not so: ") && said.contains("infomat verify"),
                "{sql}: {arguments:?}: {said}"
            );
            assert!(!said.contains(FAMILY) && !said.contains(PHONE), "{said}");
        }
        assert!(written() == before, "{sql}");
        let day = (now() + TimeDelta::days(1)).format("%Y-%m-%d").to_string();
        let visits = site.run_well(&["visits", "--date", &day, "--format", "csv"], "");
        assert!(visits.contains(&early), "{sql}: {visits}");
        let log = fs::read_to_string(site.path("server.log")).unwrap();
        assert!(
            log.contains("WRONG: not so") && log.contains("infomat verify"),
            "{sql}: {log}"
        );
        assert!(!log.contains(FAMILY) && !log.contains(PHONE), "{log}");
    }
}

/// Lists that leave out visits would be believed.
#[test]
fn a_database_whose_lists_would_leave_out_visits_is_not_served() {
    let is_refused = |site: &Site, what: &str| {
        let log = File::create(site.path("server.log")).unwrap();
        let server = started(&mut site.command(&["serve"]), log.into());
        assert!(server.is_err(), "{what}: it serves");
        let said = fs::read_to_string(site.path("server.log")).unwrap();
        assert!(said.contains("lists would leave out visit "), "{what}: {said}");
    };
    let (of_no_state, _) = site("");
    break_it(
        &of_no_state,
        "infomat.db",
        "UPDATE visit SET status = 'activ' WHERE id = 1",
    );
    is_refused(&of_no_state, "status");
    for (index, columns) in [
        ("visit_by_patient", "visit (patient_id, end_at, made_at)"),
        ("slot_by_resource", "slot (resource_id, begin_at)"),
    ] {
        let (site, _) = site("");
        let set = |partly: &str| {
            format!(
                "PRAGMA writable_schema = ON;
                 UPDATE sqlite_schema SET sql = 'CREATE INDEX {index} ON {columns} {partly}' WHERE name = '{index}';
                 PRAGMA writable_schema = RESET;"
            )
        };
        let database = Connection::open(site.path("infomat.db")).unwrap();
        database.execute_batch(&set("WHERE id < 0")).unwrap();
        database.execute_batch(&format!("REINDEX {index}")).unwrap();
        database.execute_batch(&set("")).unwrap();
        drop(database);
        is_refused(&site, index);
    }
}
