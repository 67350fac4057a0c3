//! An import beside a serving server, and one that is killed.

use super::{count, dump, file, imported, refused, site};
use crate::clinic::{self, Ask, guid, with};
use crate::harness::{self, Site};
use crate::large;
use infomat::import::{self, ImportError, Notice, Wanted};
use infomat::store::Store;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Patients of a file that is much larger than a pipe holds.
const CROWD: u32 = 20_000;

/// Times that an import is killed, at moments spread over its whole run.
const KILLS: u32 = 20;

fn crowd() -> Vec<Value> {
    (0..CROWD).map(|n| clinic::patient(100_000 + n, 1)).collect()
}

/// An import that waits for its file.
fn start(site: &Site) -> Child {
    let mut command = site.command(&["import", "-"]);
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Books as often as it can until the end; how many times, and the longest wait.
fn book_on(site: &Site, server: &harness::Server, ends: &AtomicBool) -> (i64, Duration) {
    let mut client = server.client();
    let (mut booked, mut longest) = (0, Duration::ZERO);
    while !ends.load(Ordering::Relaxed) {
        let begin = Instant::now();
        Ask::new(1, 4, 3).book(&mut client);
        longest = longest.max(begin.elapsed());
        booked += 1;
    }
    assert_eq!(count(site, "visit"), booked);
    (booked, longest)
}

#[test]
fn nothing_waits_while_a_file_is_read() {
    let site = site();
    let server = site.serve();
    let mut import = start(&site);
    let mut stdin = import.stdin.take().unwrap();
    // All but the pipe's content has been staged when this returns.
    stdin.write_all(file(&crowd()).as_bytes()).unwrap();
    Ask::new(1, 4, 3).book(&mut server.client());
    // No lock on the database, and no snapshot of it that would keep the log from being emptied.
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database.busy_timeout(Duration::ZERO).unwrap();
    database.execute_batch("BEGIN EXCLUSIVE; COMMIT").unwrap();
    let is_busy: bool = database
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .unwrap();
    assert!(!is_busy);
    assert_eq!(count(&site, "patient"), 1);
    drop(stdin);
    assert!(import.wait().unwrap().success());
    assert_eq!(
        (count(&site, "patient"), count(&site, "visit")),
        (i64::from(CROWD) + 1, 1)
    );
}

#[test]
fn bookings_go_on_beside_imports() {
    let site = Site::new(clinic::RULES_OFF);
    let mut lines = clinic::small();
    lines[3]["planCount"] = json!(10_000);
    site.import(&lines);
    let server = site.serve();
    lines.extend(crowd());
    let text = file(&lines);
    let ends = AtomicBool::new(false);
    let (booked, longest) = thread::scope(|scope| {
        let booking = scope.spawn(|| book_on(&site, &server, &ends));
        for _ in 0..3 {
            site.run_well(&["import", "-"], &text);
        }
        ends.store(true, Ordering::Relaxed);
        booking.join().unwrap()
    });
    println!("{booked} bookings, the longest {longest:?}");
    assert!(booked > 10, "{booked}");
}

#[test]
fn an_import_leaves_the_copying_of_the_log_to_nobody() {
    let site = site();
    // Somebody who has the file open, so that it is not brought up to date by being closed.
    let reader = Connection::open(site.path("infomat.db")).unwrap();
    reader
        .query_row("SELECT count(*) FROM slot", [], |_| Ok(()))
        .unwrap();
    let bytes = || std::fs::metadata(site.path("infomat.db")).unwrap().len();
    let before = bytes();
    site.import(&crowd());
    assert!(
        bytes() > before + u64::from(CROWD) * 50,
        "{before} bytes, then {}",
        bytes()
    );
}

#[test]
fn a_booking_just_before_the_last_step_is_seen_by_it() {
    let site = site();
    let server = site.serve();
    let mut store = Store::open(&site.path("infomat.db"), large::zone()).unwrap();
    let lines = [
        clinic::patient(5, 1),
        with(clinic::slot(3, 2, 1, "10:00"), &json!({"planCount": 0})),
    ];
    let mut told = Vec::new();
    let mut booked = Vec::new();
    let now = harness::now();
    let result = import::import(
        &mut store,
        file(&lines).as_bytes(),
        &Wanted::at(now),
        &mut |notice| match notice {
            Notice::PuttingInPlace => {
                Ask::new(1, 4, 3).book(&mut server.client());
                booked = dump(&site);
            }
            Notice::Bad(line) => told.push(line.to_string()),
            _ => (),
        },
    );
    assert!(matches!(result, Err(ImportError::BadLines(1))), "{result:?}");
    assert_eq!(told, ["line 2: slot.planCount: below its 1 active visits"]);
    assert!(dump(&site) == booked, "nothing has changed since the booking");
    // The same store serves on: it can import and be read.
    let freed = with(clinic::slot(13, 2, 1, "11:00"), &json!({"planCount": 0}));
    import::import(
        &mut store,
        file(&[freed]).as_bytes(),
        &Wanted::at(now),
        &mut |_| (),
    )
    .unwrap();
    assert_eq!(count(&site, "slot"), 2);
}

/// Goal: what another import writes between the first check and the last step is found in the last step, although the rows of
/// the lines were looked for before. Method: cells and cards that stay, change, come, go, or go and come back meanwhile, under other
/// numbers of rows; every table is as after the two imports one after the other.
#[test]
fn an_import_just_before_the_last_step_is_seen_by_it() {
    let cell = |n: u32, time: &str, room: &str| with(clinic::slot(n, 2, 1, time), &json!({"room": room}));
    let card = |n: u32, phone: &str| with(clinic::patient(n, 1), &json!({"phone": phone}));
    let gone = |kind: &str, n: u32| json!({"kind": kind, "guid": guid(n), "deleted": true});
    let times = ["11:00", "11:15", "11:30", "11:45", "12:00", "12:15"];
    let before: Vec<Value> = (0..5_u32)
        .flat_map(|n| {
            [
                cell(20 + n, times[n as usize], "1"),
                card(40 + n, "+7 900 000-00-01"),
            ]
        })
        .collect();
    let meanwhile = [
        vec![
            gone("slot", 20),
            gone("slot", 21),
            gone("slot", 24),
            cell(22, times[2], "2"),
            gone("patient", 40),
            gone("patient", 41),
            gone("patient", 44),
            card(42, "+7 900 000-00-02"),
        ],
        // The last rows' numbers are taken by others.
        vec![
            cell(26, "12:30", "2"),
            card(46, "+7 900 000-00-02"),
            cell(21, times[1], "2"),
            card(41, "+7 900 000-00-02"),
            cell(25, times[5], "2"),
            card(45, "+7 900 000-00-02"),
        ],
    ];
    let mut lines = before.clone();
    lines.extend([
        cell(23, times[3], "3"),
        cell(25, times[5], "3"),
        card(43, "+7 900 000-00-03"),
        card(45, "+7 900 000-00-03"),
    ]);
    let [one_by_one, between] = [site(), site()];
    for site in [&one_by_one, &between] {
        site.import(&before);
    }
    for lines in meanwhile.iter().chain([&lines]) {
        one_by_one.import(lines);
    }
    let mut store = Store::open(&between.path("infomat.db"), large::zone()).unwrap();
    let text = file(&lines);
    import::import(
        &mut store,
        text.as_bytes(),
        &Wanted::at(harness::now()),
        &mut |notice| {
            if let Notice::PuttingInPlace = notice {
                for lines in &meanwhile {
                    between.import(lines);
                }
            }
        },
    )
    .unwrap();
    assert_eq!(dump(&between), dump(&one_by_one));
    assert_eq!(count(&between, "slot"), 1 + 7);
}

#[test]
fn two_imports_at_once_are_both_done() {
    let site = site();
    let texts = [10_u32, 20].map(|part| {
        let lines: Vec<Value> = (0..CROWD / 4)
            .map(|n| clinic::patient(part * 100_000 + n, 1))
            .collect();
        file(&lines)
    });
    thread::scope(|scope| {
        for text in &texts {
            scope.spawn(|| site.run_well(&["import", "-"], text));
        }
    });
    assert_eq!(count(&site, "patient"), 1 + i64::from(CROWD / 4) * 2);
}

#[test]
fn a_killed_import_has_done_all_or_nothing() {
    let site = site();
    let before = dump(&site);
    let lines = crowd();
    let text = &file(&lines);
    let run = |kill_after: Option<Duration>| {
        let begin = Instant::now();
        let mut import = start(&site);
        let mut stdin = import.stdin.take().unwrap();
        thread::scope(|scope| {
            scope.spawn(move || stdin.write_all(text.as_bytes()).is_ok());
            if let Some(kill_after) = kill_after {
                thread::sleep(kill_after.saturating_sub(begin.elapsed()));
                let _ = import.kill();
            }
            import.wait().unwrap();
        });
        begin.elapsed()
    };
    let mut whole = run(None);
    let after = dump(&site);
    assert_eq!(after.len(), before.len() + lines.len());
    let mut undone = 0;
    for kill in 0..KILLS {
        let database = Connection::open(site.path("infomat.db")).unwrap();
        database
            .execute(
                "DELETE FROM patient WHERE guid <> ?1",
                [uuid::Uuid::parse_str(&guid(4)).unwrap()],
            )
            .unwrap();
        drop(database);
        assert!(dump(&site) == before);
        let took = run(Some(whole * kill / KILLS));
        let found = dump(&site);
        // One that was over before its time tells that the machine has become quicker.
        if found == after {
            whole = whole.min(took * 3 / 4);
        }
        assert!(
            found == before || found == after,
            "kill {kill}: {} rows",
            found.len()
        );
        undone += u32::from(found == before);
        let database = Connection::open(site.path("infomat.db")).unwrap();
        let sound: String = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok");
    }
    assert!(undone >= KILLS / 2, "most kills came before the end: {undone}");
    assert_eq!(
        imported(&site, &lines).len(),
        1,
        "after a kill the same file is taken"
    );
    assert!(refused(&site, "{}").len() == 1);
}
