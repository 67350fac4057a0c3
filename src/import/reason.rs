//! Why a line of an import is bad: typed, so that a command can say it in the language of whoever imports.

use super::bounds::LINE_BYTES_MAX;
use super::table::TableKind;
use crate::store::import::{Named, Obstacle};
use chrono::NaiveDate;
use std::fmt;
use thiserror::Error;

/// A field that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadField {
    /// Which one, after the line's kind and the names of the objects it lies in: `slot.begin`; empty for the whole line.
    pub field: String,
    /// What is wrong with it.
    pub reason: Reason,
}

impl fmt::Display for BadField {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        if self.field.is_empty() {
            self.reason.fmt(out)
        } else {
            write!(out, "{}: {}", self.field, self.reason)
        }
    }
}

/// A line that cannot be taken. Its text names the fields and says what would be right; it repeats no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number; the first is 1.
    pub line: i64,
    /// All that is wrong with it; never empty.
    pub fields: Vec<BadField>,
}

impl fmt::Display for BadLine {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "line {}", self.line)?;
        let mut before = ": ";
        for bad in &self.fields {
            write!(out, "{before}{bad}")?;
            before = "; ";
        }
        Ok(())
    }
}

/// What is wrong with a field or a line. The text of each is English; it says what would be right and repeats no value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant has its text")]
pub enum Reason {
    #[error("longer than {LINE_BYTES_MAX} bytes")]
    LineTooLong,
    #[error("not UTF-8")]
    NotUtf8,
    #[error("a byte order mark in the middle of the file, where files were joined: save each without it")]
    MarkInside,
    #[error("not JSON, from byte {0} on")]
    NotJson(usize),
    #[error("not an object")]
    NotObject,
    #[error("missing")]
    Missing,
    #[error("given twice")]
    GivenTwice,
    #[error("no such field")]
    NoSuchField,
    #[error("not a text")]
    NotText,
    #[error("longer than {0} characters")]
    TooLong(usize),
    #[error("holds a control character")]
    ControlCharacter,
    #[error("not a list of texts")]
    NotTexts,
    #[error("more than {0} texts")]
    TooManyTexts(usize),
    #[error("not one of {}", .0.join(", "))]
    NotOneOf(Vec<&'static str>),
    #[error("not a GUID like 01234567-89ab-cdef-0123-456789abcdef")]
    NotGuid,
    #[error("not a whole number from {0} to {1}")]
    NotNumber(i64, i64),
    #[error("not true or false")]
    NotFlag,
    #[error("not a moment like 2026-11-24T08:00:00+03:00")]
    NotMoment,
    #[error("not a whole second")]
    NotWholeSecond,
    #[error("not within the years 1970 to 2199")]
    MomentTooFar,
    #[error("not a date like 1950-12-31")]
    NotDate,
    #[error("not from {0} to {1}")]
    DateTooFar(NaiveDate, NaiveDate),
    #[error("nested too deep, or a number out of range")]
    NotKept,
    #[error("not after begin")]
    NotAfterBegin,
    #[error("more than 24 hours after begin")]
    LongerThanDay,
    #[error("below ageFrom")]
    BelowAgeFrom,
    #[error("not visible ASCII characters alone")]
    NotVisibleAscii,
    #[error("a quote that is not closed: a quote within a value is written twice, and the value in quotes")]
    QuoteNotClosed,
    #[error(
        "no heading that is known: the first line has the headings, as `infomat import --template` prints them"
    )]
    NoHeadings,
    #[error("no such column here: take it away, or name it as `infomat import --template {}` does", .0.word())]
    NoSuchColumn(TableKind),
    #[error("there is no such column, and it is needed")]
    NoColumn,
    #[error(
        "a value without a heading in column {0}: a separator within a value? Such a value stands in quotes"
    )]
    NoHeading(usize),
    #[error("not a date like 31.12.2026")]
    NotDayOfTable,
    #[error("not a time like 8:30")]
    NotTimeOfDay,
    #[error("not after «{0}»")]
    NotAfter(String),
    #[error("longer than the whole time")]
    LongerThanHours,
    #[error("the clock is put forward then: there is no such time")]
    NoSuchTime,
    #[error("not yes or no")]
    NotYesOrNo,
    #[error("not m or f")]
    NotSex,
    #[error("the spreadsheet has spoilt the number: set the column's format to text, and type it again")]
    SpoiltNumber,
    #[error(
        "fewer than {0} digits: the spreadsheet takes zeros in front away; set the column's format to text"
    )]
    LostZero(usize),
    #[error("there is no such doctor; a new one needs a speciality")]
    UnknownDoctor,
    #[error("more than one {0} fits: name its GUID in a column")]
    Ambiguous(Named),
    #[error("the card with this number has another name and another birth date, or another SNILS")]
    OtherPerson,
    #[error(
        "the database has {0} clinics: name the clinic in a column; one that is not there is imported as NDJSON"
    )]
    ClinicNeeded(usize),
    #[error(transparent)]
    InTheWay(Obstacle),
}
