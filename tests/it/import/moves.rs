//! Goal: who has a ticket learns of it when an import puts the visit elsewhere: the import lists whom to call, the history and the
//! journal tell it, two visits at one time and two under one number are named now. Contacts that a patient gave stay. Method:
//! bookings in the small clinic, and files that move their cells.

use super::{dump, file, site};
use crate::clinic::{self, Ask, guid, moment, shown, with};
use crate::harness::{Server, Site, claims, sign};
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

/// The small clinic with two more doctors (12, of another speciality, and 13) and patients (14, 24), each with a telephone, and
/// more cells of tomorrow.
fn clinic_site() -> (Site, Server) {
    let site = site();
    let card = |n: u32, family: &str| {
        with(
            clinic::patient(n, 1),
            &json!({"family": family, "phone": format!("8 900 000-00-{n:02}")}),
        )
    };
    site.import(&[
        clinic::speciality("28"),
        with(clinic::doctor(12, 1, "28", "Ушкина"), &json!({"room": "12"})),
        with(clinic::doctor(13, 1, "27", "Носова"), &json!({"room": "13"})),
        card(4, "Первый"),
        card(14, "Второй"),
        card(24, "Третий"),
        clinic::slot(30, 12, 1, "10:00"),
        clinic::slot(31, 13, 1, "11:00"),
        clinic::slot(32, 13, 1, "12:00"),
    ]);
    let server = site.serve();
    (site, server)
}

/// What an import of lines prints.
fn import(site: &Site, lines: &[Value]) -> String {
    site.run_well(&["import", "-"], &file(lines))
}

/// What `--check` prints of the same; nothing changes.
fn foreseen(site: &Site, lines: &[Value]) -> String {
    let before = dump(site);
    let said = site.run_well(&["import", "--check", "-"], &file(lines));
    assert!(dump(site) == before, "a check changes nothing");
    said
}

/// The ticket as the patient reads it.
fn read(server: &Server, patient: u32, ticket: &Value) -> Value {
    let token = sign(&claims(&guid(1), &guid(patient), "Infomat"), crate::harness::KEY);
    let target = format!("/visit/{}/{}", guid(1), ticket["ticketGuid"].as_str().unwrap());
    let bearer = format!("Bearer {token}");
    server
        .client()
        .ask("GET", &target, &[("Authorization", &bearer)], b"")
        .json()
}

/// Element, old value and new value of the history after the visit's making, and who did it.
fn history(ticket: &Value) -> Vec<[String; 4]> {
    let entries = ticket["history"].as_array().unwrap();
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    entries[1..]
        .iter()
        .map(|entry| ["element", "oldValue", "newValue", "editor"].map(|field| text(entry, field)))
        .collect()
}

/// Events of the journal about a ticket.
fn events(site: &Site, ticket: &Value) -> Vec<String> {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let guid = Uuid::parse_str(ticket["ticketGuid"].as_str().unwrap()).unwrap();
    let mut statement = database
        .prepare("SELECT kind FROM journal WHERE subject = ? ORDER BY seq")
        .unwrap();
    let events = statement.query_map([guid], |row| row.get(0)).unwrap();
    events.map(Result::unwrap).collect()
}

#[test]
fn whom_to_call_is_listed_and_history_and_journal_tell_it() {
    let (site, server) = clinic_site();
    let ticket = Ask::new(1, 4, 3).book(&mut server.client());
    let by_import =
        |element: &str, old: &str, new: &str| [element, old, new, "infomat import"].map(str::to_owned);
    let mut expected = Vec::new();
    // Time; doctor and with the doctor the room; the cell's own room; the room of the doctor.
    let to_doctor = clinic::slot(3, 13, 2, "14:00");
    let steps = [
        (
            clinic::slot(3, 2, 2, "14:00"),
            vec![by_import("beginTime", &moment(1, "10:00"), &moment(2, "14:00"))],
            vec![shown(1, "10:00"), shown(2, "14:00")],
        ),
        (
            to_doctor.clone(),
            vec![
                by_import("docGuid", &guid(2), &guid(13)),
                by_import("room", "", "13"),
            ],
            vec!["Врачова А. Б.".to_owned(), "Носова А. Б., room 13".to_owned()],
        ),
        (
            with(to_doctor.clone(), &json!({"room": "7"})),
            vec![by_import("room", "13", "7")],
            vec!["room 13".to_owned(), "room 7".to_owned()],
        ),
        (to_doctor, vec![by_import("room", "7", "13")], vec![]),
        (
            with(clinic::doctor(13, 1, "27", "Носова"), &json!({"room": "130"})),
            vec![by_import("room", "13", "130")],
            vec!["room 13 ".to_owned(), "room 130".to_owned()],
        ),
    ];
    for (number, (line, changes, words)) in (1..).zip(steps) {
        let lines = [line];
        let said = foreseen(&site, &lines);
        assert_eq!(import(&site, &lines), said, "the check says the same");
        assert!(
            said.contains("Visits that are moved (call these patients): 1\n"),
            "{said}"
        );
        for word in [
            "Первый Петр",
            "8 900 000-00-04",
            ticket["ticketGuid"].as_str().unwrap(),
        ] {
            assert!(said.contains(word), "{word}: {said}");
        }
        for word in words {
            assert!(said.contains(&word), "{word}: {said}");
        }
        expected.extend(changes);
        assert_eq!(history(&read(&server, 4, &ticket)), expected);
        assert_eq!(events(&site, &ticket).len(), 1 + number);
        // The same once more moves nobody.
        assert!(!import(&site, &lines).contains("Visits"));
        assert_eq!(events(&site, &ticket).len(), 1 + number);
    }
    assert_eq!(events(&site, &ticket)[1..], ["moved"; 5].map(str::to_owned));
    let back = file(&[clinic::slot(3, 2, 1, "10:00")]);
    let said = site.run_well(&["import", "--lang", "ru", "-"], &back);
    assert!(
        said.contains("Перенесенных записей (позвоните этим пациентам): 1\n"),
        "{said}"
    );
    site.run_well(&["verify"], "");
}

/// A longer cell, another clinic, and what moves nobody: more places, a doctor's other name, a cell that was over before and is
/// over after, a cancelled visit.
#[test]
fn what_moves_a_patient_and_what_does_not() {
    let (site, server) = clinic_site();
    let ticket = Ask::new(1, 4, 3).book(&mut server.client());
    let cell = |more: &Value| with(clinic::slot(3, 2, 1, "10:00"), more);
    for more in [json!({"planCount": 3}), json!({"flagAccess": 1, "ageFrom": 1})] {
        assert!(!import(&site, &[cell(&more)]).contains("Visits"), "{more}");
    }
    assert!(!import(&site, &[clinic::doctor(2, 1, "27", "Замужняя")]).contains("Visits"));
    let longer = import(&site, &[cell(&json!({"end": moment(1, "10:30")}))]);
    assert!(
        longer.contains(": 1\n") && longer.contains("10:00-10:30"),
        "{longer}"
    );
    assert_eq!(
        history(&read(&server, 4, &ticket)).len(),
        0,
        "neither begin nor doctor nor room"
    );
    assert_eq!(events(&site, &ticket), ["booked", "moved"]);
    let elsewhere = import(
        &site,
        &[
            with(clinic::lpu(5), &json!({"name": "Филиал"})),
            clinic::doctor(2, 5, "27", "Врачова"),
        ],
    );
    assert!(
        elsewhere.contains("Поликлиника") && elsewhere.contains("Филиал"),
        "{elsewhere}"
    );

    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute_batch("UPDATE visit SET status = 'cancelled'")
        .unwrap();
    assert!(!import(&site, &[clinic::slot(3, 2, 3, "10:00")]).contains("Visits"));
    database
        .execute_batch("UPDATE visit SET status = 'active'; UPDATE slot SET begin_at = begin_at - 9 * 86400, end_at = end_at - 9 * 86400")
        .unwrap();
    assert!(!import(&site, &[clinic::slot(3, 2, -3, "10:00")]).contains("Visits"));
    assert!(import(&site, &[clinic::slot(3, 2, 3, "10:00")]).contains("Visits"));
}

/// Goal: two visits of one person at one time are told with both tickets, by the import that puts them there. Method: a patient
/// with visits to two doctors, of which one is put off to the other's time; then both are moved on together.
#[test]
fn visits_of_one_person_at_one_time_are_told_by_the_import() {
    let (site, server) = clinic_site();
    site.import(&[clinic::slot(33, 12, 1, "15:00")]);
    let mut client = server.client();
    let first = Ask::new(1, 4, 3).book(&mut client);
    let second = Ask::new(1, 4, 33).book(&mut client);
    let said = import(&site, &[clinic::slot(33, 12, 1, "10:10")]);
    let (_, pairs) = said.split_once("at one time").unwrap_or_else(|| panic!("{said}"));
    assert!(pairs.contains(": 1\n"), "{said}");
    for ticket in [&first, &second] {
        assert!(pairs.contains(ticket["ticketGuid"].as_str().unwrap()), "{said}");
    }
    let both = [clinic::slot(3, 2, 2, "10:00"), clinic::slot(33, 12, 2, "10:10")];
    let said = import(&site, &both);
    assert!(
        said.contains(": 2\n") && !said.contains("at one time"),
        "they were so before: {said}"
    );
}

/// Goal: what joins two cards tells of their visits at one time too, foreseen or done. Method: visits of two patients, whose cards
/// get one `personGuid` at once and one after the other.
#[test]
fn cards_that_are_joined_with_visits_at_one_time_are_told_of() {
    let (site, server) = clinic_site();
    site.import(&[
        clinic::slot(33, 12, 1, "10:05"),
        clinic::slot(34, 12, 1, "12:00"),
        clinic::patient(24, 1),
    ]);
    let mut client = server.client();
    let tickets = [(4, 3), (14, 33), (24, 34)].map(|(card, cell)| Ask::new(1, card, cell).book(&mut client));
    let joined = |card: u32| with(clinic::patient(card, 1), &json!({"personGuid": guid(99)}));
    // They bear the names that the file gives them already.
    site.import(&[4, 14, 24].map(|card| clinic::patient(card, 1)));
    for lines in [vec![joined(4), joined(14), joined(24)], vec![joined(14)]] {
        let told = foreseen(&site, &lines);
        let said = import(&site, &lines);
        assert_eq!(told, said);
        let (_, pairs) = said.split_once("at one time").unwrap_or_else(|| panic!("{said}"));
        assert!(pairs.contains(": 1\n"), "{said}");
        let is_told = tickets
            .each_ref()
            .map(|ticket| pairs.contains(ticket["ticketGuid"].as_str().unwrap()));
        assert_eq!(is_told, [true, true, false], "{said}");
        assert!(
            !import(&site, &lines).contains("at one time"),
            "they were so before"
        );
        site.import(&[clinic::patient(14, 1)]);
    }
}

/// Goal: the next number of a day counts whoever is there, and the import names those that share one. Method: the first visits of
/// two doctors, of which one takes the other's patient over; and a visit that is put off to the next day.
#[test]
fn the_next_number_counts_visits_that_were_moved_there() {
    let (site, server) = clinic_site();
    let mut client = server.client();
    let there = Ask::new(1, 14, 31).book(&mut client);
    let moved = Ask::new(1, 4, 3).book(&mut client);
    assert_eq!((&there["num"], &moved["num"]), (&json!("001"), &json!("001")));
    let lines = [clinic::slot(3, 13, 1, "10:00")];
    let said = foreseen(&site, &lines);
    assert_eq!(import(&site, &lines), said);
    let (_, pairs) = said
        .split_once("under one number")
        .unwrap_or_else(|| panic!("{said}"));
    assert!(pairs.contains(": 1\n"), "{said}");
    for ticket in [&there, &moved] {
        assert!(pairs.contains(ticket["ticketGuid"].as_str().unwrap()), "{said}");
    }
    let told = site.run_well(&["verify"], "");
    let notice = told
        .split("notice: not so: no two visits to come have one number")
        .nth(1);
    let notice = notice.unwrap_or_else(|| panic!("{told}"));
    for ticket in [&there, &moved] {
        assert!(notice.contains(ticket["ticketGuid"].as_str().unwrap()), "{told}");
    }
    let next = Ask::new(1, 24, 32).book(&mut client);
    assert_eq!(next["num"], "002", "both of the first are counted once");

    // The second visit of a day is put off to a day on which nobody is: the next one there is the third, and nobody shares.
    let said = import(
        &site,
        &[clinic::slot(32, 13, 3, "12:00"), clinic::slot(34, 13, 3, "09:00")],
    );
    assert!(
        said.contains(": 1\n") && !said.contains("under one number"),
        "{said}"
    );
    site.import(&[clinic::patient(44, 1)]);
    assert_eq!(Ask::new(1, 44, 34).book(&mut client)["num"], "003");
}

/// Goal: the nightly file does not take away the telephone that the patient gave. Method: a booking with contacts, then lines
/// that leave contacts out, give them as nothing, and give others.
#[test]
fn contacts_that_a_line_leaves_out_stay() {
    let (site, server) = clinic_site();
    let mut client = server.client();
    Ask::new(1, 4, 3)
        .and("phone", "8 911 111-11-11")
        .and("email", "a@example.org")
        .and("email_confirm_agree", "1")
        .book(&mut client);
    let card = || -> String {
        let database = Connection::open(site.path("infomat.db")).unwrap();
        let sql = "SELECT concat_ws(' ', phone, email, email_confirm_agree) FROM patient WHERE guid = ?";
        let guid = Uuid::parse_str(&guid(4)).unwrap();
        database.query_row(sql, [guid], |row| row.get(0)).unwrap()
    };
    let line = |more: Value| with(clinic::patient(4, 1), &more);
    for (more, kept) in [
        (json!({}), "8 911 111-11-11 a@example.org 1"),
        (
            json!({"phone": null, "email": null, "emailConfirmAgree": null}),
            "8 911 111-11-11 a@example.org 1",
        ),
        (
            json!({"phone": "нет", "email": "-"}),
            "8 911 111-11-11 a@example.org 1",
        ),
        (json!({"phone": "000000"}), "8 911 111-11-11 a@example.org 1"),
        (json!({"phone": "8 922"}), "8 922 a@example.org 1"),
        (
            json!({"email": "b@example.org", "emailConfirmAgree": false}),
            "8 922 b@example.org 0",
        ),
        (json!({"phone": "", "email": ""}), "  0"),
    ] {
        site.import(&[line(more.clone())]);
        assert_eq!(card(), kept, "{more}");
    }
    // The visit has its own, in every list.
    let day = &moment(1, "10:00")[..10];
    let visits = site.run_well(&["visits", "--date", day], "");
    assert!(visits.contains("8 911 111-11-11"), "{visits}");
    let moved = import(&site, &[clinic::slot(3, 2, 1, "15:00")]);
    assert!(moved.contains("8 911 111-11-11"), "{moved}");
    // Who gave none is called by the card's, a new one in the same file too.
    Ask::new(1, 14, 31).book(&mut client);
    let newer = with(clinic::patient(14, 1), &json!({"phone": "8 933"}));
    let moved = import(&site, &[newer, clinic::slot(31, 13, 1, "16:00")]);
    assert!(moved.contains("8 933"), "{moved}");
}

/// What a patient gave at a booking is gone from the file with the card.
#[test]
fn a_removed_card_takes_its_visits_contacts_along() {
    let (site, server) = clinic_site();
    let mut client = server.client();
    let ticket = Ask::new(1, 4, 3)
        .and("phone", "8 911 111-11-11")
        .and("email", "a@example.org")
        .book(&mut client);
    site.run_well(
        &[
            "cancel",
            "--ticket",
            ticket["ticketGuid"].as_str().unwrap(),
            "--reason",
            "x",
        ],
        "",
    );
    site.import(&[json!({"kind": "patient", "guid": guid(4), "deleted": true})]);
    let kept: String = Connection::open(site.path("infomat.db"))
        .unwrap()
        .query_row("SELECT phone || email FROM visit", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, "");
}
