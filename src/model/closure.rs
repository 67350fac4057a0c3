//! Closed times: when a doctor, room or equipment sees nobody, and the visits that stand there ([crate::contract::desk]).

use super::{ClosureId, DeskVisit, Moment, ResourceId, Zone};
use chrono::{Days, NaiveDate, NaiveTime};
use uuid::Uuid;

/// Most days that are closed at once: a long illness.
pub const CLOSURE_DAYS_MAX: i64 = 92;

/// A time to be closed, as it is asked for: from a time of one day to a time of the same day or a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub date: NaiveDate,
    /// None: the same day.
    pub date_to: Option<NaiveDate>,
    /// None: from the begin of the day.
    pub from: Option<NaiveTime>,
    /// None: to the end of the day.
    pub to: Option<NaiveTime>,
}

/// What is wrong with a time to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodFault {
    /// The last day is before the first.
    DaysTurned,
    /// More than [`CLOSURE_DAYS_MAX`] days.
    TooLong,
    /// The clinic's clock does not show the first time on that day.
    NoSuchFrom,
    /// The clinic's clock does not show the last time on that day.
    NoSuchTo,
    /// The end is not after the begin.
    TimesTurned,
    /// The end is over.
    Past,
}

impl Period {
    /// Returns the first moment and the first one after.
    ///
    /// # Errors
    /// What is wrong, the first in the order of [`PeriodFault`].
    pub fn moments(self, zone: Zone, now: Moment) -> Result<(Moment, Moment), PeriodFault> {
        let last = self.date_to.unwrap_or(self.date);
        let days = (last - self.date).num_days() + 1;
        if days < 1 {
            return Err(PeriodFault::DaysTurned);
        }
        if days > CLOSURE_DAYS_MAX {
            return Err(PeriodFault::TooLong);
        }
        let begin = match self.from {
            None => zone.start_of(self.date),
            Some(time) => zone
                .from_local(self.date.and_time(time))
                .ok_or(PeriodFault::NoSuchFrom)?,
        };
        let end = match self.to {
            None => zone.start_of(last + Days::new(1)),
            Some(time) => zone
                .from_local(last.and_time(time))
                .ok_or(PeriodFault::NoSuchTo)?,
        };
        if end <= begin {
            Err(PeriodFault::TimesTurned)
        } else if end <= now {
            Err(PeriodFault::Past)
        } else {
            Ok((begin, end))
        }
    }
}

/// A closed time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    pub id: ClosureId,
    pub guid: Uuid,
    pub resource_id: ResourceId,
    pub resource: Uuid,
    pub doc_fio: String,
    pub begin: Moment,
    pub end: Moment,
    pub reason: String,
    /// Who closed it; empty for the command line.
    pub login: String,
    pub made: Moment,
    /// When it was opened again; none while it is closed.
    pub opened: Option<Moment>,
}

/// What is asked to be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosureWish {
    /// The GUID that the closed time is to have.
    pub guid: Uuid,
    pub resource: Uuid,
    pub begin: Moment,
    pub end: Moment,
    pub reason: String,
}

/// What became of a visit that stood in a closed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// Nothing yet.
    Waiting,
    /// The patient has been told, and the visit stands there still.
    Called,
    /// The visit stands elsewhere.
    Moved,
    Cancelled,
}

impl Handled {
    /// Each with its word in the contract and in statements.
    pub const WORDS: [(&'static str, Handled); 4] = [
        ("waiting", Handled::Waiting),
        ("called", Handled::Called),
        ("moved", Handled::Moved),
        ("cancelled", Handled::Cancelled),
    ];

    /// Returns the word.
    pub fn word(self) -> &'static str {
        let known = Handled::WORDS.iter().find(|(_, handled)| *handled == self);
        known.map_or("", |(word, _)| word)
    }

    /// Whether somebody still has to see to the visit.
    pub fn is_open(self) -> bool {
        matches!(self, Handled::Waiting | Handled::Called)
    }
}

/// A visit that stands in a closed time, or stood there when it was closed. Holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConcernedVisit {
    /// The visit as it is now.
    pub at_desk: DeskVisit,
    /// When it began in the closed time.
    pub begin_closed: Moment,
    pub handled: Handled,
    /// When the patient was told.
    pub called: Option<Moment>,
    /// Who told the patient.
    pub called_by: String,
    /// What was agreed.
    pub note: String,
}
