//! A hold: a place that is kept while somebody confirms ([crate::contract::holds]).

use super::{CellId, Moment, WaitingEntryId};
use uuid::Uuid;

/// A place to be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHold {
    pub guid: Uuid,
    pub cell: CellId,
    /// How long, from its commit on.
    pub seconds: u32,
    /// The patient takes it alone, so that it counts for the bound of a day.
    pub self_service: bool,
    /// The entry of the waiting list that the place is offered for.
    pub waiting_entry: Option<WaitingEntryId>,
    /// Who offers it; empty for the patient.
    pub login: String,
}

/// A place that is held for somebody who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub entry: WaitingEntryId,
    pub cell: Uuid,
    pub begin: Moment,
    pub doc_fio: String,
    /// When it ends, on the wall clock of its begin.
    pub until: Moment,
    /// Who offers it.
    pub login: String,
}
