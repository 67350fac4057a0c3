//! Goal: a backup takes the database's place as a whole or not at all, whatever it is and whenever the program is killed,
//! and the registrar learns whom to call. Method: the real binary in folders of its own; what is there afterwards is read
//! with SQLite.

use crate::clinic::{self, Ask, with};
use crate::crash;
use crate::harness::Site;
use crate::tickets::{LPU, OCULIST, OTHER, PATIENT, THERAPIST, ask_as, lines, path, ticket_guid};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Output, Stdio};
use std::thread;
use std::time::Instant;

const KEPT: u32 = 100;
const CANCELLED: u32 = 101;
const LATER: u32 = 102;

/// Visits whose list is longer than the 64 KiB of a pipe.
const LONG_LIST: usize = 1_000;

/// Times that a restore is killed.
const KILLS: u32 = 60;

/// A clinic with a backup `copy.db`, and what happened after it: a visit was cancelled and another one booked. The server
/// was killed, so that the log holds the last of it. Tickets in the order above.
pub fn site() -> (Site, [String; 3]) {
    let site = Site::new("[rules]\none_per_speciality = false");
    let mut all = lines();
    all.extend([
        with(
            clinic::patient(OTHER, LPU),
            &json!({"family": "Звонков", "phone": "8 900 765-43-21"}),
        ),
        clinic::slot(KEPT, THERAPIST, 1, "08:00"),
        clinic::slot(CANCELLED, THERAPIST, 1, "09:00"),
        clinic::slot(LATER, OCULIST, 2, "10:00"),
    ]);
    site.import(&all);
    let server = site.serve();
    let mut client = server.client();
    let kept = ticket_guid(&Ask::new(LPU, PATIENT, KEPT).book(&mut client));
    let cancelled = ticket_guid(&Ask::new(LPU, PATIENT, CANCELLED).book(&mut client));
    site.run_well(&["backup", site.path("copy.db").to_str().unwrap()], "");
    assert_eq!(
        ask_as(&mut client, PATIENT, "DELETE", &path(&cancelled)).status,
        200
    );
    let later = ticket_guid(&Ask::new(LPU, OTHER, LATER).book(&mut client));
    server.pull_the_plug();
    drop(server);
    (site, [kept, cancelled, later])
}

fn restore(site: &Site, name: &str) -> Output {
    site.run(&["restore", site.path(name).to_str().unwrap()], "")
}

fn all(output: &Output) -> String {
    [&*output.stdout, &*output.stderr]
        .map(String::from_utf8_lossy)
        .concat()
}

/// Active tickets of a database that is whole; none when it is not.
fn active(path: &Path) -> Option<BTreeSet<String>> {
    let database = Connection::open(path).unwrap();
    let whole: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .ok()?;
    let mut statement = database
        .prepare("SELECT hex(guid) FROM visit WHERE status = 'active'")
        .ok()?;
    let tickets = statement.query_map([], |row| row.get(0)).unwrap();
    (whole == "ok").then(|| tickets.map(Result::unwrap).collect())
}

fn set(tickets: &[&String]) -> BTreeSet<String> {
    let plain = |ticket: &&String| ticket.replace('-', "").to_uppercase();
    tickets.iter().map(plain).collect()
}

/// Names in the site's folder, but for the server's log and files that come with reading.
fn names(site: &Site) -> Vec<String> {
    let entries = fs::read_dir(site.path("")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names
        .filter(|name| !name.ends_with("-shm") && !name.ends_with("-wal") && !name.ends_with("lock"))
        .collect();
    names.sort();
    names
}

fn replaced(site: &Site) -> String {
    let mut names = names(site).into_iter();
    names.find(|name| name.starts_with("infomat.replaced-")).unwrap()
}

#[test]
fn a_backup_takes_the_place_and_the_registrar_learns_whom_to_call() {
    let (site, [kept, cancelled, later]) = site();
    let output = restore(&site, "copy.db");
    let said = all(&output);
    assert!(output.status.success(), "{said}");
    let parts: Vec<_> = said.split("Visits ").collect();
    assert!(
        parts[1].starts_with("that the backup lacks") && parts[1].contains(": 1\n"),
        "{said}"
    );
    for told in ["Звонков", "8 900 765-43-21", &later] {
        assert!(parts[1].contains(told), "{told} is not in {said}");
    }
    assert!(
        parts[2].starts_with("cancelled after") && parts[2].contains(&cancelled),
        "{said}"
    );
    assert!(!said.contains(&kept), "{said}");

    assert_eq!(active(&site.path("infomat.db")), Some(set(&[&kept, &cancelled])));
    let old = site.path(&replaced(&site));
    assert_eq!(
        active(&old),
        Some(set(&[&kept, &later])),
        "the replaced one is whole, with what was in its log"
    );
    for path in [&old, &site.path("infomat.db")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        site.run_well(&["verify", path.to_str().unwrap()], "");
    }
    let server = site.serve();
    let mut client = server.client();
    assert_eq!(ask_as(&mut client, PATIENT, "GET", &path(&kept)).status, 200);
    assert_eq!(ask_as(&mut client, OTHER, "GET", &path(&later)).status, 400);
    Ask::new(LPU, OTHER, LATER).book(&mut client);
}

/// Goal: who was put off, or given to another doctor, after the backup is called too: the backup has the old place. Method:
/// the timetable is imported anew after the backup, with two of its cells elsewhere and one in a larger room.
#[test]
fn visits_that_were_moved_since_are_told_with_their_new_time() {
    let (site, [kept, ..]) = site();
    let unmoved = restored(
        &site,
        &[with(
            clinic::slot(KEPT, THERAPIST, 1, "08:00"),
            &json!({"planCount": 2, "room": "9"}),
        )],
    );
    assert!(
        unmoved.starts_with("moved after") && unmoved.contains(": 0\n"),
        "{unmoved}"
    );
    for cell in [
        clinic::slot(KEPT, THERAPIST, 3, "11:00"),
        clinic::slot(KEPT, OCULIST, 1, "08:00"),
        with(
            clinic::slot(KEPT, THERAPIST, 1, "08:00"),
            &json!({"end": clinic::moment(1, "08:20")}),
        ),
    ] {
        let begin = cell["begin"].as_str().unwrap().to_owned();
        let moved = restored(&site, &[cell]);
        assert!(
            moved.starts_with("moved after") && moved.contains(": 1\n"),
            "{moved}"
        );
        let day: Vec<_> = begin[..10].rsplit('-').collect();
        for told in [&*kept, &day.join("."), &begin[11..16]] {
            assert!(moved.contains(told), "{told} is not in {moved}");
        }
    }
}

/// What a restore tells of moved visits, after this was imported.
fn restored(site: &Site, lines: &[Value]) -> String {
    site.import(lines);
    let output = restore(site, "copy.db");
    let said = all(&output);
    assert!(output.status.success(), "{said}");
    // Its name has the second: the next restore may come in the same one.
    fs::remove_file(site.path(&replaced(site))).unwrap();
    let part = said.split("Visits ").nth(3).unwrap_or_else(|| panic!("{said}"));
    part.split("copy.db is in place").next().unwrap().to_owned()
}

#[test]
fn what_cannot_be_restored_changes_nothing() {
    let (site, [kept, _, later]) = site();
    let copy = fs::read(site.path("copy.db")).unwrap();
    let altered = |name: &str, alter: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = copy.clone();
        alter(&mut bytes);
        fs::write(site.path(name), bytes).unwrap();
    };
    altered("damaged.db", &|bytes| {
        let at = bytes.len() / 2 / 1024 * 1024;
        bytes[at..at + 8192].fill(0x5a);
    });
    altered("short.db", &|bytes| bytes.truncate(bytes.len() / 2));
    altered("head.db", &|bytes| bytes.truncate(50));
    altered("text.db", &|bytes| bytes[..100].fill(b'x'));
    altered("empty.db", &|bytes| bytes.clear());
    altered("newer.db", &|bytes| {
        bytes[60..64].copy_from_slice(&999_u32.to_be_bytes());
    });
    altered("foreign.db", &|bytes| bytes[68..72].fill(1));
    altered("wrong.db", &|_| ());
    Connection::open(site.path("wrong.db"))
        .unwrap()
        .execute_batch("DELETE FROM journal WHERE seq = 1")
        .unwrap();
    fs::create_dir(site.path("folder")).unwrap();
    let before = names(&site);
    for (name, status, told) in [
        ("damaged.db", 1, "take another"),
        (
            "short.db",
            1,
            "short.db: it is damaged, or no database: take another backup",
        ),
        (
            "head.db",
            1,
            "head.db: it is damaged, or no database: take another backup",
        ),
        (
            "text.db",
            1,
            "text.db: it is damaged, or no database: take another backup",
        ),
        ("empty.db", 1, "empty.db: it is empty: take another backup"),
        ("folder", 1, "folder: it is a folder: name a file"),
        ("newer.db", 78, "version 999"),
        ("foreign.db", 78, "is not a database of infomat"),
        ("wrong.db", 1, "the journal has no gaps"),
        ("missing.db", 1, "missing.db"),
        ("infomat.db", 1, "the database itself"),
    ] {
        let output = restore(&site, name);
        assert_eq!(output.status.code(), Some(status), "{name}: {}", all(&output));
        assert!(all(&output).contains(told), "{name}: {}", all(&output));
        assert!(
            all(&output).contains("nothing was changed"),
            "{name}: {}",
            all(&output)
        );
        assert!(
            !all(&output).contains("of the database"),
            "{name}: {}",
            all(&output)
        );
        assert_eq!(names(&site), before, "{name}");
    }
    let server = site.serve();
    let refused = restore(&site, "copy.db");
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        all(&refused).contains("another server has the database"),
        "{}",
        all(&refused)
    );
    drop(server);
    let reader = Connection::open(site.path("infomat.db")).unwrap();
    reader
        .query_row("SELECT count(*) FROM visit", [], |_| Ok(()))
        .unwrap();
    let refused = restore(&site, "copy.db");
    assert!(all(&refused).contains("another program has"), "{}", all(&refused));
    drop(reader);
    assert_eq!(names(&site), before);
    assert_eq!(active(&site.path("infomat.db")), Some(set(&[&kept, &later])));
}

/// Goal: nothing is lost that the list did not tell, however long somebody reads it. Method: a list longer than a pipe
/// holds, of which one byte is read; then a visit is cancelled, and only then the rest is read.
#[test]
fn what_is_written_while_the_list_is_read_is_not_replaced() {
    let site = crash::site();
    let copy = site.path("copy.db");
    site.run_well(&["backup", copy.to_str().unwrap()], "");
    let server = site.serve();
    let mut client = server.client();
    let mut tickets: Vec<_> = (0..LONG_LIST)
        .map(|number| crash::book(&mut client, &format!("late-{number}"), number).unwrap())
        .collect();
    assert!(server.terminate().success());
    let mut restore = site
        .command(&["restore", copy.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    restore.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    let cancelled = tickets.pop().unwrap();
    site.run_well(
        &["cancel", "--ticket", &cancelled, "--reason", "болезнь врача"],
        "",
    );
    let output = restore.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    assert!(all(&output).contains("was written meanwhile"), "{}", all(&output));
    let kept = active(&site.path("infomat.db"));
    assert_eq!(kept, Some(set(&tickets.iter().collect::<Vec<_>>())));
}

#[test]
fn a_damaged_or_missing_database_is_replaced_too() {
    for damage in [true, false] {
        let (site, [kept, cancelled, _]) = site();
        let database = site.path("infomat.db");
        if damage {
            fs::write(&database, "no database any more").unwrap();
            // With it SQLite could write some of the pages again.
            fs::remove_file(site.path("infomat.db-wal")).unwrap();
        } else {
            fs::remove_file(&database).unwrap();
        }
        let output = restore(&site, "copy.db");
        assert!(output.status.success(), "{}", all(&output));
        assert_eq!(active(&database), Some(set(&[&kept, &cancelled])));
        if damage {
            assert!(all(&output).contains("cannot be read"), "{}", all(&output));
            let old = fs::read_to_string(site.path(&replaced(&site))).unwrap();
            assert_eq!(old, "no database any more");
        }
        drop(site.serve());
    }
}

/// An older version is brought up to date; a copy made before a migration is such a one.
#[test]
fn a_backup_of_an_older_version_is_brought_up_to_date() {
    let (site, _) = site();
    let older = Connection::open(site.path("older.db")).unwrap();
    older
        .execute_batch(&format!(
            "{} PRAGMA application_id = 0x696e666d; PRAGMA user_version = 1;",
            include_str!("schema/0001.sql")
        ))
        .unwrap();
    drop(older);
    let output = restore(&site, "older.db");
    assert!(output.status.success(), "{}", all(&output));
    site.run_well(&["verify"], "");
    let version: i64 = Connection::open(site.path("older.db"))
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 1, "the backup itself stays as it was");
}

/// Kills are spread over the time that a restore takes; what is there afterwards is the old or the new database, whole.
#[test]
fn a_kill_at_any_moment_leaves_the_old_or_the_new_database_whole() {
    let (site, [kept, cancelled, later]) = site();
    let (old, new) = (Some(set(&[&kept, &later])), Some(set(&[&kept, &cancelled])));
    let files = ["infomat.db", "infomat.db-wal"];
    let saved = files.map(|name| fs::read(site.path(name)).unwrap());
    let put_back = || {
        for name in names(&site).iter().filter(|name| name.starts_with("infomat.")) {
            if name != "infomat.toml" {
                fs::remove_file(site.path(name)).unwrap();
            }
        }
        let _ = fs::remove_file(site.path("infomat.db-shm"));
        for (name, bytes) in files.iter().zip(&saved) {
            fs::write(site.path(name), bytes).unwrap();
        }
    };
    put_back();
    let began = Instant::now();
    assert!(restore(&site, "copy.db").status.success());
    let mut whole = began.elapsed();
    let mut seen = [0, 0];
    for kill in 0..KILLS {
        put_back();
        let mut child = site
            .command(&["restore", site.path("copy.db").to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        thread::sleep(whole * kill / KILLS * 5 / 4);
        // One that was over before its time tells that the machine has become quicker.
        if child.try_wait().unwrap().is_some() {
            whole = whole.min(began.elapsed());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let there = active(&site.path("infomat.db"));
        assert!(there == old || there == new, "kill {kill}: {there:?}");
        seen[usize::from(there == new)] += 1;
    }
    println!(
        "{KILLS} kills in {whole:?}: {} left the old database, {} the new one",
        seen[0], seen[1]
    );
    assert!(seen[0] > 5, "{seen:?}");
    // What the kills have left is in nobody's way.
    put_back();
    assert!(restore(&site, "copy.db").status.success());
    assert_eq!(active(&site.path("infomat.db")), new);
}

/// What was imported, changed and removed since the backup, of every kind; rows that were made anew are the same things.
#[test]
fn what_the_backup_lacks_is_counted_for_every_kind() {
    let site = Site::new("");
    let with_referral = |patient: u32, number: &str| clinic::referral(number, "consultation", patient);
    site.import(&[
        clinic::lpu(1),
        clinic::speciality("27"),
        clinic::doctor(2, 1, "27", "Врачова"),
        clinic::slot(3, 2, 1, "10:00"),
        clinic::slot(4, 2, 1, "11:00"),
        clinic::patient(5, 1),
        clinic::patient(6, 1),
        with_referral(5, "A"),
    ]);
    let copy = site.path("copy.db");
    site.run_well(&["backup", copy.to_str().unwrap()], "");
    let remove =
        |kind: &str, number: u32| json!({"kind": kind, "deleted": true, "guid": clinic::guid(number)});
    site.import(&[
        clinic::lpu(11),
        clinic::speciality("28"),
        clinic::doctor(12, 1, "28", "Другова"),
        with(clinic::slot(3, 2, 1, "10:00"), &json!({"planCount": 7})),
        clinic::slot(13, 2, 2, "10:00"),
        clinic::slot(14, 2, 2, "11:00"),
        remove("slot", 4),
        // The card gets another row, and its referral with it.
        remove("patient", 5),
    ]);
    site.import(&[
        clinic::patient(5, 1),
        with_referral(5, "A"),
        with_referral(6, "B"),
    ]);
    let output = restore(&site, "copy.db");
    let said = all(&output);
    assert!(output.status.success(), "{said}");
    let counts = |kind: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(kind));
        let line = line.unwrap_or_else(|| panic!("{kind}: {said}"));
        line.split_whitespace()
            .map(|count| count.parse().unwrap())
            .collect::<Vec<u32>>()
    };
    for (kind, expected) in [
        ("clinics ", [1, 0, 0]),
        ("specialities ", [1, 0, 0]),
        ("doctors and rooms ", [1, 0, 0]),
        ("cells of the timetable ", [2, 1, 1]),
        ("patients' cards ", [0, 0, 0]),
        ("referrals ", [1, 0, 0]),
        ("dispensary registrations ", [0, 0, 0]),
        ("exams ", [0, 0, 0]),
        ("client applications ", [0, 0, 0]),
        ("visits ", [0, 0, 0]),
        ("waiting list ", [0, 0, 0]),
    ] {
        assert_eq!(counts(kind), expected, "{kind}: {said}");
    }
}
