//! Why a line of an import is bad: typed, so that a command can say it in the language of whoever imports.

use crate::store::import::Obstacle;
use chrono::NaiveDate;
use std::fmt;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The line is longer than [`super::LINE_BYTES_MAX`].
    LineTooLong,
    /// The line is not UTF-8.
    NotUtf8,
    /// A byte order mark stands in the middle of the file, where another file was joined to it.
    MarkInside,
    /// The line is not JSON, from this byte on.
    NotJson(usize),
    /// The line or the field is not a JSON object.
    NotObject,
    /// A field that has to be there is not.
    Missing,
    /// The field stands twice in one object.
    GivenTwice,
    /// There is no field of this name.
    NoSuchField,
    /// Not a text.
    NotText,
    /// A text of more than so many characters.
    TooLong(usize),
    /// A text with a control character.
    ControlCharacter,
    /// Not a list of texts.
    NotTexts,
    /// A list of more than so many texts.
    TooManyTexts(usize),
    /// Not one of these words.
    NotOneOf(Vec<&'static str>),
    /// Not a GUID, or the one of zeros.
    NotGuid,
    /// Not a whole number within these bounds.
    NotNumber(i64, i64),
    /// Neither true nor false.
    NotFlag,
    /// Not a moment.
    NotMoment,
    /// A moment with a fraction of a second.
    NotWholeSecond,
    /// A moment that no cell of a clinic can have.
    MomentTooFar,
    /// Not a date.
    NotDate,
    /// Not a date within these bounds.
    DateTooFar(NaiveDate, NaiveDate),
    /// JSON that cannot be kept.
    NotKept,
    /// A cell's end is not after its begin.
    NotAfterBegin,
    /// A cell that lasts more than a day.
    LongerThanDay,
    /// The oldest are younger than the youngest.
    BelowAgeFrom,
    /// A mnemonic of other characters than visible ASCII.
    NotVisibleAscii,
    /// What the other lines of the file and the database have is in the way.
    InTheWay(Obstacle),
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Reason::LineTooLong => write!(out, "longer than {} bytes", super::LINE_BYTES_MAX),
            Reason::NotUtf8 => out.write_str("not UTF-8"),
            Reason::MarkInside => out.write_str(
                "a byte order mark in the middle of the file, where files were joined: save each without it",
            ),
            Reason::NotJson(byte) => write!(out, "not JSON, from byte {byte} on"),
            Reason::NotObject => out.write_str("not an object"),
            Reason::Missing => out.write_str("missing"),
            Reason::GivenTwice => out.write_str("given twice"),
            Reason::NoSuchField => out.write_str("no such field"),
            Reason::NotText => out.write_str("not a text"),
            Reason::TooLong(chars) => write!(out, "longer than {chars} characters"),
            Reason::ControlCharacter => out.write_str("holds a control character"),
            Reason::NotTexts => out.write_str("not a list of texts"),
            Reason::TooManyTexts(texts) => write!(out, "more than {texts} texts"),
            Reason::NotOneOf(words) => write!(out, "not one of {}", words.join(", ")),
            Reason::NotGuid => out.write_str("not a GUID like 01234567-89ab-cdef-0123-456789abcdef"),
            Reason::NotNumber(from, to) => write!(out, "not a whole number from {from} to {to}"),
            Reason::NotFlag => out.write_str("not true or false"),
            Reason::NotMoment => out.write_str("not a moment like 2026-11-24T08:00:00+03:00"),
            Reason::NotWholeSecond => out.write_str("not a whole second"),
            Reason::MomentTooFar => out.write_str("not within the years 1970 to 2199"),
            Reason::NotDate => out.write_str("not a date like 1950-12-31"),
            Reason::DateTooFar(from, to) => write!(out, "not from {from} to {to}"),
            Reason::NotKept => out.write_str("nested too deep, or a number out of range"),
            Reason::NotAfterBegin => out.write_str("not after begin"),
            Reason::LongerThanDay => out.write_str("more than 24 hours after begin"),
            Reason::BelowAgeFrom => out.write_str("below ageFrom"),
            Reason::NotVisibleAscii => out.write_str("not visible ASCII characters alone"),
            Reason::InTheWay(obstacle) => obstacle.fmt(out),
        }
    }
}
