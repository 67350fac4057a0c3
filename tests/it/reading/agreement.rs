//! Goal: for every cell of the demo clinic and a few dozen patients, `Available` means that booking succeeds and
//! `UnavailableWithMessage` carries exactly the text that booking answers; every other status means that booking refuses.
//! Method: an engine lists the cells; each is then booked for the same patient in a batch that is dropped, so that the next one
//! finds the clinic as it was. Every other patient has booked before. And a sample end to end, on the real binary.

use super::demo::{self, guid, json, request};
use crate::harness::{KEY, Site, claims, now, sign};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta};
use infomat::engine::Engine;
use infomat::model::{Bearer, CellName, Contact, Stamp, Wish};
use infomat::refusal::Refusal;
use infomat::rules::{Approval, Policy, Switches, decide};
use infomat::store::Store;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where the patients stand.
const SOURCE: &str = "Infomat";

/// The days that are listed, from today, each within the longest period: the demo's longest timetable ends before.
const PERIODS: [(i64, i64); 2] = [(-1, 59), (60, 80)];

/// Every so many-th cell is tried when rules are switched off.
const SAMPLE: usize = 7;

/// For so many patients.
const SOME: usize = 6;

struct Patient {
    lpu: Uuid,
    mkab: Uuid,
    token: String,
}

/// The demo's characters whose card is open, and some of the crowd, of both clinics.
fn patients(site: &Site) -> Vec<Patient> {
    const OF_THE_CROWD: usize = 16;
    let store = demo::store(site);
    let today = now().date_naive();
    let characters = infomat::demo::characters(today);
    let known: Vec<_> = characters
        .iter()
        .map(|character| (character.lpu, character.mkab))
        .collect();
    let lines = infomat::demo::base(today).map(|line| serde_json::from_str::<Value>(&line).unwrap());
    let crowd = lines
        .filter(|line| line["kind"] == "patient")
        .map(|line| (guid(&line["lpu"]), guid(&line["guid"])))
        .filter(|patient| !known.contains(patient));
    let all = known.iter().copied().chain(crowd.step_by(11).take(OF_THE_CROWD));
    let has_card = |(lpu, mkab): &(Uuid, Uuid)| {
        let lpu = store.find_lpu(*lpu).unwrap().unwrap();
        store.find_open_patient(*mkab, lpu.id).unwrap().is_some()
    };
    all.filter(has_card)
        .map(|(lpu, mkab)| Patient {
            lpu,
            mkab,
            token: sign(&claims(&lpu.to_string(), &mkab.to_string(), SOURCE), KEY),
        })
        .collect()
}

/// All cells of the patient's clinic, as the engine lists them to the patient, telemedicine too.
fn listed(engine: &mut Engine, patient: &Patient, today: NaiveDate) -> Vec<Value> {
    let lpu = patient.lpu;
    let mut get = |path: String| json(&demo::answer(engine, request("GET", path, Some(&patient.token))));
    let mut cells = Vec::new();
    for doctor in get(format!("/lpu/{lpu}/doctor")).as_array().unwrap() {
        let doctor = doctor["guid"].as_str().unwrap();
        for (from, to) in PERIODS {
            let day = |days| today + TimeDelta::days(days);
            let path = format!("/lpu/{lpu}/doctor/{doctor}/schedule/{}/{}", day(from), day(to));
            for filter in ["", "?busyType=322&busyType=323"] {
                cells.extend(get(format!("{path}{filter}")).as_array().unwrap().clone());
            }
        }
    }
    cells
}

/// Books a cell in a batch that is dropped: none when it was booked, else the refusal.
fn tried(store: &mut Store, patient: &Patient, cell: Uuid, policy: &Policy) -> Option<Refusal> {
    let wish = Wish {
        lpu: patient.lpu,
        bearer: Bearer {
            lpu: patient.lpu,
            mkab: patient.mkab,
            login: String::new(),
            source: SOURCE.to_owned(),
            privilege: false,
        },
        cell: CellName::Guid(cell),
        referral: None,
        contact: Contact::default(),
        full_response: true,
        exam: None,
        external_user: None,
        idempotency_key: None,
    };
    let tx = store.write().unwrap();
    let now = now();
    let facts = tx.facts(&wish, now).unwrap();
    match decide(&wish, &facts, policy, now) {
        Ok(Approval::Book(booking)) => {
            let ticket = Uuid::now_v7();
            let ticket = tx.book(&wish, &booking, &Stamp { now, ticket }).unwrap();
            assert_eq!(ticket.cell, Some(cell));
            None
        }
        Ok(Approval::Repeat(_)) => panic!("no key was given"),
        Err(refusal) => Some(refusal),
    }
}

/// Sees that a cell is shown as booking answers; what it is counted as.
fn agree(cell: &Value, answer: Option<&Refusal>) -> String {
    let status = cell["status"].as_str().unwrap();
    let message = cell["message"].as_str().unwrap();
    match (status, answer) {
        ("UnavailableWithMessage", Some(refusal)) => {
            assert_eq!(message, refusal.text(), "{cell}");
            return format!("{status} {}", refusal.code());
        }
        ("Available", None) | ("Booked" | "Expired" | "Unauthorized" | "Unavailable", Some(_)) => {
            assert_eq!(message, "");
        }
        _ => panic!("{cell}: booking answers {answer:?}"),
    }
    status.to_owned()
}

/// Lists and tries every `step`-th cell of each patient's clinic; how often each status came up.
fn compare(site: &Site, policy: Policy, patients: &[Patient], step: usize) -> BTreeMap<String, usize> {
    let mut engine = demo::engine(site, policy);
    let mut store = demo::store(site);
    let mut tally = BTreeMap::new();
    for (number, patient) in patients.iter().enumerate() {
        let before = now();
        let cells = listed(&mut engine, patient, before.date_naive());
        for cell in cells.iter().skip(number % step).step_by(step) {
            let answer = tried(&mut store, patient, guid(&cell["guid"]), &policy);
            let begin: DateTime<FixedOffset> = cell["beginTime"].as_str().unwrap().parse().unwrap();
            // What begins while we look may be shown as it was.
            if !(before..=now()).contains(&begin) {
                *tally.entry(agree(cell, answer.as_ref())).or_default() += 1;
            }
        }
    }
    tally
}

/// Every other patient books: the first cell that is to be had, and one with room for several where there is one.
fn book_some(site: &Site, patients: &[Patient]) {
    let mut engine = demo::engine(site, demo::policy());
    for patient in patients.iter().step_by(2) {
        for room in [1, 2] {
            let cells = listed(&mut engine, patient, now().date_naive());
            let free = cells.iter().find(|cell| {
                cell["status"] == "Available"
                    && cell["count"].as_i64() >= Some(room)
                    && cell["usedCount"] == 0
            });
            let Some(cell) = free else { continue };
            let target = format!("/visit/{}?timeTable={}", patient.lpu, guid(&cell["guid"]));
            json(&demo::answer(
                &mut engine,
                request("POST", target, Some(&patient.token)),
            ));
        }
    }
}

#[test]
fn every_cell_is_shown_as_booking_answers() {
    let site = demo::site();
    let patients = patients(&site);
    assert!(patients.len() >= 30, "{} patients", patients.len());
    book_some(&site, &patients);
    let tally = compare(&site, demo::policy(), &patients, 1);
    for status in ["Available", "Booked", "Unauthorized", "Unavailable"] {
        assert!(tally.contains_key(status), "{tally:#?}");
    }
    for code in [4005, 4007, 4848, 4008, 4029, 5000, 5066, 4011] {
        let status = format!("UnavailableWithMessage {code}");
        assert!(tally.contains_key(&status), "no {status} in {tally:#?}");
    }
}

#[test]
fn rules_that_are_switched_off_mark_no_cell() {
    let site = demo::site();
    let patients = patients(&site);
    book_some(&site, &patients);
    let some = &patients[..SOME];
    let with = |change: fn(&mut Switches)| {
        let mut policy = demo::policy();
        change(&mut policy.switches);
        compare(&site, policy, some, SAMPLE)
    };
    let tally = with(|on| on.access = false);
    assert!(!tally.contains_key("Unauthorized") && !tally.contains_key("Unavailable"));
    assert!(!with(|on| on.past = false).contains_key("Expired"));
    let tally = with(|on| {
        on.schedule_days = false;
        on.max_period = false;
    });
    assert!(!tally.contains_key("UnavailableWithMessage 5066"));
    let tally = with(|on| on.one_per_speciality = false);
    assert!(!tally.contains_key("UnavailableWithMessage 4008"));
}

#[test]
fn a_sample_is_booked_end_to_end_as_it_is_shown() {
    let site = demo::site();
    let patients = patients(&site);
    let server = site.serve();
    let mut client = server.client();
    let mut booked = 0;
    let mut refused = 0;
    for patient in &patients {
        let lpu = patient.lpu;
        let authorization = format!("Bearer {}", patient.token);
        let headers = [("Authorization", &*authorization)];
        let doctors = client
            .ask("GET", &format!("/lpu/{lpu}/doctor"), &headers, b"")
            .json();
        // A second visit meets 4008 and 4011, so every patient comes by twice.
        for doctor in doctors.as_array().unwrap().iter().step_by(3) {
            let doctor = doctor["guid"].as_str().unwrap();
            let day = now().date_naive() + TimeDelta::days(3);
            let target = format!("/api/v2/lpu/{lpu}/doctor/{doctor}/schedule/{day}");
            let cells = client.ask("GET", &target, &headers, b"").json();
            let cells = cells.as_array().unwrap();
            for status in ["UnavailableWithMessage", "Available"] {
                let Some(cell) = cells.iter().find(|cell| cell["status"] == status) else {
                    continue;
                };
                let target = format!("/api/v2/visit/{lpu}?timeTable={}", guid(&cell["guid"]));
                let answer = client.ask("POST", &target, &headers, b"");
                if status == "Available" {
                    assert_eq!(answer.status, 200, "{cell}: {}", answer.json());
                    booked += 1;
                } else {
                    assert_eq!(answer.status, 400, "{cell}");
                    assert_eq!(answer.json()["message"], cell["message"]);
                    refused += 1;
                }
            }
        }
    }
    assert!(
        booked >= 30 && refused >= 30,
        "{booked} booked, {refused} refused"
    );
}
