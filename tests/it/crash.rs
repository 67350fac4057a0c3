//! Goal: no kill loses an acknowledged booking, doubles one, or hurts the file. Method: the real binary is killed over and
//! over at random moments under load; clients keep a record of acknowledged tickets, and press again, with the same
//! `Idempotency-Key`, whatever was not answered.

use crate::clinic::{self, Ask};
use crate::harness::{Client, PATIENCE, Server, Site, tried};
use crate::tickets::ticket_guid;
use std::collections::HashMap;
use std::env;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Times that the plug is pulled, unless `INFOMAT_CRASH_KILLS` says how often.
const KILLS: u64 = 200;
/// Clients that book while it happens.
const CLIENTS: u64 = 8;
/// Cells, of ten thousand places each.
const CELLS: u32 = 32;
/// So many that none has so many visits that booking for him is slow.
const PATIENTS: u32 = 200;
/// The server is killed at the latest when so many bookings of its life have been acknowledged, in the short form and in the long one.
const LIFE_BOOKINGS_MAX: u64 = 40;
const LONG_LIFE_BOOKINGS_MAX: u64 = 240;

/// What one client knows: its tickets by key, and the key that was not answered.
#[derive(Default)]
struct Record {
    tickets: HashMap<String, String>,
    open: Option<String>,
}

/// A site with room for many bookings.
pub fn site() -> Site {
    let site = Site::new(clinic::RULES_OFF);
    let mut lines = vec![
        clinic::lpu(1),
        clinic::speciality("27"),
        clinic::doctor(2, 1, "27", "Врачова"),
    ];
    lines.extend((0..PATIENTS).map(|patient| clinic::patient(10_000 + patient, 1)));
    lines.extend((0..CELLS).map(|cell| {
        let time = format!("{:02}:{:02}", 8 + cell / 4, cell % 4 * 15);
        let slot = clinic::slot(1_000 + cell, 2, 1, &time);
        clinic::with(slot, &serde_json::json!({"planCount": 10_000}))
    }));
    site.import(&lines);
    site
}

/// The request to book under a key, for one patient and in one cell after the other.
pub fn ask(key: &str, number: usize) -> Ask {
    let number = u32::try_from(number).unwrap();
    let ask = Ask {
        key: Some(key.to_owned()),
        ..Ask::new(1, 10_000 + number % PATIENTS, 1_000 + number % CELLS)
    };
    ask.and("fullResponse", "false")
}

/// Books; the ticket's GUID, if an answer comes.
pub fn book(client: &mut Client, key: &str, number: usize) -> io::Result<String> {
    let answer = ask(key, number).try_send(client)?;
    assert_eq!(answer.status, 200, "{}", answer.json());
    Ok(ticket_guid(&answer.json()))
}

/// Presses until the server is gone. Every ticket is recorded as soon as its 200 is read, and counted.
fn press(server: &Server, client_number: u64, record: &mut Record, acknowledged: &AtomicU64) {
    let Ok(mut client) = Client::try_connect(server.address) else {
        return;
    };
    loop {
        let number = record.tickets.len();
        let key = record
            .open
            .get_or_insert_with(|| format!("{client_number}-{number}"))
            .clone();
        let Ok(ticket) = book(&mut client, &key, number) else {
            return;
        };
        record.tickets.insert(key, ticket);
        record.open = None;
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
}

/// Sees that the file is whole and agrees with itself; the tickets of its active visits by key.
pub fn examine(path: &Path) -> HashMap<String, String> {
    let database = rusqlite::Connection::open(path).unwrap();
    let whole: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
    let wrong: i64 = database
        .query_row(
            "SELECT (SELECT count(*) FROM visit) - (SELECT sum(used_count) FROM slot)
                  + (SELECT count(*) FROM visit_history)
                  + (SELECT count(*) FROM visit) - (SELECT count(*) FROM journal WHERE kind = 'booked')
                  + (SELECT max(seq) - count(*) FROM journal)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        wrong, 0,
        "places, histories (nothing changed since the making) and journal agree with the visits"
    );
    let mut statement = database
        .prepare("SELECT coalesce(idempotency_key, ''), guid FROM visit WHERE status = 'active'")
        .unwrap();
    let rows = statement
        .query_map([], |row| {
            let ticket: Uuid = row.get(1)?;
            Ok((row.get(0)?, ticket.to_string()))
        })
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// Every recorded ticket is there, once, and the file is whole.
fn keeps(site: &Site, records: &[Record]) {
    let kept = examine(&site.path("infomat.db"));
    for (key, ticket) in records.iter().flat_map(|record| &record.tickets) {
        assert_eq!(kept.get(key), Some(ticket), "the ticket of key {key}");
    }
}

#[test]
fn kills_lose_nothing() {
    let kills = env::var("INFOMAT_CRASH_KILLS").map_or(KILLS, |given| given.parse().unwrap());
    let life_bookings_max = if kills > KILLS {
        LONG_LIFE_BOOKINGS_MAX
    } else {
        LIFE_BOOKINGS_MAX
    };
    let site = site();
    let mut records: Vec<_> = (0..CLIENTS).map(|_| Record::default()).collect();
    let mut slowest = Duration::ZERO;
    for kill in 0..kills {
        let start = Instant::now();
        let server = site.serve();
        slowest = slowest.max(start.elapsed());
        let acknowledged = AtomicU64::new(0);
        thread::scope(|scope| {
            for (number, record) in (0..).zip(&mut records) {
                let (address, acknowledged) = (&server, &acknowledged);
                scope.spawn(move || press(address, number, record, acknowledged));
            }
            // By bookings, not by time: a loaded machine is killed at work too. The moment after one is spread out.
            let alive = Instant::now();
            while acknowledged.load(Ordering::Relaxed) < 1 + kill % life_bookings_max {
                assert!(alive.elapsed() < PATIENCE, "nobody is booked");
                thread::sleep(Duration::from_micros(50));
            }
            thread::sleep(Duration::from_micros(kill * 7_919 % 3_000));
            server.pull_the_plug();
        });
        if kill % 10 == 9 {
            keeps(&site, &records);
        }
    }
    let _server = site.serve();
    keeps(&site, &records);
    let tickets: usize = records.iter().map(|record| record.tickets.len()).sum();
    tried(
        "kill -9 of the server while eight clients book and press again",
        usize::try_from(kills).unwrap(),
        &format!("{tickets} acknowledged bookings, each there once; slowest start {slowest:.0?}"),
        "an answer before the commit, under `history` below",
    );
}
