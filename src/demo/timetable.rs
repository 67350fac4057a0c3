//! The timetable: who receives when, as cells, by the patterns of `timetable.toml`. Nothing here depends on the day from
//! which it is asked for: the same resource has the same cells on the same day, with the same GUIDs.

use super::clinic::{line, resource_guid, resource_numbers};
use crate::model::Zone;
use chrono::{Datelike, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Weekday};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::LazyLock;
use uuid::Uuid;

static TIMETABLE: LazyLock<Timetable> = LazyLock::new(|| {
    toml::from_str(include_str!("timetable.toml")).expect("timetable.toml is a part of the program")
});

/// The file.
#[derive(Deserialize)]
struct Timetable {
    purposes: HashMap<String, Purpose>,
    patterns: HashMap<String, Pattern>,
    /// By the numbers of the resources.
    resources: HashMap<String, Hours>,
}

/// The purpose of cells.
#[derive(Deserialize)]
struct Purpose {
    /// One cell lasts the whole stretch.
    #[serde(default)]
    whole: bool,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// The days and hours by which a resource receives.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pattern {
    #[serde(default = "monday_to_friday")]
    weekdays: Vec<Weekday>,
    #[serde(default)]
    by_date: bool,
    #[serde(default)]
    saturdays: bool,
    turns: Vec<Vec<Stretch>>,
}

/// A stretch of a working day: begin and end as hours and minutes (`1330`), and what its cells are for.
#[derive(Clone, Deserialize)]
struct Stretch(u32, u32, String);

/// The working hours of a resource.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Hours {
    pattern: String,
    #[serde(default = "quarter_of_an_hour")]
    minutes: u32,
    #[serde(default = "one")]
    places: u32,
    #[serde(default)]
    open_days: u32,
    saturday_room: Option<String>,
}

fn monday_to_friday() -> Vec<Weekday> {
    vec![
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
    ]
}

fn quarter_of_an_hour() -> u32 {
    15
}

fn one() -> u32 {
    1
}

/// A cell of the timetable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoCell {
    /// Its GUID.
    pub guid: Uuid,
    /// The resource's.
    pub resource: Uuid,
    /// Its line of the clinic's data.
    pub line: String,
}

/// Returns the cells of `days` days from `from` on, by day; and beyond those days the cells of whoever opens the timetable
/// for longer. On every day somebody in each clinic receives until midnight.
pub fn cells(from: NaiveDate, days: u32, zone: Zone) -> impl Iterator<Item = DemoCell> {
    let hours: Vec<_> = resource_numbers()
        .map(|number| (number, &TIMETABLE.resources[&number.to_string()]))
        .collect();
    let days_max = hours
        .iter()
        .map(|(_, hours)| hours.open_days)
        .fold(days, u32::max);
    (0..days_max)
        .zip(from.iter_days())
        .flat_map(move |(ahead, date)| {
            let open = hours
                .iter()
                .filter(|(_, hours)| ahead < days.max(hours.open_days));
            open.flat_map(|(number, hours)| cells_of_day(*number, hours, date, zone))
                .collect::<Vec<_>>()
        })
}

/// Returns the stretches in which a resource receives on `date`.
fn stretches(number: u32, hours: &Hours, date: NaiveDate) -> Vec<Stretch> {
    let pattern = &TIMETABLE.patterns[&hours.pattern];
    let weekday = date.weekday();
    if pattern.weekdays.contains(&weekday) {
        let day = if pattern.by_date {
            date.num_days_from_ce().unsigned_abs()
        } else {
            weekday.num_days_from_monday()
        };
        pattern.turns[(day + number) as usize % pattern.turns.len()].clone()
    } else if weekday == Weekday::Sat && pattern.saturdays && number.is_multiple_of(3) {
        vec![Stretch(900, 1300, "anybody".to_owned())]
    } else {
        Vec::new()
    }
}

/// Returns the cells of a resource on `date`, by begin. A cell whose begin the clock jumps over is left out.
fn cells_of_day(number: u32, hours: &Hours, date: NaiveDate, zone: Zone) -> Vec<DemoCell> {
    let mut cells = Vec::new();
    for Stretch(begin, end, purpose) in stretches(number, hours, date) {
        let purpose = &TIMETABLE.purposes[&purpose];
        let (begin, end) = (minutes(begin), minutes(end));
        let (length, places) = if purpose.whole {
            (end - begin, 1)
        } else {
            (hours.minutes, hours.places)
        };
        // A stretch that the cells do not fill to the minute ends with the last whole one.
        for begin in (0..(end - begin) / length).map(|place| begin + place * length) {
            let time = NaiveTime::from_num_seconds_from_midnight_opt(begin * 60, 0)
                .expect("a stretch ends at midnight at the latest, so each of its cells begins before");
            let Some(begin) = zone.from_local(date.and_time(time)) else {
                continue;
            };
            let (guid, resource) = (cell_guid(number, date, time), resource_guid(number));
            let end = begin + TimeDelta::minutes(length.into());
            let mut line = line([
                ("kind", json!("slot")),
                ("guid", json!(guid)),
                ("resource", json!(resource)),
                ("begin", json!(begin.to_rfc3339_opts(SecondsFormat::Secs, false))),
                ("end", json!(end.to_rfc3339_opts(SecondsFormat::Secs, false))),
                ("planCount", json!(places)),
            ]);
            line.extend(purpose.fields.clone());
            if let Some(room) = hours
                .saturday_room
                .as_ref()
                .filter(|_| date.weekday() == Weekday::Sat)
            {
                line.insert("room".to_owned(), json!(room));
            }
            let line = Value::Object(line).to_string();
            cells.push(DemoCell { guid, resource, line });
        }
    }
    cells
}

/// Returns the minutes since midnight of hours and minutes.
fn minutes(clock: u32) -> u32 {
    clock / 100 * 60 + clock % 100
}

/// A cell's GUID can be read: `60000101-2026-4000-8000-000003090830` is resource 101 on 9 March 2026 at 08:30.
fn cell_guid(number: u32, date: NaiveDate, time: NaiveTime) -> Uuid {
    let text = format!(
        "6{number:07}-{}-4000-8000-0000{}{}",
        date.format("%Y"),
        date.format("%m%d"),
        time.format("%H%M")
    );
    Uuid::parse_str(&text).expect("decimal digits in the places of a GUID, the year having four")
}
