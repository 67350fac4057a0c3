//! Goal: what watches a server learns from `/healthz` that the process lives, whatever the engine waits for, and from `/readyz`
//! whether the database takes a write, else why not, at next to no cost. Method: a foreign program that holds the
//! database's write lock, a database that is wrong, one whose last booking lies in the future, and notes of backups.

use crate::clinic::{self, Ask};
use crate::harness::{Client, PATIENCE, Site, now};
use crate::metrics::Numbers;
use crate::reading::demo;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a write waits for another program (contract::clinic_data).
const BUSY: Duration = Duration::from_secs(5);

fn site() -> Site {
    let site = Site::new("");
    site.import(&clinic::small());
    site
}

fn get(client: &mut Client, target: &str) -> (u16, Value) {
    let answer = client.ask("GET", target, &[], b"");
    assert_eq!(answer.header("retry-after").is_some(), answer.status == 503);
    (answer.status, answer.json())
}

/// Sees that the server is not ready, in the standard form, and why: a part of the message.
fn not_ready(client: &mut Client, why: &str) {
    let (status, body) = get(client, "/readyz");
    let message = body["message"].as_str().unwrap_or_default();
    assert!(status == 503 && message.contains(why), "{body}");
    assert_eq!(
        body,
        json!({"code": 503, "message": message, "message_code": "5000"})
    );
}

/// Asks until the server is ready; its warnings.
fn ready(client: &mut Client) -> Vec<String> {
    let start = Instant::now();
    loop {
        let (status, body) = get(client, "/readyz");
        if status == 200 {
            assert_eq!(body["status"], "ready", "{body}");
            let warnings = body["warnings"].as_array().unwrap().iter();
            return warnings
                .map(|warning| warning.as_str().unwrap().to_owned())
                .collect();
        }
        assert!(start.elapsed() < PATIENCE, "{body}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_server_that_waits_lives_and_is_not_ready() {
    let site = site();
    let server = site.serve();
    let foreign = Connection::open(site.path("infomat.db")).unwrap();
    foreign.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waits = AtomicBool::new(true);
    let alive = thread::scope(|scope| {
        scope.spawn(|| {
            let start = Instant::now();
            assert_eq!(Ask::new(1, 4, 3).send(&mut server.client()).status, 503);
            not_ready(&mut server.client(), "другая программа");
            assert!(start.elapsed() >= BUSY, "the engine has not waited");
            waits.store(false, Ordering::Relaxed);
        });
        let mut client = server.client();
        let mut alive = 0;
        while waits.load(Ordering::Relaxed) {
            assert_eq!(get(&mut client, "/healthz"), (200, json!({"status": "alive"})));
            alive += 1;
        }
        alive
    });
    // One that waits as the booking does would be answered once.
    assert!(alive > 10, "asked {alive} times only");
    foreign.execute_batch("ROLLBACK").unwrap();
    let mut client = server.client();
    ready(&mut client);
    Ask::new(1, 4, 3).book(&mut client);
}

#[test]
fn readiness_costs_a_flush_a_second_and_leaves_no_trace() {
    const ASKED: u32 = 400;
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let before = Numbers::of(&mut client);
    let start = Instant::now();
    for _ in 0..ASKED {
        assert_eq!(get(&mut client, "/readyz").0, 200);
    }
    let seconds = start.elapsed().as_secs_f64();
    let after = Numbers::of(&mut client);
    let grown = |name: &str| after.get(name) - before.get(name);
    let commits = grown("infomat_commit_seconds_count");
    assert!(
        (1.0..=seconds + 1.0).contains(&commits),
        "{commits} commits in {seconds} s"
    );
    assert!(grown("infomat_wal_waiting_pages") <= commits, "a page a commit");
    assert!((grown("infomat_wal_bytes")).abs() < f64::EPSILON);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let written: i64 = database
        .query_row("SELECT count(*) FROM journal WHERE kind <> 'begun'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(written, 0);
}

#[test]
fn a_wrong_database_and_a_wrong_clock_are_named() {
    let site = site();
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    assert!(server.terminate().success());
    let foreign = |sql: &str| {
        let database = Connection::open(site.path("infomat.db")).unwrap();
        database.execute_batch(sql).unwrap();
    };
    foreign("UPDATE journal SET at = at + 86400");
    let server = site.serve();
    not_ready(&mut server.client(), "часы этого компьютера");
    foreign("UPDATE journal SET at = at - 86400");
    ready(&mut server.client());
    assert!(server.terminate().success());
    foreign("DROP INDEX slot_by_resource");
    let server = site.serve();
    not_ready(&mut server.client(), "файл поврежден");
    assert_eq!(get(&mut server.client(), "/healthz").0, 200);
    assert_eq!(get(&mut server.client(), "/lpu").0, 200);
}

#[test]
fn a_missing_or_old_backup_is_a_warning_and_no_unreadiness() {
    let site = site();
    let server = site.serve();
    let health = || Numbers::of(&mut server.client()).get("infomat_health{check=\"backup\"}");
    let mut client = server.client();
    let mut told = |at: Option<TimeDelta>| {
        if let Some(age) = at {
            let mut store = demo::store(&site);
            let tx = store.write().unwrap();
            tx.note_backup(now() - age).unwrap();
            tx.commit().unwrap();
        }
        let start = Instant::now();
        let mut warnings = ready(&mut client);
        // An answer holds for a second.
        while start.elapsed() < Duration::from_millis(1_500) {
            warnings = ready(&mut client);
            thread::sleep(Duration::from_millis(20));
        }
        warnings.retain(|warning| warning.contains("копи"));
        warnings
    };
    assert_eq!(
        told(None),
        ["копии базы данных еще нет: выполните `infomat backup`"]
    );
    assert_eq!(
        told(Some(TimeDelta::hours(100))),
        ["последней копии 4 сут.: выполните `infomat backup`"]
    );
    let [ahead] = &told(Some(-TimeDelta::days(400)))[..] else {
        panic!("no warning of a backup dated ahead")
    };
    assert!(
        ahead.contains("часы тогда спешили; выполните `infomat backup`"),
        "{ahead}"
    );
    assert!(health() > 0.0);
    assert_eq!(told(Some(TimeDelta::hours(30))), Vec::<String>::new());
    assert!(health() < 1.0);
    let backup = Numbers::of(&mut client).get("infomat_last_backup_timestamp_seconds");
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    let expected = (now() - TimeDelta::hours(30)).timestamp() as f64;
    assert!((backup - expected).abs() < 60.0, "{backup}");
}

/// Goal: who asks in English is told in English, whatever was asked a moment before.
#[test]
fn readiness_speaks_the_language_that_was_asked_for() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let mut told = |language: &str| {
        let answer = client.ask("GET", "/readyz", &[("Accept-Language", language)], b"");
        answer.json()["warnings"].to_string()
    };
    for _ in 0..2 {
        assert!(told("ru").contains("выполните `infomat backup`"));
        assert!(told("en-GB,en;q=0.5").contains("run `infomat backup`"));
        assert!(told("de").contains("выполните `infomat backup`"));
    }
}

/// Goal: readiness tells of a clock that nothing synchronises, and is silent where another program keeps the clock.
#[test]
fn a_clock_that_nothing_synchronises_is_a_warning() {
    const SILENT: [&str; 5] = [
        "/run/systemd/timesync/synchronized",
        "/run/chrony",
        "/run/ntpd.pid",
        "/run/openntpd.sock",
        "/run/ntpd-rs",
    ];
    let is_silent = SILENT.iter().any(|path| Path::new(path).exists());
    let site = site();
    let server = site.serve();
    let is_told = ready(&mut server.client())
        .iter()
        .any(|warning| warning.contains("не сверяются с точным временем"));
    assert_eq!(is_told, !is_silent);
}
