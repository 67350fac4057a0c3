//! The waiting list ([crate::contract::waiting_list]).

use super::{Bearer, Moment, SpecialityId, WaitingEntryId};
use chrono::{NaiveDate, NaiveTime};
use uuid::Uuid;

/// A well-formed request to be put on the waiting list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingWish {
    pub bearer: Bearer,
    pub lpu: Uuid,
    pub speciality: String,
    pub resource: Option<Uuid>,
    /// Where to call; empty for none.
    pub phone: String,
    pub complaints: String,
    pub date_start: NaiveDate,
    /// Last day, not before the first.
    pub date_end: NaiveDate,
    pub time_start: NaiveTime,
    /// Latest time of the day; midnight: the day's end.
    pub time_end: NaiveTime,
}

/// Whether somebody has ended an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitingStatus {
    Active,
    Ended,
}

impl WaitingStatus {
    /// Each with its word in the schema.
    pub const WORDS: [(&'static str, WaitingStatus); 2] =
        [("active", WaitingStatus::Active), ("ended", WaitingStatus::Ended)];
}

/// An entry of the waiting list as answers show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEntry {
    pub id: WaitingEntryId,
    pub guid: Uuid,
    pub lpu: Uuid,
    pub speciality: String,
    pub resource: Option<Uuid>,
    pub date_start: NaiveDate,
    pub date_end: NaiveDate,
    pub time_start: NaiveTime,
    /// Latest time of the day; midnight: the day's end.
    pub time_end: NaiveTime,
    pub status: WaitingStatus,
    pub created: Moment,
}

/// An entry of the waiting list with what a registrar needs to call. Holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingPatient {
    pub entry: WaitingEntry,
    /// The patient's card.
    pub mkab: Uuid,
    pub patient: String,
    pub birth_date: NaiveDate,
    /// Where to call: what the patient left for this, else what the card has; may be empty.
    pub phone: String,
    pub speciality_id: SpecialityId,
    pub speciality: String,
    pub doc_fio: Option<String>,
    /// What the patient complains of, perhaps in several lines; may be empty.
    pub complaints: String,
}

impl WaitingEntry {
    /// Returns whether the patient still waits. An entry whose last day is over does not count, though nobody has ended it.
    pub fn waits(&self, today: NaiveDate) -> bool {
        self.status == WaitingStatus::Active && today <= self.date_end
    }
}
