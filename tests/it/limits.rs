//! Goal: one patient cannot use up what is there for all. Method: the real binary with small bounds for a day; "yesterday" is
//! made by another hand in the file.

use crate::catalogue::Row;
use crate::clinic::{self, Ask, guid};
use crate::harness::{self, Answer, Client, Site, now};
use crate::tickets::{LPU, OTHER, PATIENT, THERAPIST, UNKNOWN, ask_as, lines, path, ticket_guid};
use chrono::{NaiveTime, TimeDelta};
use rusqlite::Connection;
use std::fs;

const CELL: u32 = 100;
const OTHER_CELL: u32 = 101;

/// Sees that the wait ends with the local day, or some seconds before: time goes on in the test too.
pub fn assert_until_midnight(answer: &Answer) {
    const SECONDS_LATE_MAX: i64 = 60;
    let now = now();
    let midnight = (now.date_naive() + TimeDelta::days(1)).and_time(NaiveTime::MIN);
    let left = (midnight - now.naive_local()).num_seconds();
    let after: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    let late = (after - left).rem_euclid(24 * 3600);
    assert!(late <= SECONDS_LATE_MAX, "{after} instead of {left}");
}

fn site(limits: &str) -> Site {
    let site = Site::new(&format!("[limits]\n{limits}"));
    let mut all = lines();
    all.push(clinic::slot(CELL, THERAPIST, 1, "10:00"));
    all.push(clinic::slot(OTHER_CELL, THERAPIST, 1, "11:00"));
    site.import(&all);
    site
}

fn ask(patient: u32, source: &str) -> Ask {
    Ask::new(LPU, patient, CELL).claiming(&harness::claims(&guid(LPU), &guid(patient), source))
}

/// Books and cancels.
fn cycle(client: &mut Client, patient: u32, source: &str) {
    let ticket = ticket_guid(&ask(patient, source).book(client));
    assert_eq!(ask_as(client, patient, "DELETE", &path(&ticket)).status, 200);
}

/// Goal: cancelled bookings count, those of the reception and of yesterday do not; the bound survives a restart, holds before
/// the cell is looked at, and the same press is answered again.
#[test]
fn a_patient_books_so_often_a_day() {
    let site = site("bookings_a_day = 3");
    let server = site.serve();
    let mut client = server.client();
    for source in ["Infomat", "Registry", "Internet", "Callcenter"] {
        cycle(&mut client, PATIENT, source);
    }
    let press = || Ask {
        key: Some("press".to_owned()),
        ..ask(PATIENT, "Infomat")
    };
    let ticket = press().book(&mut client);
    assert_eq!(press().book(&mut client), ticket, "the third, asked for twice");

    server.pull_the_plug();
    drop(server);
    let server = site.serve();
    let mut client = server.client();
    let again = press().book(&mut client);
    assert_eq!(again["ticketGuid"], ticket["ticketGuid"]);
    for asked in [ask(PATIENT, "Internet"), Ask::new(LPU, PATIENT, UNKNOWN)] {
        let refused = asked.send(&mut client);
        Row::of("bookings of today").expect(&refused, &["3"]);
        assert_until_midnight(&refused);
    }
    let other_cell = Ask {
        key: Some("press".to_owned()),
        ..Ask::new(LPU, PATIENT, OTHER_CELL)
    };
    Row::of("bookings of today").expect(&other_cell.send(&mut client), &["3"]);
    ask_as(&mut client, PATIENT, "DELETE", &path(&ticket_guid(&ticket)));
    cycle(&mut client, PATIENT, "Registry");
    cycle(&mut client, OTHER, "Infomat");

    let database = Connection::open(site.path("infomat.db")).unwrap();
    let shift = |seconds: i64| {
        database
            .execute("UPDATE visit SET made_at = made_at + ?", [seconds])
            .unwrap()
    };
    shift(-24 * 3600);
    cycle(&mut client, PATIENT, "Infomat");
    // A clock that ran ahead has dated them so.
    shift(366 * 24 * 3600);
    cycle(&mut client, PATIENT, "Infomat");
}

/// Goal: a cell is shown as booking it would be answered.
#[test]
fn a_list_tells_the_bound() {
    let site = site("bookings_a_day = 1");
    let server = site.serve();
    let mut client = server.client();
    let day = (now().date_naive() + TimeDelta::days(1)).to_string();
    let schedule = format!("/lpu/{}/doctor/{}/schedule/{day}", guid(LPU), guid(THERAPIST));
    let shown = |client: &mut Client| {
        let cell = ask_as(client, PATIENT, "GET", &schedule).json()[0].clone();
        (cell["status"].clone(), cell["message"].clone())
    };
    assert_eq!(shown(&mut client).0, "Available");
    cycle(&mut client, PATIENT, "Infomat");
    let refused = ask(PATIENT, "Infomat").send(&mut client).json();
    assert_eq!(
        shown(&mut client),
        ("UnavailableWithMessage".into(), refused["message"].clone())
    );
}

/// Goal: without a word in the configuration twenty of each are the bound.
#[test]
fn twenty_are_the_bound_when_nobody_says_otherwise() {
    let site = site("");
    let server = site.serve();
    let mut client = server.client();
    (0..20).for_each(|_| cycle(&mut client, PATIENT, "Infomat"));
    let refused = ask(PATIENT, "Infomat").send(&mut client);
    Row::of("bookings of today").expect(&refused, &["20"]);
}

/// Goal: who sends requests without end does not write the log without end, and nothing goes untold; a booking has its line in
/// any case. Method: requests one behind the other on one connection; the lines, and those that were left out.
#[test]
fn one_client_writes_so_many_lines_of_the_log() {
    const REQUESTS: u64 = 5_000;
    let site = site("");
    let server = site.serve();
    let mut client = server.client();
    let request = format!("GET /none HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    for _ in 0..REQUESTS / 100 {
        client.send(request.repeat(100).as_bytes()).unwrap();
        for _ in 0..100 {
            assert_eq!(client.read(false).unwrap().status, 404);
        }
    }
    ask(PATIENT, "Infomat").book(&mut client);
    assert!(server.terminate().success());
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    let lines = log.lines().filter(|line| line.contains("route=unknown ")).count();
    let left_out: u64 = log
        .lines()
        .filter_map(|line| line.split_once(" more requests have no line"))
        .map(|(before, _)| before.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum();
    assert!(left_out > 0, "{lines} lines");
    assert_eq!(u64::try_from(lines).unwrap() + left_out, REQUESTS);
    assert!(log.contains("route=book status=200"), "a booking has its line");
}
