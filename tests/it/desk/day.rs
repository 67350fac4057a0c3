//! Goal: the day shows whoever comes, from wherever booked, and what became of it; nothing is sent again that has not changed.

use super::{Person, site};
use crate::clinic::{Ask, guid, moment, patient, slot, with};
use serde_json::json;

#[test]
fn the_day_shows_every_visit_with_its_state() {
    let site = site("");
    site.import(&[
        slot(5, 2, 1, "11:00"),
        with(patient(6, 1), &json!({"family": "<b>Злой</b>", "phone": "=1+1"})),
    ]);
    let server = site.serve();
    let mut person = Person::of(&site, &server, "doctor");
    let mut client = server.client();
    let first = Ask::new(1, 4, 3).book(&mut client);
    Ask::new(1, 6, 5).book(&mut client);
    let tomorrow = moment(1, "00:00")[..10].to_owned();
    let path = format!("/desk/api/day?date={tomorrow}");
    let answer = person.read(&path);
    let day = answer.json();
    assert_eq!(day["date"], tomorrow);
    let visits = day["visits"].as_array().unwrap();
    assert_eq!(visits.len(), 2);
    assert_eq!(visits[0]["ticketGuid"], first["ticketGuid"]);
    assert_eq!(
        (&visits[0]["num"], &visits[0]["state"]),
        (&json!("001"), &json!("booked"))
    );
    assert_eq!(visits[0]["sourceName"], "Инфомат");
    assert_eq!(visits[1]["mkab"], guid(6));
    assert!(visits[1]["patient"].as_str().unwrap().starts_with("<b>Злой</b>"));
    assert_eq!(day["resources"][0]["guid"], guid(2));

    let tag = answer.header("etag").unwrap().to_owned();
    let known = [("If-None-Match", &*tag)];
    assert_eq!(person.ask("GET", &path, &known, "").status, 304);
    site.run_well(
        &[
            "cancel",
            "--ticket",
            first["ticketGuid"].as_str().unwrap(),
            "--reason",
            "x",
        ],
        "",
    );
    let changed = person.ask("GET", &path, &known, "");
    assert_eq!(changed.status, 200);
    assert_eq!(changed.json()["visits"][0]["state"], "cancelled");

    assert_eq!(
        person.see("/desk/api/day")["visits"].as_array().unwrap().len(),
        0,
        "today"
    );
    let other = person.see(&format!("{path}&resource={}", guid(9)));
    assert_eq!(other["visits"].as_array().unwrap().len(), 0);
    for wrong in ["?date=2026-13-01", "?resource=x"] {
        assert_eq!(
            person.read(&format!("/desk/api/day{wrong}")).status,
            400,
            "{wrong}"
        );
    }
}
