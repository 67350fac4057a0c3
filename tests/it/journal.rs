//! Goal: every change writes its record, what was written stays, and nobody changes it unseen. Method: the real binary; the
//! lines of `infomat journal` are proved by a script in another language; files are edited as another program would, and
//! `verify` has to name it.

mod broken;
mod lives;
pub mod tell;

use crate::clinic::{self, Ask, guid, with};
use crate::harness::{Client, Site, lacks, now};
use crate::schema::{OLDER, older_site};
use crate::tickets::{
    LPU, OCULIST, OTHER, PATIENT, THERAPIST, ask_as, authorization, lines, path, ticket_guid,
};
use chrono::{SubsecRound, TimeDelta};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

const CELL: u32 = 100;
const OF_OCULIST: u32 = 101;
const SOON: u32 = 102;

/// Fifteen lines of another language.
const PROVE: &str = include_str!("journal/prove.py");

const COMPLAINTS: &str = "Secretpain";

pub fn site() -> Site {
    let site = Site::new("");
    let mut all = lines();
    let soon = now().trunc_subsecs(0) + TimeDelta::minutes(90);
    all.extend([
        clinic::slot(CELL, THERAPIST, 2, "08:00"),
        clinic::slot(OF_OCULIST, OCULIST, 2, "09:00"),
        with(
            clinic::slot(SOON, THERAPIST, 0, "08:00"),
            &json!({"begin": soon.to_rfc3339(), "end": (soon + TimeDelta::minutes(15)).to_rfc3339()}),
        ),
    ]);
    site.import(&all);
    site
}

/// The lines of `infomat journal`, each with its content.
fn journal(site: &Site, options: &[&str]) -> Vec<(Value, Value)> {
    let said = site.run_well(&[&["journal"], options].concat(), "");
    let line = |line: &str| {
        let record: Value = line.parse().unwrap();
        let content = record["contentText"].as_str().map(|text| text.parse().unwrap());
        (record, content.unwrap_or_default())
    };
    said.lines().map(line).collect()
}

fn kinds(site: &Site) -> Vec<String> {
    let records = journal(site, &[]);
    records
        .iter()
        .map(|(record, _)| record["kind"].as_str().unwrap().to_owned())
        .collect()
}

fn wait(client: &mut Client, patient: u32) -> String {
    let day = &clinic::moment(1, "08:00")[..10];
    let wish = json!({"lpuGuid": guid(LPU), "specialityCode": "27", "dateStart": day, "isAgree": 1,
                      "phone": "+7 900 5550001", "complaints": COMPLAINTS});
    let authorization = authorization(patient, &json!({}));
    let headers = [
        ("Authorization", &*authorization),
        ("Content-Type", "application/json"),
    ];
    let answer = client.ask(
        "POST",
        "/api/v3/waitinglist",
        &headers,
        wish.to_string().as_bytes(),
    );
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()["guid"].as_str().unwrap().to_owned()
}

/// Everything that writes a record in these tests; the ticket that was cancelled and the one that came.
pub fn eventful(site: &Site) -> [String; 2] {
    let server = site.serve();
    let mut client = server.client();
    let ask = Ask::new(LPU, PATIENT, CELL)
        .and("phone", "+7 900 5550002")
        .and("externalUserID", "Внешний \"счёт\"");
    let entry = wait(&mut client, PATIENT);
    let booked = Ask {
        key: Some("a-key".to_owned()),
        ..ask
    };
    let cancelled = ticket_guid(&booked.book(&mut client));
    assert_eq!(
        ask_as(&mut client, PATIENT, "DELETE", &path(&cancelled)).status,
        200
    );
    let came = ticket_guid(&Ask::new(LPU, OTHER, SOON).book(&mut client));
    let arrival = path(&format!("{came}/checkin"));
    assert_eq!(ask_as(&mut client, OTHER, "POST", &arrival).status, 200);
    wait(&mut client, PATIENT);
    assert!(!entry.is_empty());
    drop(client);
    assert!(server.terminate().success());
    let soon = now().trunc_subsecs(0) + TimeDelta::minutes(150);
    site.import(&[
        with(
            clinic::slot(SOON, THERAPIST, 0, "08:00"),
            &json!({"begin": soon.to_rfc3339(), "end": (soon + TimeDelta::minutes(15)).to_rfc3339()}),
        ),
        json!({"kind": "patient", "guid": guid(PATIENT), "deleted": true}),
    ]);
    [cancelled, came]
}

#[test]
fn every_change_writes_a_record_that_tells_all_of_it() {
    let site = site();
    let [cancelled, came] = eventful(&site);
    assert_eq!(
        kinds(&site),
        [
            "begun",
            "waitingAdded",
            "booked",
            "contact",
            "waitingEnded",
            "cancelled",
            "booked",
            "checkedIn",
            "waitingAdded",
            "waitingEnded",
            "moved",
        ]
    );
    let records = journal(&site, &[]);
    let (record, booked) = &records[2];
    assert_eq!(record["subject"], cancelled.as_str());
    let begin = chrono::DateTime::parse_from_rfc3339(&clinic::moment(2, "08:00")).unwrap();
    assert_eq!(
        *booked,
        json!({
            "kind": "visit", "lpu": guid(LPU), "patient": guid(PATIENT), "slot": guid(CELL), "resource": guid(THERAPIST),
            "begin": begin.timestamp(), "end": begin.timestamp() + 15 * 60, "status": "active",
            "num": 1, "numDay": &clinic::moment(2, "08:00")[..10], "made": record["at"], "source": "Infomat",
            "phone": "+7 900 5550002", "externalUser": "Внешний \"счёт\"",
            "idempotencyKey": "a-key",
        }),
    );
    assert_eq!(records[3].0["subject"], guid(PATIENT));
    assert_eq!(
        records[3].1,
        json!({"kind": "contact", "phone": "+7 900 5550002"})
    );
    assert_eq!(records[4].1["status"], "ended");
    let (record, content) = &records[5];
    assert_eq!(
        (&record["subject"], &content["status"]),
        (&json!(cancelled), &json!("cancelled"))
    );
    assert_eq!(
        content["history"],
        json!([{"element": "status", "oldValue": "active", "newValue": "cancelled", "at": record["at"], "source": "Infomat"}])
    );
    let (record, content) = &records[7];
    assert_eq!(
        (&record["subject"], &content["checkedIn"]),
        (&json!(came), &record["at"])
    );
    assert_eq!(content["history"][0]["element"], "checkin");
    let moved = &records[10];
    assert_eq!(moved.0["subject"], came.as_str());
    assert_eq!(moved.1["history"][1]["element"], "beginTime");
    assert!(moved.1["begin"].as_i64() > records[6].1["begin"].as_i64());
    let said = site.run_well(&["journal"], "");
    assert!(!said.contains(COMPLAINTS), "{said}");
    assert!(said.contains("+7 900 5550001"), "{said}");
    site.run_well(&["verify"], "");
}

/// A booking tells its visit from what was decided, every other change reads it from the file: a later record of the same visit
/// has all that the first one has.
#[test]
fn a_booking_tells_the_visit_that_is_in_the_file() {
    let site = site();
    let exam = guid(200);
    site.import(&[
        clinic::referral("Н-1", "consultation", PATIENT),
        clinic::exam(200, PATIENT),
    ]);
    let claims = with(
        crate::harness::claims(&guid(LPU), &guid(PATIENT), "Infomat"),
        &json!({"login": "desk-7"}),
    );
    let ask = Ask::new(LPU, PATIENT, CELL)
        .claiming(&claims)
        .and("directionId", "Н-1")
        .and("directionType", "consultation")
        .and("examGuid", &exam)
        .and("phone", "+7 900 5550002")
        .and("email", "a@example.org")
        .and("externalUserID", "outside");
    let ask = Ask {
        key: Some("a-key".to_owned()),
        ..ask
    };
    ask.book(&mut site.serve().client());
    site.import(&[with(
        clinic::slot(CELL, THERAPIST, 2, "08:00"),
        &json!({"room": "9"}),
    )]);
    assert_eq!(kinds(&site), ["begun", "booked", "contact", "moved"]);
    let records = journal(&site, &[]);
    let (booked, mut moved) = (&records[1].1, records[3].1.clone());
    let history = moved.as_object_mut().unwrap().remove("history");
    assert_eq!(history.unwrap()[0]["element"], "room");
    assert_eq!(*booked, moved);
    let fields: Vec<_> = booked.as_object().unwrap().keys().collect();
    assert_eq!(fields.len(), 19, "each but what comes later: {fields:?}");
}

/// Visits that are over go along with their cells too, though nobody is called for them.
#[test]
fn a_visit_that_is_over_is_told_when_it_is_moved() {
    let site = Site::new("[rules]\npast = false\n");
    let mut all = lines();
    all.push(clinic::slot(CELL, THERAPIST, -3, "08:00"));
    site.import(&all);
    Ask::new(LPU, PATIENT, CELL).book(&mut site.serve().client());
    site.import(&[clinic::slot(CELL, THERAPIST, -2, "09:00")]);
    assert_eq!(kinds(&site), ["begun", "booked", "moved"]);
    site.run_well(&["verify"], "");
}

fn prove(lines: &str) -> Option<Output> {
    let started = Command::new("python3")
        .args(["-c", PROVE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    if lacks("python3", started.is_ok()) {
        return None;
    }
    let mut started = started.unwrap();
    let mut input = started.stdin.take().unwrap();
    // A script that has found something wrong reads no more.
    let _ = std::io::Write::write_all(&mut input, lines.as_bytes());
    drop(input);
    Some(started.wait_with_output().unwrap())
}

#[test]
fn fifteen_lines_of_another_language_prove_the_chain() {
    let site = site();
    eventful(&site);
    let said = site.run_well(&["journal"], "");
    let Some(proved) = prove(&said) else { return };
    assert!(proved.status.success(), "{proved:?}");
    assert_eq!(String::from_utf8_lossy(&proved.stdout), "11\n");
    let lines: Vec<&str> = said.lines().collect();
    for (wrong, named) in [
        (said.replace("a-key", "b-key"), "the content of 3"),
        (
            said.replace("\"checkedIn\",\"subject\"", "\"cancelled\",\"subject\""),
            "the hash of 8",
        ),
        ([&lines[..4], &lines[5..]].concat().join("\n"), "a gap before 6"),
    ] {
        let proved = prove(&wrong).unwrap();
        let told = String::from_utf8_lossy(&proved.stderr);
        assert!(
            !proved.status.success() && told.contains(named),
            "{named}: {told}"
        );
    }
}

#[test]
fn the_journal_is_printed_from_any_record_beside_a_server_and_from_a_disk_that_takes_no_writing() {
    let site = site();
    eventful(&site);
    let all = site.run_well(&["journal"], "");
    let server = site.serve();
    assert_eq!(site.run_well(&["journal"], ""), all);
    let from: Vec<_> = all.lines().skip(8).collect();
    assert_eq!(
        site.run_well(&["journal", "--from", "9"], "")
            .lines()
            .collect::<Vec<_>>(),
        from
    );
    assert_eq!(site.run_well(&["journal", "--from", "12"], ""), "");
    assert!(server.terminate().success());
    let database = site.path("infomat.db");
    fs::set_permissions(&database, fs::Permissions::from_mode(0o400)).unwrap();
    assert_eq!(site.run_well(&["journal"], ""), all);
    let wrong = site.run(&["journal", "--from", "x"], "");
    assert_eq!(wrong.status.code(), Some(2));
}

/// A file of an older version keeps its entries; behind them a chain begins, with what is not over.
#[test]
fn an_older_file_gets_a_chain_behind_its_entries() {
    let site = older_site(3, OLDER[2]);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let tomorrow = (now() + TimeDelta::days(1)).timestamp();
    database
        .execute_batch(&format!(
            "INSERT INTO speciality (code, name) VALUES ('27', 'Терапия');
             INSERT INTO resource (guid, lpu_id, type, family, name, patronymic, title, role, speciality_id, room, flat,
                                   dispensary_only, shown)
             VALUES (randomblob(16), 1, 'doctor', 'А', '', '', '', '', 1, '', 0, 0, 1);
             INSERT INTO slot (guid, resource_id, begin_at, end_at, plan_count, flag_access, busy_type, busy_code, busy_name, room)
             VALUES (randomblob(16), 1, 1000000, 1000900, 1, 127, 1, '', '', ''),
                    (randomblob(16), 1, {tomorrow}, {tomorrow} + 900, 1, 127, 1, '', '', '');
             INSERT INTO patient (guid, lpu_id, family, name, patronymic, birth_date, sex, policy_series, policy_number, snils,
                                  passport_series, passport_number, phone, email, email_confirm_agree, uchastok_num,
                                  self_booking_banned, closed)
             VALUES (randomblob(16), 1, 'Б', '', '', '1980-01-01', '', '', '', '', '', '', '', '', 0, '', 0, 0);
             INSERT INTO visit (guid, patient_id, slot_id, resource_id, num_resource_id, num_day, num, begin_at, end_at, made_at,
                                client_application_id, login)
             SELECT randomblob(16), 1, id, 1, 1, date(begin_at, 'unixepoch'), 1, begin_at, end_at, 900000, 1, '' FROM slot;
             INSERT INTO journal (at, event, visit_guid) SELECT 900000, 'booked', guid FROM visit ORDER BY id;
             INSERT INTO waiting_entry (guid, patient_id, speciality_id, phone, complaints, date_start, date_end, time_start,
                                        time_end, created_at)
             VALUES (randomblob(16), 1, 1, '', '{COMPLAINTS}', '2030-01-01', '2030-02-01', '00:00', '00:00', 1700000000);"
        ))
        .unwrap();
    drop(database);
    assert!(site.serve().terminate().success());
    let records = journal(&site, &[]);
    let seqs: Vec<_> = records.iter().map(|(record, _)| &record["seq"]).collect();
    assert_eq!(seqs, [3, 4, 5]);
    assert_eq!(kinds(&site), ["begun", "recovered", "recovered"]);
    assert_eq!(
        records[0].1,
        json!({"kind": "life", "entriesBefore": 2, "visitsBefore": 2, "waitingEntriesBefore": 1})
    );
    assert_eq!(records[0].0["at"], 1_700_000_000);
    assert_eq!(records[1].1["begin"], tomorrow);
    assert_eq!(records[2].1["kind"], "waitingEntry");
    let said = site.run_well(&["journal"], "");
    assert!(!said.contains(COMPLAINTS), "{said}");
    if let Some(proved) = prove(&said) {
        assert!(proved.status.success(), "{proved:?}");
    }
    site.run_well(&["verify"], "");
}

/// What was written while the clock was ahead stays as it was written.
#[test]
fn a_believed_clock_is_one_more_record() {
    let site = site();
    Ask::new(LPU, PATIENT, CELL).book(&mut site.serve().client());
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute_batch("UPDATE visit SET made_at = made_at + 259200")
        .unwrap();
    let mut told = tell::take(&database);
    told[1].at += 259_200;
    let made = told[1].content["made"].as_i64().unwrap();
    told[1].content["made"] = json!(made + 259_200);
    tell::tell(&database, told);
    drop(database);
    site.run_well(&["verify"], "");
    let before = site.run_well(&["journal"], "");
    let said = site.run_well(&["believe-clock"], "");
    assert!(said.contains("1 times"), "{said}");
    let after = site.run_well(&["journal"], "");
    assert!(after.starts_with(&before), "what was written stays");
    let records = journal(&site, &["--from", "3"]);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].0["kind"], "upkeep");
    assert_eq!(
        records[0].1,
        json!({"kind": "upkeep", "what": "clockBelieved", "later": 1})
    );
    assert!(site.run_well(&["believe-clock"], "").contains("0 times"));
    assert_eq!(journal(&site, &["--from", "4"]), [], "there was nothing to tell");
    site.run_well(&["verify"], "");
    let server = site.serve();
    Ask::new(LPU, OTHER, OF_OCULIST).book(&mut server.client());
}
