//! Goal: the code on a ticket proves its visit without a connection, and lets the patient in at a terminal
//! ([crate::contract::tickets]). Method: the real binary; every digit of a code changed once; keys that come and go.

use crate::clinic::{self, Ask, guid};
use crate::harness::{Answer, Client, Site};
use serde_json::Value;

const POLICY: &str = "1111222233334444";

/// Books a place. Returns the ticket's code and its GUID.
fn booked(client: &mut Client) -> (String, String) {
    let ticket = Ask::new(1, 4, 3).book(client);
    let text = |name: &str| ticket[name].as_str().unwrap().to_owned();
    (text("receipt"), text("ticketGuid"))
}

/// Exit status and words of `infomat receipt`.
fn checked(site: &Site, code: &str) -> (bool, String) {
    let output = site.run(&["receipt", code], "");
    let words = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(words).unwrap())
}

/// Identifies with the code on a ticket.
fn identify(client: &mut Client, code: &str, birthday: &Value) -> Answer {
    let target = format!(
        "/auth/{}/token?ticket={code}&Birthday={}",
        guid(1),
        birthday.as_str().unwrap()
    );
    client.ask("GET", &target, &[], b"")
}

/// The code with the digit at this place changed.
fn changed(code: &str, at: usize) -> String {
    let digit = (code.as_bytes()[at] - b'0' + 1) % 10;
    format!("{}{digit}{}", &code[..at], &code[at + 1..])
}

#[test]
fn a_code_is_genuine_as_it_is_and_with_no_digit_changed() {
    let site = clinic::roomy_site(10, POLICY);
    let server = site.serve();
    let (code, _) = booked(&mut server.client());
    assert_eq!(code.len(), 38, "{code}");
    let (is_genuine, words) = checked(&site, &code);
    assert!(
        is_genuine && words.contains("ticket 001") && words.contains("active"),
        "{words}"
    );
    assert!(server.terminate().success());
    assert!(
        checked(&site, &format!("{} {}", &code[..19], &code[19..])).0,
        "without a server"
    );
    for at in 0..code.len() {
        let (is_genuine, words) = checked(&site, &changed(&code, at));
        assert!(
            !is_genuine && words.contains("not genuine"),
            "digit {at}: {words}"
        );
    }
}

#[test]
fn a_key_that_no_longer_signs_still_checks_until_it_is_retired() {
    let site = clinic::roomy_site(10, POLICY);
    let server = site.serve();
    let (code, _) = booked(&mut server.client());
    site.run_well(&["key", "new", "next", "--sign"], "");
    assert!(checked(&site, &code).0);
    site.run_well(&["key", "retire", "main"], "");
    assert!(!checked(&site, &code).0);
}

#[test]
fn a_ticket_and_the_birth_date_let_its_patient_in() {
    let site = clinic::roomy_site(10, POLICY);
    let server = site.serve();
    let mut client = server.client();
    let (code, ticket) = booked(&mut client);
    let born = clinic::patient(4, 1)["birthDate"].clone();
    // Tickets of earlier versions bear the GUID.
    for code in [&code, &ticket] {
        let answer = identify(&mut client, code, &born);
        assert_eq!(answer.json()["mkab"], guid(4), "{}", answer.json());
    }
    let refused = |answer: &Answer| {
        assert_eq!(answer.status, 400);
        answer.json()["message"].as_str().unwrap().to_owned()
    };
    let unknown = refused(&identify(&mut client, &changed(&code, 37), &born));
    assert_eq!(
        refused(&identify(&mut client, &code, &"1901-01-01".into())),
        unknown
    );
    assert_ne!(
        refused(&identify(&mut client, &code[1..], &born)),
        unknown,
        "no code at all"
    );
    site.run_well(&["cancel", "--ticket", &ticket, "--reason", "x"], "");
    assert_eq!(
        refused(&identify(&mut client, &code, &born)),
        unknown,
        "cancelled"
    );
    assert!(checked(&site, &code).1.contains("cancelled"));
}
