//! Goal: a registrar finds a patient, books, moves, cancels and marks as come under the terminal's rules; each change is in the
//! history with the login, and in the log. Method: the real binary; what is in the way is made by booking at a terminal.

use super::{Person, code, site};
use crate::clinic::{self, Ask, doctor, guid, moment, patient, shown, slot, speciality, with};
use crate::harness::Site;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs;

const LPU: u32 = 1;

/// A second doctor (7) of another speciality, cells, and patients whose surnames are alike.
fn fill(site: &Site) {
    site.import(&[
        slot(5, 2, 2, "11:00"),
        speciality("43"),
        doctor(7, LPU, "43", "Сердцев"),
        slot(8, 7, 1, "10:00"),
        slot(9, 7, 3, "12:00"),
        slot(10, 7, 0, "00:00"),
        with(
            patient(20, LPU),
            &json!({"family": "ПЁТРУХИН", "name": "Анна", "policyNumber": "1234567890123456", "snils": "11223344595"}),
        ),
        with(patient(21, LPU), &json!({"family": "Петренко", "name": "Борис", "closed": true})),
        with(patient(22, LPU), &json!({"family": "Иванов", "policyNumber": "1234567890123456"})),
        with(patient(23, LPU), &json!({"family": "Ибн Аль Хатиб", "name": "Юсуф", "birthDate": "1970-01-01"})),
    ]);
}

fn names(found: &Value) -> Vec<String> {
    let name = |one: &Value| one["name"].as_str().unwrap().to_owned();
    found["patients"].as_array().unwrap().iter().map(name).collect()
}

fn find(person: &mut Person, typed: &str) -> Vec<String> {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    let typed = utf8_percent_encode(typed, NON_ALPHANUMERIC);
    names(&person.see(&format!("/desk/api/patients?q={typed}")))
}

#[test]
fn a_patient_is_found_by_whatever_is_known() {
    let site = site("");
    fill(&site);
    let server = site.serve();
    let mut person = Person::of(&site, &server, "registrar");
    let ticket = Ask::new(LPU, 4, 3).book(&mut server.client());
    assert_eq!(
        find(&mut person, "пет"),
        ["Петренко Борис", "Петров Петр", "ПЁТРУХИН Анна"]
    );
    assert_eq!(find(&mut person, "ПЕТРУ"), ["ПЁТРУХИН Анна"]);
    assert_eq!(find(&mut person, "пётр а"), ["ПЁТРУХИН Анна"]);
    assert_eq!(find(&mut person, "петро 15.06.1980"), ["Петров Петр"]);
    assert_eq!(find(&mut person, "петро 16.06.1980"), [""; 0]);
    assert_eq!(find(&mut person, "петров петр п"), [""; 0]);
    for whole in ["ибн аль хат", "Ибн Аль Хатиб Ю", "ибн ю"] {
        assert_eq!(find(&mut person, whole), ["Ибн Аль Хатиб Юсуф"], "{whole}");
    }
    let namesake = |number| {
        let name = json!({"family": "Петров", "name": "Антон", "birthDate": "1990-01-01", "policyNumber": "", "snils": ""});
        with(patient(number, LPU), &name)
    };
    site.import(&(100..160).map(namesake).collect::<Vec<_>>());
    assert_eq!(
        find(&mut person, "петро 15.06.1980"),
        ["Петров Петр"],
        "among more namesakes than are listed"
    );
    let namesakes = person.see("/desk/api/patients?q=%D0%9F%D0%B5%D1%82%D1%80%D0%BE%D0%B2");
    assert_eq!((names(&namesakes).len(), &namesakes["more"]), (50, &json!(true)));
    assert_eq!(find(&mut person, "15.06.1980").len(), 4);
    assert_eq!(
        find(&mut person, "1234 5678 9012 3456"),
        ["ПЁТРУХИН Анна", "Иванов Петр"]
    );
    assert_eq!(find(&mut person, "112-233-445 95"), ["ПЁТРУХИН Анна"]);
    assert_eq!(
        find(&mut person, ticket["ticketGuid"].as_str().unwrap()),
        ["Петров Петр"]
    );
    let code = ticket["receipt"].as_str().unwrap();
    let (rest, last) = code.split_at(code.len() - 1);
    let wrong = format!("{rest}{}", (last.parse::<u32>().unwrap() + 1) % 10);
    assert_eq!(find(&mut person, code), ["Петров Петр"]);
    for nobody in [&wrong, "%", "_", "пет%", "ъ", "000000", "' OR 1=1", &guid(99)] {
        assert_eq!(find(&mut person, nobody), [""; 0], "{nobody}");
    }
    assert_eq!(person.read("/desk/api/patients?q=").status, 400);

    let card = person.see(&format!("/desk/api/patients/{}", guid(20)));
    assert_eq!(card["doubles"][0]["mkab"], guid(22), "{card}");
    let card = person.see(&format!("/desk/api/patients/{}", guid(4)));
    assert_eq!(card["visits"][0]["ticketGuid"], ticket["ticketGuid"]);
    let closed = json!({"closed": true});
    site.import(&[with(patient(4, LPU), &closed)]);
    let card = person.see(&format!("/desk/api/patients/{}", guid(4)));
    assert_eq!(card["closed"], true);
    assert_eq!(
        card["visits"][0]["ticketGuid"], ticket["ticketGuid"],
        "closed with a visit"
    );
    assert_eq!(
        person.read(&format!("/desk/api/patients/{}", guid(99))).status,
        400
    );

    site.import(&[patient(4, LPU)]);
    person.do_well(
        "POST",
        &format!("/desk/api/patients/{}/contact", guid(4)),
        &json!({"phone": "+7 900 000 00 00", "email": ""}),
    );
    assert_eq!(
        person.see(&format!("/desk/api/patients/{}", guid(4)))["phone"],
        "+7 900 000 00 00"
    );
    let wrong = person.change(
        "POST",
        &format!("/desk/api/patients/{}/contact", guid(4)),
        &json!({"phone": "нет"}),
    );
    assert!(
        wrong.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("Параметр phone")
    );
}

#[test]
fn a_registrar_books_moves_and_cancels() {
    let site = site("");
    fill(&site);
    let server = site.serve();
    let mut person = Person::of(&site, &server, "registrar");
    let visits = format!("/desk/api/patients/{}/visits", guid(4));
    let key = json!({"timeTable": guid(3), "phone": "12-34-56", "idempotencyKey": "k1"});
    let booked = person.do_well("POST", &visits, &key);
    assert_eq!(
        (&booked["sourceName"], &booked["login"]),
        (&json!("Registry"), &json!("registrar-1"))
    );
    assert_eq!(
        person.do_well("POST", &visits, &key)["ticketGuid"],
        booked["ticketGuid"],
        "a lost answer"
    );

    // The rules are the terminal's, and what they refuse is told before.
    let days = format!(
        "/desk/api/patients/{}/cells/{}/{}/{}",
        guid(4),
        guid(2),
        &moment(0, "00:00")[..10],
        &moment(3, "00:00")[..10]
    );
    let cells = person.see(&days);
    let message = format!(
        "Вы уже записаны Врачова А. Б. на {}. Запрещено иметь более одной активной записи на прием на одну специальность.",
        shown(1, "10:00")
    );
    assert_eq!(
        (&cells[1]["status"], &cells[1]["message"]),
        (&json!("UnavailableWithMessage"), &json!(message))
    );
    let second = json!({"timeTable": guid(5)});
    let refused = person.change("POST", &visits, &second);
    assert_eq!(code(&refused), (400, "4008".to_owned()));
    let same_time = person.change("POST", &visits, &json!({"timeTable": guid(8)}));
    assert_eq!(code(&same_time), (400, "4011".to_owned()));
    let overriding = json!({"timeTable": guid(5), "overrideReason": "так надо"});
    assert_eq!(
        code(&person.change("POST", &visits, &overriding)),
        (400, "4008".to_owned()),
        "not allowed here"
    );

    // Moved within its speciality, by which it does not stand in its own way.
    let ticket = booked["ticketGuid"].as_str().unwrap();
    let path = |what| format!("/desk/api/visits/{ticket}/{what}");
    let put_off = person.see(&format!("{days}?putOff={ticket}"));
    assert_eq!(put_off[1]["status"], "Available", "{put_off}");
    let moved = person.do_well("POST", &path("move"), &second);
    assert_eq!(
        (&moved["ticketGuid"], &moved["num"]),
        (&booked["ticketGuid"], &booked["num"])
    );
    assert_eq!(moved["beginTime"], moment(2, "11:00"));
    let change = moved["history"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&change["element"], &change["editor"]),
        (&json!("beginTime"), &json!("registrar-1"))
    );
    let free = Ask::new(LPU, 20, 3).book(&mut server.client());
    assert_eq!(free["usedCount"], 1, "the old place was free");
    let taken = person.change("POST", &path("move"), &json!({"timeTable": guid(3)}));
    assert_eq!(code(&taken), (400, "4009".to_owned()));
    assert_eq!(
        person.do_well("POST", &path("move"), &second)["beginTime"],
        moment(2, "11:00"),
        "where it is"
    );

    assert_eq!(
        person.change("POST", &path("cancel"), &json!({})).status,
        400,
        "without a reason"
    );
    let cancelled = person.do_well("POST", &path("cancel"), &json!({"reason": "Врач болен"}));
    assert_eq!(cancelled["cancelled"], true);
    let reason = cancelled["history"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&reason["newValue"], &reason["editor"]),
        (&json!("Врач болен"), &json!("registrar-1"))
    );
    assert_eq!(
        person.do_well("POST", &path("cancel"), &json!({"reason": "x"})),
        cancelled,
        "again"
    );
    assert_eq!(
        code(&person.change("POST", &path("move"), &second)),
        (400, "4022".to_owned())
    );
    told_in_the_log(&site, &["desk_book", "desk_move", "desk_cancel"]);
    drop(server);
    site.run_well(&["verify"], "");
}

/// The log has each change with the login, and nothing of a patient.
fn told_in_the_log(site: &Site, done: &[&str]) {
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    for did in done {
        assert!(
            log.contains(&format!("login=registrar-1 did={did}")),
            "{did}: {log}"
        );
    }
    assert!(!log.contains("Петров") && !log.contains("12-34-56"), "{log}");
}

#[test]
fn an_arrival_is_marked_once_and_seen_in_the_day() {
    let site = site("[rules]\npast = false\n");
    fill(&site);
    let server = site.serve();
    let mut person = Person::of(&site, &server, "registrar");
    let visits = format!("/desk/api/patients/{}/visits", guid(4));
    let today = person.do_well("POST", &visits, &json!({"timeTable": guid(10)}));
    let path = format!(
        "/desk/api/visits/{}/checkin",
        today["ticketGuid"].as_str().unwrap()
    );
    let come = person.do_well("POST", &path, &json!({}));
    assert_eq!(come["came"], true);
    assert_eq!(person.do_well("POST", &path, &json!({})), come);
    assert_eq!(person.see("/desk/api/day")["visits"][0]["state"], "came");

    told_in_the_log(&site, &["desk_book", "desk_check_in"]);
    drop(server);
    site.run_well(&["verify"], "");
}

/// What the configuration lets the reception override takes a reason, which the history has; other rules hold all the same.
#[test]
fn a_rule_is_overridden_where_the_clinic_says_so() {
    let site = site("[desk]\nmay_override = ['one_per_speciality', 'one_per_time']\n");
    fill(&site);
    let server = site.serve();
    let mut person = Person::of(&site, &server, "registrar");
    let visits = format!("/desk/api/patients/{}/visits", guid(4));
    person.do_well("POST", &visits, &json!({"timeTable": guid(3)}));
    assert_eq!(
        code(&person.change("POST", &visits, &json!({"timeTable": guid(5)}))),
        (400, "4008".to_owned())
    );
    let booked = person.do_well(
        "POST",
        &visits,
        &json!({"timeTable": guid(5), "overrideReason": "Направил главный врач"}),
    );
    let entry = booked["history"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (
            &entry["element"],
            &entry["oldValue"],
            &entry["newValue"],
            &entry["editor"]
        ),
        (
            &json!("override"),
            &json!("one_per_speciality"),
            &json!("Направил главный врач"),
            &json!("registrar-1")
        )
    );
    let again = person.change(
        "POST",
        &visits,
        &json!({"timeTable": guid(5), "overrideReason": "еще"}),
    );
    assert_eq!(code(&again), (400, "4848".to_owned()));
    drop(server);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let overrides: i64 = database
        .query_row(
            "SELECT count(*) FROM visit_history WHERE element = 'override'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(overrides, 1);
    site.run_well(&["verify"], "");
}

/// A doctor's login gets none of the registrar's methods, whatever is asked for.
#[test]
fn a_doctor_may_not_do_what_a_registrar_does() {
    let site = site("");
    fill(&site);
    let server = site.serve();
    let ticket = Ask::new(LPU, 4, 3).book(&mut server.client());
    let mut person = Person::of(&site, &server, "doctor");
    let ticket = ticket["ticketGuid"].as_str().unwrap().to_owned();
    let card = guid(4);
    let changes = [
        (
            format!("/desk/api/patients/{card}/visits"),
            json!({"timeTable": guid(8)}),
        ),
        (
            format!("/desk/api/patients/{card}/contact"),
            json!({"phone": "1"}),
        ),
        ("/desk/api/patients".to_owned(), json!({})),
        (
            format!("/desk/api/visits/{ticket}/move"),
            json!({"timeTable": guid(5)}),
        ),
        (
            format!("/desk/api/visits/{ticket}/cancel"),
            json!({"reason": "x"}),
        ),
        (format!("/desk/api/visits/{ticket}/checkin"), json!({})),
    ];
    for (path, body) in &changes {
        assert_eq!(
            code(&person.change("POST", path, body)),
            (403, "5402".to_owned()),
            "{path}"
        );
    }
    for path in [
        "patients?q=пет",
        &format!("patients/{card}"),
        &format!("patients/{card}/specialities"),
    ] {
        let answer = person.read(&format!("/desk/api/{}", path.replace("пет", "%D0%BF")));
        assert_eq!(code(&answer), (403, "5402".to_owned()), "{path}");
    }
    let mut registrar = Person::of(&site, &server, "registrar");
    let card = registrar.see(&format!("/desk/api/patients/{}", clinic::guid(4)));
    assert_eq!(card["visits"].as_array().unwrap().len(), 1);
    assert_eq!(card["visits"][0]["cancelled"], false);
}
