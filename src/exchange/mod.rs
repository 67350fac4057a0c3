//! Import of a clinic's data: NDJSON, one file one transaction (contract 5).
//!
//! A file is read once, line by line, and taken as hostile. Reading, checking and staging hold no lock on the database;
//! bookings wait only for the last step, in which staged lines are put in place. If one line is bad nothing changes.

mod fields;
mod kinds;
mod lines;

pub use lines::LINE_BYTES_MAX;

use crate::store::import::{BadLine, Count, Hindrance, Staging};
use crate::store::{Fault, GuidTaken, Store};
use crate::visit::Moment;
use chrono::NaiveDate;
use fields::BadField;
use kinds::{Parsed, Says};
use lines::Lines;
use std::fmt;
use std::io::{self, BufRead};
use uuid::Uuid;

/// Lines between two [`Notice::Read`].
const LINES_PER_NOTICE: i64 = 10_000;

/// Most lines in one file: the staged ones have to find room on the disk.
const LINES_MAX: i64 = 20_000_000;

/// What an import tells while it runs.
#[derive(Debug)]
pub enum Notice<'a> {
    /// So many lines have been read.
    Read(i64),
    /// A line is bad. They come as they are found, not by number.
    Bad(&'a BadLine),
    /// All lines are good so far; now they are put in place.
    PuttingInPlace,
}

/// Why an import changed nothing.
#[derive(Debug)]
pub enum ImportError {
    /// So many mistakes in its lines; [`Notice::Bad`] told each.
    BadLines(u64),
    /// With its lines, a client application could not have the GUID that it is to have.
    GuidTaken(GuidTaken),
    /// The file has more lines than one import may have.
    TooManyLines,
    /// The file cannot be read.
    Input(io::Error),
    /// The database does not do its part.
    Fault(Fault),
}

impl fmt::Display for ImportError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            ImportError::BadLines(1) => write!(out, "1 mistake; nothing was imported"),
            ImportError::BadLines(bad) => write!(out, "{bad} mistakes; nothing was imported"),
            ImportError::GuidTaken(taken) => write!(out, "{taken}; nothing was imported"),
            ImportError::TooManyLines => {
                write!(
                    out,
                    "the file has more than {LINES_MAX} lines; nothing was imported"
                )
            }
            ImportError::Input(error) => {
                write!(out, "the file cannot be read: {error}; nothing was imported")
            }
            ImportError::Fault(fault) => write!(out, "{fault}; nothing was imported"),
        }
    }
}

impl std::error::Error for ImportError {}

impl From<io::Error> for ImportError {
    fn from(error: io::Error) -> Self {
        ImportError::Input(error)
    }
}

impl From<Hindrance> for ImportError {
    fn from(hindrance: Hindrance) -> Self {
        match hindrance {
            Hindrance::BadLines(bad) => ImportError::BadLines(bad),
            Hindrance::GuidTaken(taken) => ImportError::GuidTaken(taken),
        }
    }
}

impl From<Fault> for ImportError {
    fn from(fault: Fault) -> Self {
        ImportError::Fault(fault)
    }
}

/// Imports a file into the database: all of it or nothing. Returns what was done with each kind, in the contract's order.
/// The day of `now` is the last possible day of birth; visits that are over by then keep nothing from being removed. The
/// client applications in `named` (mnemonics and GUIDs of the configuration) have these GUIDs after it, whatever the file says.
///
/// Removing what is not there is no mistake and counts as nothing: the same file can be imported twice.
pub fn import(
    store: &mut Store,
    input: impl BufRead,
    now: Moment,
    named: &[(&str, Uuid)],
    tell: &mut dyn FnMut(Notice),
) -> Result<Vec<Count>, ImportError> {
    let staging = store.staging(now)?;
    let mut bad_lines = stage(&staging, input, now.date_naive(), tell)?;
    staging.settle()?;
    let mut report = |line: BadLine| tell(Notice::Bad(&line));
    bad_lines += staging.check(&mut report)?;
    if bad_lines > 0 {
        return Err(ImportError::BadLines(bad_lines));
    }
    tell(Notice::PuttingInPlace);
    let mut report = |line: BadLine| tell(Notice::Bad(&line));
    let counts = staging.put_in_place(named, &mut report)??;
    // So that a server beside this need not do it in between two bookings. It holds nobody up, and nothing is lost when
    // it fails: the lines are in the log.
    if let Err(fault) = store.checkpoint() {
        log::warn!("after the import, the log could not be copied into the database: {fault}");
    }
    Ok(counts)
}

/// Reads all lines and stages them; how many bad ones it told of.
fn stage(
    staging: &Staging,
    input: impl BufRead,
    today: NaiveDate,
    tell: &mut dyn FnMut(Notice),
) -> Result<u64, ImportError> {
    let mut lines = Lines::new(input);
    let mut bad_lines = 0;
    while let Some(line) = lines.next()? {
        if line.number > LINES_MAX {
            return Err(ImportError::TooManyLines);
        }
        if line.number % LINES_PER_NOTICE == 0 {
            tell(Notice::Read(line.number));
        }
        let parsed = match line.text {
            Ok(text) => kinds::parse(text, today),
            Err(reason) => Err(BadField {
                field: String::new(),
                reason: reason.to_owned(),
            }),
        };
        if let Err(BadField { field, reason }) = stage_line(staging, line.number, parsed)? {
            bad_lines += 1;
            tell(Notice::Bad(&BadLine {
                line: line.number,
                field,
                reason,
            }));
        }
    }
    Ok(bad_lines)
}

/// Stages one line. What could be made out of a bad one is staged too, so that others may name its thing.
fn stage_line(
    staging: &Staging,
    number: i64,
    parsed: Result<Parsed, BadField>,
) -> Result<Result<(), BadField>, Fault> {
    let Parsed { kind, key, says } = match parsed {
        Ok(parsed) => parsed,
        Err(bad) => return Ok(Err(bad)),
    };
    match says {
        Ok(Says::Is(record)) => staging.put(number, &key, &record)?,
        Ok(Says::Removed) => staging.remove(number, kind, &key)?,
        Err(bad) => {
            staging.note_bad(number, kind, &key)?;
            return Ok(Err(bad));
        }
    }
    Ok(Ok(()))
}
