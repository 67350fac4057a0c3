//! Goal: the desk reads a day's list and cancels, with a server and without. Method: the commands of the real binary on a
//! clinic whose texts are hard to write as CSV.

use crate::clinic::{self, Ask, guid, with};
use crate::harness::{Server, Site, now};
use crate::tickets::{LPU, OCULIST, OTHER, PATIENT, THERAPIST, UNKNOWN, ask_as, lines, path, ticket_guid};
use chrono::TimeDelta;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Output;

const EARLY: u32 = 100;
const LATE: u32 = 101;
const OF_OCULIST: u32 = 102;
const CANCELLED: u32 = 103;
const NEXT_DAY: u32 = 104;

/// A clinic with four active visits, three of them tomorrow; their tickets by begin, resource by resource.
fn site() -> (Site, Server, [String; 3]) {
    let site = Site::new("[rules]\none_per_speciality = false");
    let mut all = lines();
    all.extend([
        with(clinic::doctor(THERAPIST, LPU, "27", "Ежова"), &json!({"room": "12"})),
        with(
            clinic::patient(PATIENT, LPU),
            &json!({"family": "Сидоров, \"младший\"", "name": "Петр", "patronymic": "", "phone": "8 900 000-00-00"}),
        ),
        with(clinic::patient(OTHER, LPU), &json!({"family": "Яков", "name": "Ян", "patronymic": "Янович"})),
        clinic::slot(EARLY, THERAPIST, 1, "08:00"),
        with(clinic::slot(LATE, THERAPIST, 1, "10:00"), &json!({"room": "7"})),
        clinic::slot(OF_OCULIST, OCULIST, 1, "09:00"),
        clinic::slot(CANCELLED, THERAPIST, 1, "12:00"),
        clinic::slot(NEXT_DAY, THERAPIST, 2, "08:00"),
    ]);
    site.import(&all);
    let server = site.serve();
    let mut client = server.client();
    let mut book = |patient, slot| ticket_guid(&Ask::new(LPU, patient, slot).book(&mut client));
    let late = book(PATIENT, LATE);
    let early = book(OTHER, EARLY);
    let oculist = book(PATIENT, OF_OCULIST);
    let cancelled = book(PATIENT, CANCELLED);
    book(PATIENT, NEXT_DAY);
    ask_as(&mut client, PATIENT, "DELETE", &path(&cancelled));
    (site, server, [early, late, oculist])
}

fn tomorrow(form: &str) -> String {
    (now() + TimeDelta::days(1)).format(form).to_string()
}

fn visits(site: &Site, more: &[&str]) -> String {
    let day = tomorrow("%Y-%m-%d");
    site.run_well(&[&["visits", "--date", &day], more].concat(), "")
}

const CSV_HEAD: &str =
    "\u{feff}Врач;Кабинет;Дата;Начало;Конец;Номер;Пациент;Дата рождения;Телефон;Пришел;Талон\r\n";

#[test]
fn a_day_as_csv_quotes_what_needs_it() {
    let (site, _server, [early, late, oculist]) = site();
    let day = tomorrow("%d.%m.%Y");
    let patient = "\"Сидоров, \"\"младший\"\" Петр\";15.06.1980;8 900 000-00-00";
    let expected = format!(
        "{CSV_HEAD}\
         Ежова А. Б.;12;{day};08:00;08:15;002;Яков Ян Янович;15.06.1980;;;{early}\r\n\
         Ежова А. Б.;7;{day};10:00;10:15;001;{patient};;{late}\r\n\
         Зимина А. Б.;;{day};09:00;09:15;001;{patient};;{oculist}\r\n"
    );
    assert_eq!(visits(&site, &["--format", "csv"]), expected);
    let of_oculist = visits(&site, &["--format", "csv", "--resource", &guid(OCULIST)]);
    let lines: Vec<_> = expected.split_inclusive("\r\n").collect();
    assert_eq!(of_oculist, [lines[0], lines[3]].concat());
}

/// Goal: a spreadsheet runs nothing that came from outside, and shows the telephone. Method: names, rooms and telephones that
/// would be formulas.
#[test]
fn a_day_as_csv_holds_no_formula() {
    let (site, server, [_, late, _]) = site();
    for (family, phone) in [
        ("=A1+1", "+79000000000"),
        ("@SUM(A1)", "-7 900 11"),
        (" =HYPERLINK(1)", "=1 900 12"),
        ("+x", "8 900"),
    ] {
        let card = with(
            clinic::patient(PATIENT, LPU),
            &json!({"family": family, "name": "x", "phone": phone}),
        );
        site.import(&[
            card,
            with(clinic::slot(LATE, THERAPIST, 1, "10:00"), &json!({"room": "=7"})),
        ]);
        let csv = visits(&site, &["--format", "csv"]);
        let row = csv.lines().find(|row| row.contains(&late)).unwrap();
        let cells: Vec<_> = row.split(';').collect();
        let mark = if phone.starts_with('8') { "" } else { "'" };
        assert_eq!(
            (cells[1], cells[6], cells[8]),
            (
                "'=7",
                &*format!("'{} x", family.trim()),
                &*format!("{mark}{phone}")
            )
        );
    }
    drop(server);
}

#[test]
fn a_day_as_json_and_as_text() {
    let (site, server, [early, late, oculist]) = site();
    let day: Value = serde_json::from_str(&visits(&site, &["--format", "json"])).unwrap();
    let visit = |ticket: &str, doctor, fio: &str, room: &str, times: [&str; 2], num: &str| {
        json!({
            "docFio": fio, "docGuid": guid(doctor), "room": room, "beginTime": clinic::moment(1, times[0]),
            "endTime": clinic::moment(1, times[1]), "num": num, "patient": "Сидоров, \"младший\" Петр",
            "birthDate": "1980-06-15", "phone": "8 900 000-00-00", "checkInTime": null, "ticketGuid": ticket
        })
    };
    let other = json!({"patient": "Яков Ян Янович", "phone": ""});
    let expected = json!([
        with(
            visit(&early, THERAPIST, "Ежова А. Б.", "12", ["08:00", "08:15"], "002"),
            &other
        ),
        visit(&late, THERAPIST, "Ежова А. Б.", "7", ["10:00", "10:15"], "001"),
        visit(&oculist, OCULIST, "Зимина А. Б.", "", ["09:00", "09:15"], "001"),
    ]);
    assert_eq!(day, expected);

    // The same when the server is gone, and when nothing can be written beside the file.
    assert!(server.terminate().success());
    let before = fs::read(site.path("infomat.db")).unwrap();
    let text = visits(&site, &[]);
    let rows: Vec<_> = text.lines().collect();
    assert_eq!(rows.len(), 4);
    let column = rows[0].find("PATIENT").unwrap();
    let patient = |row: &str| row.chars().skip(column).take(12).collect::<String>();
    assert_eq!(patient(rows[0]).trim_end(), "PATIENT");
    assert_eq!(patient(rows[1]), "Яков Ян Янов");
    assert_eq!(patient(rows[2]), "Сидоров, \"мл");
    assert!(rows[3].ends_with(&oculist));
    for file in ["infomat.db-shm", "infomat.db-wal"] {
        fs::remove_file(site.path(file)).unwrap();
    }
    symlink(site.path("no folder/no file"), site.path("infomat.db-shm")).unwrap();
    assert_eq!(visits(&site, &[]), text);
    assert_eq!(fs::read(site.path("infomat.db")).unwrap(), before);
}

/// Goal: the day's list can be read too after a crash, when visits lie in the log alone and nothing can be written beside
/// the files, not even what a crash usually leaves there. What was copied for that has vanished; if it cannot be copied, the
/// command says what to do.
#[test]
fn a_day_is_read_after_a_crash_on_a_disk_that_takes_no_writing() {
    let (site, server, [early, ..]) = site();
    // A reader keeps the server from copying what follows out of the log.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let reader = Connection::open_with_flags(site.path("infomat.db"), flags).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM visit").unwrap();
    site.run_well(&["cancel", "--ticket", &early, "--reason", "болен"], "");
    let text = visits(&site, &[]);
    server.pull_the_plug();
    drop(server);
    drop(reader);
    let files = ["infomat.db", "infomat.db-wal"].map(|file| site.path(file));
    let before = files.each_ref().map(|file| fs::read(file).unwrap());
    fs::remove_file(site.path("infomat.db-shm")).unwrap();
    symlink(site.path("no folder/no file"), site.path("infomat.db-shm")).unwrap();
    let copies = site.path("copies");
    let day = tomorrow("%Y-%m-%d");
    let read = |folder: &Path| {
        let mut command = site.command(&["visits", "--date", &day]);
        command.env("TMPDIR", folder).output().unwrap()
    };
    let without_folder = read(&copies);
    assert_eq!(without_folder.status.code(), Some(1));
    for part in [
        "infomat.db was left by a crash",
        copies.to_str().unwrap(),
        "TMPDIR may name",
    ] {
        assert!(said(&without_folder).contains(part), "{}", said(&without_folder));
    }
    fs::create_dir(&copies).unwrap();
    let output = read(&copies);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), text);
    assert_eq!(fs::read_dir(&copies).unwrap().count(), 0, "the copy is gone");
    assert!(before == files.each_ref().map(|file| fs::read(file).unwrap()));

    // The log is what it is about: without it the file is older.
    fs::remove_file(&files[1]).unwrap();
    assert_ne!(String::from_utf8_lossy(&read(&copies).stdout), text);
}

#[test]
fn a_day_without_visits_has_heads_alone() {
    let site = Site::new("");
    site.import(&lines());
    assert_eq!(visits(&site, &["--format", "csv"]), CSV_HEAD);
    assert_eq!(visits(&site, &["--format", "json"]), "[]\n");
    assert_eq!(visits(&site, &[]).lines().count(), 1);
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_is_typed_wrongly_ends_with_2_and_what_is_not_there_with_1() {
    let site = Site::new("");
    site.import(&lines());
    let ticket = guid(UNKNOWN);
    let long = "х".repeat(257);
    for arguments in [
        &["visits", "--date", "25.11.26"][..],
        &["visits", "--date", "2026-11-25", "--resource", "x"],
        &["visits", "--date", "2026-11-25", "--format", "xml"],
        &["cancel", "--ticket", &ticket],
        &["cancel", "--reason", "болен"],
        &["cancel", "--ticket", "x", "--reason", "болен"],
        &["cancel", "--ticket", &ticket, "--reason", ""],
        &["cancel", "--ticket", &ticket, "--reason", " \u{a0}"],
        &["cancel", "--ticket", &ticket, "--reason", "болен\nвесь"],
        &["cancel", "--ticket", &ticket, "--reason", &long],
    ] {
        assert_eq!(site.run(arguments, "").status.code(), Some(2), "{arguments:?}");
    }
    let unknown = site.run(&["visits", "--date", "2026-11-25", "--resource", &ticket], "");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(said(&unknown).contains("--resource"), "{}", said(&unknown));
    let unknown = site.run(&["cancel", "--ticket", &ticket, "--reason", "болен"], "");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(
        said(&unknown).contains("no visit of this GUID"),
        "{}",
        said(&unknown)
    );
    fs::remove_file(site.path("infomat.db")).unwrap();
    let missing = site.run(&["visits", "--date", "2026-11-25"], "");
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("infomat init"), "{}", said(&missing));
}

#[test]
fn an_older_file_is_not_changed_by_reading_and_a_newer_one_not_read() {
    let site = Site::new("");
    let database = rusqlite::Connection::open(site.path("infomat.db")).unwrap();
    for (version, named) in [(1, "infomat serve"), (999, "newer")] {
        database.pragma_update(None, "user_version", version).unwrap();
        let refused = site.run(&["visits", "--date", "2026-11-25"], "");
        assert_eq!(refused.status.code(), Some(78), "{}", said(&refused));
        assert!(said(&refused).contains(named), "{}", said(&refused));
        let kept: i64 = database
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(kept, version);
    }
}

#[test]
fn the_desk_cancels_beside_a_server_with_a_reason_in_the_history() {
    let (site, server, [_, late, _]) = site();
    let mut client = server.client();
    let arguments = ["cancel", "--ticket", &late, "--reason", "врач болен"];
    assert_eq!(site.run_well(&arguments, ""), "the visit is cancelled\n");
    let shown = ask_as(&mut client, PATIENT, "GET", &path(&late)).json();
    let history: Vec<_> = shown["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| ["element", "oldValue", "newValue"].map(|name| entry[name].as_str().unwrap()))
        .collect();
    assert_eq!(
        history,
        [
            ["", "", ""],
            ["status", "active", "cancelled"],
            ["reason", "", "врач болен"]
        ]
    );
    assert_eq!(shown["history"][1]["client"]["mnem"], "Registry");
    assert_eq!(shown["usedCount"], 0);
    Ask::new(LPU, OTHER, LATE).book(&mut client);

    let again = site.run(&arguments, "");
    assert_eq!(again.status.code(), Some(1));
    assert!(
        said(&again).contains("the visit is cancelled already"),
        "{}",
        said(&again)
    );
    let database = rusqlite::Connection::open(site.path("infomat.db")).unwrap();
    let (events, gaps): (i64, i64) = database
        .query_row(
            "SELECT sum(kind IN ('booked', 'cancelled')), max(seq) - count(*) FROM journal",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(
        (events, gaps),
        (5 + 1 + 1 + 1, 0),
        "booked, cancelled twice, booked again"
    );
}

/// A day is typed as the clinic writes it, as RFC 3339 has it, or not at all.
#[test]
fn a_day_is_typed_in_each_usual_way() {
    let site = clinic::roomy_site(2, "");
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    let day = |format: &str| (now() + TimeDelta::days(1)).format(format).to_string();
    let expected = site.run_well(&["visits", "--date", &day("%Y-%m-%d")], "");
    for format in ["%d.%m.%Y", "%Y-%m-%dT10:00:00+03:00"] {
        assert_eq!(
            site.run_well(&["visits", "--date", &day(format)], ""),
            expected,
            "{format}"
        );
    }
    let today = now().format("%Y-%m-%d").to_string();
    assert_eq!(
        site.run_well(&["visits", "--format", "json"], ""),
        site.run_well(&["visits", "--format", "json", "--date", &today], "")
    );
    for wrong in [
        "31.02.2026",
        "28.11.26",
        "2026-13-01",
        "tomorrow",
        "",
        "28/11/2026",
    ] {
        let output = site.run(&["visits", "--date", wrong], "");
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("such as 2026-11-28 or 28.11.2026"));
    }
}
