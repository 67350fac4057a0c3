//! Goal: a doctor is ill: the reception closes the time, and the list of the patients concerned is worked through by several
//! people until nobody stands there. Method: the real binary; what befalls each visit is done by hand.

use super::{Person, code, site};
use crate::clinic::{Ask, guid, moment, patient, slot};
use crate::harness::{Client, Site};
use serde_json::{Value, json};

const LPU: u32 = 1;

fn handled(closure: &Value) -> Vec<String> {
    let visits = closure["visits"].as_array().unwrap();
    visits
        .iter()
        .map(|visit| visit["handled"].as_str().unwrap().to_owned())
        .collect()
}

/// What `check` says of closed times.
fn checked(site: &Site) -> String {
    let printed = site.run(&["check"], "").stdout;
    let printed = String::from_utf8(printed).unwrap();
    let line = printed
        .lines()
        .find(|line| line.contains("closed times"))
        .unwrap();
    assert!(!printed.contains("Петров"), "nobody is named: {printed}");
    line.to_owned()
}

/// Cells of tomorrow and the day after, and three patients who have booked tomorrow's: their tickets.
fn booked(site: &Site, client: &mut Client) -> Vec<String> {
    site.import(&[
        slot(5, 2, 1, "11:00"),
        slot(6, 2, 1, "12:00"),
        slot(7, 2, 1, "13:00"),
        slot(8, 2, 2, "10:00"),
        patient(20, LPU),
        patient(21, LPU),
        patient(22, LPU),
    ]);
    [(4, 3), (20, 5), (21, 6)]
        .map(|(patient, cell)| Ask::new(LPU, patient, cell).book(client))
        .iter()
        .map(|ticket| ticket["ticketGuid"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_patients_of_a_closed_day_are_a_list_to_work_through() {
    let site = site("");
    let server = site.serve();
    let mut person = Person::of(&site, &server, "registrar");
    let mut client = server.client();
    let tickets = booked(&site, &mut client);
    let tomorrow = moment(1, "00:00")[..10].to_owned();
    let wish = json!({"guid": guid(70), "resource": guid(2), "date": tomorrow, "reason": " Врач болен "});
    assert!(checked(&site).starts_with("ok "));
    let closed = person.do_well("POST", "/desk/api/closures", &wish);
    assert_eq!(
        (
            &closed["reason"],
            &closed["login"],
            &closed["concerned"],
            &closed["left"]
        ),
        (&json!("Врач болен"), &json!("registrar-1"), &json!(3), &json!(3))
    );
    assert_eq!(
        (&closed["beginTime"], &closed["endTime"]),
        (&json!(moment(1, "00:00")), &json!(moment(2, "00:00")))
    );
    assert_eq!(handled(&closed), ["waiting"; 3]);
    assert!(checked(&site).contains("closed: 3; the reception's page"));
    assert_eq!(
        person.do_well("POST", "/desk/api/closures", &wish),
        closed,
        "a lost answer"
    );
    let refused = Ask::new(LPU, 22, 7).send(&mut client);
    assert!(refused.json()["message"].as_str().unwrap().contains("отменен"));
    assert_eq!(
        code(&person.change(
            "POST",
            &format!("/desk/api/patients/{}/visits", guid(4)),
            &json!({"timeTable": guid(7)})
        )),
        (400, "4008".to_owned())
    );

    // The next shift goes on where the first ended.
    let mut other = Person::of(&site, &server, "administrator");
    let path = format!("/desk/api/closures/{}", guid(70));
    let called = format!("{path}/visits/{}/called", tickets[0]);
    other.do_well("POST", &called, &json!({"note": "не берет трубку"}));
    let seen = other.do_well("POST", &called, &json!({"note": "придет в среду"}));
    let first = &seen["visits"][0];
    assert_eq!(
        (&first["handled"], &first["calledBy"], &first["note"]),
        (
            &json!("called"),
            &json!("administrator-1"),
            &json!("придет в среду")
        )
    );
    person.do_well(
        "POST",
        &format!("/desk/api/visits/{}/move", tickets[0]),
        &json!({"timeTable": guid(8)}),
    );
    person.do_well(
        "POST",
        &format!("/desk/api/visits/{}/cancel", tickets[1]),
        &json!({"reason": "Врач болен"}),
    );
    let seen = other.see(&path);
    assert_eq!(handled(&seen), ["moved", "cancelled", "waiting"]);
    assert!(checked(&site).contains("closed: 1;"), "nobody has called one");
    assert_eq!(
        (&seen["visits"][0]["beginTime"], &seen["visits"][0]["beginClosed"]),
        (&json!(moment(2, "10:00")), &json!(moment(1, "10:00")))
    );
    let listed = other.see("/desk/api/closures");
    assert_eq!(
        (&listed[0]["concerned"], &listed[0]["left"]),
        (&json!(3), &json!(1))
    );
    drop(server);
    let server = site.serve();
    let mut person = Person::stranger(&server);
    let password = site.run_well(&["staff", "reset", "registrar-1"], "");
    person.sign_in("registrar-1", password.trim().strip_prefix("password: ").unwrap());
    assert_eq!(
        handled(&person.see(&path)),
        ["moved", "cancelled", "waiting"],
        "after a restart"
    );

    // An import puts the visit back: somebody has to see to it again.
    site.import(&[slot(8, 2, 1, "15:00")]);
    assert_eq!(handled(&person.see(&path)), ["called", "cancelled", "waiting"]);

    let opened = person.do_well("POST", &format!("{path}/open"), &json!({}));
    assert!(opened["opened"].is_string() && opened["left"] == 0, "{opened}");
    assert_eq!(
        person.do_well("POST", &format!("{path}/open"), &json!({})),
        opened,
        "again"
    );
    Ask::new(LPU, 20, 7).book(&mut server.client());
    drop(server);
    site.run_well(&["verify"], "");
}

#[test]
fn what_is_wrong_with_a_time_names_its_field() {
    let site = site("");
    let server = site.serve();
    let mut person = Person::of(&site, &server, "registrar");
    let day = |days| moment(days, "00:00")[..10].to_owned();
    let right = json!({"guid": guid(70), "resource": guid(2), "date": day(1), "reason": "x"});
    for (field, wrong, told) in [
        ("guid", json!("x"), "Параметр guid"),
        ("guid", Value::Null, "Параметр guid обязателен"),
        ("resource", json!(guid(99)), "Врач, кабинет или оборудование"),
        ("date", json!("2026-13-01"), "Параметр date"),
        ("date", json!(day(-1)), "Параметр date: эта дата уже прошла"),
        ("date", Value::Null, "Параметр date обязателен"),
        ("dateTo", json!(day(-1)), "Параметр dateTo"),
        ("dateTo", json!(day(200)), "Параметр dateTo: не больше 92 дней"),
        ("from", json!("8:00"), "Параметр from"),
        ("to", json!("00:00"), "Параметр to: время должно быть позже from"),
        ("reason", json!("  "), "Параметр reason обязателен"),
        ("reason", json!("x".repeat(257)), "Параметр reason: не более 256"),
    ] {
        let mut wish = right.clone();
        wish[field] = wrong.clone();
        let refused = person.change("POST", "/desk/api/closures", &wish);
        assert_eq!(refused.status, 400, "{field} {wrong}");
        let message = refused.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(told), "{field} {wrong}: {message}");
    }
    assert_eq!(person.see("/desk/api/closures"), json!([]));
    person.do_well("POST", "/desk/api/closures", &right);
    let stranger = format!("/desk/api/closures/{}/visits/{}/called", guid(70), guid(71));
    for path in [
        stranger,
        format!("/desk/api/closures/{}/open", guid(71)),
        "/desk/api/closures/x/open".to_owned(),
    ] {
        assert_eq!(
            person.change("POST", &path, &json!({"note": ""})).status,
            400,
            "{path}"
        );
    }

    let mut doctor = Person::of(&site, &server, "doctor");
    assert_eq!(code(&doctor.read("/desk/api/closures")), (403, "5402".to_owned()));
    for path in [
        "/desk/api/closures".to_owned(),
        format!("/desk/api/closures/{}/open", guid(70)),
    ] {
        assert_eq!(
            code(&doctor.change("POST", &path, &right)),
            (403, "5402".to_owned()),
            "{path}"
        );
    }
}
