//! Goal: a box that died goes on on another machine, with all that the centre or the standby heard of: the same visits with the same
//! numbers, and nothing is promised twice. Method: the real programs over a real database; the old machine is started once more.

use super::programs::{self, ASKED_BACK, Clinic, LATER, NEWCOMER, OURS, THEIRS, book_there};
use super::region;
use super::region::Region;
use crate::clinic::{Ask, guid};
use serde_json::json;
use std::collections::BTreeSet;
use tempfile::TempDir;
use uuid::Uuid;

/// Sees that the centre knows the active visits that a box has, and that nothing is left to a person there.
fn agree(region: &Region, clinic: &Clinic) {
    let here: BTreeSet<Uuid> = clinic.visits().into_iter().map(|(guid, _)| guid).collect();
    let active = "SELECT visit FROM infomat.visit WHERE status = 'active'";
    let rows = region.sql().query(active, &[]).unwrap();
    assert_eq!(
        rows.iter().map(|row| row.get(0)).collect::<BTreeSet<Uuid>>(),
        here
    );
    clinic.site.run_well(&["verify"], "");
}

fn issues(region: &Region) -> Vec<String> {
    let kinds = "SELECT kind FROM infomat.issue ORDER BY kind";
    let rows = region.sql().query(kinds, &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn a_dead_box_is_made_anew_from_the_centre() {
    let Some(region) = region() else { return };
    let (clinic, server, portal) = programs::enrolled(&region);
    let mut there = server.client();
    let url = format!("http://{}", server.address);
    {
        let here = clinic.site.serve();
        Ask::new(1, 4, OURS).book(&mut here.client());
        book_there(&portal, &mut there, &clinic, THEIRS);
        let lines = [json!({"kind": "recall", "slot": guid(ASKED_BACK)})];
        programs::tell(&region, &clinic, &lines);
        clinic.exchange_well();
        here.pull_the_plug();
    }
    // The centre goes on while there is no box.
    let meanwhile = book_there(&portal, &mut there, &clinic, LATER);
    let before = clinic.visits();
    assert_eq!(before.len(), 2);

    let replacement = clinic.replacement(&url, "");
    let (status, said) = replacement.run(&["restore", "--from-centre"]);
    assert!(
        status == Some(0) && said.contains("the exchange is complete"),
        "{said}"
    );
    let after = replacement.visits();
    assert!(after.is_superset(&before), "{before:?} {after:?}");
    assert!(after.iter().any(|(guid, _)| *guid == meanwhile) && after.len() == 3);
    let here = replacement.site.serve();
    // Owners are as they were: the box books its own cells, and no other.
    assert_eq!(
        Ask::new(1, NEWCOMER, ASKED_BACK).send(&mut here.client()).status,
        400
    );
    let (_, cancelled) = portal.ask(
        &mut there,
        "DELETE",
        &format!("visit/{}", before.first().unwrap().0),
        &serde_json::Value::Null,
    );
    assert!(!cancelled["status"].is_null(), "{cancelled}");
    replacement.exchange_well();
    agree(&region, &replacement);
    book_there(&portal, &mut there, &replacement, ASKED_BACK);
    replacement.exchange_well();
    agree(&region, &replacement);

    // The old machine was not dead: it is told to stop, and books nothing.
    let (status, said) = clinic.run(&["exchange"]);
    assert!(
        status == Some(1) && said.contains("the database has stopped"),
        "{said}"
    );
    let ready = clinic.site.serve().client().ask("GET", "/readyz", &[], b"");
    assert_eq!(ready.status, 503, "{}", ready.json());
    assert!(
        issues(&region).iter().all(|kind| kind == "toldToStop"),
        "{:?}",
        issues(&region)
    );
    replacement.exchange_well();
    agree(&region, &replacement);
}

#[test]
fn what_cannot_be_had_from_the_centre_is_told() {
    let Some(region) = region() else { return };
    let (clinic, server, _) = programs::enrolled(&region);
    let alone = crate::harness::Site::new("");
    let before = std::fs::read(alone.path("infomat.db")).unwrap();
    let output = alone.run(&["restore", "--from-centre"], "");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(1) && said.contains("no section [centre]"),
        "{said}"
    );
    assert_eq!(std::fs::read(alone.path("infomat.db")).unwrap(), before);
    // Nobody answers: the new database books nothing, and the exchange goes on when somebody does.
    let replacement = clinic.replacement("http://127.0.0.1:9", "");
    let (status, said) = replacement.run(&["restore", "--from-centre"]);
    assert!(
        status == Some(1) && said.contains("repeat `infomat exchange`"),
        "{said}"
    );
    let here = replacement.site.serve();
    let ready = here.client().ask("GET", "/readyz", &[], b"");
    assert_eq!(ready.status, 503, "{}", ready.json());
    drop(here);
    replacement.configure(&format!("http://{}", server.address), &replacement.secret);
    replacement.exchange_well();
    Ask::new(1, 4, OURS).book(&mut replacement.site.serve().client());
}

/// The folder knows bookings that the centre never heard of, and the centre one that the folder never heard of.
#[test]
fn a_dead_box_gets_the_rest_of_the_standby_from_the_centre() {
    let Some(region) = region() else { return };
    let (clinic, server, portal) = programs::enrolled(&region);
    let (mut there, url) = (server.client(), format!("http://{}", server.address));
    let folder = TempDir::new().unwrap();
    let standby = format!("[standby]\nfolder = \"{}\"\n", folder.path().to_str().unwrap());
    clinic.configure_with(&url, &clinic.secret, &standby);
    let here = clinic.site.serve();
    clinic.exchange_well();
    // The line to the centre is cut; the folder is not.
    clinic.configure_with("http://127.0.0.1:9", &clinic.secret, &standby);
    Ask::new(1, 4, OURS).book(&mut here.client());
    let (status, said) = clinic.run(&["exchange"]);
    assert!(status == Some(1) && said.contains("the standby"), "{said}");
    here.pull_the_plug();
    let before = clinic.visits();
    let theirs = book_there(&portal, &mut there, &clinic, THEIRS);

    let replacement = clinic.replacement(&url, &standby);
    let (status, said) = replacement.run(&["restore", "--from", folder.path().to_str().unwrap()]);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(replacement.visits(), before);
    // What the centre has booked is not known yet.
    let here = replacement.site.serve();
    assert_eq!(
        Ask::new(1, NEWCOMER, ASKED_BACK).send(&mut here.client()).status,
        503
    );
    replacement.exchange_well();
    assert!(replacement.visits().iter().any(|(guid, _)| *guid == theirs));
    Ask::new(1, NEWCOMER, ASKED_BACK).send(&mut here.client());
    replacement.exchange_well();
    agree(&region, &replacement);
    assert_eq!(issues(&region), Vec::<String>::new());
}
