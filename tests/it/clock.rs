//! Goal: a server whose clock is wrong refuses what depends on the time, says so, and goes on by itself when it is right; a
//! jump of the clock is told. Method: a database whose last booking lies in the future, which is the same to the server as
//! a clock that is behind, and libfaketime for a clock that shows 1970 or jumps.

mod jumps;

use crate::clinic::{self, Ask, guid};
use crate::harness::{self, Answer, Client, PATIENCE, Server, Site};
use chrono::{TimeDelta, Utc};
use rusqlite::Connection;
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Instant;

/// What patients are told.
const SENTENCE: &str =
    "Часы терминала показывают неверное время. Записаться пока нельзя: обратитесь в регистратуру.";

/// Debian's package libfaketime; the folder is named after the machine's kind.
const LIBRARY: &str = "faketime/libfaketime.so.1";

fn site() -> Site {
    clinic::roomy_site(1_000, "1111222233334444")
}

/// Dates what has been booked so far back or ahead, as if the clock had been wrong by so much.
fn date_bookings(site: &Site, by: TimeDelta) {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let changed = database
        .execute("UPDATE journal SET at = at + ?1", [by.num_seconds()])
        .unwrap();
    assert!(changed > 0, "nothing has been booked");
}

fn identify(client: &mut Client) -> Answer {
    let birthday = clinic::patient(4, 1)["birthDate"].as_str().unwrap().to_owned();
    let target = format!(
        "/auth/{}/token?n_pol=1111222233334444&Birthday={birthday}",
        guid(1)
    );
    client.ask("GET", &target, &[], b"")
}

/// All that depends on the time is refused in the same words.
fn sees_wrong_clock(client: &mut Client) {
    let token = harness::sign(&harness::claims(&guid(1), &guid(4), "Infomat"), harness::KEY);
    let bearer = format!("Bearer {token}");
    let authorized = [("Authorization", &*bearer)];
    let ticket = format!("/visit/{}/{}", guid(1), guid(9));
    let answers = [
        Ask::new(1, 4, 3).send(client),
        identify(client),
        client.ask("DELETE", &ticket, &authorized, b""),
        client.ask("POST", &format!("{ticket}/checkin"), &authorized, b""),
        client.ask("GET", &format!("/visit/{}", guid(1)), &authorized, b""),
        client.ask("POST", "/api/v3/waitinglist", &authorized, b"{}"),
    ];
    for answer in answers {
        let body = answer.json();
        assert_eq!(answer.status, 503, "{body}");
        assert_eq!(
            body,
            json!({"code": 503, "message": SENTENCE, "message_code": "5000"})
        );
        assert_eq!(answer.header("retry-after"), Some("10"));
    }
    // What needs no token is read all the same.
    for target in [
        "/lpu".to_owned(),
        format!("/lpu/{}/speciality", guid(1)),
        "/".to_owned(),
    ] {
        assert_eq!(client.ask("GET", &target, &[], b"").status, 200, "{target}");
    }
    assert_eq!(client.ask("GET", "/nowhere", &[], b"").status, 404);
}

/// Asks until a booking succeeds; it does so without a new start.
fn goes_on(client: &mut Client) {
    let until = Instant::now() + PATIENCE;
    while Ask::new(1, 4, 3).send(client).status != 200 {
        assert!(Instant::now() < until, "the clock is right and nothing is booked");
        thread::yield_now();
    }
    assert_eq!(identify(client).status, 200);
}

fn log(site: &Site) -> String {
    fs::read_to_string(site.path("server.log")).unwrap()
}

#[test]
fn a_clock_behind_the_last_booking_is_not_believed() {
    let site = site();
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    assert!(server.terminate().success());
    let ahead = TimeDelta::minutes(10);
    date_bookings(&site, ahead);

    let server = site.serve();
    let mut client = server.client();
    sees_wrong_clock(&mut client);
    let visit = guid(9);
    for arguments in [
        &["token", "--lpu", &guid(1), "--mkab", &guid(4)][..],
        &["cancel", "--ticket", &visit, "--reason", "test"],
        &["import", "-"],
    ] {
        let refused = site.run(arguments, "");
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("the clock shows"), "{arguments:?}: {said}");
    }
    date_bookings(&site, -ahead);
    goes_on(&mut client);
    let log = log(&site);
    assert_eq!(log.matches("nothing is booked").count(), 1, "said once: {log}");
    assert_eq!(log.matches("is believed again").count(), 1, "{log}");
}

/// Somebody booked while the clock was days ahead: who knows that it is right now need not wait for days.
#[test]
fn what_was_booked_by_a_clock_ahead_is_dated_back_on_demand() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    Ask::new(1, 4, 3).book(&mut client);
    date_bookings(&site, TimeDelta::days(3));
    drop(server);
    let server = site.serve();
    let mut client = server.client();
    sees_wrong_clock(&mut client);
    let said = site.run_well(&["believe-clock"], "");
    assert!(said.contains("2 times"), "begun and booked: {said}");
    goes_on(&mut client);
    assert!(site.run_well(&["believe-clock"], "").contains("0 times"));
}

/// When the clock is set back by a little, nothing stops; and time does not go back.
#[test]
fn a_little_behind_the_last_booking_counts_as_its_moment() {
    let site = site();
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    assert!(server.terminate().success());
    date_bookings(&site, TimeDelta::seconds(50));
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let last: i64 = database
        .query_row("SELECT max(at) FROM journal", [], |row| row.get(0))
        .unwrap();

    let server = site.serve();
    let booked = Ask::new(1, 4, 3).book(&mut server.client());
    let at = booked["dateOfAppointment"].as_str().unwrap();
    let at = chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp();
    assert_eq!(at, last);
    assert!(at > Utc::now().timestamp());
}

/// A server on a clock of the test's: what `show` writes counts from then on.
struct FakeClock<'a> {
    site: &'a Site,
    library: PathBuf,
}

impl FakeClock<'_> {
    /// None without libfaketime.
    fn of(site: &Site) -> Option<FakeClock<'_>> {
        let mut folders = fs::read_dir("/usr/lib").unwrap();
        let library = folders.find_map(|folder| {
            let library = folder.unwrap().path().join(LIBRARY);
            library.exists().then_some(library)
        });
        let is_there = library.is_some();
        if harness::lacks("libfaketime (Debian's package faketime)", is_there) {
            return None;
        }
        library.map(|library| FakeClock { site, library })
    }

    /// The clock shows this from now on, as libfaketime has it: `@yyyy-MM-dd HH:mm:ss`, or how far it is off.
    fn show(&self, time: &str) {
        let draft = self.site.path("clock.new");
        fs::write(&draft, time).unwrap();
        fs::rename(&draft, self.site.path("clock")).unwrap();
    }

    fn serve(&self) -> Server {
        self.site.start(&mut self.command(&["serve"]))
    }

    /// The program with these arguments on this clock.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.site.command(arguments);
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", self.site.path("clock"))
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
        command
    }
}

/// Waits until the server's log says this.
fn logged(site: &Site, words: &str) {
    let until = Instant::now() + PATIENCE;
    while !log(site).contains(words) {
        assert!(Instant::now() < until, "{words:?} is not in {}", log(site));
        thread::yield_now();
    }
}

#[test]
fn a_box_without_a_battery_wakes_in_1970_and_goes_on_when_its_clock_is_set() {
    let site = site();
    let Some(clock) = FakeClock::of(&site) else { return };
    clock.show("@1970-01-01 00:00:30");
    let server = clock.serve();
    let mut client = server.client();
    sees_wrong_clock(&mut client);
    clock.show("+0");
    // Nobody asks, and it is noticed all the same.
    logged(&site, "is believed again");
    goes_on(&mut client);
    assert!(
        !log(&site).contains("jumped"),
        "a clock that becomes right has not jumped"
    );
    clock.show("-1d");
    sees_wrong_clock(&mut client);
    clock.show("+0");
    goes_on(&mut client);
}

#[test]
fn a_jump_of_more_than_a_day_is_told_once() {
    let site = site();
    let Some(clock) = FakeClock::of(&site) else { return };
    clock.show("+0");
    let server = clock.serve();
    let mut client = server.client();
    Ask::new(1, 4, 3).book(&mut client);
    clock.show("+23h");
    assert_eq!(identify(&mut client).status, 200);
    assert!(!log(&site).contains("jumped"), "less than a day");
    clock.show("+3d");
    logged(&site, "the clock jumped forward");
    for _ in 0..10 {
        identify(&mut client);
    }
    let configuration = fs::read_to_string(site.path("infomat.toml")).unwrap();
    let listen = configuration.replace("127.0.0.1:0", &server.address.to_string());
    fs::write(site.path("infomat.toml"), listen).unwrap();
    let checked = site.run(&["check"], "").stdout;
    let checked = String::from_utf8(checked).unwrap();
    let mut lines = checked.lines();
    let told = lines.any(|line| line.starts_with("warning  server") && line.contains("jumped forward"));
    assert!(told, "{checked}");
    let log = log(&site);
    assert_eq!(log.matches("jumped").count(), 1, "{log}");
    assert!(!log.contains("1111222233334444"), "no personal data");
}
