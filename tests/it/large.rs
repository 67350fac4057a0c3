//! A clinic of any size, as lines of the clinic's data: what load and reading are measured on. Everything in it is
//! plain and alike; the demo clinic is the one to look at.

use crate::harness;
use chrono::{Datelike, Days, NaiveDate, NaiveTime, SecondsFormat, TimeDelta};
use infomat::model::Zone;
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

/// How large the clinic is.
#[derive(Clone, Copy)]
pub struct Size {
    /// Doctors, five to a speciality.
    pub doctors: u32,
    /// Days of the timetable.
    pub days: u32,
    /// Cells of a doctor's day, a quarter of an hour each from eight o'clock on; at most 64.
    pub cells_a_day: u32,
    /// Patients.
    pub patients: u32,
}

/// What the clinic's GUIDs are made from: what is named (as in [`LPU`]), its number, and the number of its part.
pub type Guids = fn(u32, u32, u32) -> Uuid;

/// What a GUID names.
pub const LPU: u32 = 1;
pub const DOCTOR: u32 = 2;
pub const CELL: u32 = 3;
pub const PATIENT: u32 = 4;

/// The clinic's clock.
pub fn zone() -> Zone {
    Zone::Fixed(*harness::now().offset())
}

/// The clinic.
pub fn lpu() -> Uuid {
    ascending(LPU, 0, 0)
}

/// Doctor number `doctor`, from 0.
pub fn doctor(doctor: u32) -> Uuid {
    ascending(DOCTOR, doctor, 0)
}

/// The doctor's cell number `place` of day number `day`, both from 0.
pub fn cell(doctor: u32, day: u32, place: u32) -> Uuid {
    ascending(CELL, doctor, part(day, place))
}

/// The number of a cell within its doctor's timetable.
pub fn part(day: u32, place: u32) -> u32 {
    day * 64 + place
}

/// The card of patient number `patient`, from 0.
pub fn patient(patient: u32) -> Uuid {
    ascending(PATIENT, patient, 0)
}

/// The patient's policy number.
pub fn policy(patient: u32) -> String {
    format!("0000{patient:012}")
}

/// The patient's day of birth: a grown-up's.
pub fn birth_date(patient: u32, today: NaiveDate) -> NaiveDate {
    let year = today.year() - 20 - i32::try_from(patient % 60).unwrap();
    NaiveDate::from_ymd_opt(year, 1 + patient % 12, 1 + patient % 28).unwrap()
}

/// The lines, the timetable from `today` on last; GUIDs ascend.
pub fn lines(size: Size, today: NaiveDate, zone: Zone) -> impl Iterator<Item = String> {
    lines_with(size, today, zone, ascending)
}

/// The same with other GUIDs.
pub fn lines_with(size: Size, today: NaiveDate, zone: Zone, guids: Guids) -> impl Iterator<Item = String> {
    let lpu = guids(LPU, 0, 0);
    let clinic = json!({"kind": "lpu", "guid": lpu, "name": "Большая поликлиника"});
    let specialities = (0..size.doctors.div_ceil(5))
        .map(|code| json!({"kind": "speciality", "code": code.to_string(), "name": format!("Специальность {code}")}));
    let doctors = (0..size.doctors).map(move |number| {
        json!({"kind": "resource", "guid": guids(DOCTOR, number, 0), "lpu": lpu, "family": format!("Врачов{number}"),
            "name": "Иван", "patronymic": "Иванович", "role": "Врач", "speciality": (number / 5).to_string(),
            "room": number.to_string()})
    });
    let patients = (0..size.patients).map(move |number| {
        json!({"kind": "patient", "guid": guids(PATIENT, number, 0), "lpu": lpu, "family": format!("Пациентов{number}"),
            "name": "Пётр", "patronymic": "Петрович", "birthDate": birth_date(number, today).to_string(),
            "sex": "m", "policyNumber": policy(number)})
    });
    let cells = timetable(size, today, zone, guids);
    [clinic]
        .into_iter()
        .chain(specialities)
        .chain(doctors)
        .chain(patients)
        .map(|line| line.to_string())
        .chain(cells)
}

/// The lines of the timetable alone, from `today` on.
pub fn timetable(size: Size, today: NaiveDate, zone: Zone, guids: Guids) -> impl Iterator<Item = String> {
    (0..size.days).flat_map(move |day| {
        (0..size.doctors).flat_map(move |doctor| {
            (0..size.cells_a_day).map(move |place| {
                let guid = guids(CELL, doctor, part(day, place));
                slot(
                    guid,
                    guids(DOCTOR, doctor, 0),
                    today + Days::new(day.into()),
                    place,
                    zone,
                )
                .to_string()
            })
        })
    })
}

/// The line of a cell: number `place` of its day.
pub fn slot(guid: Uuid, doctor: Uuid, day: NaiveDate, place: u32, zone: Zone) -> Value {
    let time = NaiveTime::from_num_seconds_from_midnight_opt((8 * 60 + place * 15) * 60, 0).unwrap();
    let begin = zone.from_local(day.and_time(time)).unwrap();
    let end = begin + TimeDelta::minutes(15);
    json!({"kind": "slot", "guid": guid, "resource": doctor,
        "begin": begin.to_rfc3339_opts(SecondsFormat::Secs, false),
        "end": end.to_rfc3339_opts(SecondsFormat::Secs, false)})
}

fn ascending(of: u32, number: u32, part: u32) -> Uuid {
    Uuid::parse_str(&format!("{of:08}-0000-4000-8000-{number:07}{part:05}")).unwrap()
}

/// Goal: measurements are of as large a clinic as they say. Method: count the lines of each kind, and their GUIDs.
#[test]
fn the_large_clinic_is_as_large_as_asked_for() {
    let size = Size {
        doctors: 12,
        days: 14,
        cells_a_day: 64,
        patients: 500,
    };
    let zone = Zone::Fixed(chrono::FixedOffset::east_opt(3 * 3600).unwrap());
    let lines: Vec<Value> = lines(size, NaiveDate::from_ymd_opt(2025, 11, 24).unwrap(), zone)
        .map(|line| serde_json::from_str(&line).unwrap())
        .collect();
    let count = |kind| lines.iter().filter(|line| line["kind"] == kind).count();
    assert_eq!(
        ["lpu", "speciality", "resource", "patient", "slot"].map(count),
        [1, 3, 12, 500, 12 * 14 * 64]
    );
    let guids: HashSet<_> = lines.iter().filter_map(|line| line["guid"].as_str()).collect();
    assert_eq!(guids.len(), lines.len() - 3, "specialities have codes");
}
