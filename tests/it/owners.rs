//! Goal: this server books the cells that it owns, and no import takes a cell from the region's centre. Method: cells are given
//! to others in the file, as a message of the centre would; then the real binary lists, books and imports.

use crate::clinic::{self, Ask, guid, with};
use crate::harness::{Client, Site};
use crate::tickets::{LPU, PATIENT, THERAPIST, lines};
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

const OURS: u32 = 100;
const OF_CENTRE: u32 = 101;
const SET_ASIDE: u32 = 102;

/// Gives a cell another owner, beside a server too. A centre has told this box something then.
pub fn give_away(site: &Site, cell: u32, owner: &str) {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let heard = "INSERT INTO exchange (id) VALUES (1) ON CONFLICT DO NOTHING";
    database.execute(heard, []).unwrap();
    let cell = Uuid::parse_str(&guid(cell)).unwrap();
    let given = database.execute("UPDATE slot SET owner = ? WHERE guid = ?", (owner, cell));
    assert_eq!(given, Ok(1));
}

fn owner(site: &Site, cell: u32) -> String {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let cell = Uuid::parse_str(&guid(cell)).unwrap();
    let owner = database.query_row("SELECT owner FROM slot WHERE guid = ?", [cell], |row| row.get(0));
    owner.unwrap()
}

/// One cell of each owner, the doctor's only ones.
fn site(rules: &str) -> Site {
    let site = Site::new(rules);
    let mut all = lines();
    all.extend([
        clinic::slot(OURS, THERAPIST, 1, "10:00"),
        with(
            clinic::slot(OF_CENTRE, THERAPIST, 1, "08:00"),
            &json!({"owner": "box"}),
        ),
        clinic::slot(SET_ASIDE, THERAPIST, 1, "11:00"),
    ]);
    site.import(&all);
    give_away(&site, OF_CENTRE, "centre");
    give_away(&site, SET_ASIDE, "nobody");
    site
}

fn listed(client: &mut Client) -> Vec<(String, String)> {
    let day = &clinic::moment(1, "08:00")[..10];
    let path = format!(
        "/api/v2/lpu/{}/doctor/{}/schedule/{day}/{day}",
        guid(LPU),
        guid(THERAPIST)
    );
    let answer = client.ask("GET", &path, &[], &[]).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cells = answer.as_array().unwrap_or_else(|| panic!("{answer}")).iter();
    cells
        .map(|cell| (text(&cell["guid"]), text(&cell["status"])))
        .collect()
}

fn nearest(client: &mut Client) -> (Value, Value) {
    let path = format!("/api/v2/lpu/{}/doctor/{}", guid(LPU), guid(THERAPIST));
    let answer = client.ask("GET", &path, &[], &[]).json();
    (answer["countFree"].clone(), answer["nearestSlot"]["guid"].clone())
}

#[test]
fn cells_of_others_are_neither_counted_nor_free_nor_booked_whatever_the_rules() {
    for rules in ["", "[rules]\naccess = false"] {
        let site = site(rules);
        let server = site.serve();
        let mut client = server.client();
        let statuses: Vec<_> = listed(&mut client)
            .into_iter()
            .map(|(_, status)| status)
            .collect();
        assert_eq!(statuses, ["Unauthorized", "Available", "Unauthorized"]);
        let free = (json!(1), json!(guid(OURS)));
        assert_eq!(nearest(&mut client), free);
        for (cell, text) in [(OF_CENTRE, "центр"), (SET_ASIDE, "приостановлена")] {
            let answer = Ask::new(LPU, PATIENT, cell).send(&mut client);
            let told = answer.json();
            assert_eq!((answer.status, &told["message_code"]), (400, &json!("5000")));
            assert!(told["message"].as_str().unwrap().contains(text), "{told}");
        }
        // The remembered free places follow the owner.
        give_away(&site, OURS, "centre");
        assert_eq!(nearest(&mut client), (json!(0), Value::Null));
        assert!(
            listed(&mut client)
                .iter()
                .all(|(_, status)| status == "Unauthorized")
        );
        give_away(&site, OURS, "box");
        assert_eq!(nearest(&mut client), free);
        Ask::new(LPU, PATIENT, OURS).book(&mut client);
    }
}

#[test]
fn an_import_neither_changes_a_cell_of_the_centre_nor_gives_a_cell_back() {
    let site = site("");
    let again = |cell, time, more: &Value| with(clinic::slot(cell, THERAPIST, 1, time), more);
    for (line, why) in [
        (
            again(OF_CENTRE, "08:00", &json!({})),
            "slot.guid: the region's centre owns it",
        ),
        (
            again(OF_CENTRE, "08:00", &json!({"deleted": true})),
            "slot.guid: the region's centre owns it",
        ),
        (
            again(SET_ASIDE, "11:00", &json!({"owner": "box"})),
            "slot.owner: it is set aside",
        ),
        (
            json!({"kind": "resource", "guid": guid(THERAPIST), "deleted": true}),
            "resource.guid: not removed: the region's centre owns cells of it (1)",
        ),
    ] {
        let refused = site.run(&["import", "-"], &line.to_string());
        let said = String::from_utf8([refused.stdout, refused.stderr].concat()).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{line}: {said}");
        assert!(said.contains(why), "{line}: {said}");
    }
    site.import(&[
        again(SET_ASIDE, "11:00", &json!({"room": "9"})),
        again(OURS, "10:00", &json!({"room": "9"})),
    ]);
    assert_eq!(
        [OURS, OF_CENTRE, SET_ASIDE].map(|cell| owner(&site, cell)),
        ["box", "centre", "nobody"]
    );
}

/// A timetable that replaces another leaves alone what the centre owns or told: the lines are bad, unless they name all of it.
#[test]
fn a_replacing_import_does_not_take_what_the_centre_told() {
    let site = site("");
    let line = clinic::slot(110, THERAPIST, 1, "10:00").to_string();
    let refused = |told: &str| {
        let output = site.run(&["import", "--replace", "-"], &line);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        let expected = format!(
            "line 1: slot.resource: its day is not replaced: the region's centre told cells of it ({told}), and alone removes them\n"
        );
        assert!(said.starts_with(&expected), "{said}");
    };
    refused("2");
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute("UPDATE slot SET owner = 'box', by_message = owner = 'centre'", [])
        .unwrap();
    refused("1");
    database.execute("UPDATE slot SET by_message = 0", []).unwrap();
    site.run_well(&["import", "--replace", "-"], &line);
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM slot"), 1);
}
