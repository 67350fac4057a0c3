//! Goal: who waits is offered a place that fits, which is held for that patient alone, and the entry ends with the booking. Method:
//! the real binary; entries are made at a terminal, places by an import.

use super::{Person, code, site};
use crate::clinic::{Ask, doctor, guid, moment, patient, slot, speciality, with};
use crate::closures::shut;
use crate::harness::{self, Client, KEY, Site};
use serde_json::{Value, json};

const LPU: u32 = 1;

fn day(days: i64) -> String {
    moment(days, "00:00")[..10].to_owned()
}

/// Puts a patient on the list; the entry's GUID.
fn wait(client: &mut Client, patient: u32, more: &Value) -> String {
    let claims = harness::claims(&guid(LPU), &guid(patient), "Infomat");
    let authorization = format!("Bearer {}", harness::sign(&claims, KEY));
    let wish = json!({"lpuGuid": guid(LPU), "specialityCode": "27", "isAgree": 1, "dateStart": day(0), "phone": "12-34-56"});
    let headers = [
        ("Authorization", &*authorization),
        ("Content-Type", "application/json"),
    ];
    let answer = client.ask(
        "POST",
        "/api/v3/waitinglist",
        &headers,
        with(wish, more).to_string().as_bytes(),
    );
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()["guid"].as_str().unwrap().to_owned()
}

fn begins(cells: &Value) -> Vec<String> {
    let cells = cells.as_array().unwrap();
    cells
        .iter()
        .map(|cell| cell["beginTime"].as_str().unwrap().to_owned())
        .collect()
}

fn guids(list: &Value) -> Vec<String> {
    let entries = list["entries"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| entry["guid"].as_str().unwrap().to_owned())
        .collect()
}

/// The first still waits; the second does not.
fn wrong_offers_are_refused(site: &Site, person: &mut Person, first: &str, second: &str) {
    for (entry, body, expected) in [
        (first, json!({"timeTable": guid(3)}), "4009"),
        (first, json!({"timeTable": guid(8)}), "5000"),
        (first, json!({"timeTable": guid(99)}), "5000"),
        (first, json!({}), "5000"),
        (second, json!({"timeTable": guid(6)}), "5000"),
        ("x", json!({"timeTable": guid(6)}), "5000"),
    ] {
        let refused = person.change("POST", &format!("/desk/api/waiting/{entry}/offer"), &body);
        assert_eq!(code(&refused), (400, expected.to_owned()), "{entry} {body}");
    }
    let fitting = format!("/desk/api/waiting?cell={}", guid(6));
    assert_eq!(guids(&person.see(&fitting)), [first]);
    shut(site, 6);
    assert_eq!(
        guids(&person.see(&fitting)),
        [""; 0],
        "a closed place is no place"
    );
}

#[test]
fn a_fitting_place_is_offered_and_booked() {
    let site = site("[desk]\noffer_minutes = 45\n");
    site.import(&[
        slot(5, 2, 1, "15:00"),
        slot(6, 2, 3, "11:00"),
        speciality("43"),
        doctor(7, LPU, "43", "Сердцев"),
        slot(8, 7, 1, "10:00"),
        patient(20, LPU),
        patient(21, LPU),
    ]);
    let server = site.serve();
    let mut client = server.client();
    let first = wait(&mut client, 4, &json!({"complaints": "<b>болит</b>"}));
    let second = wait(
        &mut client,
        20,
        &json!({"dateEnd": day(2), "timeStart": "12:00", "timeEnd": "16:00"}),
    );
    let mut person = Person::of(&site, &server, "registrar");
    let list = person.see("/desk/api/waiting");
    assert_eq!(guids(&list), [&*first, &*second], "the longest first");
    let entry = &list["entries"][0];
    assert_eq!(
        (
            &entry["mkab"],
            &entry["phone"],
            &entry["complaints"],
            &entry["offer"]
        ),
        (
            &json!(guid(4)),
            &json!("12-34-56"),
            &json!("<b>болит</b>"),
            &Value::Null
        )
    );
    let fitting = |cell: u32| format!("/desk/api/waiting?cell={}", guid(cell));
    assert_eq!(guids(&person.see(&fitting(5))), [&*first, &*second]);
    assert_eq!(guids(&person.see(&fitting(6))), [&*first]);
    assert_eq!(guids(&person.see(&fitting(8))), [""; 0], "another speciality");
    let path = |entry: &str, what: &str| format!("/desk/api/waiting/{entry}/{what}");
    assert_eq!(begins(&person.see(&path(&second, "cells"))), [moment(1, "15:00")]);
    assert_eq!(
        begins(&person.see(&path(&first, "cells"))),
        [moment(1, "10:00"), moment(1, "15:00"), moment(3, "11:00")]
    );

    // The place is held for who waits, and for nobody else.
    let offered = person.do_well("POST", &path(&second, "offer"), &json!({"timeTable": guid(5)}));
    let until = chrono::DateTime::parse_from_rfc3339(offered["until"].as_str().unwrap()).unwrap();
    assert!(
        (44..=45).contains(&(until - harness::now()).num_minutes()),
        "{until}"
    );
    let refused = Ask::new(LPU, 21, 5).send(&mut client);
    assert_eq!(code(&refused), (400, "4009".to_owned()));
    let list = person.see("/desk/api/waiting");
    let offer = &list["entries"][1]["offer"];
    assert_eq!(
        (&offer["timeTable"], &offer["login"], &offer["until"]),
        (&json!(guid(5)), &json!("registrar-1"), &offered["until"])
    );
    assert_eq!(
        begins(&person.see(&path(&first, "cells"))),
        [moment(1, "10:00"), moment(3, "11:00")]
    );
    drop(server);
    let server = site.serve();
    let mut client = server.client();
    assert_eq!(
        code(&Ask::new(LPU, 21, 5).send(&mut client)),
        (400, "4009".to_owned()),
        "after a restart"
    );
    let password = site.run_well(&["staff", "reset", "registrar-1"], "");
    let mut person = Person::stranger(&server);
    person.sign_in("registrar-1", password.trim().strip_prefix("password: ").unwrap());

    // A booking, wherever, uses the hold up and ends the entry.
    Ask::new(LPU, 20, 5).book(&mut client);
    assert_eq!(guids(&person.see("/desk/api/waiting")), [&*first]);
    person.do_well("POST", &path(&first, "offer"), &json!({"timeTable": guid(3)}));
    person.do_well("POST", &path(&first, "offer"), &json!({"timeTable": guid(6)}));
    person.do_well("POST", &path(&first, "withdraw"), &json!({}));
    Ask::new(LPU, 21, 3).book(&mut client);

    wrong_offers_are_refused(&site, &mut person, &first, &second);
    person.do_well("POST", &path(&first, "end"), &json!({}));
    assert_eq!(guids(&person.see("/desk/api/waiting")), [""; 0]);
    assert_eq!(
        person.change("POST", &path(&first, "end"), &json!({})).status,
        400
    );

    let mut doctor = Person::of(&site, &server, "doctor");
    assert_eq!(code(&doctor.read("/desk/api/waiting")), (403, "5402".to_owned()));
    let refused = doctor.change("POST", &path(&first, "offer"), &json!({"timeTable": guid(6)}));
    assert_eq!(code(&refused), (403, "5402".to_owned()));
    drop(server);
    site.run_well(&["verify"], "");
}
