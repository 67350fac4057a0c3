//! Goal: what is old is gone for good, from the raw files too, and what is young stays; beside a server no booking waits.
//! Method: patients, tickets and texts bear marks; after the purge the database, its log and its index are searched for
//! them as bytes.

use crate::clinic::{self, Ask, guid, with};
use crate::harness::{Client, Site};
use crate::journal::tell::{self, Told};
use crate::tickets::{LPU, OCULIST, OTHER, PATIENT, THERAPIST, authorization, lines, ticket_guid};
use rusqlite::{Connection, named_params};
use serde_json::{Value, json};
use std::fs;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Whatever begins so belongs to what has to go.
const MARK: &str = "Secretmark";

/// The same for telephone numbers.
const PHONE: &str = "+7900555";

/// What has to stay begins so.
const YOUNG: &str = "Youngmark";

/// Cells that are long over, three a patient.
const OLD_CELLS: u32 = 300;

/// A doctor whose visits were all cancelled, and who then left.
const LEFT: u32 = 21;

/// Seconds of fifty days.
const AGE: i64 = 50 * 86_400;

const YOUNG_CELL: u32 = 9_000;
const FREE_CELL: u32 = 9_001;

/// The rules that would keep a test from booking in the past, and one patient from booking often.
const RULES_OFF: &str =
    "[rules]\npast = false\nrepeat_in_cell = false\none_per_speciality = false\none_per_time = false\n";

fn old_patient(n: u32, more: &Value) -> Value {
    let text = |field: &str| format!("{MARK}{field}{n}");
    let patient = with(
        clinic::patient(n, LPU),
        &json!({"family": text("family"), "name": text("name"), "policyNumber": text("policy"), "snils": "",
                "passportNumber": text("passport"), "phone": format!("{PHONE}{n}"),
                "email": format!("{MARK}{n}@clinic.example")}),
    );
    with(patient, more)
}

/// A clinic whose old patients booked, cancelled, waited and were referred, fifty days ago; then they went, and the doctor
/// with them. One young visit stays.
pub fn site() -> Site {
    let site = Site::new(RULES_OFF);
    let patients: Vec<u32> = (1_000..1_000 + OLD_CELLS / 3).collect();
    let mut all = lines();
    all.push(clinic::doctor(LEFT, LPU, "27", &format!("{MARK}doctor")));
    all.push(clinic::slot(YOUNG_CELL, OCULIST, 1, "09:00"));
    all.push(with(
        clinic::slot(FREE_CELL, OCULIST, 1, "10:00"),
        &json!({"planCount": 10_000}),
    ));
    all.push(with(
        clinic::patient(PATIENT, LPU),
        &json!({"family": format!("{YOUNG}family")}),
    ));
    for &n in &patients {
        all.push(old_patient(n, &json!({})));
        all.push(clinic::referral(&format!("{MARK}referral{n}"), "duvisit", n));
        all.push(with(
            clinic::exam(n + 20_000, n),
            &json!({"name": format!("{MARK}exam{n}")}),
        ));
    }
    let doctor = |n| if n % 3 == 0 { LEFT } else { THERAPIST };
    all.extend((0..OLD_CELLS).map(|n| {
        clinic::slot(
            2_000 + n,
            doctor(n),
            -40,
            &format!("{:02}:{:02}", 8 + n % 10, n % 3 * 15),
        )
    }));
    site.import(&all);
    let server = site.serve();
    let mut client = server.client();
    for n in 0..OLD_CELLS {
        let patient = patients[usize::try_from(n / 3).unwrap()];
        let ask = Ask::new(LPU, patient, 2_000 + n)
            .and("phone", &format!("{PHONE}7{n}"))
            .and("externalUserID", &format!("{MARK}user{n}"));
        let key = format!("{MARK}key{n}");
        Ask {
            key: Some(key),
            ..ask
        }
        .book(&mut client);
    }
    for &n in &patients {
        wait_in_line(&mut client, n);
    }
    drop(server);
    // What a year does: the cards are written anew with longer names, and closed; the doctor leaves.
    let mut later: Vec<_> = patients
        .iter()
        .map(|&n| {
            old_patient(
                n,
                &json!({"patronymic": format!("{MARK}{}", "longer".repeat(9)), "closed": true}),
            )
        })
        .collect();
    later.push(json!({"kind": "resource", "guid": guid(LEFT), "deleted": true}));
    age(&site);
    site.import(&later);
    Ask::new(LPU, PATIENT, YOUNG_CELL).book(&mut site.serve().client());
    site
}

fn wait_in_line(client: &mut Client, patient: u32) {
    let wish = json!({"lpuGuid": guid(LPU), "specialityCode": "27", "dateStart": &clinic::moment(1, "08:00")[..10],
                      "isAgree": 1, "phone": format!("{PHONE}8{patient}"), "complaints": format!("{MARK}pain{patient}")});
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
}

/// What there is happened fifty days ago; visits to the doctor who left were cancelled then.
fn age(site: &Site) {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let left = format!(
        "(SELECT id FROM resource WHERE guid = x'{}')",
        guid(LEFT).replace('-', "")
    );
    database
        .execute_batch(&format!(
            "PRAGMA secure_delete = ON;
             UPDATE visit SET made_at = made_at - {AGE};
             INSERT INTO visit_history
                 SELECT id, 1, 'status', 'active', 'cancelled', '', made_at, client_application_id FROM visit
                 WHERE resource_id = {left};
             INSERT INTO visit_history
                 SELECT id, 2, 'reason', '', '{MARK}reason', '', made_at, client_application_id FROM visit
                 WHERE resource_id = {left};
             UPDATE visit SET status = 'cancelled' WHERE resource_id = {left};
             UPDATE waiting_entry SET created_at = created_at - {AGE}, date_start = '2020-01-01', date_end = '2020-02-01';
             INSERT INTO failed_identification (at, address, document) VALUES (unixepoch() - {AGE}, '192.0.2.77', zeroblob(32));"
        ))
        .unwrap();
    let mut told = tell::take(&database);
    let mut cancelled = Vec::new();
    for record in &mut told {
        record.at -= AGE;
        if record.kind == "booked" {
            record.content["made"] = json!(record.at);
        }
        if record.kind == "booked" && record.content["resource"] == guid(LEFT) {
            let change = |element: &str, old: &str, new: &str| json!({"element": element, "oldValue": old, "newValue": new, "at": record.at, "source": "Infomat"});
            let mut content = record.content.clone();
            content["status"] = json!("cancelled");
            content["history"] = json!([
                change("status", "active", "cancelled"),
                change("reason", "", &format!("{MARK}reason"))
            ]);
            cancelled.push(Told {
                kind: "cancelled".to_owned(),
                content,
                ..record.clone()
            });
        }
    }
    told.extend(cancelled);
    tell::tell(&database, told);
}

/// How often what has to go is in the raw files of the database.
fn marks(site: &Site) -> usize {
    found(site, MARK) + found(site, PHONE)
}

fn found(site: &Site, mark: &str) -> usize {
    let files = ["infomat.db", "infomat.db-wal", "infomat.db-shm"];
    let count = |name: &str| {
        let bytes = fs::read(site.path(name)).unwrap_or_default();
        bytes
            .windows(mark.len())
            .filter(|bytes| *bytes == mark.as_bytes())
            .count()
    };
    files.map(count).iter().sum()
}

fn all(output: &Output) -> String {
    [&*output.stdout, &*output.stderr]
        .map(String::from_utf8_lossy)
        .concat()
}

fn count(site: &Site, sql: &str) -> i64 {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn assert_purged(site: &Site, said: &str, young_visits: i64) {
    assert!(said.contains(&format!("visits: {OLD_CELLS}\n")), "{said}");
    assert!(
        said.contains(&format!("closed cards: {}\n", OLD_CELLS / 3)),
        "{said}"
    );
    assert!(said.contains("names of removed resources: 1\n"), "{said}");
    assert!(said.contains("not touched: backups"), "{said}");
    assert!(!said.contains(MARK), "{said}");
    for (sql, left) in [
        ("SELECT count(*) FROM visit", young_visits),
        ("SELECT count(*) FROM visit_history", 0),
        ("SELECT count(*) FROM slot", 2),
        ("SELECT count(*) FROM waiting_entry", 0),
        ("SELECT count(*) FROM failed_identification", 0),
        ("SELECT count(*) FROM patient", 2),
        ("SELECT count(*) FROM referral", 0),
        ("SELECT count(*) FROM exam", 0),
        ("SELECT count(*) - max(seq) FROM journal", 0),
        (
            "SELECT count(content) FROM journal WHERE kind <> 'begun'",
            young_visits,
        ),
    ] {
        assert_eq!(count(site, sql), left, "{sql}");
    }
    site.run_well(&["verify"], "");
}

#[test]
fn what_is_old_is_gone_from_the_raw_files() {
    let site = site();
    assert!(marks(&site) > 500, "{} marks", marks(&site));
    // Nothing is that old.
    site.run_well(&["purge", "--older-than", "60"], "");
    assert_eq!(
        count(&site, "SELECT count(*) FROM visit"),
        i64::from(OLD_CELLS) + 1
    );
    let said = site.run_well(&["purge", "--older-than", "30"], "");
    assert_eq!(marks(&site), 0, "{said}");
    assert!(found(&site, YOUNG) > 0);
    assert_purged(&site, &said, 1);
    let server = site.serve();
    Ask::new(LPU, OTHER, FREE_CELL).book(&mut server.client());
    site.run_well(&["verify"], "");
}

#[test]
fn beside_a_server_no_booking_waits() {
    let site = site();
    let server = site.serve();
    let ends = AtomicBool::new(false);
    let (output, booked, slowest) = thread::scope(|scope| {
        let books = scope.spawn(|| {
            let mut client = server.client();
            let (mut booked, mut slowest) = (0, Duration::ZERO);
            while !ends.load(Ordering::Relaxed) {
                let began = Instant::now();
                ticket_guid(&Ask::new(LPU, OTHER, FREE_CELL).book(&mut client));
                slowest = slowest.max(began.elapsed());
                booked += 1;
            }
            (booked, slowest)
        });
        let output = site.run(&["purge", "--older-than", "30"], "");
        ends.store(true, Ordering::Relaxed);
        let (booked, slowest) = books.join().unwrap();
        (output, booked, slowest)
    });
    let said = all(&output);
    assert!(output.status.success(), "{said}");
    println!("{booked} bookings during the purge, slowest {slowest:?}");
    assert!(booked > 0, "{booked} bookings, slowest {slowest:?}");
    assert_eq!(marks(&site), 0, "{said}");
    assert_purged(&site, &said, 1 + booked);
    Ask::new(LPU, OTHER, FREE_CELL).book(&mut server.client());
}

/// A visit that was lost is still missed after a purge.
#[test]
fn a_lost_visit_is_not_taken_for_a_purged_one() {
    let site = site();
    site.run_well(&["purge", "--older-than", "30"], "");
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database.execute_batch("DELETE FROM visit").unwrap();
    drop(database);
    let verified = site.run(&["verify"], "");
    assert_eq!(verified.status.code(), Some(1));
    assert!(all(&verified).contains("it is not there"), "{}", all(&verified));
}

/// A clock that has jumped ahead makes nothing old.
#[test]
fn age_counts_from_the_last_booking() {
    let site = Site::new(RULES_OFF);
    let mut all_lines = lines();
    all_lines.push(clinic::slot(YOUNG_CELL, THERAPIST, -3, "09:00"));
    site.import(&all_lines);
    let server = site.serve();
    Ask::new(LPU, PATIENT, YOUNG_CELL).book(&mut server.client());
    drop(server);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute_batch("UPDATE visit SET made_at = made_at - 2592000; UPDATE journal SET at = at - 2592000")
        .unwrap();
    drop(database);
    site.run_well(&["purge", "--older-than", "2"], "");
    assert_eq!(
        count(&site, "SELECT count(*) FROM visit"),
        1,
        "the last booking was thirty days ago"
    );
}

/// What is young in the journal still tells all; what a clock that was ahead has dated counts as old.
#[test]
fn young_records_keep_what_they_tell() {
    let site = Site::new(RULES_OFF);
    let mut all_lines = lines();
    all_lines.push(clinic::slot(YOUNG_CELL, THERAPIST, 1, "09:00"));
    site.import(&all_lines);
    let server = site.serve();
    let mut client = server.client();
    Ask::new(LPU, PATIENT, YOUNG_CELL)
        .and("phone", &format!("{PHONE}1"))
        .book(&mut client);
    wait_in_line(&mut client, OTHER);
    drop(client);
    drop(server);
    site.run_well(&["purge", "--older-than", "2"], "");
    let emptied = "SELECT count(*) FROM journal WHERE content IS NULL";
    assert_eq!(count(&site, "SELECT count(*) FROM journal"), 4);
    assert_eq!(count(&site, emptied), 0);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let mut told = tell::take(&database);
    let contact = told.iter_mut().find(|record| record.kind == "contact").unwrap();
    contact.at += AGE;
    tell::tell(&database, told);
    drop(database);
    site.run_well(&["purge", "--older-than", "2"], "");
    assert_eq!(count(&site, &format!("{emptied} AND kind = 'contact'")), 1);
    assert_eq!(count(&site, emptied), 1);
    site.run_well(&["verify"], "");
}

/// Goal: a doctor whom an import brings back while a purge runs keeps the name. Method: the purge's last step on one who is
/// not removed, as it then finds it.
#[test]
fn a_doctor_who_came_back_is_not_forgotten() {
    let site = Site::new("");
    site.import(&lines());
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let step = include_str!("../../src/store/purge/forget_resource.sql");
    let forget = || database.execute(step, named_params! { ":id": 1 }).unwrap();
    assert_eq!(forget(), 0);
    database
        .execute_batch("UPDATE resource SET removed = 1 WHERE id = 1")
        .unwrap();
    assert_eq!(forget(), 1);
}
