//! Goal: who has come is marked once, on the day and in time. Method: a clinic whose clock shows a time between noon and
//! one, whatever the hour of the test, so that hours before and after now are of the same day.

use super::{OCULIST, OTHER, PATIENT, THERAPIST, ask_as, lines, path, ticket_guid};
use crate::catalogue::Row;
use crate::clinic::{self, Ask, with};
use crate::harness::{Server, Site};
use chrono::{DateTime, FixedOffset, TimeDelta, Timelike, Utc};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs;

const SOON: u32 = 100;
const IN_THREE_HOURS: u32 = 101;
const TOMORROW: u32 = 102;
const YESTERDAY: u32 = 103;
const BEGUN: u32 = 104;

/// The hour before which the test's clock never is, and one hour after which it never is.
const NOON: i32 = 12;

struct Scene {
    site: Site,
    server: Server,
    now: DateTime<FixedOffset>,
}

impl Scene {
    fn set() -> Scene {
        let utc = Utc::now();
        let hours = NOON - i32::try_from(utc.hour()).unwrap();
        let now = utc.with_timezone(&FixedOffset::east_opt(hours * 3_600).unwrap());
        let now = now.with_second(0).and_then(|now| now.with_nanosecond(0)).unwrap();
        let site = Site::new("[rules]\npast = false\none_per_speciality = false\nschedule_days = false");
        let path = site.path("infomat.toml");
        let configuration = fs::read_to_string(&path).unwrap();
        let sign = if hours < 0 { '-' } else { '+' };
        let offset = format!("utc_offset = '{sign}{:02}:00'", hours.abs());
        fs::write(path, configuration.replace("utc_offset = '+03:00'", &offset)).unwrap();
        let slot = |n, doctor, minutes: i64| slot(n, doctor, now + TimeDelta::minutes(minutes));
        let mut all = lines();
        all.extend([
            slot(SOON, THERAPIST, 90),
            slot(IN_THREE_HOURS, THERAPIST, 180),
            slot(TOMORROW, OCULIST, 24 * 60),
            slot(YESTERDAY, OCULIST, -24 * 60),
            slot(BEGUN, THERAPIST, -60),
        ]);
        site.import(&all);
        let server = site.serve();
        Scene { site, server, now }
    }

    fn book(&self, slot: u32) -> Value {
        Ask::new(1, PATIENT, slot).book(&mut self.server.client())
    }

    fn check_in(&self, ticket: &Value) -> crate::harness::Answer {
        let path = path(&format!("{}/checkin", ticket_guid(ticket)));
        ask_as(&mut self.server.client(), PATIENT, "POST", &path)
    }
}

/// A cell that begins then.
fn slot(n: u32, doctor: u32, begin: DateTime<FixedOffset>) -> Value {
    let end = begin + TimeDelta::minutes(10);
    let times = json!({"begin": begin.to_rfc3339(), "end": end.to_rfc3339()});
    with(clinic::slot(n, doctor, 1, "10:00"), &times)
}

#[test]
fn an_arrival_is_marked_once() {
    let scene = Scene::set();
    let mut expected = scene.book(SOON);
    let first = scene.check_in(&expected);
    let shown = first.json();
    assert_eq!(first.status, 200, "{shown}");
    let mut arrival = expected["history"][0].clone();
    let moment = shown["history"][1]["date"].clone();
    arrival["element"] = json!("checkin");
    arrival["newValue"] = moment.clone();
    arrival["date"] = moment;
    expected["history"] = json!([expected["history"][0], arrival]);
    assert_eq!(shown, expected);

    assert_eq!(scene.check_in(&expected).body, first.body);
    let one = ask_as(
        &mut scene.server.client(),
        PATIENT,
        "GET",
        &path(&ticket_guid(&expected)),
    );
    assert_eq!(one.body, first.body);
    let database = Connection::open(scene.site.path("infomat.db")).unwrap();
    let marks: i64 = database
        .query_row("SELECT count(*) FROM visit WHERE checked_in_at > 0", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(marks, 1);
}

/// Goal: who has come for a visit that is then put off to another day has still to come. Method: the cell is moved by an
/// import; then the mark is dated back by a day, as if the other day had come.
#[test]
fn an_arrival_before_a_visit_was_put_off_does_not_count() {
    let scene = Scene::set();
    let soon = scene.book(SOON);
    assert_eq!(scene.check_in(&soon).status, 200);
    let begin = scene.now + TimeDelta::minutes(90);
    let tomorrow = begin + TimeDelta::days(1);
    scene.site.import(&[slot(SOON, THERAPIST, tomorrow)]);
    let date = tomorrow.date_naive().to_string();
    let list = scene
        .site
        .run_well(&["visits", "--date", &date, "--format", "json"], "");
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list[0]["checkInTime"], Value::Null, "{list}");
    let from = tomorrow - TimeDelta::hours(2);
    let from = from.format("%d.%m.%Y %H:%M").to_string();
    Row::of("early arrival").expect(&scene.check_in(&soon), &[&from]);

    scene.site.import(&[slot(SOON, THERAPIST, begin)]);
    let database = Connection::open(scene.site.path("infomat.db")).unwrap();
    database
        .execute(
            "UPDATE visit SET checked_in_at = checked_in_at - 86400, record_seq = NULL",
            [],
        )
        .unwrap();
    let arrived = scene.check_in(&soon).json();
    // Made, come, put off, put back, come.
    assert_eq!(arrived["history"].as_array().unwrap().len(), 5, "{arrived}");
    scene.site.run_well(&["verify"], "");
}

#[test]
fn who_comes_late_on_the_day_has_come() {
    let scene = Scene::set();
    let begun = scene.book(BEGUN);
    assert_eq!(scene.check_in(&begun).status, 200);
    let path = path(&ticket_guid(&begun));
    let mut client = scene.server.client();
    Row::of("visit begun").expect(&ask_as(&mut client, PATIENT, "DELETE", &path), &[]);
}

#[test]
fn an_arrival_at_the_wrong_time_is_refused_and_changes_nothing() {
    let scene = Scene::set();
    let later = scene.book(IN_THREE_HOURS);
    let tomorrow = scene.book(TOMORROW);
    let shown = |minutes: i64| {
        let moment = scene.now + TimeDelta::minutes(minutes);
        moment.format("%d.%m.%Y %H:%M").to_string()
    };
    Row::of("early arrival").expect(&scene.check_in(&later), &[&shown(60)]);
    Row::of("early arrival").expect(&scene.check_in(&tomorrow), &[&shown(22 * 60)]);
    Row::of("late arrival").expect(&scene.check_in(&scene.book(YESTERDAY)), &[]);
    let path = path(&ticket_guid(&later));
    let one = ask_as(&mut scene.server.client(), PATIENT, "GET", &path).json();
    assert_eq!(one["history"].as_array().unwrap().len(), 1);
}

#[test]
fn nobody_arrives_for_a_cancelled_visit_or_somebody_elses() {
    let scene = Scene::set();
    let soon = scene.book(SOON);
    let arrival = path(&format!("{}/checkin", ticket_guid(&soon)));
    let mut client = scene.server.client();
    Row::of("ticket").expect(&ask_as(&mut client, OTHER, "POST", &arrival), &[]);
    ask_as(&mut client, PATIENT, "DELETE", &path(&ticket_guid(&soon)));
    Row::of("arrival of cancelled").expect(&scene.check_in(&soon), &[]);
}

#[test]
fn the_configuration_says_how_early() {
    let scene = Scene::set();
    let soon = scene.book(SOON);
    let Scene { site, server, now } = scene;
    assert!(server.terminate().success());
    let file = site.path("infomat.toml");
    let configuration = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("checkin_hours_before = 1\n{configuration}")).unwrap();
    let scene = Scene {
        server: site.serve(),
        site,
        now,
    };
    let from = (scene.now + TimeDelta::minutes(30))
        .format("%d.%m.%Y %H:%M")
        .to_string();
    Row::of("early arrival").expect(&scene.check_in(&soon), &[&from]);
}
