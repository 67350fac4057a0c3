//! A clinic's day as the desk reads it.

use super::Moment;
use chrono::NaiveDate;
use uuid::Uuid;

/// An active visit with what a registrar needs of it. Holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayVisit {
    pub ticket: Uuid,
    pub resource: Uuid,
    pub doc_fio: String,
    pub room: String,
    pub begin: Moment,
    pub end: Moment,
    /// Number within resource and day.
    pub num: i64,
    pub patient: String,
    pub birth_date: NaiveDate,
    pub phone: String,
    pub checked_in: Option<Moment>,
}
