//! Goal: where the clinic's clock is put back it shows an hour twice, and the first of the two counts; where it is put forward
//! nothing begins in the hour that is missing; a day has all its cells. Method: no `utc_offset`, the process's own `TZ` with
//! and without the system's table of zones, cells at the jumps of one far year, and the rules about days ahead switched off.

use crate::clinic::{self, Ask, guid};
use crate::harness::{Client, Server, Site, lacks};
use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use std::path::Path;

/// Clocks are put back on the last Sundays of October.
const BERLIN: [&str; 2] = ["CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin"];

/// The same at midnight: one o'clock becomes midnight again.
const AZORES: [&str; 2] = ["<-01>1<+00>,M3.5.0/0,M10.5.0/1", "Atlantic/Azores"];

/// On the fourth Sunday of March midnight becomes eleven o'clock of the day before.
const BACK_TO_SATURDAY: &str = "<-04>4<-03>,M10.1.0/0,M3.4.0/0";

const RULES_OFF: &str = "[rules]\nmax_period = false\nschedule_days = false\nrepeat_in_cell = false\n\
                         one_per_speciality = false\none_per_time = false\n";

const LPU: u32 = 1;
const DOCTOR: u32 = 2;
const PATIENT: u32 = 4;

/// A server in a zone, with cells that begin at these moments; their GUIDs count from 10.
fn serve(zone: &str, begins: &[&str]) -> (Site, Server, Client) {
    let site = Site::new(RULES_OFF);
    let configuration = std::fs::read_to_string(site.path("infomat.toml")).unwrap();
    let lines = configuration.lines();
    let lines: Vec<_> = lines.filter(|line| !line.starts_with("utc_offset")).collect();
    std::fs::write(site.path("infomat.toml"), lines.join("\n")).unwrap();
    let mut lines = clinic::small();
    lines.extend((10..).zip(begins).map(|(n, begin)| cell(n, begin)));
    site.import(&lines);
    let server = site.start(site.command(&["serve"]).env("TZ", zone));
    let client = server.client();
    (site, server, client)
}

/// A cell of ten minutes.
fn cell(n: u32, begin: &str) -> Value {
    let end = DateTime::parse_from_rfc3339(begin).unwrap() + TimeDelta::minutes(10);
    json!({"kind": "slot", "guid": guid(n), "resource": guid(DOCTOR), "begin": begin, "end": end.to_rfc3339()})
}

/// The zones of a pair that this machine knows.
fn known(zones: [&'static str; 2]) -> Vec<&'static str> {
    let table = Path::new("/usr/share/zoneinfo").join(zones[1]);
    let is_lacking = lacks(&format!("{} (tzdata)", table.display()), table.exists());
    zones.into_iter().take(if is_lacking { 1 } else { 2 }).collect()
}

fn book(client: &mut Client, time: &str) -> Value {
    let ask = Ask::new(LPU, PATIENT, 0).without("timeTable");
    let ask = ask.and("docGuid", &guid(DOCTOR)).and("dateTime", time);
    ask.send(client).json()
}

/// When the cells of a day begin, as its listing has them.
fn day(client: &mut Client, date: &str) -> Vec<String> {
    let target = format!("/lpu/{}/doctor/{}/schedule/{date}", guid(LPU), guid(DOCTOR));
    let cells = client.ask("GET", &target, &[], b"").json();
    let begins = cells
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| cell["beginTime"].as_str().unwrap().to_owned());
    begins.collect()
}

#[test]
fn of_a_time_that_comes_twice_the_first_is_booked() {
    for zone in known(BERLIN) {
        let (_site, _server, mut client) = serve(
            zone,
            &[
                "2037-10-25T02:00:00+02:00",
                "2037-10-25T02:30:00+02:00",
                "2037-10-25T02:30:00+01:00",
                "2037-10-25T03:00:00+01:00",
                "2037-10-25T03:30:00+01:00",
                "2037-03-29T03:00:00+02:00",
            ],
        );
        for (time, begin) in [
            ("2037-10-25T02:00", "2037-10-25T02:00:00+02:00"),
            ("2037-10-25T02:30", "2037-10-25T02:30:00+02:00"),
            ("2037-10-25T03:00", "2037-10-25T03:00:00+01:00"),
            ("2037-10-25T03:30", "2037-10-25T03:30:00+01:00"),
            ("2037-03-29T03:00", "2037-03-29T03:00:00+02:00"),
        ] {
            let ticket = book(&mut client, time);
            assert_eq!(ticket["beginTime"], begin, "{zone}: {ticket}");
        }
        assert_eq!(
            book(&mut client, "2037-10-25T02:30")["message_code"],
            "4009",
            "{zone}"
        );
        for missing in ["2037-03-29T02:00", "2037-03-29T02:30"] {
            let answer = book(&mut client, missing);
            assert_eq!(
                answer["message"], "У этого врача нет приема в указанное время",
                "{zone}: {missing}"
            );
        }
    }
}

#[test]
fn a_day_has_the_cells_of_both_its_midnights() {
    let begins = [
        "2037-10-24T23:30:00+00:00",
        "2037-10-25T00:00:00+00:00",
        "2037-10-25T00:30:00+00:00",
        "2037-10-25T00:00:00-01:00",
        "2037-10-25T00:30:00-01:00",
        "2037-10-25T23:30:00-01:00",
    ];
    for zone in known(AZORES) {
        let (_site, _server, mut client) = serve(zone, &begins);
        assert_eq!(day(&mut client, "2037-10-24"), begins[..1], "{zone}");
        assert_eq!(day(&mut client, "2037-10-25"), begins[1..], "{zone}");
        assert_eq!(day(&mut client, "2037-10-26"), [""; 0], "{zone}");
    }
}

#[test]
fn a_day_whose_last_hour_comes_twice_ends_after_the_second() {
    let begins = [
        "2037-03-21T23:00:00-03:00",
        "2037-03-21T23:30:00-03:00",
        "2037-03-21T23:00:00-04:00",
        "2037-03-21T23:30:00-04:00",
        "2037-03-22T00:00:00-04:00",
    ];
    let (_site, _server, mut client) = serve(BACK_TO_SATURDAY, &begins);
    assert_eq!(day(&mut client, "2037-03-21"), begins[..4]);
    assert_eq!(day(&mut client, "2037-03-22"), begins[4..]);
}
