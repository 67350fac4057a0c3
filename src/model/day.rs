//! A clinic's day as the desk reads it.

use super::{Moment, PatientId, VisitStatus};
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

/// A visit of a day as the reception's page has it, active or not. Holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskVisit {
    pub visit: DayVisit,
    pub status: VisitStatus,
    /// Name of the client application that booked it.
    pub source: String,
    /// The patient's card.
    pub card: Uuid,
}

/// A doctor, room or equipment in a list to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskResource {
    pub guid: Uuid,
    pub doc_fio: String,
    pub speciality: String,
}

/// A patient's card as the reception sees it, closed or not. Holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskPatient {
    pub id: PatientId,
    pub mkab: Uuid,
    pub lpu: Uuid,
    pub lpu_name: String,
    pub name: String,
    pub birth_date: NaiveDate,
    pub policy_series: String,
    pub policy_number: String,
    pub snils: String,
    pub phone: String,
    pub email: String,
    pub uchastok_num: String,
    pub self_booking_banned: bool,
    pub closed: bool,
    /// Made at the reception; the clinic's own system does not have it yet.
    pub provisional: bool,
}

/// A card that the reception makes for somebody who has none, in the forms that cards are kept in. Holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCard {
    pub mkab: Uuid,
    pub lpu: Uuid,
    pub family: String,
    pub name: String,
    pub patronymic: String,
    pub birth_date: NaiveDate,
    /// `m`, `f` or nothing.
    pub sex: String,
    pub policy_series: String,
    pub policy_number: String,
    pub snils: String,
    pub phone: String,
    pub email: String,
}

/// A provisional card with who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionalCard {
    pub card: NewCard,
    pub login: String,
    pub made: Moment,
}
