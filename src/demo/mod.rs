//! The demo clinic: a made-up polyclinic and a small children's clinic, as lines of the clinic's data ([crate::contract::clinic_data]).
//!
//! Pure: the same lines on every run, but for the dates. GUIDs are plain numbers that can be read, a cell's GUID
//! tells resource, day and time, so that a later day's timetable has the same cells.

mod characters;
mod clinic;
pub(crate) mod dice;
mod patients;
mod people;
mod timetable;

#[cfg(test)]
mod tests;

pub use characters::{Character, characters};
pub use clinic::{CHILDREN, POLYCLINIC};
pub use timetable::{DemoCell, cells};

use chrono::NaiveDate;
use serde_json::Value;

/// Returns everything but the cells: clinics, specialities, resources, patients with their papers, and the terminal.
/// Birth dates follow the year of `today`, so that ages stay what the patients' stories need.
pub fn base(today: NaiveDate) -> impl Iterator<Item = String> {
    let patients = characters::cards(today).chain(patients::crowd(today));
    clinic::lines().chain(patients.map(|line| Value::Object(line).to_string()))
}
