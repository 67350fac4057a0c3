//! What `"deleted": true` does.

use super::{count, dump, imported, refused_for, site};
use crate::clinic::{self, Ask, guid, with};
use crate::harness::Site;
use rusqlite::Connection;
use serde_json::{Value, json};

fn gone(kind: &str, key: &str, value: &str) -> Value {
    json!({"kind": kind, key: value, "deleted": true})
}

fn gone_guid(kind: &str, n: u32) -> Value {
    gone(kind, "guid", &guid(n))
}

/// Cancels all visits, as another method of the server will.
fn cancel_all(site: &Site) {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute("UPDATE visit SET status = 'cancelled'", [])
        .unwrap();
}

#[test]
fn everything_can_go_at_once_and_twice() {
    let site = Site::new("");
    let empty = dump(&site);
    let mut lines = clinic::small();
    lines.extend([
        clinic::referral("N-1", "duvisit", 4),
        clinic::registration(4, 2),
        clinic::exam(5, 4),
    ]);
    site.import(&lines);
    let all_gone = [
        gone_guid("lpu", 1),
        gone("speciality", "code", "27"),
        gone_guid("resource", 2),
        gone_guid("slot", 3),
        gone_guid("patient", 4),
        gone("referral", "number", "N-1"),
        with(clinic::registration(4, 2), &json!({"deleted": true})),
        gone_guid("exam", 5),
    ];
    let counts = imported(&site, &all_gone);
    assert_eq!(counts.len(), 8, "{counts:?}");
    assert!(
        counts.iter().all(|count| count.ends_with(": 0, 1 removed")),
        "{counts:?}"
    );
    assert_eq!(dump(&site), empty);
    assert_eq!(
        imported(&site, &all_gone),
        [""; 0],
        "what is not there is removed without a word"
    );
}

#[test]
fn a_removal_needs_only_the_identity() {
    let site = site();
    let with_rest = with(
        clinic::slot(3, 2, 1, "10:00"),
        &json!({"deleted": true, "begin": "whenever"}),
    );
    assert_eq!(imported(&site, &[with_rest]), ["slot: 0, 1 removed"]);
    refused_for(
        &site,
        &[json!({"kind": "slot", "deleted": true})],
        "line 1: slot.guid: missing",
    );
}

#[test]
fn what_the_file_removes_cannot_be_named_in_it() {
    let site = site();
    let lines = [gone_guid("resource", 2), clinic::slot(3, 2, 1, "11:00")];
    refused_for(
        &site,
        &lines,
        "line 2: slot.resource: no such resource in the file or the database",
    );
    let lines = [gone_guid("patient", 4), clinic::exam(5, 4)];
    refused_for(
        &site,
        &lines,
        "line 2: exam.patient: no such patient in the file or the database",
    );
}

#[test]
fn active_visits_hold_their_cell_resource_and_patient() {
    let site = site();
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    refused_for(
        &site,
        &[gone_guid("slot", 3)],
        "line 1: slot.guid: not removed: it has active visits (1)",
    );
    refused_for(
        &site,
        &[gone_guid("resource", 2)],
        "line 1: resource.guid: not removed: it has active visits (1)",
    );
    refused_for(
        &site,
        &[gone_guid("patient", 4)],
        "line 1: patient.guid: not removed: there are active visits (1)",
    );
    refused_for(
        &site,
        &[gone("clientApplication", "mnem", "Infomat")],
        "line 1: clientApplication.mnem: not removed: visits were made or changed through it",
    );

    cancel_all(&site);
    let counts = imported(
        &site,
        &[
            gone_guid("slot", 3),
            gone_guid("patient", 4),
            gone_guid("resource", 2),
        ],
    );
    assert_eq!(
        counts,
        [
            "resource: 0, 1 removed",
            "slot: 0, 1 removed",
            "patient: 0, 1 removed"
        ]
    );
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let bare: (Option<i64>, Option<i64>, i64) = database
        .query_row(
            "SELECT v.patient_id, v.slot_id, r.removed FROM visit v JOIN resource r ON r.id = v.resource_id",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!(bare, (None, None, 1), "the visit stays, without patient and cell");
}

/// Goal: visits that are over hold nobody for ever. Their cells, their doctor's row and their patients' cards stay as what
/// is past, and only the coming are kept from going. Method: two cells of a doctor, put off to yesterday with the visits in
/// one of them, and a visit of tomorrow with another doctor.
#[test]
fn visits_that_are_over_hold_nobody() {
    let site = site();
    site.import(&[
        clinic::doctor(12, 1, "27", "Другова"),
        clinic::slot(13, 12, 1, "12:00"),
        clinic::slot(23, 2, -1, "11:00"),
        clinic::patient(14, 1),
        clinic::referral("N-1", "duvisit", 4),
    ]);
    let server = site.serve();
    let mut client = server.client();
    Ask::new(1, 4, 3).book(&mut client);
    Ask::new(1, 14, 13).book(&mut client);
    site.import(&[clinic::slot(3, 2, -1, "10:00")]);

    refused_for(
        &site,
        &[gone_guid("patient", 4), clinic::slot(3, 2, 1, "10:00")],
        "line 1: patient.guid: not removed: there are active visits (1)",
    );
    let rest = [
        gone_guid("resource", 2),
        gone_guid("slot", 3),
        gone_guid("patient", 4),
    ];
    let mut clinic_too = rest.to_vec();
    clinic_too.push(gone_guid("lpu", 1));
    let said = super::refused(&site, &super::file(&clinic_too));
    let with_removed = "with removed ones that visits";
    assert_eq!(
        said,
        [
            format!(
                "line 4: lpu.guid: not removed: it has resources (2, {with_removed} or the waiting list name)"
            ),
            format!("line 4: lpu.guid: not removed: it has patients (2, {with_removed} name)"),
        ]
    );
    assert_eq!(
        imported(&site, &rest),
        ["resource: 0, 1 removed", "patient: 0, 1 removed"],
        "the cell stays for the sake of its visit"
    );
    assert_eq!(
        imported(&site, &rest),
        [""; 0],
        "the next night it says nothing of them"
    );

    assert_eq!(count(&site, "resource WHERE removed = 1"), 1);
    assert_eq!(
        count(&site, "slot"),
        2,
        "a cell that was over without a visit is gone"
    );
    assert_eq!(count(&site, "patient WHERE closed = 1"), 1);
    let yesterday = clinic::moment(-1, "10:00");
    let listed = site.run_well(&["visits", "--date", &yesterday[..10]], "");
    assert!(
        listed.contains("Врачова") && listed.contains("Петров"),
        "{listed}"
    );
    site.run_well(&["verify"], "");
}

#[test]
fn a_removed_resource_with_visits_comes_back_as_itself() {
    let site = site();
    site.import(&[clinic::registration(4, 2), clinic::slot(13, 2, 1, "11:00")]);
    let server = site.serve();
    let mut client = server.client();
    Ask::new(1, 4, 3).book(&mut client);
    cancel_all(&site);
    assert_eq!(
        imported(&site, &[gone_guid("resource", 2)]),
        ["resource: 0, 1 removed"]
    );
    assert_eq!(count(&site, "resource WHERE removed = 1"), 1);
    assert_eq!(
        (count(&site, "slot"), count(&site, "dispensary_registration")),
        (0, 0),
        "its cells go along"
    );
    assert_eq!(
        imported(&site, &[gone_guid("resource", 2)]),
        [""; 0],
        "it is removed already"
    );
    refused_for(
        &site,
        &[clinic::slot(3, 2, 1, "10:00")],
        "line 1: slot.resource: no such resource in the file or the database",
    );
    site.import(&[
        clinic::doctor(2, 1, "27", "Врачова"),
        clinic::slot(3, 2, 1, "10:00"),
    ]);
    assert_eq!(count(&site, "resource WHERE removed = 0"), 1);
    assert_eq!(Ask::new(1, 4, 3).book(&mut client)["num"], "002", "numbers go on");
}

#[test]
fn a_resource_goes_when_its_cells_with_visits_go_to_another() {
    let site = site();
    site.import(&[clinic::doctor(12, 1, "27", "Другова")]);
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    let counts = imported(
        &site,
        &[gone_guid("resource", 2), clinic::slot(3, 12, 1, "10:00")],
    );
    assert_eq!(counts, ["resource: 0, 1 removed", "slot: 1"]);
    assert_eq!(
        count(
            &site,
            "visit v JOIN resource r ON r.id = v.resource_id WHERE r.removed = 0"
        ),
        1
    );
}

#[test]
fn what_others_still_need_stays() {
    let site = site();
    let resources = "with removed ones that visits or the waiting list name)";
    refused_for(
        &site,
        &[gone("speciality", "code", "27")],
        &format!("line 1: speciality.code: not removed: it has resources (1, {resources}"),
    );
    let lpu = [gone_guid("lpu", 1), gone_guid("patient", 4)];
    refused_for(
        &site,
        &lpu,
        &format!("line 1: lpu.guid: not removed: it has resources (1, {resources}"),
    );
    let lpu = [gone_guid("lpu", 1), gone_guid("resource", 2)];
    refused_for(
        &site,
        &lpu,
        "line 1: lpu.guid: not removed: it has patients (1, with removed ones that visits name)",
    );
    refused_for(
        &site,
        &[gone("clientApplication", "mnem", "Internet")],
        "line 1: clientApplication.mnem: not removed: unknown sources count as Internet",
    );
    refused_for(
        &site,
        &[gone("clientApplication", "mnem", "Registry")],
        "line 1: clientApplication.mnem: not removed: `infomat cancel` cancels through it",
    );
    assert_eq!(
        imported(&site, &[gone("clientApplication", "mnem", "Callcenter")]),
        ["clientApplication: 0, 1 removed"]
    );
    // All that needs the old speciality takes a new one.
    let lines = [
        gone("speciality", "code", "27"),
        clinic::speciality("28"),
        clinic::doctor(2, 1, "28", "Врачова"),
    ];
    assert_eq!(
        imported(&site, &lines),
        ["speciality: 1, 1 removed", "resource: 1"]
    );
}

/// Goal: a resource that was removed in an earlier import holds its clinic and speciality only where visits name it.
#[test]
fn a_removed_resource_holds_only_what_visits_need() {
    let site = site();
    site.import(&[clinic::speciality("28"), clinic::doctor(12, 1, "28", "Другова")]);
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    cancel_all(&site);
    let both = [gone_guid("resource", 2), gone_guid("resource", 12)];
    assert_eq!(imported(&site, &both), ["resource: 0, 2 removed"]);
    let resources = "with removed ones that visits or the waiting list name)";
    refused_for(
        &site,
        &[gone("speciality", "code", "27")],
        &format!("line 1: speciality.code: not removed: it has resources (1, {resources}"),
    );
    assert_eq!(
        imported(&site, &[gone("speciality", "code", "28")]),
        ["speciality: 0, 1 removed"]
    );
    assert_eq!(
        count(&site, "resource"),
        1,
        "the other's row went with its speciality"
    );
}

#[test]
fn the_waiting_list_holds_its_speciality_and_keeps_its_resources_row() {
    let site = site();
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database
        .execute(
            "INSERT INTO waiting_entry (guid, patient_id, speciality_id, resource_id, phone, complaints, date_start,
                                        date_end, time_start, time_end, created_at)
             SELECT randomblob(16), p.id, r.speciality_id, r.id, '', '', '2026-01-01', '2026-01-31', '00:00', '00:00', 0
             FROM patient p, resource r",
            [],
        )
        .unwrap();
    let lines = [gone_guid("resource", 2), gone("speciality", "code", "27")];
    let said = super::refused(&site, &super::file(&lines));
    assert_eq!(
        said,
        [
            "line 2: speciality.code: not removed: it has resources (1, with removed ones that visits or the waiting \
             list name)",
            "line 2: speciality.code: not removed: the waiting list names it (1)",
        ]
    );
    assert_eq!(
        imported(&site, &[gone_guid("resource", 2)]),
        ["resource: 0, 1 removed"]
    );
    assert_eq!(count(&site, "resource WHERE removed = 1"), 1);
    assert_eq!(
        imported(&site, &[gone_guid("patient", 4)]),
        ["patient: 0, 1 removed"]
    );
    assert_eq!(count(&site, "waiting_entry"), 0);
}
