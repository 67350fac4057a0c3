//! Goal: what the box and the centre keep is right by the contract's words alone. Method: a short program in another language reads the
//! journal of the one and the tables of the other; controls are tables that somebody has changed.

use super::programs::{self, Clinic, LATER, OURS, THEIRS, book_there};
use super::region;
use super::region::Region;
use crate::clinic::{Ask, guid};
use crate::harness::lacks;
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

fn has(program: &str) -> bool {
    let ran = Command::new(program).arg("--version").output();
    ran.is_ok_and(|output| output.status.success())
}

/// What the program says of a journal and the tables; whether they are right.
fn opinion(region: &Region, clinic: &Clinic, journal: &str) -> (bool, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/centre/opinion.py");
    let mut python = Command::new("python3")
        .args([script, &region.url, &clinic.guid.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = python.stdin.take().unwrap().write_all(journal.as_bytes());
    let output = python.wait_with_output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!said.contains("Traceback"), "{said}");
    (output.status.success(), said)
}

/// What the region's own program says of its tables.
fn verified(region: &Region) -> String {
    let output = region.run(&["verify"], "");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.success(), said.starts_with("right: "), "{said}");
    said
}

#[test]
fn another_program_finds_both_sides_right_and_every_change_wrong() {
    if lacks("python3 and psql", has("python3") && has("psql")) {
        return;
    }
    let Some(region) = region() else { return };
    let (clinic, server, portal) = programs::enrolled(&region);
    let mut there = server.client();
    let here = clinic.site.serve();
    Ask::new(1, 4, OURS).book(&mut here.client());
    let theirs = book_there(&portal, &mut there, &clinic, THEIRS);
    clinic.exchange_well();
    let (status, _) = portal.ask(&mut there, "DELETE", &format!("visit/{theirs}"), &Value::Null);
    assert_eq!(status, 200);
    // The box has heard neither of this one nor of that end.
    book_there(&portal, &mut there, &clinic, LATER);
    let journal = clinic.journal();
    let (is_right, said) = opinion(&region, &clinic, &journal);
    assert!(is_right && said.contains(" 2 active visits"), "{said}");
    let records = journal.lines().count();
    assert!(said.starts_with(&format!("{records} records, ")), "{said}");

    let cell = guid(LATER);
    for (change, back, expected, proved) in [
        (
            "UPDATE infomat.journal SET content = content || ' ' WHERE arrival = 3",
            "UPDATE infomat.journal SET content = rtrim(content) WHERE arrival = 3",
            "another content than was written",
            "does not prove itself",
        ),
        (
            "UPDATE infomat.journal SET at = at + 1 WHERE arrival = 2",
            "UPDATE infomat.journal SET at = at - 1 WHERE arrival = 2",
            "does not follow from the one before",
            "record 2 does not prove itself",
        ),
        (
            "UPDATE infomat.journal SET arrival = -arrival, is_main = false WHERE arrival = 2",
            "UPDATE infomat.journal SET arrival = -arrival, is_main = true WHERE arrival = -2",
            "the centre lacks it",
            "record 3 follows 1",
        ),
        (
            "UPDATE infomat.message SET lines = lines || E'\\n' WHERE seq = 1",
            "UPDATE infomat.message SET lines = rtrim(lines, E'\\n') WHERE seq = 1",
            "message 1: does not follow",
            "message 1 does not follow from the one before",
        ),
        (
            "UPDATE infomat.visit SET status = 'cancelled' WHERE slot = '00000000-0000-4000-8000-000000000003'",
            "UPDATE infomat.visit SET status = 'active' WHERE slot = '00000000-0000-4000-8000-000000000003'",
            "2 are active by the records and messages",
            "right: ",
        ),
    ] {
        region.sql().batch_execute(change).unwrap();
        let (is_right, said) = opinion(&region, &clinic, &journal);
        assert!(!is_right && said.contains(expected), "{expected}: {said}");
        assert!(
            verified(&region).contains(proved),
            "{proved}: {}",
            verified(&region)
        );
        region.sql().batch_execute(back).unwrap();
        let (is_right, said) = opinion(&region, &clinic, &journal);
        assert!(is_right, "{expected}: {said}");
        assert!(verified(&region).starts_with("right: 1 boxes"), "{expected}");
    }
    region
        .sql()
        .execute(
            "UPDATE infomat.cell SET places = 0 WHERE slot = $1::text::uuid",
            &[&cell],
        )
        .unwrap();
    let (is_right, said) = opinion(&region, &clinic, &journal);
    assert!(!is_right && said.contains("1 visits, 0 places"), "{said}");
    assert!(verified(&region).contains("1 active visits, 0 places"));
    // The journal of the box, with a line that somebody has changed.
    let changed = journal.replacen("\"kind\":\"booked\"", "\"kind\":\"moved\"", 1);
    let (is_right, said) = opinion(&region, &clinic, &changed);
    assert!(!is_right && said.contains("the box: record"), "{said}");
}
