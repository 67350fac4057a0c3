//! Goal: a closed time is offered to nobody from the commit on that closes it, through imports and restarts, until it is opened
//! again. Method: the real binary, closed at the command line beside a server; the reception's own way is in `desk`.

use crate::clinic::{self, Ask, guid, moment, slot, with};
use crate::harness::{Client, Site};
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

const LPU: u32 = 1;
const DOCTOR: u32 = 2;
const PATIENT: u32 = 4;
/// Has no visit.
const OTHER: u32 = 20;

/// Closes the time of a cell in the file, beside a server too.
pub fn shut(site: &Site, cell: u32) {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let cell = Uuid::parse_str(&guid(cell)).unwrap();
    let closed = database.execute(
        "INSERT INTO closure (guid, resource_id, begin_at, end_at, reason, login, made_at)
         SELECT randomblob(16), resource_id, begin_at, end_at, 'x', '', 0 FROM slot WHERE guid = ?",
        [cell],
    );
    assert_eq!(closed, Ok(1));
}

/// Opens all closed times in the file.
pub fn reopen(site: &Site) {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database.execute("UPDATE closure SET opened_at = 1", []).unwrap();
}

/// The doctor's cells of tomorrow: statuses by begin, and how many free places are counted on all days.
fn seen(client: &mut Client) -> (Vec<String>, Value) {
    let day = &moment(1, "00:00")[..10];
    let doctor = format!("/api/v2/lpu/{}/doctor/{}", guid(LPU), guid(DOCTOR));
    let cells = client
        .ask("GET", &format!("{doctor}/schedule/{day}/{day}"), &[], &[])
        .json();
    let status = |cell: &Value| cell["status"].as_str().unwrap().to_owned();
    let statuses = cells.as_array().unwrap().iter().map(status).collect();
    let free = client.ask("GET", &doctor, &[], &[]).json()["countFree"].clone();
    (statuses, free)
}

fn close(site: &Site, more: &[&str]) -> String {
    let doctor = guid(DOCTOR);
    let tomorrow = &moment(1, "00:00")[..10];
    let mut arguments = vec![
        "close",
        "--resource",
        &doctor,
        "--date",
        tomorrow,
        "--reason",
        "Врач болен",
    ];
    arguments.extend(more);
    site.run_well(&arguments, "")
}

/// The GUID that `close` prints, for `open`.
fn closed_guid(printed: &str) -> String {
    let after = printed.split("infomat open ").nth(1).unwrap();
    after.lines().next().unwrap().trim().to_owned()
}

fn site() -> Site {
    let site = Site::new("");
    site.import(&clinic::small());
    site.import(&[
        slot(5, DOCTOR, 1, "11:00"),
        slot(6, DOCTOR, 1, "12:00"),
        slot(7, DOCTOR, 2, "10:00"),
        clinic::patient(OTHER, LPU),
    ]);
    site
}

#[test]
fn a_closed_time_is_offered_to_nobody_until_it_is_opened_again() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    let ticket = Ask::new(LPU, PATIENT, 3).book(&mut client);
    assert_eq!(
        seen(&mut client),
        (
            vec!["Booked".into(), "Available".into(), "Available".into()],
            json!(3)
        )
    );

    let printed = close(&site, &["--to", "12:00"]);
    assert!(
        printed.contains("Петров Петр") && printed.contains(ticket["ticketGuid"].as_str().unwrap()),
        "whom to call: {printed}"
    );
    let closed = (
        vec!["Unavailable".into(), "Unavailable".into(), "Available".into()],
        json!(2),
    );
    assert_eq!(seen(&mut client), closed, "beside the server, in its memory too");
    let refused = Ask::new(LPU, OTHER, 5).send(&mut client);
    let told = refused.json();
    assert_eq!((refused.status, &told["message_code"]), (400, &json!("5000")));
    assert!(
        told["message"]
            .as_str()
            .unwrap()
            .starts_with("Прием в это время отменен"),
        "{told}"
    );

    // The night's import brings the same cells, one more there, and moves one in and one out.
    site.import(&[
        slot(3, DOCTOR, 1, "10:00"),
        with(slot(5, DOCTOR, 1, "11:00"), &json!({"room": "9"})),
        slot(8, DOCTOR, 1, "09:00"),
    ]);
    let (statuses, free) = seen(&mut client);
    assert_eq!(
        (
            statuses.iter().filter(|status| *status == "Unavailable").count(),
            free
        ),
        (3, json!(2))
    );
    site.import(&[slot(8, DOCTOR, 1, "13:00"), slot(6, DOCTOR, 1, "08:00")]);
    let (statuses, free) = seen(&mut client);
    assert_eq!(
        statuses,
        ["Unavailable", "Unavailable", "Unavailable", "Available"]
    );
    assert_eq!(free, json!(2));

    // Two closed times over one cell: it opens with the last of them.
    let second = closed_guid(&close(&site, &["--from", "11:10", "--to", "11:12"]));
    site.run_well(&["open", &closed_guid(&printed)], "");
    let (statuses, _) = seen(&mut client);
    assert_eq!(statuses, ["Available", "Booked", "Unavailable", "Available"]);
    drop(server);
    let server = site.serve();
    let mut client = server.client();
    assert_eq!(seen(&mut client).0, statuses, "after a restart");
    let listed: Value = serde_json::from_str(&site.run_well(&["closures", "--format", "json"], "")).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(
        (&listed[0]["guid"], &listed[0]["reason"]),
        (&json!(second), &json!("Врач болен"))
    );
    site.run_well(&["open", &second], "");
    site.run_well(&["open", &second], "");
    Ask::new(LPU, OTHER, 5).book(&mut client);
    assert_eq!(site.run_well(&["closures", "--format", "json"], "").trim(), "[]");
    let journal = site.run_well(&["journal"], "");
    let told = |kind: &str| journal.matches(&format!("\"kind\":\"{kind}\"")).count();
    assert_eq!((told("closed"), told("opened")), (2, 2));
    assert!(!journal.contains("болен"), "why is no matter of the journal");
    site.run_well(&["verify"], "");

    // A cell that another program opened is found.
    shut(&site, 3);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database.execute("UPDATE slot SET closed = 0", []).unwrap();
    let wrong = site.run(&["verify"], "");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stdout).contains("is not closed or open as its time is"));
}

#[test]
fn what_cannot_be_closed_is_said_and_changes_nothing() {
    let site = site();
    let tomorrow = moment(1, "00:00")[..10].to_owned();
    let yesterday = moment(-1, "00:00")[..10].to_owned();
    let far = moment(120, "00:00")[..10].to_owned();
    let (doctor, nobody) = (guid(DOCTOR), guid(99));
    for (resource, date, more, status, told) in [
        (&nobody, &tomorrow, &[][..], 1, "no such doctor"),
        (&doctor, &yesterday, &[], 1, "that time is over"),
        (
            &doctor,
            &tomorrow,
            &["--date-to", &yesterday],
            1,
            "--date-to: not before",
        ),
        (
            &doctor,
            &tomorrow,
            &["--date-to", &far],
            1,
            "--date-to: at most 92 days",
        ),
        (
            &doctor,
            &tomorrow,
            &["--from", "12:00", "--to", "12:00"],
            1,
            "--to: the time must be after",
        ),
        (&doctor, &tomorrow, &["--from", "24:00"], 2, "expected a time"),
        (&doctor, &tomorrow, &["--from", "soon"], 2, "expected a time"),
    ] {
        let mut arguments = vec!["close", "--resource", resource, "--date", date, "--reason", "x"];
        arguments.extend(more);
        let refused = site.run(&arguments, "");
        let said = String::from_utf8([refused.stdout, refused.stderr].concat()).unwrap();
        assert_eq!(refused.status.code(), Some(status), "{arguments:?}: {said}");
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
    assert_eq!(site.run(&["open", &nobody], "").status.code(), Some(1));
    assert_eq!(site.run_well(&["closures", "--format", "json"], "").trim(), "[]");
}

#[test]
fn without_a_day_it_is_today_that_is_closed() {
    let site = site();
    let today = moment(0, "00:00")[..10].to_owned();
    site.run_well(
        &["close", "--resource", &guid(DOCTOR), "--reason", "Врач болен"],
        "",
    );
    let closed = site.run_well(&["closures", "--format", "json"], "");
    let closed: Value = serde_json::from_str(&closed).unwrap();
    assert_eq!(closed.as_array().unwrap().len(), 1);
    assert_eq!(
        closed[0]["beginTime"].as_str().map(|begin| &begin[..10]),
        Some(&*today)
    );
}

/// What is over long ago goes with a purge, and leaves the file right.
#[test]
fn a_purge_takes_old_closed_times() {
    let site = site();
    let server = site.serve();
    Ask::new(LPU, PATIENT, 3).book(&mut server.client());
    drop(server);
    close(&site, &[]);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let days = 100 * 86_400;
    let older = format!(
        "UPDATE slot SET begin_at = begin_at - {days}, end_at = end_at - {days};
         UPDATE closure SET begin_at = begin_at - {days}, end_at = end_at - {days};
         UPDATE slot SET closed = 1 WHERE id IN (SELECT id FROM slot ORDER BY begin_at LIMIT 3);"
    );
    database.execute_batch(&older).unwrap();
    drop(database);
    let said = site.run_well(&["purge", "--older-than", "30"], "");
    assert!(said.contains("closed times: 1"), "{said}");
    let said = site.run(&["verify"], "");
    assert!(
        String::from_utf8_lossy(&said.stdout).contains("good: cells are closed when"),
        "{}",
        String::from_utf8_lossy(&said.stdout)
    );
}
