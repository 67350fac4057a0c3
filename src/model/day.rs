//! A clinic's day as the desk reads it.

use super::Moment;
use chrono::NaiveDate;
use uuid::Uuid;

/// An active visit with what a registrar needs of it. Holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayVisit {
    /// GUID of the ticket.
    pub ticket: Uuid,
    /// GUID of the resource.
    pub resource: Uuid,
    /// Whom the patient goes to.
    pub doc_fio: String,
    /// Room the patient goes to; may be empty.
    pub room: String,
    /// First moment.
    pub begin: Moment,
    /// First moment after it.
    pub end: Moment,
    /// Running number within resource and day.
    pub num: i64,
    /// Family name, name and patronymic.
    pub patient: String,
    /// Day of birth.
    pub birth_date: NaiveDate,
    /// Telephone number; may be empty.
    pub phone: String,
    /// When the patient came; none when nobody has come yet.
    pub checked_in: Option<Moment>,
}
