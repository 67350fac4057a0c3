//! Goal: booking and cancelling the same cell from many clients at once never leaves a wrong count. Method: the clients of
//! each patient book and cancel round after round, whatever they are answered; another program looks at the file all the
//! while; at the end everything that was promised is counted.

use super::{LPU, THERAPIST, ask_as, lines, path, ticket_guid};
use crate::clinic::{self, Ask, with};
use crate::harness::{Server, Site};
use rusqlite::Connection;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;

const CELL: u32 = 100;
const PLACES: u32 = 3;
const PATIENTS: u32 = 6;
/// Clients of one patient: they cancel each other's visits.
const CLIENTS_EACH: u32 = 2;
const ROUNDS: u32 = 40;
const FIRST_PATIENT: u32 = 200;

/// What the clients were promised.
#[derive(Default)]
struct Promised {
    booked: AtomicUsize,
    cancelled: AtomicUsize,
}

/// One client: books, then cancels what its patient booked last, perhaps by another client, perhaps cancelled already.
fn press(server: &Server, patient: u32, last: &Mutex<Option<String>>, promised: &Promised) {
    let mut client = server.client();
    for _ in 0..ROUNDS {
        let answer = Ask::new(LPU, patient, CELL).send(&mut client);
        let body = answer.json();
        match (answer.status, body["message_code"].as_str()) {
            (200, None) => {
                promised.booked.fetch_add(1, Ordering::Relaxed);
                *last.lock().unwrap() = Some(ticket_guid(&body));
            }
            (400, Some("4848" | "4009" | "4008")) => {}
            other => panic!("{other:?}: {body}"),
        }
        let Some(ticket) = last.lock().unwrap().clone() else {
            continue;
        };
        let answer = ask_as(&mut client, patient, "DELETE", &path(&ticket));
        match (answer.status, answer.json()["message_code"].as_str()) {
            (200, Some("2000")) => _ = promised.cancelled.fetch_add(1, Ordering::Relaxed),
            (400, Some("4022")) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn count(database: &Connection, what: &str) -> usize {
    let counted: i64 = database.query_row(what, [], |row| row.get(0)).unwrap();
    usize::try_from(counted).unwrap()
}

/// Cells whose count is not that of their active visits, or more than planned.
const WRONG_CELLS: &str = "SELECT count(*) FROM slot s WHERE used_count > plan_count
    OR used_count <> (SELECT count(*) FROM visit v WHERE v.slot_id = s.id AND v.status = 'active')";

#[test]
fn booking_and_cancelling_at_once_keep_every_count() {
    let site = Site::new("");
    let mut all = lines();
    all.push(with(
        clinic::slot(CELL, THERAPIST, 1, "10:00"),
        &json!({"planCount": PLACES}),
    ));
    all.extend((0..PATIENTS).map(|patient| clinic::patient(FIRST_PATIENT + patient, LPU)));
    site.import(&all);
    let server = site.serve();
    let promised = Promised::default();
    let lasts: Vec<_> = (0..PATIENTS).map(|_| Mutex::new(None)).collect();
    let start = Barrier::new((PATIENTS * CLIENTS_EACH) as usize);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..PATIENTS * CLIENTS_EACH)
            .map(|client| {
                let (server, start, promised) = (&server, &start, &promised);
                let patient = client % PATIENTS;
                let last = &lasts[patient as usize];
                scope.spawn(move || {
                    start.wait();
                    press(server, FIRST_PATIENT + patient, last, promised);
                })
            })
            .collect();
        while clients.iter().any(|client| !client.is_finished()) {
            assert_eq!(count(&database, WRONG_CELLS), 0);
        }
    });
    let (booked, cancelled) = (
        promised.booked.load(Ordering::Relaxed),
        promised.cancelled.load(Ordering::Relaxed),
    );
    assert!(
        cancelled > ROUNDS as usize,
        "{booked} booked, {cancelled} cancelled"
    );
    assert_all_is_there(&database, booked, cancelled);
}

fn assert_all_is_there(database: &Connection, booked: usize, cancelled: usize) {
    let is = |what: &str, expected: usize| assert_eq!(count(database, what), expected, "{what}");
    is(WRONG_CELLS, 0);
    is("SELECT count(*) FROM visit", booked);
    is("SELECT count(*) FROM visit WHERE status = 'cancelled'", cancelled);
    is("SELECT count(DISTINCT num) FROM visit", booked);
    is("SELECT max(num) FROM visit", booked);
    is("SELECT count(*) - 1 FROM journal", booked + cancelled);
    is("SELECT max(seq) - 1 FROM journal", booked + cancelled);
    is(
        "SELECT count(*) FROM visit v
         WHERE (SELECT group_concat(kind) FROM (SELECT kind FROM journal WHERE subject = v.guid ORDER BY seq))
               IS NOT iif(v.status = 'active', 'booked', 'booked,cancelled')",
        0,
    );
    is(
        "SELECT count(*) FROM visit v
         WHERE (SELECT group_concat(seq || element || old_value || new_value)
                FROM (SELECT * FROM visit_history WHERE visit_id = v.id ORDER BY seq))
               IS NOT iif(v.status = 'active', NULL, '1statusactivecancelled')",
        0,
    );
}
