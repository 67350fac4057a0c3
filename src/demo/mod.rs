//! The demo clinic: a made-up polyclinic and a small children's clinic, as lines of the clinic's data ([crate::contract::clinic_data]).
//!
//! Pure: the same lines on every run, but for the dates. GUIDs are plain numbers that can be read, a cell's GUID
//! tells resource, day and time, so that a later day's timetable has the same cells.

mod characters;
mod clinics;
mod line;
mod names;
mod patients;
mod staff;
mod timetable;

#[cfg(test)]
mod tests;

pub use characters::{Character, characters};
pub use clinics::{CHILDREN, KIOSK, POLYCLINIC};

use crate::model::Zone;
use chrono::NaiveDate;
use line::Line;
use uuid::Uuid;

/// Everything but the cells: clinics, specialities, resources, patients with their papers, and the terminal.
/// Patients' birth dates follow the year of `today`, so that their ages stay what their stories need.
pub fn base(today: NaiveDate) -> impl Iterator<Item = String> {
    let lpus = clinics::LPUS.iter().map(Line::Lpu);
    let specialities = clinics::SPECIALITIES
        .iter()
        .map(clinics::speciality)
        .map(Line::Speciality);
    let resources = staff::all().map(staff::Staff::line).map(Line::Resource);
    lpus.chain(specialities)
        .chain(resources)
        .chain([Line::ClientApplication(clinics::kiosk())])
        .chain(characters::lines(today))
        .chain(patients::crowd(today))
        .map(|line| line.text())
}

/// A cell of the timetable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its GUID.
    pub guid: Uuid,
    /// The resource's.
    pub resource: Uuid,
    /// Its line of the clinic's data.
    pub line: String,
}

/// The cells of `days` days from `from` on, by day; and beyond those days the cells of whoever opens the timetable
/// for longer. On every day somebody in each clinic receives until midnight.
pub fn cells(from: NaiveDate, days: u32, zone: Zone) -> impl Iterator<Item = Cell> {
    let days_max = staff::all().map(|staff| staff.open_days).fold(days, u32::max);
    (0..days_max)
        .zip(from.iter_days())
        .flat_map(move |(ahead, date)| {
            staff::all()
                .filter(move |staff| ahead < days.max(staff.open_days))
                .flat_map(move |staff| timetable::cells(staff, date, zone))
        })
        .map(|slot| Cell {
            guid: slot.guid,
            resource: slot.resource,
            line: Line::Slot(slot).text(),
        })
}

/// A GUID made of decimal digits: what it is of, and the number.
fn guid(of: u32, number: u32) -> Uuid {
    Uuid::parse_str(&format!("{of:08}-0000-4000-8000-{number:012}"))
        .expect("decimal digits in the places of a GUID")
}
