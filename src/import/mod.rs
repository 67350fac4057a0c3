//! Import of a clinic's data: one file one transaction ([crate::contract::clinic_data]).
//!
//! A file is read once, line by line, and taken as hostile. Reading, checking and staging hold no lock on the database;
//! bookings wait only for the last step, in which staged lines are put in place. If one line is bad nothing changes.
//!
//! # The way of an import
//!
//! | step | function | lock |
//! |---|---|---|
//! | tell what the file is | [`foreign::recognize`] | none |
//! | read a line, parse it into a row, name all its bad fields | [`lines::Lines::next`], [`kinds::parse`] | none |
//! | of a table, read a record, find the things that it names | [`table::stage`] | none |
//! | stage the row in a temporary table | [`Staging::put`] | none |
//! | of several lines about one thing keep the last; note which cells and cards are there | [`Staging::keep_last_lines`] | none |
//! | check lines with each other and with the database | [`Staging::check`] | none |
//! | compare and check again, find moved visits, put in place what is new, commit | [`Staging::put_in_place`] | the write lock |
//! | list whom to call | [`Staging::moves`] | none |
//!
//! [`import`] runs all of it, [`check`] ends before the lock ([`Staging::foresee`]).

mod bounds;
mod complaints;
mod fields;
mod foreign;
mod kinds;
mod lines;
mod reason;
mod site;
mod table;
#[cfg(test)]
mod tests;
mod told;

#[cfg(fuzzing)]
pub mod fuzzing {
    pub use super::kinds::{ParsedLine, Says, parse};
    pub use super::lines::Lines;
    pub use super::table::records::{Record, Records};
}

pub use bounds::LINE_BYTES_MAX;
pub use foreign::Foreign;
pub use reason::{BadField, BadLine, Reason};
pub use site::{Asked, BoxTx};
pub use table::TableKind;

use crate::model::Moment;
use crate::store::import::{Hindrance, KindCount, Moves, OverlappingCell, Staging};
use crate::store::{Fault, GuidTaken, Outcome, Store};
use complaints::Complaints;
use foreign::Format;
use kinds::{ParsedLine, Says};
use lines::Lines;
use std::io::{self, BufRead, Cursor, Read};
use thiserror::Error;
use uuid::Uuid;

/// Lines between two [`Notice::Read`].
const LINES_PER_NOTICE: i64 = 10_000;

/// Most lines in one file: the staged lines need room on the disk.
const LINES_MAX: i64 = 20_000_000;

/// Progress and findings of an import while it runs.
#[derive(Debug)]
pub enum Notice<'a> {
    /// So many lines have been read.
    Read(i64),
    /// A bad line, in the order of finding. A bounded number is reported.
    Bad(&'a BadLine),
    /// The number of bad lines that were not reported.
    MoreBad(u64),
    /// All lines are good so far and are now put in place.
    PuttingInPlace,
    /// A patient's field, and the number of lines in which its value means "none".
    Nothing(&'static str, u64),
    /// Cards in the database that the registry should look at.
    Doubt(&'a Outcome),
    /// Cells to come that begin before an earlier one of their resource ends: the first of them, and how many there are.
    Overlaps(&'a [OverlappingCell], u64),
    /// Doctors that a table has added, with their specialities: the first of them, and how many there are.
    Added(&'a [String], usize),
}

/// How a file is to be imported.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its day is the last possible day of birth. Visits that are over by then keep nothing from being removed.
    pub now: Moment,
    /// Client applications (mnemonics and GUIDs of the configuration) that have these GUIDs afterwards, whatever the file says.
    pub named: &'a [(&'a str, Uuid)],
    /// The cells replace the timetable of the resources and days that they name: free cells that the file does not name go.
    pub replace: bool,
    /// Bad lines are left out, and the good ones taken. Nothing is replaced then: a bad line may have named what would go.
    pub skip_bad: bool,
}

impl Wanted<'_> {
    /// Returns the usual way: all or nothing, and what is not named stays.
    pub fn at(now: Moment) -> Self {
        Wanted {
            now,
            named: &[],
            replace: false,
            skip_bad: false,
        }
    }
}

/// Why an import changed nothing.
#[derive(Debug, Error)]
pub enum ImportError {
    /// So many mistakes in its lines; [`Notice::Bad`] told the first of them.
    #[error("{}; nothing was imported", if *.0 == 1 { "1 mistake".to_owned() } else { format!("{} mistakes", .0) })]
    BadLines(u64),
    /// The file is something else.
    #[error("{0}; nothing was imported")]
    Foreign(Foreign),
    /// With its lines, a client application could not have the GUID that it is to have.
    #[error("{0}; nothing was imported")]
    GuidTaken(GuidTaken),
    /// The file has more lines than one import may have.
    #[error("the file has more than {0} lines; nothing was imported")]
    TooManyLines(i64),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}; nothing was imported")]
    Input(#[from] io::Error),
    /// All was imported, but which visits it moves cannot be listed: their histories tell it.
    #[error("everything was imported, but the visits that it moved cannot be listed: {0}")]
    NotListed(Fault),
    /// The database does not do its part.
    #[error("{0}; nothing was imported")]
    Fault(#[from] Fault),
}

impl From<Hindrance> for ImportError {
    fn from(hindrance: Hindrance) -> Self {
        match hindrance {
            Hindrance::BadLines(bad) => ImportError::BadLines(bad),
            Hindrance::GuidTaken(taken) => ImportError::GuidTaken(taken),
        }
    }
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// What was done with each kind, in the contract's order.
    pub counts: Vec<KindCount>,
    /// What it means for patients who have a ticket.
    pub moves: Moves,
    /// Bad lines that were left out.
    pub skipped: u64,
}

/// Imports a file into the database: all of it or nothing, or all of it but its bad lines.
///
/// Removing what is not there is no mistake and counts as nothing: the same file can be imported twice.
pub fn import(
    store: &mut Store,
    input: impl BufRead,
    wanted: &Wanted,
    tell: &mut dyn FnMut(Notice),
) -> Result<Imported, ImportError> {
    let mut staging = store.staging(wanted.now, wanted.replace, wanted.skip_bad)?;
    let mut complaints = Complaints::new(wanted.skip_bad, tell);
    staged(&mut staging, input, wanted, &mut complaints)?;
    (complaints.tell)(Notice::PuttingInPlace);
    let counts = staging.put_in_place(wanted.named, &mut |objection| complaints.object(objection))?;
    let counts = complaints.end(counts.map_err(ImportError::from))?;
    complaints.tell_skipped();
    let moves = staging.moves().map_err(ImportError::NotListed)?;
    drop(staging);
    // So that a server beside this need not do it in between two bookings. It holds nobody up, and nothing is lost when
    // it fails: the lines are in the log.
    if let Err(fault) = store.checkpoint() {
        log::warn!("after the import, the log could not be copied into the database: {fault}");
    }
    match store.doubtful_cards(wanted.now) {
        Ok(doubts) => doubts
            .iter()
            .for_each(|doubt| (complaints.tell)(Notice::Doubt(doubt))),
        Err(fault) => log::warn!("after the import, the cards could not be looked at: {fault}"),
    }
    Ok(Imported {
        counts,
        moves,
        skipped: complaints.bad_lines(),
    })
}

/// Returns what [`import`] would do, and changes nothing.
pub fn check(
    store: &mut Store,
    input: impl BufRead,
    wanted: &Wanted,
    tell: &mut dyn FnMut(Notice),
) -> Result<Imported, ImportError> {
    let mut staging = store.staging(wanted.now, wanted.replace, wanted.skip_bad)?;
    let mut complaints = Complaints::new(wanted.skip_bad, tell);
    staged(&mut staging, input, wanted, &mut complaints)?;
    complaints.tell_skipped();
    let (counts, moves) = staging.foresee()?;
    Ok(Imported {
        counts,
        moves,
        skipped: complaints.bad_lines(),
    })
}

/// Stages a file and checks it.
fn staged(
    staging: &mut Staging,
    mut input: impl BufRead,
    wanted: &Wanted,
    complaints: &mut Complaints,
) -> Result<(), ImportError> {
    let mut head = Vec::new();
    let first = u64::try_from(foreign::HEAD_BYTES).expect("a length fits 64 bits");
    input.by_ref().take(first).read_to_end(&mut head)?;
    let format = foreign::recognize(&head).map_err(ImportError::Foreign)?;
    let input = Cursor::new(&head).chain(input);
    let read = match format {
        Format::Lines => stage(staging, input, wanted, complaints),
        Format::Table => table::stage(staging, input, &head, wanted, complaints),
    };
    let checked = read.and_then(|()| {
        staging.keep_last_lines()?;
        if complaints.bad_lines() > 0 {
            staging.keep_unnamed()?;
        }
        staging.check(&mut |objection| complaints.object(objection))?;
        Ok(())
    });
    complaints.end(checked)?;
    for (field, lines) in &complaints.nothing_in {
        (complaints.tell)(Notice::Nothing(field, *lines));
    }
    let (overlaps, count) = staging.overlaps()?;
    if count > 0 {
        (complaints.tell)(Notice::Overlaps(&overlaps, count));
    }
    Ok(())
}

/// Reads all lines and stages them.
fn stage(
    staging: &Staging,
    input: impl BufRead,
    wanted: &Wanted,
    complaints: &mut Complaints,
) -> Result<(), ImportError> {
    let today = wanted.now.date_naive();
    let mut lines = Lines::new(input);
    let (mut is_empty, mut has_utf8) = (true, false);
    while let Some(line) = lines.next()? {
        is_empty = false;
        if line.number > LINES_MAX {
            return Err(ImportError::TooManyLines(LINES_MAX));
        }
        if line.number % LINES_PER_NOTICE == 0 {
            (complaints.tell)(Notice::Read(line.number));
        }
        let parsed = match line.text {
            Ok(text) => {
                has_utf8 |= !text.is_ascii();
                kinds::parse(text, today).map_err(|bad| marked(text, bad))
            }
            Err(Reason::NotUtf8) if !has_utf8 && foreign::is_windows_1251(line.bytes) => {
                return Err(ImportError::Foreign(Foreign::Windows1251(line.number)));
            }
            Err(reason) => Err(vec![whole(reason)]),
        };
        if let Ok(ParsedLine {
            says: Ok(_),
            nothing_in,
            ..
        }) = &parsed
        {
            for field in nothing_in {
                *complaints.nothing_in.entry(*field).or_default() += 1;
            }
        }
        let staged = match parsed {
            // A bad line that is skipped says nothing, not even that its thing is there.
            Ok(ParsedLine { says: Err(bad), .. }) if wanted.skip_bad => Err(bad),
            parsed => stage_line(staging, line.number, parsed)?,
        };
        if let Err(fields) = staged {
            complaints.tell(&BadLine {
                line: line.number,
                fields,
            });
        }
    }
    if is_empty {
        return Err(ImportError::Foreign(Foreign::Empty));
    }
    Ok(())
}

/// Returns a fault of the whole line.
fn whole(reason: Reason) -> BadField {
    BadField {
        field: String::new(),
        reason,
    }
}

/// Replaces the reason where joined files left a byte order mark inside a line.
fn marked(text: &str, bad: Vec<BadField>) -> Vec<BadField> {
    match bad[..] {
        [
            BadField {
                reason: Reason::NotJson(_),
                ..
            },
        ] if text.contains('\u{feff}') => {
            vec![whole(Reason::MarkInside)]
        }
        _ => bad,
    }
}

/// Stages one line. The key of a bad line is staged too, so that other lines may name its thing.
fn stage_line(
    staging: &Staging,
    number: i64,
    parsed: Result<ParsedLine, Vec<BadField>>,
) -> Result<Result<(), Vec<BadField>>, Fault> {
    let ParsedLine { kind, key, says, .. } = match parsed {
        Ok(parsed) => parsed,
        Err(bad) => return Ok(Err(bad)),
    };
    match says {
        Ok(Says::Is(row)) => staging.put(number, &key, &row)?,
        Ok(Says::Removed) => staging.remove(number, kind, &key)?,
        Err(bad) => {
            staging.note_bad(number, kind, &key)?;
            return Ok(Err(bad));
        }
    }
    Ok(Ok(()))
}
