//! Goal: cards of one person in one clinic (`personGuid`) are one patient: rules, tickets and the waiting list look at all of
//! them, closed ones too, and at nobody else's. Method: made-up cards of a person, of the same person in another clinic, and
//! of somebody else, and the real binary.

use crate::clinic::{Ask, doctor, guid, lpu, patient, slot, speciality, with};
use crate::harness::{self, Answer, Client, Site};
use chrono::TimeDelta;
use serde_json::{Value, json};

const LPU: u32 = 1;
const OTHER_LPU: u32 = 2;
const CARD: u32 = 10;
const SECOND: u32 = 11;
const ELSEWHERE: u32 = 12;
const MERGED: u32 = 13;
const STRANGER: u32 = 14;
const PERSON: u32 = 70;
/// Cells: two places; the same doctor later; another speciality at the first one's time; the other clinic's.
const CELL: u32 = 40;
const LATER: u32 = 41;
const AT_ONE_TIME: u32 = 42;
const OF_OTHER_LPU: u32 = 43;

fn card(n: u32, lpu: u32) -> Value {
    with(patient(n, lpu), &json!({"personGuid": guid(PERSON)}))
}

fn site() -> Site {
    let site = Site::new("");
    site.import(&[
        lpu(LPU),
        lpu(OTHER_LPU),
        speciality("27"),
        speciality("28"),
        doctor(30, LPU, "27", "Ежова"),
        doctor(31, LPU, "28", "Орлова"),
        doctor(32, OTHER_LPU, "27", "Белова"),
        with(slot(CELL, 30, 1, "09:00"), &json!({"planCount": 2})),
        slot(LATER, 30, 1, "11:00"),
        slot(AT_ONE_TIME, 31, 1, "09:00"),
        slot(OF_OTHER_LPU, 32, 1, "09:00"),
        card(CARD, LPU),
        card(SECOND, LPU),
        card(ELSEWHERE, OTHER_LPU),
        card(MERGED, LPU),
        patient(STRANGER, LPU),
    ]);
    site
}

fn code(answer: &Answer) -> String {
    let code = &answer.json()["message_code"];
    code.as_str().unwrap_or_default().to_owned()
}

fn asked_in(lpu: u32, client: &mut Client, card: u32, method: &str, path: &str, body: &Value) -> Answer {
    let claims = harness::claims(&guid(lpu), &guid(card), "Infomat");
    let authorization = format!("Bearer {}", harness::sign(&claims, harness::KEY));
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let mut headers = vec![("Authorization", &*authorization)];
    if !body.is_empty() {
        headers.push(("Content-Type", "application/json"));
    }
    client.ask(method, path, &headers, body.as_bytes())
}

fn asked(client: &mut Client, card: u32, method: &str, path: &str, body: &Value) -> Answer {
    asked_in(LPU, client, card, method, path, body)
}

fn tickets(client: &mut Client, card: u32) -> Vec<Value> {
    let path = format!("/visit/{}", guid(LPU));
    let listed = asked(client, card, "GET", &path, &Value::Null).json();
    let tickets = listed.as_array().unwrap_or_else(|| panic!("{listed}"));
    tickets
        .iter()
        .map(|ticket| ticket["ticketGuid"].clone())
        .collect()
}

#[test]
fn rules_look_at_all_cards_of_the_person_in_the_clinic() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let mut ask = Ask::new(LPU, CARD, CELL);
    ask.key = Some("one-press".to_owned());
    let ticket = ask.book(&mut client);

    for (cell, expected) in [(CELL, "4848"), (LATER, "4008"), (AT_ONE_TIME, "4011")] {
        let refused = Ask::new(LPU, SECOND, cell).send(&mut client);
        assert_eq!(code(&refused), expected, "{}", refused.json());
    }
    let mut again = Ask::new(LPU, SECOND, CELL);
    again.key = Some("one-press".to_owned());
    assert_eq!(again.book(&mut client)["ticketGuid"], ticket["ticketGuid"]);

    let elsewhere = Ask::new(OTHER_LPU, ELSEWHERE, OF_OTHER_LPU).send(&mut client);
    assert_eq!(
        elsewhere.status,
        200,
        "another clinic's patient: {}",
        elsewhere.json()
    );
    let stranger = Ask::new(LPU, STRANGER, CELL).send(&mut client);
    assert_eq!(stranger.status, 200, "{}", stranger.json());
}

#[test]
fn tickets_of_one_card_are_those_of_the_others() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let first = Ask::new(LPU, MERGED, LATER).book(&mut client)["ticketGuid"].clone();
    site.import(&[with(card(MERGED, LPU), &json!({"closed": true}))]);
    let second = Ask::new(LPU, CARD, AT_ONE_TIME).book(&mut client)["ticketGuid"].clone();

    assert_eq!(
        tickets(&mut client, CARD),
        [second.clone(), first.clone()],
        "by begin"
    );
    assert_eq!(tickets(&mut client, SECOND), [second, first.clone()]);
    assert!(tickets(&mut client, STRANGER).is_empty());

    let path = format!("/visit/{}/{}", guid(LPU), first.as_str().unwrap());
    assert_eq!(asked(&mut client, SECOND, "GET", &path, &Value::Null).status, 200);
    for method in ["GET", "DELETE"] {
        let strange = asked(&mut client, STRANGER, method, &path, &Value::Null);
        assert_eq!(
            (strange.status, code(&strange)),
            (400, "5000".to_owned()),
            "{method}"
        );
    }
    let arrived = asked(
        &mut client,
        SECOND,
        "POST",
        &format!("{path}/checkin"),
        &Value::Null,
    );
    assert_ne!(
        arrived.json()["message"],
        strange_text(&mut client),
        "known, and too early"
    );
    let cancelled = asked(&mut client, SECOND, "DELETE", &path, &Value::Null);
    assert_eq!(cancelled.status, 200, "{}", cancelled.json());
    assert_eq!(tickets(&mut client, CARD).len(), 1);
}

/// What the answer about an unknown ticket says.
fn strange_text(client: &mut Client) -> Value {
    let path = format!("/visit/{}/{}", guid(LPU), guid(99));
    asked(client, CARD, "GET", &path, &Value::Null).json()["message"].clone()
}

#[test]
fn a_person_waits_once_whatever_the_card() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let day = (harness::now() + TimeDelta::days(1)).date_naive().to_string();
    let body = json!({"lpuGuid": guid(LPU), "specialityCode": "27", "dateStart": day, "isAgree": 1});
    let path = "/api/v3/waitinglist";
    let entry = asked(&mut client, CARD, "POST", path, &body).json()["guid"].clone();
    let again = asked(&mut client, SECOND, "POST", path, &body);
    assert_eq!(
        (again.status, code(&again)),
        (400, "5000".to_owned()),
        "{}",
        again.json()
    );
    let listed = asked(&mut client, SECOND, "GET", path, &Value::Null).json();
    assert_eq!(listed[0]["guid"], entry, "{listed}");
    let end = format!("{path}/{}", entry.as_str().unwrap());
    assert_eq!(
        asked(&mut client, STRANGER, "DELETE", &end, &Value::Null).status,
        400
    );
    assert_eq!(
        asked(&mut client, SECOND, "DELETE", &end, &Value::Null).status,
        200
    );
    assert_eq!(asked(&mut client, SECOND, "POST", path, &body).status, 200);
}

/// Goal: what a person has elsewhere is nothing to this clinic. Method: a booking in the one clinic beside an entry in the other, and
/// an import that puts the visit in the other at the time of this one's.
#[test]
fn another_clinics_cards_are_other_patients() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let entry = waiting(&mut client, OTHER_LPU, ELSEWHERE);
    Ask::new(LPU, CARD, LATER).book(&mut client);
    assert_eq!(
        entry_status(&mut client, OTHER_LPU, ELSEWHERE),
        "Active",
        "{entry}"
    );
    Ask::new(OTHER_LPU, ELSEWHERE, OF_OTHER_LPU).book(&mut client);
    assert_eq!(entry_status(&mut client, OTHER_LPU, ELSEWHERE), "Ended");
    let moved = slot(OF_OTHER_LPU, 32, 1, "11:00").to_string();
    let said = site.run_well(&["import", "-"], &moved);
    assert!(
        said.contains("Visits that are moved") && !said.contains("at one time"),
        "{said}"
    );
    site.run_well(&["verify"], "");
}

/// Puts a patient on the waiting list of the clinic; the answer.
fn waiting(client: &mut Client, lpu: u32, card: u32) -> Value {
    let day = (harness::now() + TimeDelta::days(1)).date_naive().to_string();
    let body = json!({"lpuGuid": guid(lpu), "specialityCode": "27", "dateStart": day, "isAgree": 1});
    asked_in(lpu, client, card, "POST", "/api/v3/waitinglist", &body).json()
}

/// The status of a patient's only entry.
fn entry_status(client: &mut Client, lpu: u32, card: u32) -> Value {
    asked_in(lpu, client, card, "GET", "/api/v3/waitinglist", &Value::Null).json()[0]["status"].clone()
}

/// A GUID that the registry gives to everybody is nobody's.
#[test]
fn more_cards_than_one_person_has_are_of_as_many_patients() {
    let site = site();
    let crowd: Vec<Value> = (100..120).map(|n| card(n, LPU)).collect();
    site.import(&crowd);
    let server = site.serve();
    let mut client = server.client();
    waiting(&mut client, LPU, MERGED);
    Ask::new(LPU, CARD, CELL).book(&mut client);
    Ask::new(LPU, SECOND, CELL).book(&mut client);
    assert_eq!(tickets(&mut client, CARD).len(), 1);
    assert_eq!(entry_status(&mut client, LPU, MERGED), "Active");
    let moved = slot(CELL, 30, 1, "09:05");
    let moved = with(moved, &json!({"planCount": 2})).to_string();
    let said = site.run_well(&["import", "-"], &moved);
    assert!(!said.contains("at one time"), "{said}");
    site.run_well(&["verify"], "");
}
