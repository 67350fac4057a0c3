//! The waiting list ([crate::contract::waiting_list]).

use super::{Bearer, Moment};
use chrono::{NaiveDate, NaiveTime};
use uuid::Uuid;

/// A well-formed request to be put on the waiting list, before anything is known about the clinic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingWish {
    /// Whom the token names.
    pub bearer: Bearer,
    /// The clinic.
    pub lpu: Uuid,
    /// Code of the speciality.
    pub speciality: String,
    /// The doctor, room or equipment, if the patient wants one.
    pub resource: Option<Uuid>,
    /// Where to call; empty for none.
    pub phone: String,
    /// What the patient complains of; may be empty.
    pub complaints: String,
    /// First day.
    pub date_start: NaiveDate,
    /// Last day, not before the first.
    pub date_end: NaiveDate,
    /// Earliest time of the day.
    pub time_start: NaiveTime,
    /// Latest time of the day; midnight: the day's end.
    pub time_end: NaiveTime,
}

/// An entry of the waiting list as answers show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEntry {
    /// Row in the store.
    pub id: i64,
    /// Its GUID.
    pub guid: Uuid,
    /// GUID of the clinic in which the card lies.
    pub lpu: Uuid,
    /// Code of the speciality.
    pub speciality: String,
    /// GUID of the doctor, room or equipment; none for any.
    pub resource: Option<Uuid>,
    /// First day.
    pub date_start: NaiveDate,
    /// Last day.
    pub date_end: NaiveDate,
    /// Earliest time of the day.
    pub time_start: NaiveTime,
    /// Latest time of the day; midnight: the day's end.
    pub time_end: NaiveTime,
    /// Nobody has ended it. It still waits only until its last day.
    pub is_active: bool,
    /// When it was made.
    pub created: Moment,
}

/// An entry of the waiting list with what a registrar needs to call. Holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingPatient {
    /// The entry.
    pub entry: WaitingEntry,
    /// Family name, name and patronymic.
    pub patient: String,
    /// Day of birth.
    pub birth_date: NaiveDate,
    /// Where to call: what the patient left for this, else what the card has; may be empty.
    pub phone: String,
    /// Name of the speciality.
    pub speciality: String,
    /// Whom the patient wants; none for any.
    pub doc_fio: Option<String>,
    /// What the patient complains of, perhaps in several lines; may be empty.
    pub complaints: String,
}

impl WaitingEntry {
    /// Whether the patient still waits: an entry whose last day is over does not, though nobody has ended it.
    pub fn waits(&self, today: NaiveDate) -> bool {
        self.is_active && today <= self.date_end
    }
}
