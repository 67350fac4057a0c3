//! Many requests with something wrong here and there: each gets a ticket or a row of the table, never anything else.

use super::{TABLE, cases};
use crate::clinic::{self, Ask, guid};
use crate::harness::{self, Site};
use crate::model::Dice;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// How many requests are made up.
const REQUESTS: usize = 3_000;

/// After how many requests the visits are cancelled by another hand, so that patients can book again.
const REQUESTS_BETWEEN_CLEARINGS: usize = 50;

/// Different rows, tickets among them, that have to come up: fewer, and the requests are too much alike.
const ROWS_MIN: usize = 25;

/// Fewest tickets that have to come up.
const TICKETS_MIN: usize = 100;

/// The parameters, and in one of how many requests each is. A second `timeTable` is one too many.
const PARAMETERS: [(&str, usize); 13] = [
    ("timeTable", 1),
    ("docGuid", 2),
    ("dateTime", 2),
    ("directionId", 20),
    ("directionType", 20),
    ("email", 8),
    ("email_confirm_agree", 8),
    ("phone", 8),
    ("fullResponse", 8),
    ("examGuid", 20),
    ("externalUserID", 8),
    ("unheardOf", 8),
    ("timetable", 90),
];

/// Values that may stand for a parameter, right ones and wrong ones.
fn value(dice: &mut Dice, name: &str) -> String {
    if dice.once_in(60) {
        let wrong = [
            "", " ", "\0", "42", "'; --", "%", "\u{202e}", "null", "ё", "-1", "1e999",
        ];
        return dice.of(&wrong).to_owned();
    }
    match name {
        "timeTable" | "timetable" => guid(u32::try_from(100 + dice.roll(16)).unwrap()),
        "docGuid" => guid(u32::try_from(11 + dice.roll(5)).unwrap()),
        "dateTime" => {
            let times = ["10:00", "11:00", "11:10", "12:00", "10:01"];
            let moment = clinic::moment(3, dice.of(&times));
            moment[..16].replace('T', dice.of(&["T", " "]))
        }
        "directionId" => dice.of(&["Н-1", "Н-2", "Н-3"]).to_owned(),
        "directionType" => dice.of(&["consultation", "diagnostic", "duvisit"]).to_owned(),
        "email" => "a@example.org".to_owned(),
        "examGuid" => guid(51),
        "fullResponse" => dice.of(&["true", "false"]).to_owned(),
        _ => dice.of(&["0", "1"]).to_owned(),
    }
}

fn authorization(dice: &mut Dice, lpu: u32) -> Option<String> {
    let patient = if lpu == 1 {
        dice.of(&[31, 31, 32, 33, 34, 35, 41])
    } else {
        dice.of(&[31, 41])
    };
    let source = dice.of(&["Infomat", "Callcenter", "Registry", "Nobody"]);
    let mut claims = harness::claims(&guid(lpu), &guid(patient), source);
    match dice.roll(100) {
        0 => return dice.of(&[None, Some("Basic a".to_owned())]),
        1 => return Some("Bearer a.b.c".to_owned()),
        2 => claims["tokenType"] = "FerToken".into(),
        3 => claims["TokenEndLifeTime"] = dice.of(&["", "2019-01-18T09:48:36.5+03:00"]).into(),
        _ => {}
    }
    let key: &[u8] = if dice.once_in(100) {
        b"another key"
    } else {
        harness::KEY
    };
    Some(format!("Bearer {}", harness::sign(&claims, key)))
}

fn ask(dice: &mut Dice) -> Ask {
    let lpu = dice.of(&[1, 1, 1, 1, 1, 1, 1, 2]);
    let mut ask = Ask {
        base: dice.of(&["/api/v2/visit/", "/visit/", "/API/v2/Visit/"]),
        lpu: guid(lpu),
        authorization: authorization(dice, lpu),
        parameters: Vec::new(),
        key: dice.once_in(4).then(|| format!("key-{}", dice.roll(200))),
    };
    match dice.roll(60) {
        0 => ask.lpu = guid(9),
        1 => ask.lpu = String::from("42"),
        2 => ask.key = Some(String::new()),
        _ => {}
    }
    for (name, one_in) in PARAMETERS {
        if dice.once_in(one_in) {
            let value = value(dice, name);
            ask = ask.and(name, &value);
        }
    }
    if dice.once_in(6) {
        ask.without("timeTable")
    } else {
        ask
    }
}

#[test]
fn whatever_is_asked_the_answer_is_a_ticket_or_a_row() {
    let site = Site::new("");
    site.import(&cases::lines());
    let server = site.serve();
    let mut client = server.client();
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let mut dice = Dice(4_009);
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..REQUESTS {
        if number % REQUESTS_BETWEEN_CLEARINGS == 0 {
            database
                .execute("UPDATE visit SET status = 'cancelled'", [])
                .unwrap();
            cases::prepare(&mut client);
        }
        let ask = ask(&mut dice);
        let answer = ask.send(&mut client);
        let body = answer.json();
        let word = |field| body[field].as_str().unwrap_or_default();
        let text = word("message");
        let mut rows = TABLE.iter();
        let name = match rows.find(|row| row.covers(answer.status, word("message_code"), text)) {
            Some(row) => row.name,
            None if answer.status == 200 => "ticket",
            None => panic!("{body} is not in the table, for {:?}", ask.parameters),
        };
        *tally.entry(name).or_default() += 1;
    }
    assert!(tally["ticket"] >= TICKETS_MIN, "{tally:#?}");
    assert!(tally.len() >= ROWS_MIN, "{tally:#?}");
}
