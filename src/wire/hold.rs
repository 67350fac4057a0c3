//! Holds as JSON ([crate::contract::holds]).

use crate::model::Moment;
use crate::wire::ticket::moment;
use serde::Serialize;
use uuid::Uuid;

/// A place that is held.
#[derive(Serialize)]
pub struct HoldShown {
    hold: Uuid,
    /// When it ends, on the wall clock of its begin.
    until: String,
}

impl HoldShown {
    pub fn new(hold: Uuid, until: Moment) -> Self {
        HoldShown {
            hold,
            until: moment(until),
        }
    }
}

/// The place is given back.
#[derive(Default, Serialize)]
pub struct HoldEnded {}
