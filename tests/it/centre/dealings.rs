//! A box and the region deal with each other while nothing fails.

use super::region;
use super::region::{Enrolled, Region, bearer, program};
use crate::region::database::Database;
use crate::region::town::{LPU, PATIENTS, clinic_lines, slot_line};
use infomat::exchange::Owner;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Makes a clinic with cells of these owners, with a place each.
pub fn clinic(region: &Region, owners: &[&str]) -> (Enrolled, Vec<Uuid>) {
    clinic_of(region, LPU, owners)
}

/// The same for a box that is known to be this clinic's, whatever its data say.
pub fn clinic_of(region: &Region, lpu: Uuid, owners: &[&str]) -> (Enrolled, Vec<Uuid>) {
    let site = region.enrol(lpu);
    let cells: Vec<Uuid> = owners.iter().map(|_| Uuid::now_v7()).collect();
    let slots = cells.iter().zip(owners).enumerate();
    let slots = slots.map(|(place, (cell, owner))| slot_line(*cell, place, owner, 1));
    region.tell(
        site.guid,
        &slots.fold(clinic_lines(), |lines, slot| lines + "\n" + &slot),
    );
    (site, cells)
}

/// Goal: what either side books, cancels and gives away is at both after an exchange, through the real database of a box.
#[test]
fn both_sides_come_to_know_what_happened() {
    let Some(region) = region() else { return };
    let (mut site, cells) = clinic(&region, &["box", "centre", "centre", "box"]);
    let (server, portal) = (region.serve(), region.application());
    let mut client = server.client();
    // Before the box has reported, nobody knows what it has done with its cells.
    let early = portal.book(&mut client, cells[1], &Value::Null);
    assert_eq!(early, (409, json!({"reason": "notHeardSinceRestore"})));
    site.exchange(&mut client);
    let here = Uuid::now_v7();
    assert!(site.db.book(here, cells[0], || true));
    let (status, there) = portal.book(
        &mut client,
        cells[1],
        &json!({"login": "a", "idempotencyKey": "k"}),
    );
    assert_eq!((status, &there["status"]), (200, &json!("active")));
    let again = portal.book(
        &mut client,
        cells[1],
        &json!({"login": "a", "idempotencyKey": "k"}),
    );
    assert_eq!(again, (200, there.clone()), "the same key, patient and cell");
    for (cell, reason) in [
        (cells[0], "owner"),
        (cells[1], "full"),
        (Uuid::now_v7(), "unknown"),
    ] {
        assert_eq!(
            portal.book(&mut client, cell, &Value::Null),
            (409, json!({ "reason": reason }))
        );
    }
    site.exchange(&mut client);
    let there: Uuid = serde_json::from_value(there["guid"].clone()).unwrap();
    let known: BTreeSet<Uuid> = site.db.visits.keys().copied().collect();
    assert_eq!(known, BTreeSet::from([here, there]));
    assert_eq!(
        region.number("SELECT count(*) FROM infomat.visit WHERE status = 'active'"),
        2
    );
    // A cell of the box that is free goes to the centre, and is booked there.
    let (status, told) = portal.ask(
        &mut client,
        "POST",
        "message",
        &json!({"box": site.guid, "lines": json!({"kind": "recall", "slot": cells[3]}).to_string()}),
    );
    assert_eq!((status, told), (200, json!({"seq": 3})));
    site.exchange(&mut client);
    assert_eq!(site.db.cells[&cells[3]].owner, Owner::Centre);
    assert_eq!(portal.book(&mut client, cells[3], &Value::Null).0, 200);
    // The centre cancels its own at once, and asks the box for the other.
    let path = |visit: Uuid| format!("visit/{visit}");
    let (_, done) = portal.ask(&mut client, "DELETE", &path(there), &Value::Null);
    assert_eq!(done, json!({"guid": there, "status": "cancelled"}));
    let (_, asked) = portal.ask(&mut client, "DELETE", &path(here), &Value::Null);
    assert_eq!(asked, json!({"guid": here, "status": "active", "asked": true}));
    let unknown = portal.ask(&mut client, "DELETE", &path(Uuid::now_v7()), &Value::Null);
    assert_eq!(unknown, (404, json!({"reason": "unknown"})));
    site.exchange(&mut client);
    assert!(!site.db.visits[&here].active && !site.db.visits[&there].active);
    assert_eq!(
        region.number("SELECT count(*) FROM infomat.visit WHERE status = 'active'"),
        1
    );
    // The newest line of each thing that was told.
    let facts = "SELECT count(*) FROM infomat.fact WHERE kind IN ('lpu', 'resource', 'patient', 'speciality', 'slot')";
    assert_eq!(region.number(facts), 7 + i64::try_from(PATIENTS).unwrap());
    let (_, boxes) = portal.ask(&mut client, "GET", "box", &Value::Null);
    let [seen] = &boxes.as_array().unwrap()[..] else {
        panic!("{boxes}")
    };
    assert_eq!(
        (&seen["state"], &seen["behindRecords"], &seen["issues"]),
        (&json!("serve"), &json!(0), &json!(0))
    );
    assert!(region.run_well(&["boxes"], "").contains(&site.guid.to_string()));
    assert_eq!(server.terminate().code(), Some(0));
}

/// Goal: who is not known changes nothing and learns nothing; what is malformed is told by its field.
#[test]
fn strangers_and_nonsense_are_refused() {
    let Some(region) = region() else { return };
    let (mut site, _) = clinic(&region, &["box"]);
    let server = region.serve();
    let mut client = server.client();
    let request = site.db.request("first").print().unwrap();
    let own = std::mem::replace(&mut site.secret, "wrong".to_owned());
    assert_eq!(site.post(&mut client, &request).0, 401);
    // A new secret beside the old one, until it is used.
    site.secret = own.clone();
    let printed = region.run_well(&["secret", "--box", &site.guid.to_string()], "");
    assert_eq!(site.post(&mut client, &request).0, 200);
    printed
        .trim()
        .strip_prefix("secret: ")
        .unwrap()
        .clone_into(&mut site.secret);
    assert_eq!(site.post(&mut client, &request).0, 200);
    site.secret = own;
    assert_eq!(site.post(&mut client, &request).0, 401);
    printed
        .trim()
        .strip_prefix("secret: ")
        .unwrap()
        .clone_into(&mut site.secret);
    let mut cut = request.clone();
    cut.pop();
    let malformed = json!({"reason": "the last line has no end"}).to_string();
    assert_eq!(site.post(&mut client, &cut), (400, malformed.into_bytes()));
    assert_eq!(site.post(&mut client, b"{}\n").0, 400);
    // No secret of a box opens what is the applications'.
    for (method, path) in [("POST", "message"), ("POST", "visit"), ("GET", "box")] {
        for authorization in [bearer(&site.secret), bearer(""), "Basic x".to_owned()] {
            let answer = client.ask(
                method,
                &format!("/api/centre/v1/{path}"),
                &[("Authorization", &authorization)],
                b"{}",
            );
            assert_eq!(answer.status, 401, "{method} {path}");
        }
    }
    let portal = region.application();
    let bad = portal.ask(
        &mut client,
        "POST",
        "visit",
        &json!({"lpu": LPU, "slot": Uuid::now_v7()}),
    );
    assert_eq!(
        (bad.0, bad.1["reason"].as_str().unwrap().contains("`patient`")),
        (400, true)
    );
    let bad = portal.ask(
        &mut client,
        "POST",
        "message",
        &json!({"box": site.guid, "lines": "{\"kind\":\"recall\"}"}),
    );
    assert_eq!(
        bad,
        (400, json!({"reason": "lines: line 1: not a line of a message"}))
    );
    assert_eq!(portal.ask(&mut client, "PUT", "visit", &Value::Null).0, 405);
    assert_eq!(portal.ask(&mut client, "GET", "nothing", &Value::Null).0, 404);
    assert_eq!(client.ask("GET", "/healthz", &[], b"").status, 200);
    assert_eq!(client.ask("GET", "/readyz", &[], b"").status, 200);
}

/// Goal: a wrong database is told in one sentence, without the password that its URL has.
#[test]
fn a_wrong_database_is_told_without_its_password() {
    let password = "dont-show-me";
    let wrong = [
        (format!("mysql://centre:{password}@127.0.0.1/region"), 78),
        (
            format!("postgresql://centre:{password}@127.0.0.1/region?connect_timeout={password}"),
            78,
        ),
        (format!("postgresql://centre:{password}@127.0.0.1:1/region"), 1),
        (
            format!("postgresql://centre:{password}@127.0.0.1/region?sslmode=require"),
            78,
        ),
        (
            format!("postgresql://centre:{password}@127.0.0.1/region?sslrootcert=/etc/hostname"),
            78,
        ),
        (
            format!(
                "postgresql://centre:{password}@127.0.0.1/region?sslmode=verify-full&sslrootcert=/nowhere"
            ),
            78,
        ),
        (
            format!(
                "postgresql://centre:{password}@127.0.0.1/region?sslmode=verify-full&sslrootcert=/etc/hostname"
            ),
            78,
        ),
    ];
    for (url, status) in wrong {
        let output = program().args(["boxes", "--database", &url]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(
            said.starts_with("infomat-centre: ") && said.lines().count() == 1,
            "{said}"
        );
        assert!(!said.contains(password), "{said}");
    }
    let output = program().arg("boxes").output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    let Some(region) = region() else { return };
    region.sql().batch_execute("DROP SCHEMA infomat CASCADE").unwrap();
    let output = region.run(&["boxes"], "");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("infomat-centre init"), "{said}");
    region.run_well(&["init"], "");
    region.run_well(&["init"], "");
    region
        .sql()
        .batch_execute("UPDATE infomat.region SET version = 99")
        .unwrap();
    assert_eq!(region.run(&["init"], "").status.code(), Some(78));
}

/// Goal: a clinic belongs to one box.
#[test]
fn a_clinic_has_one_box() {
    let Some(region) = region() else { return };
    let site = region.enrol(LPU);
    let output = region.run(
        &[
            "enrol",
            "--lpu",
            &Uuid::now_v7().to_string(),
            "--lpu",
            &LPU.to_string(),
        ],
        "",
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains(&LPU.to_string()) && said.contains(&site.guid.to_string()),
        "{said}"
    );
    assert_eq!(region.number("SELECT count(*) FROM infomat.box"), 1);
}
