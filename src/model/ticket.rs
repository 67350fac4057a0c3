//! A ticket: a visit as answers show it.

use super::{BusyType, Moment, VisitId};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// One entry of a visit's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// What changed; empty for the making of the visit.
    pub element: String,
    pub old_value: String,
    pub new_value: String,
    pub editor: String,
    pub at: Moment,
    pub client_mnem: String,
    pub client_name: String,
    pub client_description: String,
}

impl HistoryEntry {
    /// Returns the first entry of every history: the making of the visit.
    pub fn making(at: Moment, client_mnem: String, client_name: String, client_description: String) -> Self {
        HistoryEntry {
            element: String::new(),
            old_value: String::new(),
            new_value: String::new(),
            editor: String::new(),
            at,
            client_mnem,
            client_name,
            client_description,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VisitStatus {
    #[error("active")]
    Active,
    #[error("cancelled")]
    Cancelled,
}

impl VisitStatus {
    /// Each with its word in the schema.
    pub const WORDS: [(&'static str, VisitStatus); 2] = [
        ("active", VisitStatus::Active),
        ("cancelled", VisitStatus::Cancelled),
    ];
}

/// A visit with all that an answer shows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub id: VisitId,
    pub guid: Uuid,
    pub lpu: Uuid,
    /// The clinic's model, as in [`Lpu`](super::Lpu).
    pub lpu_model: String,
    /// Number within resource and day.
    pub num: i64,
    pub uchastok_num: String,
    pub room: String,
    pub flat: i64,
    /// Kind of appointment; none when the cell was removed.
    pub busy_type: Option<BusyType>,
    pub cell: Option<Uuid>,
    pub doc_fio: String,
    pub resource: Uuid,
    pub role: String,
    pub speciality: String,
    pub begin: Moment,
    pub end: Moment,
    pub made: Moment,
    pub plan_count: i64,
    pub used_count: i64,
    pub source: i64,
    pub source_name: String,
    /// Login at the source; empty for none.
    pub login: String,
    pub exam: Option<Uuid>,
    pub status: VisitStatus,
    /// When the patient came and said so; none before.
    pub checked_in: Option<Moment>,
    pub history: Vec<HistoryEntry>,
}
