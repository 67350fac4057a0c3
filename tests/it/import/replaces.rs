//! What becomes of things that are there, and of lines about one another.

use super::{count, dump, file, imported, refused, refused_for, site};
use crate::clinic::{self, Ask, guid, with};
use crate::harness::Site;
use rusqlite::Connection;
use serde_json::{Value, json};

/// The small clinic with a thing of every kind.
fn every_kind() -> Vec<Value> {
    let mut lines = clinic::small();
    lines.extend([
        clinic::referral("N-1", "duvisit", 4),
        clinic::registration(4, 2),
        clinic::exam(5, 4),
        json!({"kind": "clientApplication", "mnem": "Infomat", "guid": guid(6), "source": 1, "name": "Инфомат",
               "access": 36, "scheduleDays": 14}),
    ]);
    lines
}

#[test]
fn the_same_file_twice_changes_nothing_and_counts_the_same() {
    let site = Site::new("");
    let counts = imported(&site, &every_kind());
    assert_eq!(
        counts,
        [
            "lpu: 1",
            "speciality: 1",
            "resource: 1",
            "slot: 1",
            "patient: 1",
            "referral: 1",
            "dispensaryRegistration: 1",
            "exam: 1",
            "clientApplication: 1"
        ]
    );
    let once = dump(&site);
    assert_eq!(imported(&site, &every_kind()), counts);
    assert_eq!(dump(&site), once);
}

#[test]
fn lines_may_come_in_any_order() {
    let site = Site::new("");
    let lines: Vec<Value> = every_kind().into_iter().rev().collect();
    site.import(&lines);
    let forth = Site::new("");
    forth.import(&every_kind());
    assert_eq!(dump(&site), dump(&forth));
}

#[test]
fn of_several_lines_about_one_thing_the_last_counts() {
    let site = site();
    let cell = |plan: u32| with(clinic::slot(3, 2, 1, "10:00"), &json!({"planCount": plan}));
    let removed = json!({"kind": "slot", "guid": guid(3).to_uppercase(), "deleted": true});
    assert_eq!(imported(&site, &[cell(2), removed.clone(), cell(7)]), ["slot: 1"]);
    let plan = |site: &Site| -> i64 {
        let database = Connection::open(site.path("infomat.db")).unwrap();
        database
            .query_row("SELECT plan_count FROM slot", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(plan(&site), 7);
    // What an overruled line names does not matter any more.
    let nowhere = clinic::slot(3, 99, 1, "10:00");
    assert_eq!(imported(&site, &[nowhere, cell(5)]), ["slot: 1"]);
    assert_eq!(plan(&site), 5);
    assert_eq!(imported(&site, &[cell(9), removed]), ["slot: 0, 1 removed"]);
    assert_eq!(count(&site, "slot"), 0);
}

/// A thing of each kind that has defaults, with none of them.
fn full_lines() -> Vec<Value> {
    vec![
        with(
            clinic::lpu(1),
            &json!({"isChildrenPoliclinic": true, "phone": "1", "type": ["lpu"]}),
        ),
        clinic::speciality("27"),
        with(
            clinic::doctor(2, 1, "27", "Врачова"),
            &json!({"role": "врач", "room": "1", "flat": 2, "ageFrom": 1, "ageTo": 17, "dispensaryOnly": true,
                    "shown": false, "title": "x", "uchastokNums": ["7", "8"]}),
        ),
        with(
            clinic::slot(3, 2, 1, "10:00"),
            &json!({"planCount": 3, "flagAccess": 1, "busyType": {"type": 0, "code": "c", "name": "n"}, "room": "9",
                    "ageFrom": 1, "ageTo": 17}),
        ),
        with(
            clinic::patient(4, 1),
            &json!({"patronymic": "x", "sex": "m", "policySeries": "50 01", "policyNumber": "1234-5678 9",
                    "snils": "112-233-445 95", "passportSeries": "45 01", "passportNumber": "123 456",
                    "phone": "+7 900", "email": "a@example.org", "emailConfirmAgree": true, "uchastokNum": "7",
                    "selfBookingBanned": true, "closed": true, "personGuid": guid(7)}),
        ),
        json!({"kind": "clientApplication", "mnem": "Shop", "guid": guid(8), "source": 9, "name": "n",
               "description": "d", "access": 1, "selfService": false, "scheduleDays": 3}),
    ]
}

#[test]
fn each_field_alone_makes_a_difference() {
    let site = Site::new("");
    let full = full_lines();
    site.import(&full);
    site.import(&[clinic::lpu(11), clinic::doctor(12, 1, "27", "Другова")]);
    let mut changes = 0;
    for line in &full {
        for (field, value) in line.as_object().unwrap() {
            let other = match (&**field, value) {
                ("kind" | "guid" | "code" | "mnem" | "lpu" | "speciality", _) => continue,
                ("resource", _) => json!(guid(12)),
                ("begin", _) => json!(clinic::moment(1, "10:05")),
                ("end", _) => json!(clinic::moment(1, "10:10")),
                ("birthDate", _) => json!("1980-06-16"),
                ("sex", _) => json!("f"),
                ("personGuid", _) => json!(guid(77)),
                ("type", Value::String(_)) => json!("room"),
                (_, Value::Array(_)) => json!(["smp"]),
                ("busyType", _) => json!({"type": 0, "code": "c", "name": "m"}),
                (_, Value::String(text)) => json!(format!("{text}9")),
                (_, Value::Number(number)) => json!(number.as_i64().unwrap() + 1),
                (_, Value::Bool(flag)) => json!(!flag),
                strange => panic!("{strange:?}"),
            };
            let before = dump(&site);
            site.import(&[with(line.clone(), &json!({ field: other }))]);
            assert!(dump(&site) != before, "{}: {field}", line["kind"]);
            site.import(std::slice::from_ref(line));
            assert!(dump(&site) == before, "{}: {field} and back", line["kind"]);
            changes += 1;
        }
    }
    assert!(changes > 35, "{changes}");
}

#[test]
fn cells_and_patients_that_are_as_they_were_are_not_written() {
    let site = Site::new("");
    site.import(&full_lines());
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute_batch(
            "CREATE TRIGGER slot_written AFTER UPDATE ON slot BEGIN SELECT raise(ABORT, 'a cell'); END;
             CREATE TRIGGER patient_written AFTER UPDATE ON patient BEGIN SELECT raise(ABORT, 'a patient'); END;",
        )
        .unwrap();
    site.import(&full_lines());
    let output = site.run(&["import", "-"], &clinic::patient(4, 1).to_string());
    assert!(String::from_utf8(output.stderr).unwrap().contains("a patient"));
}

#[test]
fn what_a_line_leaves_out_goes_back_to_its_default() {
    let site = Site::new("");
    site.import(&full_lines());
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let card: String = database
        .query_row(
            "SELECT concat_ws(' ', policy_series, policy_number, snils, passport_series, passport_number) FROM patient",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        card, "5001 123456789 11223344595 4501 123456",
        "kept without blanks and hyphens"
    );

    for (number, kept) in [("1234 5678 9012 345X", "5001"), ("1234-5678-9012-3456", "")] {
        let policy = json!({"policySeries": "50 01", "policyNumber": number});
        site.import(&[with(clinic::patient(4, 1), &policy)]);
        let series: String = database
            .query_row("SELECT policy_series FROM patient", [], |row| row.get(0))
            .unwrap();
        assert_eq!(series, kept, "{number}: one of 16 digits has no series");
    }

    // Contacts stay unless a line empties them.
    let no_contacts = json!({"phone": "", "email": "", "emailConfirmAgree": false});
    site.import(&[with(clinic::patient(4, 1), &no_contacts)]);
    let mut bare = clinic::small();
    bare.push(json!({"kind": "clientApplication", "mnem": "Shop"}));
    site.import(&bare);
    let fresh = Site::new("");
    fresh.import(&bare);
    assert_eq!(dump(&site), dump(&fresh));
    let shop: String = database
        .query_row(
            "SELECT concat_ws(' ', source, access, self_service, schedule_days IS NULL, guid IS NULL)
             FROM client_application WHERE mnem = 'Shop'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(shop, "0 4 1 1 1");
}

#[test]
fn a_clinics_model_is_kept_whole_in_the_pages_order() {
    let site = Site::new("");
    let page = r#"{"guid":"c3c977af-c3b4-4517-9d57-50a6844ec660","name":"н","ferName":"ф","address":"142632","type":["milk","smp","lpu"],"phone":"8-496-416-04-13","mcod":"330501","fullName":" \"\\","fcod":"503305","stLpu":true,"hostID":209,"isChildrenPoliclinic":false,"isCallDoctor":true,"isWaitingList":true,"isDisp":true,"isActive":true,"haveSchedule":true,"parent":{"guid":"c3c977af-c3b4-4517-9d57-50a6844ec660","name":"р"},"postIndex":"142632","ratings":{"a":[1,2.5,null]},"addressDetail":{"postcode":"142632","settlement":"","street":"","building":"","house":""},"worktimes":{"monday":"8:00 - 18:00","tuesday":"8:00 - 18:00","wednesday":"8:00 - 18:00","thursday":"8:00 - 18:00","friday":"8:00 - 18:00","saturday":"","sunday":""},"cityId":"2dr_geo_57074312","inn":"5073002930","kpp":"503401001","ogrn":"1035011301038","okato":"46243822001","lic":"1.2.643.5.1.13.3.25.50.293","management":"м","photo":"http://example.org/11/anons.jpg","site":"с","email":"muzdub@example.org","gps":"55.797093, 38.884107"}"#;
    let line = page.replacen('{', r#"{"kind":"lpu","status":{"name":"Online"},"#, 1);
    site.run_well(&["import", "-"], &line);
    let model = |site: &Site| -> String {
        let database = Connection::open(site.path("infomat.db")).unwrap();
        database
            .query_row("SELECT model FROM lpu", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(model(&site), page);
    // Upper case, and everything absent that may be.
    let bare =
        json!({"kind": "lpu", "guid": "C3C977AF-C3B4-4517-9D57-50A6844EC660", "name": "н", "parent": {}});
    site.import(&[bare]);
    let expected = r#"{"guid":"c3c977af-c3b4-4517-9d57-50a6844ec660","name":"н","ferName":"","address":"","type":[],"phone":"","mcod":"","fullName":"","fcod":"","stLpu":false,"hostID":0,"isChildrenPoliclinic":false,"isCallDoctor":false,"isWaitingList":false,"isDisp":false,"isActive":false,"haveSchedule":false,"parent":{"guid":null,"name":""},"postIndex":"","ratings":null,"addressDetail":null,"worktimes":null,"cityId":"","inn":"","kpp":"","ogrn":"","okato":"","lic":"","management":"","photo":"","site":"","email":"","gps":""}"#;
    assert_eq!(model(&site), expected);
}

#[test]
fn what_a_line_names_has_to_be_somewhere() {
    let site = site();
    let cases = [
        (clinic::doctor(20, 9, "27", "x"), "resource.lpu: no such clinic"),
        (
            clinic::doctor(21, 1, "99", "x"),
            "resource.speciality: no such speciality",
        ),
        (clinic::slot(30, 9, 1, "11:00"), "slot.resource: no such resource"),
        (clinic::patient(40, 9), "patient.lpu: no such clinic"),
        (
            clinic::referral("N-1", "duvisit", 9),
            "referral.patient: no such patient",
        ),
        (
            clinic::registration(9, 2),
            "dispensaryRegistration.patient: no such patient",
        ),
        (
            clinic::registration(4, 9),
            "dispensaryRegistration.resource: no such resource",
        ),
        (clinic::exam(50, 9), "exam.patient: no such patient"),
    ];
    let lines: Vec<Value> = cases.iter().map(|(line, _)| line.clone()).collect();
    let expected: Vec<String> = (1..)
        .zip(&cases)
        .map(|(number, (_, reason))| format!("line {number}: {reason} in the file or the database"))
        .collect();
    let mut said = refused(&site, &file(&lines));
    said.sort_unstable();
    assert_eq!(said, expected);
}

#[test]
fn what_names_a_bad_lines_thing_is_not_bad_for_that() {
    let site = Site::new("");
    let mut lines = clinic::small();
    lines[2]["flat"] = json!("second");
    refused_for(
        &site,
        &lines,
        "line 3: resource.flat: not a whole number from -10 to 200",
    );
}

#[test]
fn all_bad_lines_are_told_those_of_the_cross_checks_too() {
    let site = site();
    let lines = [clinic::slot(30, 9, 1, "11:00"), json!({"kind": "nothing"})];
    let said = refused(&site, &file(&lines));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].starts_with("line 2: kind: ") && said[1].starts_with("line 1: slot.resource: "),
        "{said:?}"
    );
}

#[test]
fn a_cell_keeps_room_for_its_visits_and_takes_them_along() {
    let site = site();
    site.import(&[
        clinic::patient(14, 1),
        clinic::doctor(12, 1, "27", "Другова"),
        with(clinic::slot(3, 2, 1, "10:00"), &json!({"planCount": 2})),
    ]);
    let server = site.serve();
    let mut client = server.client();
    Ask::new(1, 4, 3).book(&mut client);
    let ticket = Ask::new(1, 14, 3).book(&mut client);
    let cell = |more: &Value| with(clinic::slot(3, 2, 1, "10:00"), more);
    refused_for(
        &site,
        &[cell(&json!({}))],
        "line 1: slot.planCount: below its 2 active visits",
    );
    // Later, with a day in between, and with another doctor.
    let moved = with(clinic::slot(3, 12, 2, "14:00"), &json!({"planCount": 2}));
    assert_eq!(imported(&site, &[moved]), ["slot: 1"]);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let follow: i64 = database
        .query_row(
            "SELECT count(*) FROM visit v JOIN slot s ON s.id = v.slot_id
             WHERE (v.begin_at, v.end_at, v.resource_id) = (s.begin_at, s.end_at, s.resource_id)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(follow, 2);
    // Another booking beside them, under a number that nobody has.
    site.import(&[
        clinic::patient(24, 1),
        with(clinic::slot(3, 12, 2, "14:00"), &json!({"planCount": 3})),
    ]);
    let third = Ask::new(1, 24, 3).book(&mut client);
    assert_eq!(
        (&third["usedCount"], &third["beginTime"]),
        (&json!(3), &json!(clinic::moment(2, "14:00")))
    );
    assert_eq!(ticket["num"], "002");
}
