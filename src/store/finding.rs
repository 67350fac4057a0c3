//! What checks of a database have to find so, and what they find otherwise. Facts alone: GUIDs and numbers, no personal data.

use crate::model::VisitStatus;
use serde::Deserialize;
use std::fmt;
use thiserror::Error;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum Invariant {
    #[error("tables, indexes and triggers are there")]
    Objects,
    #[error("every value is what its column holds")]
    Values,
    #[error("pages, indexes and bounds of values")]
    Pages,
    #[error("every row names rows that are there")]
    References,
    #[error("used places are the active visits, and no more than planned")]
    Places,
    #[error("used places of the days ahead are the active visits, and no more than planned")]
    PlacesAhead,
    #[error("active visits are at the times of their cells")]
    Cells,
    #[error("held places are the holds that have not ended")]
    Holds,
    #[error("cells are closed when the reception has closed their time, and only then")]
    ClosedCells,
    #[error("no number is given twice for a resource and day")]
    Numbers,
    #[error("histories are complete")]
    Histories,
    #[error("the journal has no gaps")]
    Journal,
    #[error("the end of the journal has no gaps, and its visits are there")]
    EndOfJournal,
    #[error("each record of the journal follows the one before")]
    Chain,
    #[error("the journal and the visits tell the same")]
    JournalAndVisits,
    #[error("each visit is what its last record tells")]
    LastRecords,
    #[error("no patient is at two places at one time")]
    Overlaps,
    /// Lawful, and worth knowing: after an import two patients may hold one number at one door.
    #[error("no two visits to come have one number with one resource on one day")]
    SharedNumbers,
    /// Lawful, and most often a mistake of the timetable.
    #[error("no two cells of a resource are at one time")]
    CellOverlaps,
    #[error("no document is on two open cards of one clinic")]
    Documents,
    #[error("no closed card has visits that are to come")]
    ClosedCards,
    #[error("no person has several cards in one clinic")]
    Persons,
}

/// What to do where something is not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Remedy {
    /// The file cannot be trusted.
    #[error("stop the server and put the last good backup in place: infomat restore FILE")]
    Restore,
    /// Rows tell different things.
    #[error(
        "another program has written to the database: find and stop it, then restore the last good backup, or keep the file and \
         ask those who maintain this program"
    )]
    FindWriter,
    /// A patient is at two places.
    #[error("an import may have moved a cell: call the patient and cancel one visit with infomat cancel")]
    CancelOne,
    /// Two patients have one number.
    #[error("an import has moved a cell: tell those at the door")]
    TellDoor,
    /// Cells are at one time.
    #[error("import the timetable of these days anew")]
    MendTimetable,
    /// Cards may be one person's.
    #[error("let the registry join or close the cards")]
    JoinCards,
}

/// Where something is not so. A statement gives each as a JSON object with `what`.
#[derive(Clone, Debug, PartialEq, Eq, Error, Deserialize)]
#[serde(tag = "what", rename_all = "camelCase")]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum CheckFinding {
    /// The check could not be done to its end: what `SQLite` says.
    #[error("not to be read: {cause}")]
    Unreadable { cause: String },
    /// What `SQLite`'s own check says.
    #[error("file: {cause}")]
    File { cause: String },
    /// A damaged value, by its table, row and column.
    #[error("{place}")]
    Damaged { place: String },
    #[error("{object}: is missing")]
    NoObject { object: String },
    #[error("table {table}: row {} names a {parent} that is not there", row.unwrap_or_default())]
    NoParent {
        table: String,
        row: Option<i64>,
        parent: String,
    },
    #[error("journal: entries {first} to {last} are missing")]
    NoEntries { first: i64, last: i64 },
    #[error("journal: there is no record")]
    NoChain,
    #[error("journal: record {seq} does not follow from the record before")]
    DoesNotFollow { seq: i64 },
    #[error("journal: record {seq} has another content than was written")]
    OtherContent { seq: i64 },
    #[error("journal: entry {seq} is no record, and stands behind records")]
    Unchained { seq: i64 },
    #[error("visit {visit}: another {difference} than record {seq} tells, its last one")]
    OtherThanTold {
        visit: Uuid,
        seq: i64,
        /// In what it differs, in the contract's words.
        difference: String,
    },
    #[error("visit {visit}: its doctor or its times are not those of its cell")]
    Misplaced { visit: Uuid },
    #[error("visit {visit}: an entry before the {entry}th is missing")]
    NoHistory { visit: Uuid, entry: i64 },
    #[error("visit {visit}: it is {status}, its history tells of {cancellings} cancellings")]
    Cancellings {
        visit: Uuid,
        status: VisitStatus,
        cancellings: i64,
    },
    #[error("visit {visit}: its history does not tell of the patient's arrival as its row does")]
    Arrival { visit: Uuid },
    #[error("visit {visit}: the journal tells of it, but it is not there")]
    NoVisit { visit: Uuid },
    #[error(
        "visit {visit}: the journal tells {booked} times that it was booked and {cancelled} times that it was cancelled, and it is \
         {status}"
    )]
    ToldOtherwise {
        visit: Uuid,
        booked: i64,
        cancelled: i64,
        status: VisitStatus,
    },
    #[error("visit {visit}: begins before an earlier visit of its patient ends")]
    Overlap { visit: Uuid },
    #[error("visit {visit}: has number {num} of its resource and day, as {other}")]
    SharedNumber { visit: Uuid, num: i64, other: Uuid },
    #[error("resource {}: number {num} of {day} was given {times} times", resource.unwrap_or_default())]
    GivenTwice {
        resource: Option<Uuid>,
        num: i64,
        day: String,
        times: i64,
    },
    #[error("cell {cell}: used_count is {used} of {plan}, with {visits} active visits")]
    Counter {
        cell: Uuid,
        used: i64,
        plan: i64,
        visits: i64,
    },
    #[error("cell {cell}: held_count is not the number of its holds")]
    HeldOtherwise { cell: Uuid },
    #[error("cell {cell}: is not closed or open as its time is")]
    ClosedOtherwise { cell: Uuid },
    #[error("cell {cell}: begins before an earlier cell of its resource ends")]
    CellOverlap { cell: Uuid },
    #[error("patient {card}: is closed and has active visits ({visits})")]
    Closed { card: Uuid, visits: i64 },
    #[error("patient {card}: another open card of the clinic has its {document}")]
    SameDocument { card: Uuid, document: String },
    #[error("patient {card}: another card of the clinic has its personGuid")]
    SamePerson { card: Uuid },
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What has to be so.
    pub check: Invariant,
    /// Where it is not so; at most [`super::verify::FINDINGS_MAX`].
    pub findings: Vec<CheckFinding>,
    /// There are more findings.
    pub more: bool,
    /// Findings are notices, because it may be otherwise in this clinic.
    pub may_be_otherwise: bool,
    /// What to do where it is not so.
    pub remedy: Remedy,
}

impl Outcome {
    /// Returns whether the database is wrong in this.
    pub fn is_wrong(&self) -> bool {
        !self.findings.is_empty() && !self.may_be_otherwise
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let word = match (self.findings.is_empty(), self.may_be_otherwise) {
            (true, _) => return write!(out, "good: {}", self.check),
            (false, true) => "notice",
            (false, false) => "WRONG",
        };
        write!(out, "{word}: not so: {}", self.check)?;
        for finding in &self.findings {
            write!(out, "\n    {finding}")?;
        }
        if self.more {
            write!(out, "\n    and more")?;
        }
        if self.is_wrong() {
            write!(out, "\n    what to do: {}", self.remedy)?;
        }
        Ok(())
    }
}
