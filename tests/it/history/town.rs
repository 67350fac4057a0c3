//! The clinic of a world: few places that many want, and all of them soon, so that patients may come.

use crate::clinic::{doctor, guid, lpu, patient, speciality};
use crate::desk;
use crate::harness::Site;
use chrono::{DateTime, FixedOffset, TimeDelta, Timelike, Utc};
use serde_json::{Value, json};
use std::fs;

pub const LPU: u32 = 1;
/// The login of both registrars.
pub const LOGIN: &str = "registrar-1";
/// Patients, by the numbers of their cards.
pub const PATIENTS: std::ops::Range<u32> = 1_000..1_014;

/// The hour before which the clinic's clock never is, and one hour after which it never is.
const NOON: i32 = 12;
/// Minutes until the first cells begin: longer than a world lasts, and within the time in which a patient may come.
const AHEAD: i64 = 60;

/// A cell of a quarter of an hour.
#[derive(Debug)]
pub struct Cell {
    pub number: u32,
    pub doctor: u32,
    pub speciality: &'static str,
    /// Minutes after the first cell's begin.
    pub begin: i64,
    pub places: usize,
}

impl Cell {
    /// Cells that touch do not overlap.
    pub fn overlaps(&self, other: &Cell) -> bool {
        self.begin < other.begin + 15 && other.begin < self.begin + 15
    }
}

/// Two doctors of one speciality, one whose cells begin five minutes later, and one more.
pub const CELLS: [Cell; 12] = [
    cell(100, 2, "27", 0, 1),
    cell(101, 2, "27", 15, 1),
    cell(102, 2, "27", 30, 1),
    cell(110, 3, "27", 0, 2),
    cell(111, 3, "27", 15, 2),
    cell(112, 3, "27", 30, 2),
    cell(120, 4, "43", 5, 1),
    cell(121, 4, "43", 20, 1),
    cell(122, 4, "43", 35, 1),
    cell(130, 5, "51", 0, 2),
    cell(131, 5, "51", 15, 2),
    cell(132, 5, "51", 30, 2),
];

const fn cell(number: u32, doctor: u32, speciality: &'static str, begin: i64, places: usize) -> Cell {
    Cell {
        number,
        doctor,
        speciality,
        begin,
        places,
    }
}

/// Returns the cell with this number.
pub fn cell_of(number: u32) -> &'static Cell {
    CELLS.iter().find(|cell| cell.number == number).unwrap()
}

/// Returns the number in a GUID of [`guid`].
pub fn number_of(guid: &str) -> u32 {
    guid.rsplit('-').next().unwrap().parse().unwrap()
}

/// The clinic, and a registrar's password.
pub struct Town {
    pub site: Site,
    /// What was imported.
    pub lines: Vec<Value>,
    pub password: String,
}

impl Town {
    pub fn build() -> Town {
        let utc = Utc::now();
        let hours = NOON - i32::try_from(utc.hour()).unwrap();
        let now = utc.with_timezone(&FixedOffset::east_opt(hours * 3_600).unwrap());
        let site = Site::new("");
        let path = site.path("infomat.toml");
        let sign = if hours < 0 { '-' } else { '+' };
        let offset = format!("utc_offset = '{sign}{:02}:00'", hours.abs());
        let configuration = fs::read_to_string(&path).unwrap();
        fs::write(path, configuration.replace("utc_offset = '+03:00'", &offset)).unwrap();
        let mut lines = vec![lpu(LPU), speciality("27"), speciality("43"), speciality("51")];
        for (number, code) in [(2, "27"), (3, "27"), (4, "43"), (5, "51")] {
            lines.push(doctor(number, LPU, code, "Врачова"));
        }
        lines.extend(PATIENTS.map(|number| patient(number, LPU)));
        let first = now.with_second(0).unwrap().with_nanosecond(0).unwrap() + TimeDelta::minutes(AHEAD);
        lines.extend(CELLS.iter().map(|cell| {
            let begin = first + TimeDelta::minutes(cell.begin);
            let shown = |moment: DateTime<FixedOffset>| moment.to_rfc3339();
            json!({"kind": "slot", "guid": guid(cell.number), "resource": guid(cell.doctor), "begin": shown(begin),
                   "end": shown(begin + TimeDelta::minutes(15)), "planCount": cell.places})
        }));
        site.import(&lines);
        let password = desk::add(&site, LOGIN, "registrar");
        Town {
            site,
            lines,
            password,
        }
    }
}
