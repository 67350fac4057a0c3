//! Goal: what the region's centre tells takes effect once, whole or not at all; what happened there is never refused, and what
//! finds no place waits for one. Method: messages are applied to the database of a real site, by the code that an exchange
//! uses; the real binary books, imports and proves beside.

use crate::clinic::{self, Ask, guid, with};
use crate::harness::Site;
use crate::tickets::{LPU, OCULIST, OTHER, PATIENT, THERAPIST, ask_as, lines, path, ticket_guid};
use infomat::exchange::Message;
use infomat::exchange::site::{BoxRead, BoxStore, Mode, Site as Place};
use infomat::exchange::wire::{Sent, TailItem};
use infomat::import::BoxTx;
use infomat::model::record::Record;
use infomat::model::{Moment, Zone};
use infomat::store::{Begin, Store};
use rusqlite::Connection;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

pub const OURS: u32 = 100;
pub const THEIRS: u32 = 101;
pub const LATER: u32 = 102;
pub const VISIT: u32 = 201;
pub const SECOND: u32 = 202;

fn uuid(n: u32) -> Uuid {
    guid(n).parse().unwrap()
}

fn now() -> Moment {
    chrono::SubsecRound::trunc_subsecs(crate::harness::now(), 0)
}

/// Does something as an exchange does, and commits.
pub fn exchange<T>(site: &Site, work: impl FnOnce(&mut BoxTx) -> T) -> T {
    let zone = Zone::Fixed(*now().offset());
    let mut store = Store::open(&site.path("infomat.db"), zone).unwrap();
    let mut tx = BoxTx::begin(&mut store, uuid(1_000), now()).unwrap();
    let done = work(&mut tx);
    tx.commit().unwrap();
    done
}

pub fn place(site: &Site) -> Place {
    exchange(site, |tx| tx.site().unwrap())
}

/// Tells the next message.
pub fn tell(site: &Site, lines: &[Value]) {
    let text: Vec<_> = lines.iter().map(Value::to_string).collect();
    exchange(site, |tx| {
        let message = Message::behind(tx.site().unwrap().applied, text.join("\n"));
        tx.apply(&message).unwrap();
    });
}

/// Replays records of another life.
fn replay(site: &Site, records: &[Value]) {
    exchange(site, |tx| {
        for (arrival, record) in (1..).zip(records) {
            let line = RawValue::from_string(record.to_string()).unwrap();
            tx.replay(&TailItem::Record { arrival, line }).unwrap();
        }
    });
}

/// The records from `seq` on: kind, subject, content.
pub fn records(site: &Site, from: u64) -> Vec<(String, String, Value)> {
    let sent: Vec<Sent> = exchange(site, |tx| tx.records(from).unwrap());
    let told = |record: Record| {
        let content = record.content.unwrap().parse().unwrap();
        (record.kind.word().to_owned(), record.subject.to_string(), content)
    };
    sent.into_iter()
        .filter_map(|sent| sent.record)
        .map(told)
        .collect()
}

pub fn kinds(site: &Site, from: u64) -> Vec<String> {
    records(site, from).into_iter().map(|(kind, ..)| kind).collect()
}

pub fn visit(n: u32, slot: u32, patient: u32) -> Value {
    json!({"kind": "visit", "guid": guid(n), "slot": guid(slot), "patient": guid(patient), "source": "Callcenter",
           "made": clinic::moment(-1, "12:00"), "login": "operator", "phone": "+7 900 5550003", "email": "a@example.org",
           "idempotencyKey": "the-centres"})
}

pub fn cancellation(n: u32) -> Value {
    json!({"kind": "cancellation", "visit": guid(n), "reason": "sold twice"})
}

pub fn theirs(cell: u32, time: &str) -> Value {
    with(
        clinic::slot(cell, THERAPIST, 1, time),
        &json!({"owner": "centre"}),
    )
}

/// A site with one cell of its own, and one of the centre that the first message brought.
pub fn site() -> Site {
    let site = Site::new(clinic::RULES_OFF);
    let mut all = lines();
    all.push(clinic::slot(OURS, THERAPIST, 1, "10:00"));
    site.import(&all);
    tell(&site, &[theirs(THEIRS, "08:00")]);
    site
}

fn count(site: &Site, sql: &str) -> i64 {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn owner(site: &Site, cell: u32) -> String {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let owner = "SELECT owner FROM slot WHERE guid = ?";
    database.query_row(owner, [uuid(cell)], |row| row.get(0)).unwrap()
}

#[test]
fn a_message_brings_data_and_visits_that_get_their_numbers_here() {
    let site = site();
    assert_eq!(owner(&site, THEIRS), "centre");
    let server = site.serve();
    let mut client = server.client();
    ticket_guid(&Ask::new(LPU, PATIENT, OURS).book(&mut client));
    let before = place(&site);
    tell(
        &site,
        &[
            theirs(LATER, "09:00"),
            visit(VISIT, LATER, OTHER),
            json!({"kind": "doctor"}),
        ],
    );
    let refused = &records(&site, before.last.0 + 1)[..];
    assert_eq!(refused.len(), 1, "nothing but the message");
    assert_eq!(refused[0].0, "refusedMessage");
    assert_eq!(refused[0].2["seq"], 2);
    assert!(
        refused[0].2["reasons"][0]
            .as_str()
            .unwrap()
            .starts_with("line 3: kind"),
        "{refused:?}"
    );
    assert_eq!(count(&site, "SELECT count(*) FROM slot"), 2);
    tell(&site, &[theirs(LATER, "09:00"), visit(VISIT, LATER, OTHER)]);
    let told = records(&site, before.last.0 + 2);
    assert_eq!(told[0].0, "applied");
    assert_eq!(told[0].2["seq"], 3);
    let (kind, subject, content) = &told[1];
    assert_eq!((&**kind, &**subject), ("booked", &*guid(VISIT)));
    for (field, value) in [
        ("num", json!(2)),
        ("source", json!("Callcenter")),
        ("login", json!("operator")),
        ("phone", json!("+7 900 5550003")),
        ("idempotencyKey", json!("the-centres")),
        ("slot", json!(guid(LATER))),
        ("status", json!("active")),
    ] {
        assert_eq!(content[field], value, "{field}");
    }
    // The patient sees it, and the same message once more changes nothing.
    assert_eq!(ask_as(&mut client, OTHER, "GET", &path(&guid(VISIT))).status, 200);
    let last = place(&site).last;
    tell(&site, &[visit(VISIT, LATER, OTHER)]);
    assert_eq!(kinds(&site, last.0 + 1), ["applied"]);
    site.run_well(&["verify"], "");
}

#[test]
fn a_visit_without_cell_card_or_place_waits_for_what_it_lacks() {
    let site = site();
    let newcomer = 39;
    let last = place(&site).last.0;
    tell(
        &site,
        &[
            visit(VISIT, LATER, OTHER),
            visit(SECOND, THEIRS, newcomer),
            visit(203, THEIRS, OTHER),
            visit(204, THEIRS, PATIENT),
        ],
    );
    assert_eq!(
        kinds(&site, last + 1),
        ["applied", "displaced", "displaced", "booked", "displaced"]
    );
    let displaced = &records(&site, last + 2)[0];
    assert_eq!(displaced.2["kind"], "displaced");
    assert_eq!(displaced.2["slot"], guid(LATER));
    assert_eq!(displaced.2["status"], "active");
    site.run_well(&["verify"], "");
    // A cell by a local import, a card by a message, a place by a cancellation.
    let last = place(&site).last.0;
    site.import(&[clinic::slot(LATER, THERAPIST, 1, "09:00")]);
    assert_eq!(records(&site, last + 1)[0].1, guid(VISIT));
    assert_eq!(kinds(&site, last + 1), ["booked"]);
    let last = place(&site).last.0;
    tell(&site, &[cancellation(203)]);
    assert_eq!(kinds(&site, last + 1), ["applied", "cancelled", "booked"]);
    assert_eq!(
        records(&site, last + 1)[2].1,
        guid(204),
        "the newcomer has no card yet"
    );
    let history = &records(&site, last + 1)[1].2["history"];
    assert_eq!(
        (&history[0]["element"], &history[1]["newValue"]),
        (&json!("status"), &json!("sold twice"))
    );
    let last = place(&site).last.0;
    tell(&site, &[clinic::patient(newcomer, LPU)]);
    assert_eq!(kinds(&site, last + 1), ["applied"], "there is no place");
    let server = site.serve();
    let mut client = server.client();
    assert_eq!(
        ask_as(&mut client, PATIENT, "DELETE", &path(&guid(204))).status,
        200
    );
    assert_eq!(kinds(&site, last + 2), ["cancelled", "booked"]);
    assert_eq!(records(&site, last + 3)[0].1, guid(SECOND));
    assert_eq!(count(&site, "SELECT count(*) FROM displaced_visit"), 0);
    site.run_well(&["verify"], "");
}

#[test]
fn a_cancellation_is_obeyed_but_for_a_visit_of_ours_that_has_begun() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let soon = ticket_guid(&Ask::new(LPU, PATIENT, OURS).book(&mut client));
    let begun = 103;
    site.import(&[clinic::slot(begun, OCULIST, -1, "10:00")]);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    // As another clock would have booked it.
    database
        .execute_batch(&format!(
            "UPDATE visit SET slot_id = (SELECT id FROM slot WHERE guid = x'{}')",
            guid(begun).replace('-', "")
        ))
        .unwrap();
    database
        .execute_batch("UPDATE visit SET begin_at = begin_at - 2 * 86400, end_at = end_at - 2 * 86400")
        .unwrap();
    let last = place(&site).last.0;
    let line = |visit: &str| json!({"kind": "cancellation", "visit": visit});
    tell(&site, &[line(&soon), line(&guid(777))]);
    assert_eq!(kinds(&site, last + 1), ["applied", "kept"]);
    assert_eq!(records(&site, last + 1)[1].1, soon);
    assert_eq!(
        count(&site, "SELECT count(*) FROM visit WHERE status = 'active'"),
        1
    );
    tell(&site, &[with(line(&soon), &json!({"happened": true}))]);
    assert_eq!(kinds(&site, last + 3), ["applied", "cancelled"]);
    tell(&site, &[visit(VISIT, THEIRS, OTHER)]);
    let last = place(&site).last.0;
    tell(&site, &[cancellation(VISIT), cancellation(VISIT)]);
    assert_eq!(kinds(&site, last + 1), ["applied", "cancelled"]);
}

#[test]
fn only_a_recall_takes_a_cell_and_only_an_empty_one() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let recall = |cell| json!({"kind": "recall", "slot": guid(cell)});
    let last = place(&site).last.0;
    tell(&site, &[theirs(OURS, "10:00")]);
    let refused = &records(&site, last + 1)[0];
    assert_eq!(refused.0, "refusedMessage");
    assert_eq!(
        refused.2["reasons"],
        json!(["line 1: slot.owner: this server owns it: ask for it by a recall"])
    );
    let ticket = ticket_guid(&Ask::new(LPU, PATIENT, OURS).book(&mut client));
    let last = place(&site).last.0;
    tell(&site, &[recall(OURS), recall(888)]);
    assert_eq!(kinds(&site, last + 1), ["applied", "kept", "kept"]);
    assert_eq!(owner(&site, OURS), "box");
    assert_eq!(ask_as(&mut client, PATIENT, "DELETE", &path(&ticket)).status, 200);
    let last = place(&site).last.0;
    tell(&site, &[recall(OURS)]);
    let told = records(&site, last + 1);
    assert_eq!(told[1].0, "released");
    assert_eq!(
        told[1].2,
        json!({"kind": "owner", "owner": "centre", "message": 4})
    );
    assert_eq!(Ask::new(LPU, PATIENT, OURS).send(&mut client).status, 400);
    tell(
        &site,
        &[with(
            clinic::slot(OURS, THERAPIST, 1, "10:00"),
            &json!({"owner": "box"}),
        )],
    );
    Ask::new(LPU, PATIENT, OURS).book(&mut client);
}

/// A cell that the centre told, and nobody booked, is given back in time.
#[test]
fn cells_are_released_before_they_begin() {
    let site = site();
    let mut soon = Vec::new();
    for (cell, hours) in [(301, 1), (302, 3), (303, 1)] {
        let begin = now() + chrono::TimeDelta::hours(hours);
        let end = begin + chrono::TimeDelta::minutes(15);
        soon.push(with(
            clinic::slot(cell, OCULIST, 0, "08:00"),
            &json!({"begin": begin.to_rfc3339(), "end": end.to_rfc3339()}),
        ));
    }
    let own = soon.pop().unwrap();
    tell(&site, &soon);
    site.import(&[own]);
    let release = |hours| exchange(&site, |tx| tx.release_before(hours).unwrap());
    assert_eq!(release(0), 0);
    let last = place(&site).last.0;
    assert_eq!([release(2), release(2)], [1, 0]);
    assert_eq!(kinds(&site, last + 1), ["released"]);
    let owners = [301, 302, 303].map(|cell| owner(&site, cell));
    assert_eq!(
        owners,
        ["centre", "box", "box"],
        "a cell of our own import stays ours"
    );
}

/// What the centre told, it alone changes.
#[test]
fn an_import_does_not_change_what_came_by_message() {
    let site = site();
    let told = clinic::slot(LATER, THERAPIST, 1, "09:00");
    let doctor = clinic::doctor(51, LPU, "27", "Орлова");
    tell(&site, &[told.clone(), doctor.clone()]);
    site.import(&[told.clone(), doctor.clone()]);
    for (line, why) in [
        (
            with(told.clone(), &json!({"room": "9"})),
            "slot.guid: the region's centre told it",
        ),
        (
            with(told, &json!({"deleted": true})),
            "slot.guid: the region's centre told it",
        ),
        (
            with(doctor.clone(), &json!({"room": "9"})),
            "resource.guid: the region's centre told it",
        ),
        (
            with(doctor, &json!({"deleted": true})),
            "resource.guid: the region's centre told it",
        ),
        (
            json!({"kind": "resource", "guid": guid(THERAPIST), "deleted": true}),
            "resource.guid: not removed: the region's centre owns cells of it (2)",
        ),
    ] {
        let refused = site.run(&["import", "-"], &line.to_string());
        let said = String::from_utf8([refused.stdout, refused.stderr].concat()).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{line}: {said}");
        assert!(said.contains(why), "{line}: {said}");
    }
}

/// What another life of this box told comes back with its numbers; what is there stays.
#[test]
fn records_of_another_life_come_back() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let came = ticket_guid(&Ask::new(LPU, PATIENT, OURS).book(&mut client));
    tell(&site, &[visit(VISIT, THEIRS, OTHER)]);
    let other = self::site();
    let lines = |site: &Site| -> Vec<Value> {
        let said = site.run_well(&["journal", "--from", "2"], "");
        said.lines().map(|line| line.parse().unwrap()).collect()
    };
    let mut told = lines(&site);
    assert_eq!(
        ask_as(&mut client, OTHER, "DELETE", &path(&guid(VISIT))).status,
        200
    );
    let last = place(&other).last.0;
    replay(&other, &told);
    let back = records(&other, last + 1);
    let told_again: Vec<_> = back
        .iter()
        .map(|(kind, subject, _)| (&**kind, &**subject))
        .collect();
    assert_eq!(told_again, [("recovered", &*came), ("recovered", &*guid(VISIT))]);
    assert_eq!(back[1].2["num"], 2);
    replay(&other, &told);
    assert_eq!(place(&other).last.0, last + 2, "once is enough");
    told = lines(&site);
    replay(&other, &told);
    let (kind, _, content) = &records(&other, last + 3)[0];
    assert_eq!((&**kind, &content["status"]), ("recovered", &json!("cancelled")));
    other.run_well(&["verify"], "");

    // Cancelled where it had no place: no history of its own tells that.
    let mut booked = lines(&site)[1].clone();
    let mut state: Value = booked["contentText"].as_str().unwrap().parse().unwrap();
    state.as_object_mut().unwrap().remove("kind");
    assert_eq!(state["status"], "active", "{booked}");
    let displaced = with(
        state.clone(),
        &json!({"kind": "displaced", "status": "cancelled", "placed": state}),
    );
    booked["contentText"] = json!(displaced.to_string());
    let third = self::site();
    replay(&third, &[booked]);
    assert_eq!(
        count(&third, "SELECT count(*) FROM visit WHERE status = 'cancelled'"),
        1
    );
    third.run_well(&["verify"], "");
}

/// Of several numbers that lives gave a visit of the centre it gets back the first, however often each is told.
#[test]
fn a_visit_comes_back_with_the_number_that_it_got_first() {
    let site = site();
    tell(&site, &[visit(VISIT, THEIRS, OTHER)]);
    let said = site.run_well(&["journal", "--from", "2"], "");
    let mut told: Vec<Value> = said.lines().map(|line| line.parse().unwrap()).collect();
    let first = told.last().unwrap().clone();
    let mut later = first.clone();
    let state = first["contentText"].as_str().unwrap();
    assert!(state.contains("\"num\":1,"), "{state}");
    later["contentText"] = json!(state.replace("\"num\":1,", "\"num\":401,"));
    told.extend([later.clone(), first, later]);
    let other = Site::new(clinic::RULES_OFF);
    other.import(&lines());
    let begin = Begin {
        incarnation: uuid(1_001),
        others: &BTreeSet::new(),
        is_in_region: true,
    };
    let zone = Zone::Fixed(*now().offset());
    let mut store = Store::open(&other.path("infomat.db"), zone).unwrap();
    store.begin_life_here(&begin, now()).unwrap();
    drop(store);
    let last = place(&other).last.0;
    replay(&other, &told);
    let numbers: Vec<_> = records(&other, last + 1)
        .into_iter()
        .filter(|(_, subject, _)| *subject == guid(VISIT))
        .map(|(kind, _, content)| (kind, content["num"].clone()))
        .collect();
    let recovered = |num: u32| ("recovered".to_owned(), json!(num));
    assert_eq!(numbers, [recovered(101), recovered(1)]);
    other.run_well(&["verify"], "");
}

/// A life that may not write says so, and still reads.
#[test]
fn a_stopped_life_only_reads_until_a_person_begins_another() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let ticket = ticket_guid(&Ask::new(LPU, PATIENT, OURS).book(&mut client));
    exchange(&site, |tx| tx.stop("it is an old copy").unwrap());
    assert_eq!(kinds(&site, place(&site).last.0), ["stopped"]);
    assert_eq!(ask_as(&mut client, PATIENT, "DELETE", &path(&ticket)).status, 503);
    assert_eq!(ask_as(&mut client, PATIENT, "GET", &path(&ticket)).status, 200);
    let ready = client.ask("GET", "/readyz", &[("Accept-Language", "en")], &[]);
    assert_eq!(ready.status, 503);
    let last = place(&site).last;
    drop(client);
    assert!(server.terminate().success());
    site.run_well(&["restore", "--here"], "");
    let now = place(&site);
    assert_eq!((now.mode, now.last.0), (Mode::Recovering, last.0 + 1));
    let server = site.serve();
    let mut client = server.client();
    assert_eq!(ask_as(&mut client, PATIENT, "DELETE", &path(&ticket)).status, 503);
    let checked = site.run(&["check"], "");
    let said = String::from_utf8(checked.stdout).unwrap();
    assert!(said.contains("only reads until the centre has told"), "{said}");
    site.run_well(&["restore", "--book-on"], "");
    assert_eq!(
        records(&site, now.last.0 + 1)[0].2,
        json!({"kind": "upkeep", "what": "bookedOn"})
    );
    let again = site.run(&["restore", "--book-on"], "");
    assert_eq!(again.status.code(), Some(1), "it is booking already");
    assert_eq!(ask_as(&mut client, PATIENT, "DELETE", &path(&ticket)).status, 200);
    let last = place(&site).last.0;
    Ask::new(LPU, PATIENT, OURS).book(&mut client);
    assert_eq!(records(&site, last + 1)[0].2["num"], 101, "from the next hundred");
}

/// Times that another life closed are closed again, once, and opened with it; the cells follow.
#[test]
fn closed_times_of_another_life_come_back() {
    let site = site();
    let day = &clinic::moment(1, "10:00")[..10];
    let ill = [
        "close",
        "--resource",
        &*guid(THERAPIST),
        "--date",
        day,
        "--reason",
        "the doctor is ill",
    ];
    site.run_well(&ill, "");
    let closed: Vec<Value> = site
        .run_well(&["journal", "--from", "2"], "")
        .lines()
        .map(|line| line.parse().unwrap())
        .collect();
    let of_closing = |record: &&Value| record["kind"] == "closed";
    let closing = closed.iter().find(of_closing).unwrap().clone();
    let other = self::site();
    let cells = "SELECT count(*) FROM slot WHERE closed = 1";
    assert_eq!(count(&other, cells), 0);
    replay(&other, &closed);
    let here = count(&site, cells);
    assert!(here > 0);
    assert_eq!(count(&other, cells), here);
    let last = place(&other).last.0;
    replay(&other, std::slice::from_ref(&closing));
    assert_eq!(place(&other).last.0, last, "once is enough");
    let booked = || {
        let server = other.serve();
        Ask::new(LPU, PATIENT, OURS).send(&mut server.client()).status
    };
    assert_eq!(booked(), 400);

    let listed: Value = site
        .run_well(&["closures", "--format", "json"], "")
        .parse()
        .unwrap();
    site.run_well(&["open", listed[0]["guid"].as_str().unwrap()], "");
    let said = site.run_well(&["journal", "--from", "2"], "");
    let opened: Vec<Value> = said.lines().map(|line| line.parse().unwrap()).collect();
    replay(&other, &opened);
    assert_eq!(count(&other, cells), 0);
    assert_eq!(booked(), 200);

    // What is over, or of nobody here, is passed over.
    let told = |more: Value| {
        let mut record = closing.clone();
        let content: Value = record["contentText"].as_str().unwrap().parse().unwrap();
        record["contentText"] = json!(with(content, &more).to_string());
        record
    };
    let mut of_nobody = told(json!({"guid": guid(901)}));
    of_nobody["subject"] = json!(guid(902));
    let over = told(json!({"guid": guid(903), "begin": 1_000, "end": 2_000}));
    let turned = told(json!({"guid": guid(904), "begin": 4_000_000_000_i64, "end": 3_900_000_000_i64}));
    replay(&other, &[of_nobody, over, turned]);
    assert_eq!(count(&other, "SELECT count(*) FROM closure"), 1);
    other.run_well(&["verify"], "");
}
