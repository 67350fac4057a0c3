//! What a visit's row says, or a row that it names, is held against the visit's record by whoever shows the visit.

use super::{LPU, PATIENT, site};
use crate::clinic::{self, Ask, guid};
use crate::harness::Site;
use crate::tickets::{self, THERAPIST, ask_as, path};
use rusqlite::types::Value;
use rusqlite::{Connection, params};
use std::fs;
use uuid::Uuid;

/// The values that make a visit another one, each with its column and what is written there instead.
const DAMAGES: [(&str, &str, &str); 9] = [
    ("visit", "num", "num + 5"),
    ("visit", "begin_at", "begin_at + 60"),
    ("visit", "end_at", "end_at + 60"),
    ("visit", "checked_in_at", "1"),
    ("visit", "record_seq", "1"),
    ("visit", "guid", "randomblob(16)"),
    ("slot", "guid", "randomblob(16)"),
    ("resource", "guid", "randomblob(16)"),
    ("journal", "subject", "randomblob(16)"),
];

#[test]
fn a_visit_is_shown_as_its_record_tells_it_or_not_at_all() {
    let (site, server, ticket) = site();
    let mut client = server.client();
    let day = &clinic::moment(1, "10:00")[..10];
    let list = format!("/visit/{}", guid(LPU));
    let mut statuses = || {
        let patients = ask_as(&mut client, PATIENT, "GET", &list).status;
        let ticket = ask_as(&mut client, PATIENT, "GET", &path(&ticket)).status;
        let days = site.run(&["visits", "--date", day], "").status.code();
        (patients, ticket, days)
    };
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let visit = format!("guid = x'{}'", ticket.replace('-', ""));
    let visit: i64 = database
        .query_row(&format!("SELECT id FROM visit WHERE {visit}"), [], |row| {
            row.get(0)
        })
        .unwrap();
    for (table, column, value) in DAMAGES {
        assert_eq!(statuses(), (200, 200, Some(0)), "before {table}.{column}");
        let row = match table {
            "visit" => format!("id = {visit}"),
            "journal" => format!("seq = (SELECT record_seq FROM visit WHERE id = {visit})"),
            _ => format!("id = (SELECT {table}_id FROM visit WHERE id = {visit})"),
        };
        let old: Value = database
            .query_row(&format!("SELECT {column} FROM {table} WHERE {row}"), [], |row| {
                row.get(0)
            })
            .unwrap();
        let damage = format!("UPDATE {table} SET {column} = {value} WHERE {row}");
        assert_eq!(database.execute(&damage, []).unwrap(), 1);
        let (patients, ticket, days) = statuses();
        assert_eq!((patients, days), (500, Some(1)), "{table}.{column}");
        // The ticket is found by its GUID, if that is not what was damaged.
        let of_ticket = if (table, column) == ("visit", "guid") {
            400
        } else {
            500
        };
        assert_eq!(ticket, of_ticket, "{table}.{column}");
        let mend = format!("UPDATE {table} SET {column} = ? WHERE {row}");
        assert_eq!(database.execute(&mend, params![old]).unwrap(), 1);
    }
    assert_eq!(statuses(), (200, 200, Some(0)));
    let ready = client.ask("GET", "/readyz", &[], b"");
    assert!(ready.json()["message"].as_str().unwrap().contains("поврежд"));
    drop(client);
    assert!(server.terminate().success());
}

/// Exchanges two GUIDs in the rows of their table: its index leads from each to the other's row.
fn exchange(file: &mut [u8], one: u32, other: u32) {
    const LEAF_OF_TABLE: u8 = 0x0d;
    let page_bytes = usize::from(u16::from_be_bytes([file[16], file[17]]));
    let [one, other] = [one, other].map(|n| Uuid::parse_str(&guid(n)).unwrap().into_bytes());
    let mut exchanged = 0;
    for page in file
        .chunks_mut(page_bytes)
        .filter(|page| page[0] == LEAF_OF_TABLE)
    {
        for at in 0..page_bytes - one.len() {
            let bytes = &mut page[at..at + one.len()];
            let instead = if *bytes == one {
                &other
            } else if *bytes == other {
                &one
            } else {
                continue;
            };
            bytes.copy_from_slice(instead);
            exchanged += 1;
        }
    }
    assert!(exchanged >= 2, "{exchanged}");
}

#[test]
fn an_index_that_leads_to_another_row_shows_nobody_else_and_books_no_other_cell() {
    let site = Site::new(clinic::RULES_OFF);
    let mut lines = crate::tickets::lines();
    let [cell, other_cell] = [100, 101];
    lines.push(clinic::slot(cell, THERAPIST, 1, "10:00"));
    lines.push(clinic::slot(other_cell, THERAPIST, 1, "10:15"));
    site.import(&lines);
    let server = site.serve();
    Ask::new(LPU, tickets::PATIENT, cell).book(&mut server.client());
    assert!(server.terminate().success());
    let whole = fs::read(site.path("infomat.db")).unwrap();
    let list = format!("/visit/{}", guid(LPU));
    for (one, other) in [(tickets::PATIENT, tickets::OTHER), (cell, other_cell)] {
        let mut file = whole.clone();
        exchange(&mut file, one, other);
        fs::write(site.path("infomat.db"), file).unwrap();
        let server = site.serve();
        let mut client = server.client();
        let listed = ask_as(&mut client, tickets::PATIENT, "GET", &list);
        assert!(listed.status >= 400, "{one}: {}", listed.json());
        let wish = Ask::new(LPU, tickets::OTHER, other_cell).send(&mut client);
        assert!(wish.status >= 400, "{one}: {}", wish.json());
        drop(client);
        assert!(server.terminate().success());
    }
}
