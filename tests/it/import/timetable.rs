//! Goal: a file may replace the timetable of the days that it names, and take what is good of it; overlapping cells are told.
//! Method: files for the real binary beside visits that stand there.

use super::{count, dump, file, site};
use crate::clinic::{self, Ask, doctor, guid, patient, slot, with};
use crate::harness::Site;
use rusqlite::Connection;
use serde_json::{Value, json};

/// The cells of a doctor: GUID, begin as the clinic's clock shows it, used places, planned ones and access.
fn cells(site: &Site, resource: u32) -> Vec<String> {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let mut statement = database
        .prepare(
            "SELECT hex(c.guid), datetime(c.begin_at, 'unixepoch', ?2), c.used_count, c.plan_count, c.flag_access
             FROM slot c JOIN resource r ON r.id = c.resource_id
             WHERE lower(hex(r.guid)) = replace(?1, '-', '') ORDER BY c.begin_at, c.guid",
        )
        .unwrap();
    let offset = format!("+{} hours", crate::harness::OFFSET_HOURS);
    let rows = statement.query_map((guid(resource), offset), |row| {
        let hex: String = row.get(0)?;
        let begin: String = row.get(1)?;
        let numbers: [i64; 3] = [row.get(2)?, row.get(3)?, row.get(4)?];
        let number = hex.trim_start_matches(['0', '4', '8']);
        let [used, plan, access] = numbers;
        Ok(format!("{number} {} {used}/{plan} {access}", &begin[11..16]))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Two doctors (2, 12) with cells tomorrow and the day after, and a visit in the cell (3) of the first tomorrow at 10:00.
fn booked() -> Site {
    let site = site();
    site.import(&[
        doctor(12, 1, "27", "Другая"),
        slot(31, 2, 1, "10:20"),
        slot(32, 2, 1, "10:40"),
        slot(33, 2, 2, "10:00"),
        slot(93, 12, 1, "10:00"),
    ]);
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    drop(server);
    site
}

fn replaced(site: &Site, lines: &[Value]) -> String {
    site.run_well(&["import", "--replace", "-"], &file(lines))
}

/// New GUIDs for the same times are the cells that are there; free cells that are not named go, of the named doctor and day alone.
#[test]
fn a_file_replaces_the_days_that_it_names() {
    let site = booked();
    let lines = [
        slot(51, 2, 1, "10:00"),
        slot(52, 2, 1, "10:40"),
        slot(53, 2, 1, "11:00"),
    ];
    let before = dump(&site);
    let foreseen = site.run_well(&["import", "--check", "--replace", "-"], &file(&lines));
    assert!(dump(&site) == before);
    let said = replaced(&site, &lines);
    assert_eq!(said, foreseen);
    assert!(said.contains("slot: 3, 1 removed"), "{said}");
    assert!(!said.contains("call"), "{said}");
    let expected = [
        "3 10:00 1/1 127",
        "32 10:40 0/1 127",
        "53 11:00 0/1 127",
        "33 10:00 0/1 127",
    ];
    assert_eq!(cells(&site, 2), expected);
    assert_eq!(cells(&site, 12).len(), 1, "another doctor's day is not named");
    // Once more with other GUIDs: nothing changes.
    let anew = [
        slot(61, 2, 1, "11:00"),
        slot(62, 2, 1, "10:40"),
        slot(63, 2, 1, "10:00"),
    ];
    let said = replaced(&site, &anew);
    assert!(said.contains("slot: 3\n"), "{said}");
    assert_eq!(cells(&site, 2), expected);
    site.run_well(&["verify"], "");
}

/// A visit whose time the new timetable does not have stays, is told with whom to call, and nobody else gets its cell: neither
/// beside it, nor when it is cancelled.
#[test]
fn a_visit_without_a_new_time_stays_and_is_told() {
    let site = booked();
    site.import(&[
        with(slot(3, 2, 1, "10:00"), &json!({"planCount": 5})),
        patient(5, 1),
    ]);
    let said = replaced(&site, &[slot(52, 2, 1, "11:00")]);
    assert!(said.contains("slot: 1, 2 removed"), "{said}");
    assert!(
        said.contains("Visits at times that the new timetable does not have"),
        "{said}"
    );
    assert_eq!(said.matches("Врачова").count(), 1, "{said}");
    assert_eq!(
        cells(&site, 2),
        ["3 10:00 1/1 0", "52 11:00 0/1 127", "33 10:00 0/1 127"]
    );
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let ticket: String = database
        .query_row("SELECT lower(hex(guid)) FROM visit", [], |row| row.get(0))
        .unwrap();
    let ticket = uuid::Uuid::parse_str(&ticket).unwrap().to_string();
    let server = site.serve();
    assert_eq!(Ask::new(1, 5, 3).send(&mut server.client()).status, 400);
    drop(server);
    site.run_well(&["cancel", "--ticket", &ticket, "--reason", "x"], "");
    let server = site.serve();
    assert_eq!(Ask::new(1, 5, 3).send(&mut server.client()).status, 400);
    drop(server);
    // The next file names the time again: the cell is as it says.
    replaced(&site, &[slot(54, 2, 1, "10:00")]);
    assert_eq!(cells(&site, 2), ["3 10:00 0/1 127", "33 10:00 0/1 127"]);
    site.run_well(&["verify"], "");
}

/// A booking between the check and the last step decides what goes.
#[test]
fn a_cell_that_is_booked_meanwhile_stays() {
    use infomat::import::{self, Notice, Wanted};
    let site = site();
    site.import(&[slot(31, 2, 1, "10:20")]);
    let server = site.serve();
    let zone = crate::large::zone();
    let mut store = infomat::store::Store::open(&site.path("infomat.db"), zone).unwrap();
    let wanted = Wanted {
        replace: true,
        ..Wanted::at(crate::harness::now())
    };
    let text = file(&[slot(52, 2, 1, "11:00")]);
    let imported = import::import(&mut store, text.as_bytes(), &wanted, &mut |notice| {
        if let Notice::PuttingInPlace = notice {
            Ask::new(1, 4, 3).book(&mut server.client());
        }
    });
    assert_eq!(imported.unwrap().moves.unnamed.len(), 1);
    assert_eq!(cells(&site, 2), ["3 10:00 1/1 0", "52 11:00 0/1 127"]);
}

/// The good lines are taken, the others listed, and the status is 3; what a skipped line names is no reason to take others.
#[test]
fn bad_lines_are_skipped_when_that_is_wanted() {
    let site = booked();
    let lines = [
        slot(41, 2, 3, "08:00"),
        with(slot(42, 2, 3, "09:00"), &json!({"planCount": "x"})),
        slot(43, 99, 3, "08:00"),
        // Of a doctor whose own line is bad, and who is not there without it.
        with(doctor(98, 1, "27", "Н"), &json!({"flat": 1_000})),
        slot(44, 98, 3, "08:00"),
        with(slot(3, 2, 1, "10:00"), &json!({"planCount": 0})),
        patient(6, 1),
    ];
    let before = count(&site, "slot");
    for arguments in [
        &["import", "--check", "--skip-bad", "-"][..],
        &["import", "--skip-bad", "-"],
    ] {
        assert_eq!(count(&site, "slot"), before);
        let output = site.run(arguments, &file(&lines));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{said}");
        let mut told: Vec<_> = said.lines().filter(|line| line.starts_with("line ")).collect();
        told.sort_unstable();
        assert_eq!(
            told,
            [
                "line 2: slot.planCount: not a whole number from 0 to 10000",
                "line 3: slot.resource: no such resource in the file or the database",
                "line 4: resource.flat: not a whole number from -10 to 200",
                "line 5: slot.resource: no such resource in the file or the database",
                "line 6: slot.planCount: below its 1 active visits",
            ]
        );
        assert!(said.contains("5 bad lines"), "{said}");
        let counts = String::from_utf8(output.stdout).unwrap();
        assert!(
            counts.contains("slot: 1\n") && counts.contains("patient: 1\n"),
            "{counts}"
        );
    }
    assert_eq!(count(&site, "slot"), before + 1);
    assert_eq!(count(&site, "patient"), 2);
    // A file without bad lines ends as ever.
    site.run_well(&["import", "--skip-bad", "-"], &file(&[patient(7, 1)]));
}

/// A skipped line may have named what would go: nothing goes, and that is said.
#[test]
fn nothing_is_replaced_when_lines_are_skipped() {
    let bad = [
        with(slot(42, 2, 1, "10:20"), &json!({"planCount": "x"})),
        slot(43, 99, 3, "08:00"),
    ];
    for bad in bad {
        let site = booked();
        let output = site.run(
            &["import", "--replace", "--skip-bad", "-"],
            &file(&[slot(52, 2, 1, "11:00"), bad]),
        );
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("nothing was taken from the timetable"), "{said}");
        assert_eq!(cells(&site, 2).len(), 5);
    }
}

/// Cells of one resource at one time: a warning with doctor and times, at the check, the import, in `check` and in `verify`.
#[test]
fn overlapping_cells_are_a_warning() {
    let site = site();
    let lines = [
        slot(41, 2, 1, "10:10"),
        // Without reception, and elsewhere.
        with(slot(42, 2, 1, "10:05"), &json!({"busyType": {"type": 0}})),
        doctor(12, 1, "27", "Другая"),
        slot(43, 12, 1, "10:10"),
    ];
    for arguments in [&["import", "--check", "-"][..], &["import", "-"]] {
        let output = site.run(arguments, &file(&lines));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{said}");
        let told = format!(
            "warning: cells that begin before another one of the same resource ends: 1\n    Врачова А. Б.: {}-10:25, another \
             until 10:15\n",
            clinic::shown(1, "10:10")
        );
        assert_eq!(said, told);
    }
    let verified = site.run_well(&["verify"], "");
    let notice = format!(
        "cell {}: begins before an earlier cell of its resource ends",
        guid(41)
    );
    assert!(
        verified.contains("notice: not so: no two cells of a resource are at one time"),
        "{verified}"
    );
    assert!(verified.contains(&notice), "{verified}");
    let checked = site.run(&["check"], "");
    let checked = String::from_utf8(checked.stdout).unwrap();
    let told =
        "cells that begin before another one of the same resource ends: 1; `infomat verify` lists them";
    assert!(checked.contains(told), "{checked}");
    site.import(&[json!({"kind": "slot", "guid": guid(41), "deleted": true})]);
    assert!(!site.run_well(&["verify"], "").contains("notice"));
}
