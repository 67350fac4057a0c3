//! Lives of a database: what is written after a restore is told from what the replaced database wrote.

use super::{CELL, OF_OCULIST, SOON, journal, prove, site};
use crate::clinic::Ask;
use crate::harness::Site;
use crate::tickets::{LPU, OTHER, PATIENT};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::thread;
use std::time::Duration;

fn book(site: &Site, patient: u32, cell: u32) {
    Ask::new(LPU, patient, cell).book(&mut site.serve().client());
}

/// The place of a record, as the record that begins a life names its parent.
fn place(record: &Value) -> Value {
    json!({"incarnation": record["incarnation"], "seq": record["seq"], "hash": record["hash"]})
}

fn sorted(lives: &Value) -> Vec<String> {
    let lives = lives.as_array().unwrap().iter();
    let mut lives: Vec<String> = lives.map(|life| life.as_str().unwrap().to_owned()).collect();
    lives.sort();
    lives
}

#[test]
fn a_restored_database_goes_on_as_a_new_life() {
    let site = site();
    book(&site, PATIENT, CELL);
    let copy = site.path("copy.db");
    site.run_well(&["backup", copy.to_str().unwrap()], "");
    book(&site, OTHER, OF_OCULIST);
    let before = journal(&site, &[]);
    assert_eq!(before.len(), 3);
    let first = before[0].0["incarnation"].clone();
    let mut over = vec![first.as_str().unwrap().to_owned()];
    for _ in 0..2 {
        site.run_well(&["restore", copy.to_str().unwrap()], "");
        let records = journal(&site, &[]);
        assert_eq!(records.len(), 3, "the backup's, and the begin of a life");
        let (begun, told) = &records[2];
        assert_eq!(
            (&begun["kind"], &begun["seq"], &told["kind"]),
            (&json!("begun"), &json!(3), &json!("life"))
        );
        assert!(!over.contains(&begun["incarnation"].as_str().unwrap().to_owned()));
        assert_eq!(told["parent"], place(&records[1].0));
        assert_eq!(
            sorted(&told["over"]),
            over,
            "those of the backup and of the replaced database"
        );
        over.push(begun["incarnation"].as_str().unwrap().to_owned());
        over.sort();
        book(&site, OTHER, SOON);
        let (booked, _) = &journal(&site, &["--from", "4"])[0];
        assert_eq!(booked["incarnation"], begun["incarnation"]);
        if let Some(proved) = prove(&site.run_well(&["journal"], "")) {
            assert!(proved.status.success(), "{proved:?}");
        }
        site.run_well(&["verify"], "");
        // A replaced database is named by the second in which it is put aside.
        thread::sleep(Duration::from_secs(1));
    }
}

#[test]
fn a_person_begins_a_new_life_of_the_file_as_it_stands_without_a_server() {
    let site = site();
    book(&site, PATIENT, CELL);
    let server = site.serve();
    let refused = site.run(&["restore", "--here"], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(server.terminate().success());
    assert_eq!(journal(&site, &[]).len(), 2, "nothing was begun");
    // The record before may be dated by a clock that was ahead.
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let mut told = super::tell::take(&database);
    told[1].at += 259_200;
    super::tell::tell(&database, told);
    drop(database);
    site.run_well(&["restore", "--here"], "");
    let records = journal(&site, &[]);
    assert_eq!(records.len(), 3);
    let (begun, told) = &records[2];
    assert_eq!(told["parent"], place(&records[1].0));
    assert_eq!(told["over"], json!([records[0].0["incarnation"]]));
    assert_ne!(begun["incarnation"], records[0].0["incarnation"]);
    assert_eq!(begun["at"], records[1].0["at"]);
    site.run_well(&["verify"], "");
    let wrong = site.run(&["restore", "--here", "copy.db"], "");
    assert_eq!(wrong.status.code(), Some(2));
}
