//! Goal: cancelling answers, frees the place, writes history and journal, and lets the patient book anew. Method: the
//! real binary, and a look into its file.

use super::{PATIENT, THERAPIST, ask_as, lines, path, ticket_guid};
use crate::catalogue::Row;
use crate::clinic::{self, Ask, guid};
use crate::harness::{Client, Server, Site};
use rusqlite::Connection;
use serde_json::json;

const CELL: u32 = 100;

fn serve() -> (Site, Server, Client) {
    let site = Site::new("");
    let mut all = lines();
    all.push(clinic::slot(CELL, THERAPIST, 1, "10:00"));
    site.import(&all);
    let server = site.serve();
    let client = server.client();
    (site, server, client)
}

#[test]
fn a_cancelled_visit_frees_its_place_and_keeps_its_history() {
    let (site, _server, mut client) = serve();
    let mut booked = Ask::new(1, PATIENT, CELL).book(&mut client);
    let ticket = ticket_guid(&booked);
    let answer = ask_as(&mut client, PATIENT, "DELETE", &path(&ticket));
    assert_eq!(answer.status, 200);
    assert_eq!(
        String::from_utf8(answer.body).unwrap(),
        r#"{"code":200,"message":"Запись отменена","message_code":"2000","statusDelete":1}"#
    );

    let shown = ask_as(&mut client, PATIENT, "GET", &path(&ticket)).json();
    let making = booked["history"][0].clone();
    let mut cancelling = making.clone();
    cancelling["element"] = json!("status");
    cancelling["oldValue"] = json!("active");
    cancelling["newValue"] = json!("cancelled");
    cancelling["date"] = shown["history"][1]["date"].clone();
    booked["history"] = json!([making, cancelling]);
    booked["usedCount"] = json!(0);
    assert_eq!(shown, booked);
    assert!(shown["history"][1]["date"].as_str() >= making["date"].as_str());

    Row::of("not active").expect(&ask_as(&mut client, PATIENT, "DELETE", &path(&ticket)), &[]);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let mut journal = database
        .prepare("SELECT kind, subject FROM journal WHERE kind <> 'begun' ORDER BY seq")
        .unwrap();
    let entries = journal.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let entries: Vec<(String, uuid::Uuid)> = entries.unwrap().map(Result::unwrap).collect();
    let visit = ticket.parse().unwrap();
    assert_eq!(
        entries,
        [("booked".to_owned(), visit), ("cancelled".to_owned(), visit)]
    );
}

#[test]
fn a_cancelled_cell_is_booked_again_with_the_next_number() {
    let (_site, _server, mut client) = serve();
    let first = Ask::new(1, PATIENT, CELL).book(&mut client);
    ask_as(&mut client, PATIENT, "DELETE", &path(&ticket_guid(&first)));
    let second = Ask::new(1, PATIENT, CELL).book(&mut client);
    assert_eq!((&first["num"], &second["num"]), (&json!("001"), &json!("002")));
    assert_eq!(second["usedCount"], 1);
    assert_ne!(first["ticketGuid"], second["ticketGuid"]);
}

#[test]
fn a_key_makes_a_new_ticket_after_cancelling() {
    let (_site, _server, mut client) = serve();
    let press = Ask {
        key: Some("one-press".to_owned()),
        ..Ask::new(1, PATIENT, CELL)
    };
    let first = press.book(&mut client);
    assert_eq!(press.book(&mut client)["ticketGuid"], first["ticketGuid"]);
    ask_as(&mut client, PATIENT, "DELETE", &path(&ticket_guid(&first)));
    let second = press.book(&mut client);
    assert_ne!(second["ticketGuid"], first["ticketGuid"]);
    assert_eq!(press.book(&mut client)["ticketGuid"], second["ticketGuid"]);
}

#[test]
fn the_history_names_who_cancelled() {
    let (_site, _server, mut client) = serve();
    let ticket = ticket_guid(&Ask::new(1, PATIENT, CELL).book(&mut client));
    let claims = crate::harness::claims(&guid(1), &guid(PATIENT), "Callcenter");
    let authorization = format!("Bearer {}", crate::harness::sign(&claims, crate::harness::KEY));
    let headers = [("Authorization", &*authorization)];
    assert_eq!(client.ask("DELETE", &path(&ticket), &headers, b"").status, 200);
    let shown = ask_as(&mut client, PATIENT, "GET", &path(&ticket)).json();
    assert_eq!(shown["history"][0]["client"]["mnem"], "Infomat");
    assert_eq!(shown["history"][1]["client"]["mnem"], "Callcenter");
    assert_eq!(shown["sourceName"], "Infomat");
}
