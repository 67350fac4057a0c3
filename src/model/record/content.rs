//! What records tell ([crate::contract::journal]): enough to make the thing again. Ids are GUIDs, moments seconds since 1970,
//! days those of the clinic. What is absent, empty or false is left out. Contents hold personal data.

use super::Hex;
use crate::model::{Owner, VisitStatus};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The content of a record, by what it tells of.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Content {
    /// A life begins, or a chain.
    Life(LifeBegun),
    Visit(VisitState),
    WaitingEntry(WaitingState),
    /// What a booking wrote to the patient's card.
    Contact(ContactGiven),
    /// What was done to the file.
    Upkeep(UpkeepDone),
    /// A visit without a place.
    Displaced(DisplacedVisit),
    /// Who books a cell.
    Owner(OwnerTold),
    /// A message of the centre that is behind the box.
    Message(MessageTold),
    /// The life has ended.
    Stopped(StoppedFor),
    /// A time at which a resource sees nobody.
    Closure(ClosedTime),
    /// A person has seen what needed one.
    Issue(SeenIssue),
}

/// A visit as it is after the change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitState {
    pub lpu: Uuid,
    /// `None` when the card was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Uuid>,
    /// `None` when the cell was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Uuid>,
    pub resource: Uuid,
    pub begin: i64,
    pub end: i64,
    pub status: VisitStatus,
    pub num: i64,
    /// The day for which the number was given.
    pub num_day: NaiveDate,
    /// The resource for which the number was given, if it is another now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_resource: Option<Uuid>,
    pub made: i64,
    /// Mnemonic of the client application.
    pub source: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub login: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_user: Option<String>,
    /// Number of the referral.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exam: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// When the patient came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_in: Option<i64>,
    /// What changed since the booking, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<VisitChange>,
}

/// An entry of a visit's history.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitChange {
    pub element: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub old_value: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub new_value: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub editor: String,
    pub at: i64,
    /// Mnemonic of the client application.
    pub source: String,
}

/// An entry of the waiting list after the change, without its complaints: those leave the clinic in no record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingState {
    pub patient: Uuid,
    /// Code of the speciality.
    pub speciality: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Uuid>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    pub date_start: NaiveDate,
    pub date_end: NaiveDate,
    pub time_start: String,
    pub time_end: String,
    /// `active` or `ended`.
    pub status: String,
    pub created: i64,
    #[serde(default)]
    pub self_service: bool,
}

/// Contacts that a booking wrote to a card; what was not given stayed as it was.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactGiven {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_confirm_agree: Option<bool>,
}

/// A time that is closed, or opened again. Why is not told: the reason may name a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedTime {
    pub guid: Uuid,
    pub begin: i64,
    pub end: i64,
}

/// A place in a chain: who knows the hash knows every record up to it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordPlace {
    pub incarnation: Uuid,
    pub seq: u64,
    pub hash: Hex<32>,
}

/// How a life began, or a chain.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LifeBegun {
    /// The last record of the life that this one goes on from; `None` for the first life of a chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RecordPlace>,
    /// Lives that are known to be over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<Uuid>,
    /// Entries of the journal from before the chain, which tell no content.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub entries_before: i64,
    /// Visits that were there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub visits_before: i64,
    /// Entries of the waiting list that were there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waiting_entries_before: i64,
}

/// What was done to the file as a whole.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "camelCase")]
pub enum UpkeepDone {
    /// A person said that the clock is right and was ahead before: the record's `at` counts as the present. `later`: records
    /// just before it that bear later times.
    ClockBelieved { later: i64 },
    /// A person said that a restored database books before it knows what the centre knows.
    BookedOn,
}

/// A visit that happened elsewhere, and has no place here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DisplacedVisit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Uuid>,
    pub status: VisitStatus,
    pub made: i64,
    /// Mnemonic of the client application.
    pub source: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub login: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// As the life told it in which it had a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed: Option<Box<VisitState>>,
}

impl DisplacedVisit {
    /// Returns a visit that had a place in another life.
    pub fn of(state: VisitState) -> DisplacedVisit {
        DisplacedVisit {
            slot: state.slot,
            patient: state.patient,
            status: state.status,
            made: state.made,
            source: state.source.clone(),
            login: state.login.clone(),
            phone: state.phone.clone(),
            email: state.email.clone(),
            idempotency_key: state.idempotency_key.clone(),
            placed: Some(Box::new(state)),
        }
    }
}

/// Who books a cell, and the last message that was behind the box when that was written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerTold {
    pub owner: Owner,
    #[serde(default)]
    pub message: u64,
}

/// A message of the centre.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTold {
    pub seq: u64,
    pub hash: Hex<32>,
    pub lines: String,
    /// What was wrong with it: then it had no effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<String>>,
}

/// Something that needed a person, and was seen by one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenIssue {
    /// What it was, by the word of its kind.
    pub what: String,
}

/// Why a life ended.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedFor {
    pub reason: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}
