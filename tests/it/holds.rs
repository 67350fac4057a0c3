//! Goal: a place is kept for whoever held it first, until it is booked, given back or its time is over; nobody else gets it
//! meanwhile, and no hold outlives what a restart may add. Method: the real binary; many clients at one time.

use crate::clinic::{self, Ask, guid, moment, patient, shown, slot, with};
use crate::closures::shut;
use crate::harness::{self, Answer, Client, KEY, Server, Site, wait_until};
use crate::messages::{self, kinds, place, tell, visit};
use crate::tickets;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::thread;

const LPU: u32 = 1;
const DOCTOR: u32 = 2;
const CELL: u32 = 3;
const FIRST: u32 = 4;
const OTHER: u32 = 20;

fn site(more: &str) -> Site {
    let site = Site::new(more);
    site.import(&clinic::small());
    site.import(&[
        slot(5, DOCTOR, 1, "11:00"),
        patient(OTHER, LPU),
        with(patient(21, LPU), &json!({"closed": true})),
    ]);
    site
}

fn bearer(patient: u32) -> String {
    let claims = harness::claims(&guid(LPU), &guid(patient), "Infomat");
    format!("Bearer {}", harness::sign(&claims, KEY))
}

fn hold(client: &mut Client, patient: u32, cell: u32) -> Answer {
    let path = format!("/api/v2/visit/{}/hold?timeTable={}", guid(LPU), guid(cell));
    client.ask("POST", &path, &[("Authorization", &bearer(patient))], &[])
}

fn held(client: &mut Client, patient: u32, cell: u32) -> String {
    let answer = hold(client, patient, cell);
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["hold"].as_str().unwrap().to_owned()
}

fn give_back(client: &mut Client, patient: u32, hold: &str) -> Answer {
    let path = format!("/api/v2/visit/{}/hold/{hold}", guid(LPU));
    client.ask("DELETE", &path, &[("Authorization", &bearer(patient))], &[])
}

fn code(answer: &Answer) -> (u16, String) {
    (
        answer.status,
        answer.json()["message_code"].as_str().unwrap().to_owned(),
    )
}

fn full() -> (u16, String) {
    (400, "4009".to_owned())
}

/// How the first cell is listed, from which source it was booked, and how many places are free.
fn seen(client: &mut Client) -> (Value, Value, Value) {
    let day = &moment(1, "00:00")[..10];
    let doctor = format!("/api/v2/lpu/{}/doctor/{}", guid(LPU), guid(DOCTOR));
    let cells = client
        .ask("GET", &format!("{doctor}/schedule/{day}/{day}"), &[], &[])
        .json();
    let free = client.ask("GET", &doctor, &[], &[]).json()["countFree"].clone();
    (
        cells[0]["status"].clone(),
        cells[0]["bookingSource"].clone(),
        free,
    )
}

/// Makes the holds in the file last no longer than a moment after the next start.
fn shorten(site: &Site) {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    assert_eq!(
        database.execute("UPDATE hold SET seconds = 1 WHERE live = 1", []),
        Ok(1)
    );
}

#[test]
fn a_held_place_is_its_holders_alone() {
    let site = site("");
    let server = site.serve();
    let mut client = server.client();
    assert_eq!(seen(&mut client), (json!("Available"), json!(""), json!(2)));
    let answer = hold(&mut client, FIRST, CELL);
    let until = chrono::DateTime::parse_from_rfc3339(answer.json()["until"].as_str().unwrap()).unwrap();
    let left = (until - harness::now()).num_seconds();
    assert!((80..=90).contains(&left), "{left}");
    assert_eq!(seen(&mut client), (json!("Booked"), json!(""), json!(1)));
    assert_eq!(code(&hold(&mut client, OTHER, CELL)), full());
    assert_eq!(code(&Ask::new(LPU, OTHER, CELL).send(&mut client)), full());
    let ticket = Ask::new(LPU, FIRST, CELL).book(&mut client);
    assert_eq!(ticket["usedCount"], 1);
    assert_eq!(seen(&mut client), (json!("Booked"), json!("Infomat"), json!(1)));
    assert_eq!(
        code(&hold(&mut client, OTHER, CELL)),
        full(),
        "used up, and booked"
    );

    // A new hold ends the other; a place that is given back is free; what is repeated changes nothing.
    site.import(&[slot(6, DOCTOR, 1, "12:00")]);
    let first = held(&mut client, OTHER, 5);
    let second = held(&mut client, OTHER, 6);
    assert_eq!(seen(&mut client).2, json!(1), "the first one is free again");
    for _ in 0..2 {
        for hold in [&first, &second] {
            let answer = give_back(&mut client, OTHER, hold);
            assert_eq!((answer.status, answer.json()), (200, json!({})));
        }
    }
    assert_eq!(seen(&mut client).2, json!(2));
    let third = held(&mut client, OTHER, 5);
    for (patient, hold, expected) in [
        (FIRST, third.as_str(), (400, "5000")),
        (OTHER, &guid(99), (400, "5000")),
        (OTHER, "x", (400, "5000")),
        (21, &third, (400, "4000")),
    ] {
        let (status, told) = code(&give_back(&mut client, patient, hold));
        assert_eq!((status, &*told), expected, "{patient} {hold}");
    }
    drop(server);
    site.run_well(&["verify"], "");
}

#[test]
fn a_hold_is_refused_as_the_booking_would_be() {
    let site = site("[limits]\nholds_a_day = 2\n");
    site.import(&[slot(6, DOCTOR, -1, "10:00"), slot(7, DOCTOR, 2, "10:00")]);
    let server = site.serve();
    let mut client = server.client();
    let path = format!("/api/v2/visit/{}/hold", guid(LPU));
    assert_eq!(
        code(&client.ask("POST", &path, &[], &[])),
        (403, "5010".to_owned())
    );
    let authorized = bearer(FIRST);
    let authorized = [("Authorization", &*authorized)];
    assert_eq!(
        code(&client.ask("POST", &path, &authorized, &[])),
        (400, "4036".to_owned())
    );
    assert_eq!(
        code(&client.ask("POST", &format!("{path}?timeTable=x"), &authorized, &[])),
        (400, "5000".to_owned())
    );
    assert_eq!(client.ask("GET", &path, &[], &[]).status, 405);
    assert_eq!(code(&hold(&mut client, 21, CELL)), (400, "4000".to_owned()));
    for (cell, message) in [(99, "не найден"), (6, "Время приема уже наступило")]
    {
        let refused = hold(&mut client, FIRST, cell);
        assert_eq!(refused.status, 400);
        let told = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(told.contains(message), "{told}");
    }
    Ask::new(LPU, OTHER, CELL).book(&mut client);
    assert_eq!(code(&hold(&mut client, OTHER, 7)), (400, "4008".to_owned()));
    assert_eq!(code(&hold(&mut client, FIRST, CELL)), full());
    shut(&site, 7);
    let refused = hold(&mut client, FIRST, 7);
    assert!(refused.json()["message"].as_str().unwrap().contains("отменен"));

    // By the day's bound, refused holds do not count.
    for _ in 0..2 {
        held(&mut client, FIRST, 5);
    }
    let much = hold(&mut client, FIRST, 5);
    assert_eq!(code(&much), (429, "5000".to_owned()));
    assert!(much.header("retry-after").unwrap().parse::<u32>().unwrap() <= 86_400);
    drop(server);
    let server = site.serve();
    assert_eq!(
        hold(&mut server.client(), FIRST, 5).status,
        429,
        "after a restart too"
    );
}

/// Five hundred ask for one place at one time: one holds it, all others are told at once.
#[test]
fn of_many_who_ask_at_one_time_one_gets_the_place() {
    const CLIENTS: u32 = 500;
    let site = site("");
    site.import(
        &(1_000..1_000 + CLIENTS)
            .map(|number| patient(number, LPU))
            .collect::<Vec<_>>(),
    );
    let server = site.serve();
    let ask = |server: &Server, first: u32| -> Vec<(u32, Answer)> {
        let mut client = server.client();
        (first..first + 50)
            .map(|number| (number, hold(&mut client, number, CELL)))
            .collect()
    };
    let answers: Vec<(u32, Answer)> = thread::scope(|scope| {
        let askers: Vec<_> = (0..CLIENTS / 50)
            .map(|part| {
                scope.spawn({
                    let (server, ask) = (&server, &ask);
                    move || ask(server, 1_000 + part * 50)
                })
            })
            .collect();
        askers
            .into_iter()
            .flat_map(|asker| asker.join().unwrap())
            .collect()
    });
    let (given, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(_, answer)| answer.status == 200);
    assert_eq!((given.len(), refused.len()), (1, CLIENTS as usize - 1));
    assert!(refused.iter().all(|(_, answer)| code(answer) == full()));
    Ask::new(LPU, given[0].0, CELL).book(&mut server.client());
    drop(server);
    site.run_well(&["verify"], "");
}

/// The server is killed between hold and booking: the hold is there after the restart, and ends after its length at the latest.
#[test]
fn a_hold_outlives_a_kill_and_ends_by_itself() {
    let site = site("");
    let server = site.serve();
    held(&mut server.client(), FIRST, CELL);
    drop(server);
    let server = site.serve();
    let mut client = server.client();
    assert_eq!(code(&hold(&mut client, OTHER, CELL)), full());
    drop(server);
    shorten(&site);
    let server = site.serve();
    let mut client = server.client();
    wait_until("the hold has ended", || seen(&mut client).0 == json!("Available"));
    Ask::new(LPU, OTHER, CELL).book(&mut client);
    assert_eq!(code(&Ask::new(LPU, FIRST, CELL).send(&mut client)), full());
    drop(server);
    site.run_well(&["verify"], "");
}

/// An import never fails for a hold: where it takes the place away, the hold ends; a cell that goes takes it along.
#[test]
fn an_import_and_the_reception_pass_over_holds() {
    let site = site("");
    let two = with(slot(CELL, DOCTOR, 1, "10:00"), &json!({"planCount": 2}));
    site.import(&[two]);
    let server = site.serve();
    let mut client = server.client();
    Ask::new(LPU, OTHER, CELL).book(&mut client);
    held(&mut client, FIRST, CELL);
    site.import(&[slot(CELL, DOCTOR, 1, "10:00")]);
    assert_eq!(code(&Ask::new(LPU, FIRST, CELL).send(&mut client)), full());
    held(&mut client, FIRST, 5);
    site.import(&[json!({"kind": "slot", "guid": guid(5), "deleted": true})]);
    assert_eq!(hold(&mut client, FIRST, 5).status, 400);
    site.import(&[slot(5, DOCTOR, 1, "11:00")]);
    held(&mut client, FIRST, 5);
    let message = Ask::new(LPU, FIRST, 5).book(&mut client);
    assert_eq!(message["beginTime"], moment(1, "11:00"), "{}", shown(1, "11:00"));
    drop(server);
    site.run_well(&["verify"], "");
}

/// A visit of the region's that found its place held gets it when the hold ends, before anybody else.
#[test]
fn a_visit_without_place_gets_the_one_that_a_hold_leaves() {
    const CELLS: [u32; 3] = [messages::OURS, messages::LATER, 103];
    let site = messages::site();
    let times = ["10:00", "11:00", "12:00"];
    let cells = CELLS.iter().zip(times);
    site.import(
        &cells
            .map(|(cell, time)| slot(*cell, tickets::THERAPIST, 1, time))
            .collect::<Vec<_>>(),
    );
    let server = site.serve();
    let mut client = server.client();
    let comes = |number: u32, cell: u32| {
        let last = place(&site).last.0;
        tell(&site, &[visit(number, cell, tickets::OTHER)]);
        assert_eq!(kinds(&site, last + 1), ["applied", "displaced"]);
        last + 3
    };
    // Given back.
    let first = held(&mut client, tickets::PATIENT, CELLS[0]);
    let next = comes(201, CELLS[0]);
    assert_eq!(give_back(&mut client, tickets::PATIENT, &first).status, 200);
    assert_eq!(kinds(&site, next), ["booked"]);
    // Left for another one.
    held(&mut client, tickets::PATIENT, CELLS[1]);
    let next = comes(202, CELLS[1]);
    held(&mut client, tickets::PATIENT, CELLS[1]);
    assert_eq!(kinds(&site, next), Vec::<String>::new(), "the same again");
    held(&mut client, tickets::PATIENT, CELLS[2]);
    assert_eq!(kinds(&site, next), ["booked"]);
    // Over.
    let next = comes(203, CELLS[2]);
    drop(server);
    shorten(&site);
    let server = site.serve();
    wait_until("the hold has ended", || kinds(&site, next) == ["booked"]);
    drop(server);
    site.run_well(&["verify"], "");
}
