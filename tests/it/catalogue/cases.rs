//! Each row of the table by requests that are right in everything else, and what they leave behind: nothing.

use super::{Row, TABLE};
use crate::clinic::{self, Ask, guid, with};
use crate::closures::shut;
use crate::harness::{self, Client, Site};
use crate::owners::give_away;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LPU: u32 = 1;
const CHILDREN_LPU: u32 = 2;
const UNKNOWN: u32 = 9;

const THERAPIST: u32 = 11;
const OTHER_THERAPIST: u32 = 12;
const OCULIST: u32 = 13;
const REGISTERING: u32 = 14;
const FOR_THE_OLD: u32 = 15;
const PAEDIATRICIAN: u32 = 21;

const PATIENT: u32 = 31;
const BANNED: u32 = 32;
const CLOSED: u32 = 33;
const OTHER: u32 = 34;
/// Has a visit to the therapist.
const HOLDER: u32 = 35;
const GROWN_UP_AMONG_CHILDREN: u32 = 41;

const EXAM_OF_OTHER: u32 = 51;

const FREE: u32 = 100;
const HELD: u32 = 101;
const SAME_SPECIALITY: u32 = 102;
const SAME_TIME: u32 = 103;
const OF_CHILDREN: u32 = 104;
const OF_REGISTERING: u32 = 105;
const OF_THE_OLD: u32 = 106;
const FOR_CHILDREN: u32 = 107;
const FOR_THE_REGISTRY: u32 = 108;
const LUNCH: u32 = 109;
const BEGUN: u32 = 110;
const FAR: u32 = 111;
const LATER: u32 = 112;
const FULL: u32 = 113;
const OF_CENTRE: u32 = 114;
const SET_ASIDE: u32 = 115;
const SHUT: u32 = 116;

/// A telephone that no refused request may leave in a card.
const PHONE: &str = "8 900 000-00-00";

/// A clinic in which every row of the table can be met.
pub fn lines() -> Vec<Value> {
    let far_sighted = json!({"ageFrom": 60});
    vec![
        clinic::lpu(LPU),
        with(clinic::lpu(CHILDREN_LPU), &json!({"isChildrenPoliclinic": true})),
        clinic::speciality("терапия"),
        clinic::speciality("глаза"),
        clinic::doctor(THERAPIST, LPU, "терапия", "Ежова"),
        clinic::doctor(OTHER_THERAPIST, LPU, "терапия", "Зимина"),
        clinic::doctor(OCULIST, LPU, "глаза", "Орлова"),
        with(
            clinic::doctor(REGISTERING, LPU, "глаза", "Белова"),
            &json!({"dispensaryOnly": true}),
        ),
        with(clinic::doctor(FOR_THE_OLD, LPU, "глаза", "Серова"), &far_sighted),
        clinic::doctor(PAEDIATRICIAN, CHILDREN_LPU, "терапия", "Юнина"),
        clinic::patient(PATIENT, LPU),
        with(clinic::patient(BANNED, LPU), &json!({"selfBookingBanned": true})),
        with(clinic::patient(CLOSED, LPU), &json!({"closed": true})),
        clinic::patient(OTHER, LPU),
        clinic::patient(HOLDER, LPU),
        clinic::patient(GROWN_UP_AMONG_CHILDREN, CHILDREN_LPU),
        clinic::referral("Н-1", "consultation", PATIENT),
        clinic::referral("Н-2", "consultation", OTHER),
        clinic::exam(EXAM_OF_OTHER, OTHER),
        clinic::slot(FREE, THERAPIST, 3, "10:00"),
        with(
            clinic::slot(HELD, THERAPIST, 3, "11:00"),
            &json!({"planCount": 2}),
        ),
        clinic::slot(SAME_SPECIALITY, OTHER_THERAPIST, 4, "10:00"),
        clinic::slot(SAME_TIME, OCULIST, 3, "11:10"),
        clinic::slot(OF_CHILDREN, PAEDIATRICIAN, 3, "10:00"),
        clinic::slot(OF_REGISTERING, REGISTERING, 3, "10:00"),
        clinic::slot(OF_THE_OLD, FOR_THE_OLD, 3, "10:00"),
        with(
            clinic::slot(FOR_CHILDREN, OCULIST, 3, "10:00"),
            &json!({"ageTo": 17}),
        ),
        with(
            clinic::slot(FOR_THE_REGISTRY, OCULIST, 3, "12:00"),
            &json!({"flagAccess": 1}),
        ),
        with(
            clinic::slot(LUNCH, OCULIST, 3, "13:00"),
            &json!({"busyType": {"type": 0, "code": "", "name": ""}}),
        ),
        clinic::slot(OF_CENTRE, OCULIST, 3, "15:00"),
        clinic::slot(SET_ASIDE, OCULIST, 3, "16:00"),
        clinic::slot(SHUT, OCULIST, 3, "17:00"),
        clinic::slot(BEGUN, OCULIST, -1, "10:00"),
        clinic::slot(FAR, OCULIST, 70, "10:00"),
        clinic::slot(LATER, OCULIST, 20, "10:00"),
        clinic::slot(FULL, OCULIST, 3, "14:00"),
    ]
}

/// A row that should be the answer, the request, and what is filled in.
type Case = (&'static str, Ask, Vec<String>);

fn case(row: &'static str, ask: Ask) -> Case {
    (row, ask, Vec::new())
}

/// The ordinary patient asks for a cell.
fn ask(slot: u32) -> Ask {
    Ask::new(LPU, PATIENT, slot)
}

/// The claims of the ordinary patient's token, some of them set otherwise.
fn claims(more: &Value) -> Value {
    with(harness::claims(&guid(LPU), &guid(PATIENT), "Infomat"), more)
}

fn token_cases() -> Vec<Case> {
    let hour = |hours| json!((harness::now() + TimeDelta::hours(hours)).to_rfc3339());
    let forged = harness::sign(&claims(&json!({})), b"a key of somebody else, equally long");
    let nameless = Ask {
        authorization: None,
        ..ask(FREE)
    };
    vec![
        case("no bearer", nameless),
        case("no bearer", ask(FREE).authorized("Basic cGV0cm92OjEyMw==")),
        case("bad token", ask(FREE).authorized("Bearer kiosk")),
        case(
            "bad token",
            ask(FREE).claiming(&claims(&json!({"tokenType": "FerToken"}))),
        ),
        case(
            "bad token",
            ask(FREE).claiming(&claims(&json!({"TokenEndLifeTime": "tomorrow"}))),
        ),
        case("bad signature", ask(FREE).authorized(&format!("Bearer {forged}"))),
        case(
            "expired",
            ask(FREE).claiming(&claims(&json!({"TokenEndLifeTime": hour(-1)}))),
        ),
        case(
            "expired",
            ask(FREE).claiming(&claims(&json!({"TokenBeginLifeTime": hour(1)}))),
        ),
    ]
}

fn parameter_cases() -> Vec<Case> {
    let doctor = guid(THERAPIST);
    let spoilt = [
        ask(FREE).without("timeTable").and("timeTable", "42"),
        ask(FREE).and("timetable", &guid(FREE)),
        ask(FREE).and("directionType", "whim").and("directionId", "Н-1"),
        ask(FREE)
            .and("directionId", &"1".repeat(10_000))
            .and("directionType", "duvisit"),
        ask(FREE).and("email", "nobody"),
        ask(FREE)
            .and("email", "a@example.org")
            .and("email_confirm_agree", "2"),
        ask(FREE).and("phone", "none"),
        ask(FREE).and("fullResponse", "yes"),
        ask(FREE).and("examGuid", "42"),
        ask(FREE).and("externalUserID", &"1".repeat(129)),
        ask(FREE)
            .without("timeTable")
            .and("docGuid", &doctor)
            .and("dateTime", "10:00"),
        Ask {
            lpu: "42".to_owned(),
            ..ask(FREE)
        },
        Ask {
            key: Some("k".repeat(65)),
            ..ask(FREE)
        },
    ];
    let mut cases: Vec<_> = spoilt.into_iter().map(|ask| case("parameter", ask)).collect();
    cases.extend([
        case("direction", ask(FREE).and("directionId", "Н-1")),
        case("direction", ask(FREE).and("directionType", "consultation")),
        case("no cell named", ask(FREE).without("timeTable")),
        case(
            "no cell named",
            ask(FREE).without("timeTable").and("docGuid", &doctor),
        ),
        case(
            "no cell named",
            ask(FREE).without("timeTable").and("dateTime", "2026-01-01 10:00"),
        ),
    ]);
    cases
}

fn look_up_cases() -> Vec<Case> {
    let by_begin = |doctor, time: &str| {
        let begin = clinic::moment(3, time);
        ask(FREE)
            .without("timeTable")
            .and("docGuid", &guid(doctor))
            .and("dateTime", &begin[..16])
    };
    let lost = Ask {
        lpu: guid(UNKNOWN),
        ..ask(FREE)
    };
    let elsewhere = Ask {
        lpu: guid(CHILDREN_LPU),
        ..ask(OF_CHILDREN)
    };
    let no_card = |ask: Ask, patient, lpu| ("card", ask, vec![guid(patient), guid(lpu)]);
    let other_key = Ask {
        key: Some("the-holders-press".to_owned()),
        ..ask(FREE)
    };
    vec![
        case("lpu", lost),
        no_card(Ask::new(LPU, UNKNOWN, FREE), UNKNOWN, LPU),
        no_card(Ask::new(LPU, CLOSED, FREE), CLOSED, LPU),
        no_card(
            Ask::new(LPU, GROWN_UP_AMONG_CHILDREN, FREE),
            GROWN_UP_AMONG_CHILDREN,
            LPU,
        ),
        no_card(elsewhere, PATIENT, CHILDREN_LPU),
        (
            "bookings of today",
            Ask::new(LPU, OTHER, UNKNOWN),
            vec!["2".to_owned()],
        ),
        case("cell", ask(UNKNOWN)),
        case("cell", ask(OF_CHILDREN)),
        case("cell", by_begin(THERAPIST, "10:05")),
        case("cell", by_begin(UNKNOWN, "10:00")),
        case("cell", by_begin(PAEDIATRICIAN, "10:00")),
        case("key", other_key),
        case(
            "referral",
            ask(FREE)
                .and("directionId", "Н-3")
                .and("directionType", "consultation"),
        ),
        case(
            "referral",
            ask(FREE)
                .and("directionId", "Н-1")
                .and("directionType", "diagnostic"),
        ),
        case(
            "referral",
            ask(FREE)
                .and("directionId", "Н-2")
                .and("directionType", "consultation"),
        ),
        case("exam", ask(FREE).and("examGuid", &guid(UNKNOWN))),
        case("exam", ask(FREE).and("examGuid", &guid(EXAM_OF_OTHER))),
    ]
}

fn rule_cases() -> Vec<Case> {
    let holder = |slot| Ask::new(LPU, HOLDER, slot);
    let held = clinic::shown(3, "11:00");
    vec![
        case(
            "children",
            Ask::new(CHILDREN_LPU, GROWN_UP_AMONG_CHILDREN, OF_CHILDREN),
        ),
        case("ban", Ask::new(LPU, BANNED, FREE)),
        case("dispensary", ask(OF_REGISTERING)),
        case("this cell", holder(HELD)),
        (
            "speciality",
            holder(SAME_SPECIALITY),
            vec!["Ежова А. Б.".to_owned(), held.clone()],
        ),
        case("age", ask(OF_THE_OLD)),
        case("age", ask(FOR_CHILDREN)),
        case("of the centre", ask(OF_CENTRE)),
        case("set aside", ask(SET_ASIDE)),
        case("closed time", ask(SHUT)),
        case("access", ask(FOR_THE_REGISTRY)),
        case("reception", ask(LUNCH)),
        case("begun", ask(BEGUN)),
        ("period", ask(FAR), vec!["60".to_owned()]),
        ("schedule days", ask(LATER), vec!["14".to_owned()]),
        case("full", ask(FULL)),
        ("time", holder(SAME_TIME), vec![held]),
    ]
}

/// What the cases are set beside: a visit of the holder's, and one that fills a cell.
pub fn prepare(client: &mut Client) {
    let press = Ask {
        key: Some("the-holders-press".to_owned()),
        ..Ask::new(LPU, HOLDER, HELD)
    };
    press.book(client);
    Ask::new(LPU, OTHER, FULL).book(client);
}

#[test]
fn the_real_binary_gives_every_row_and_a_refusal_changes_nothing() {
    let site = Site::new("[limits]\nbookings_a_day = 2");
    site.import(&lines());
    give_away(&site, OF_CENTRE, "centre");
    give_away(&site, SET_ASIDE, "nobody");
    shut(&site, SHUT);
    let server = site.serve();
    let mut client = server.client();
    prepare(&mut client);
    // The other's second booking.
    Ask::new(LPU, OTHER, HELD).book(&mut client);
    let mut reached = BTreeSet::new();
    let cases = [token_cases(), parameter_cases(), look_up_cases(), rule_cases()];
    for (row, mut ask, filled) in cases.into_iter().flatten() {
        if !ask.parameters.iter().any(|(name, _)| *name == "phone") {
            ask = ask.and("phone", PHONE);
        }
        let filled: Vec<_> = filled.iter().map(String::as_str).collect();
        Row::of(row).expect(&ask.send(&mut client), &filled);
        reached.insert(row);
    }
    assert_eq!(reached, TABLE.iter().map(|row| row.name).collect());

    let database = Connection::open(site.path("infomat.db")).unwrap();
    let count = |query| database.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM visit"), 3);
    assert_eq!(count("SELECT count(*) FROM journal WHERE kind = 'booked'"), 3);
    assert_eq!(count("SELECT sum(used_count) FROM slot"), 3);
    assert_eq!(count("SELECT count(*) FROM patient WHERE phone <> ''"), 0);

    let ticket = ask(FREE).and("phone", PHONE).book(&mut client);
    assert_eq!(
        ticket["timeTableGuid"],
        guid(FREE),
        "the cases' request is right but for what they spoil"
    );
    assert_eq!(count("SELECT count(*) FROM patient WHERE phone <> ''"), 1);
}
