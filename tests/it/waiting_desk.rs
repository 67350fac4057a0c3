//! Goal: the desk sees who waits, whom to call and for what, with a server and without. Method: the command of the real
//! binary on entries that patients made; the ones whose time is over are the file's, set back by another hand.

use crate::clinic::{self, guid, with};
use crate::harness::{Client, Site, now};
use crate::tickets::{LPU, OCULIST, OTHER, PATIENT, THERAPIST, ask_as, authorization, lines};
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;

const PATH: &str = "/api/v3/waitinglist";
const CSV_HEAD: &str = "\u{feff}Ждет с;Пациент;Дата рождения;Телефон;Специальность;Врач;Первый день;Последний день;Не раньше;\
     Не позже;Жалобы\r\n";

fn day(days: i64, form: &str) -> String {
    (now() + TimeDelta::days(days)).format(form).to_string()
}

fn wait(client: &mut Client, patient: u32, more: &Value) -> Value {
    let body = with(
        json!({"lpuGuid": guid(LPU), "specialityCode": "27", "dateStart": day(0, "%Y-%m-%d"), "isAgree": 1}),
        more,
    );
    let authorization = authorization(patient, &json!({}));
    let headers = [
        ("Authorization", &*authorization),
        ("Content-Type", "application/json"),
    ];
    let answer = client.ask("POST", PATH, &headers, body.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

fn site() -> Site {
    let site = Site::new("");
    let mut all = lines();
    all.extend([
        with(
            clinic::speciality("27"),
            &json!({"name": "Терапия, \"взрослая\""}),
        ),
        with(clinic::speciality("7"), &json!({"name": "Офтальмология"})),
        with(
            clinic::patient(PATIENT, LPU),
            &json!({"family": "Сидоров", "name": "Петр", "patronymic": "", "phone": "8 900 000-00-00"}),
        ),
        with(
            clinic::patient(OTHER, LPU),
            &json!({"family": "Яков", "name": "Ян", "patronymic": "Янович", "phone": "8 900 000-00-09"}),
        ),
    ]);
    site.import(&all);
    site
}

/// Dates an entry: the list is by when each was made, whatever its row.
fn made(database: &Connection, entry: &Value, seconds: i64) {
    let guid = uuid::Uuid::parse_str(entry["guid"].as_str().unwrap()).unwrap();
    let changed = database.execute(
        "UPDATE waiting_entry SET created_at = ? WHERE guid = ?",
        (seconds, guid),
    );
    assert_eq!(changed.unwrap(), 1);
}

#[test]
fn who_waits_is_listed_oldest_first_with_whom_to_call() {
    let site = site();
    assert_eq!(site.run_well(&["waiting", "--format", "csv"], ""), CSV_HEAD);
    assert_eq!(site.run_well(&["waiting", "--format", "json"], ""), "[]\n");
    assert_eq!(site.run_well(&["waiting"], "").lines().count(), 1);

    let server = site.serve();
    let mut client = server.client();
    let young = wait(
        &mut client,
        PATIENT,
        &json!({"doctorGuid": guid(THERAPIST), "phone": "8 900 000-00-01", "dateEnd": day(0, "%Y-%m-%d"),
                "timeStart": "09:00", "timeEnd": "12:30", "complaints": "=1\nголова"}),
    );
    let old = wait(&mut client, OTHER, &json!({}));
    let ended = wait(&mut client, PATIENT, &json!({"specialityCode": "7"}));
    let past = wait(
        &mut client,
        OTHER,
        &json!({"specialityCode": "7", "doctorGuid": guid(OCULIST)}),
    );
    ask_as(
        &mut client,
        PATIENT,
        "DELETE",
        &format!("{PATH}/{}", ended["guid"].as_str().unwrap()),
    );
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let set_back = "UPDATE waiting_entry SET date_start = ?1, date_end = ?1 WHERE resource_id IS NOT NULL AND phone = ''";
    assert_eq!(database.execute(set_back, [day(-1, "%Y-%m-%d")]).unwrap(), 1);
    let since = [3, 2, 4].map(|days| now() - TimeDelta::days(days));
    for (entry, moment) in [&old, &young, &past].into_iter().zip(since) {
        made(&database, entry, moment.timestamp());
    }
    drop(database);

    let csv = site.run_well(&["waiting", "--format", "csv"], "");
    let (today, last) = (day(0, "%d.%m.%Y"), day(30, "%d.%m.%Y"));
    let expected = format!(
        "{CSV_HEAD}\
         {};Яков Ян Янович;15.06.1980;8 900 000-00-09;\"Терапия, \"\"взрослая\"\"\";;{today};{last};;;\r\n\
         {};Сидоров Петр;15.06.1980;8 900 000-00-01;\"Терапия, \"\"взрослая\"\"\";Ежова А. Б.;{today};{today};09:00;12:30;\
         \"'=1\nголова\"\r\n",
        since[0].format("%d.%m.%Y %H:%M"),
        since[1].format("%d.%m.%Y %H:%M"),
    );
    assert_eq!(csv, expected);

    let listed: Value = serde_json::from_str(&site.run_well(&["waiting", "--format", "json"], "")).unwrap();
    let own = ask_as(&mut server.client(), PATIENT, "GET", PATH).json();
    let mut own = own.as_array().unwrap().iter();
    let of_young = own.find(|entry| entry["guid"] == young["guid"]).unwrap();
    let expected = with(
        of_young.clone(),
        &json!({"patient": "Сидоров Петр", "birthDate": "1980-06-15", "phone": "8 900 000-00-01",
                "speciality": "Терапия, \"взрослая\"", "docFio": "Ежова А. Б.", "complaints": "=1\nголова"}),
    );
    assert_eq!(listed[1], expected);
    assert_eq!(listed[0]["docFio"], Value::Null);
    assert_eq!(listed[0]["guid"], old["guid"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
}

#[test]
fn who_waits_is_read_without_a_server_on_a_disk_that_takes_no_writing() {
    let site = site();
    let server = site.serve();
    let complaints = json!({"complaints": "=1\nголова"});
    wait(&mut server.client(), PATIENT, &complaints);
    let beside = site.run_well(&["waiting"], "");
    let rows: Vec<_> = beside.lines().collect();
    assert_eq!(
        rows.len(),
        2,
        "a patient's lines do not break the table: {beside}"
    );
    assert!(rows[0].starts_with("WAITS SINCE") && rows[0].ends_with("COMPLAINTS"));
    assert!(rows[1].contains("Сидоров Петр") && rows[1].ends_with("=1 голова"));

    assert!(server.terminate().success());
    assert_eq!(site.run_well(&["waiting"], ""), beside);
    let before = fs::read(site.path("infomat.db")).unwrap();
    for file in ["infomat.db-shm", "infomat.db-wal"] {
        fs::remove_file(site.path(file)).unwrap();
    }
    symlink(site.path("no folder/no file"), site.path("infomat.db-shm")).unwrap();
    assert_eq!(site.run_well(&["waiting"], ""), beside);
    assert_eq!(fs::read(site.path("infomat.db")).unwrap(), before);
}

#[test]
fn what_is_typed_wrongly_ends_with_2_and_a_missing_file_with_1() {
    let site = site();
    for arguments in [&["waiting", "--format", "xml"][..], &["waiting", "27"]] {
        assert_eq!(site.run(arguments, "").status.code(), Some(2), "{arguments:?}");
    }
    fs::remove_file(site.path("infomat.db")).unwrap();
    let missing = site.run(&["waiting"], "");
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("infomat init"));
}
