//! Tables that a spreadsheet saved as text ([crate::contract::clinic_data]): patients, doctors, or hours of a timetable. Their
//! records become the rows of lines; what has no GUID is found by what identifies it.

/// Keeps the values of a row for which a record has none: `keep_unsaid!(row, known, cells: room by Room)`.
macro_rules! keep_unsaid {
    ($row:ident, $known:ident, $cells:ident: $($field:ident by $column:ident),+ $(,)?) => {$(
        if !$cells.has($crate::import::table::words::Column::$column) {
            $row.$field.clone_from(&$known.$field);
        }
    )+};
}

mod cells;
mod doctors;
mod encoding;
mod headings;
mod patients;
pub(super) mod records;
mod timetable;
mod town;
mod values;
mod words;

pub use words::TableKind;

use super::complaints::Complaints;
use super::reason::{BadField, BadLine, Reason};
use super::{Foreign, ImportError, LINES_PER_NOTICE, Notice, Wanted};
use crate::store::import::Staging;
use cells::{Cells, Part, Trouble};
use encoding::Encoding;
use headings::{Headings, whole};
use patients::NewCards;
use records::Records;
use std::io::BufRead;
use town::Town;
use words::Column;

/// Most lines of a table: as many as a sheet of a spreadsheet has.
const LINES_MAX: i64 = 1_048_576;

/// Most new doctors that are told by name.
const ADDED_MAX: usize = 20;

/// Reads a table and stages its records. `head` is the beginning of `input`.
pub fn stage(
    staging: &Staging,
    input: impl BufRead,
    head: &[u8],
    wanted: &Wanted,
    complaints: &mut Complaints,
) -> Result<(), ImportError> {
    let mut records = Records::new(input, head);
    let Some(first) = records.next()? else {
        return Err(ImportError::Foreign(Foreign::Empty));
    };
    let town = Town::read(staging)?;
    let headings = first
        .cells
        .map_err(|reason| vec![whole(reason)])
        .and_then(|cells| Headings::read(&cells))
        .and_then(|headings| with_clinic(headings, town.clinics()));
    let headings = match headings {
        Ok(headings) => headings,
        Err(fields) => {
            let mistakes = fields.len() as u64;
            complaints.tell(&BadLine {
                line: first.line,
                fields,
            });
            return Err(ImportError::BadLines(mistakes));
        }
    };
    let mut reading = Reading {
        staging,
        encoding: headings.encoding,
        headings: &headings,
        town,
        new_cards: NewCards::default(),
        wanted,
    };
    let mut told = 0;
    while let Some(record) = records.next()? {
        if record.line > LINES_MAX {
            return Err(ImportError::TooManyLines(LINES_MAX));
        }
        if record.line / LINES_PER_NOTICE > told {
            told = record.line / LINES_PER_NOTICE;
            (complaints.tell)(Notice::Read(told * LINES_PER_NOTICE));
        }
        let read = match record.cells {
            Ok(cells) => reading.read(&cells),
            Err(reason) => Err(whole(reason).into()),
        };
        match read {
            Ok((parts, nothing_in)) => {
                for Part { number, key, row } in parts {
                    staging.put_part(record.line, number, &key, &row)?;
                }
                for field in nothing_in {
                    *complaints.nothing_in.entry(field).or_default() += 1;
                }
            }
            Err(Trouble::Bad(fields)) => complaints.tell(&BadLine {
                line: record.line,
                fields,
            }),
            Err(Trouble::Fault(fault)) => return Err(fault.into()),
        }
    }
    reading.tell_added(complaints);
    Ok(())
}

/// Returns the headings, if they name the clinic where that is needed.
fn with_clinic(headings: Headings, clinics: usize) -> Result<Headings, Vec<BadField>> {
    if clinics == 0 || clinics > 1 && headings.place(Column::Clinic).is_none() {
        return Err(vec![BadField {
            field: headings.text(Column::Clinic),
            reason: Reason::ClinicNeeded(clinics),
        }]);
    }
    Ok(headings)
}

/// A table while it is read.
struct Reading<'a> {
    staging: &'a Staging<'a>,
    encoding: Encoding,
    headings: &'a Headings,
    town: Town,
    new_cards: NewCards,
    wanted: &'a Wanted<'a>,
}

/// What a record says, and the fields whose value means "none".
type Said = (Vec<Part>, Vec<&'static str>);

impl Reading<'_> {
    fn read(&mut self, cells: &[Vec<u8>]) -> Result<Said, Trouble> {
        self.encoding = self.encoding.after(cells.iter().map(Vec::as_slice));
        let texts: Option<Vec<String>> = cells.iter().map(|cell| self.encoding.decode(cell)).collect();
        let texts = texts.ok_or_else(|| whole(Reason::NotUtf8))?;
        let cells = Cells::new(self.headings, &texts)?;
        let today = self.wanted.now.date_naive();
        let alone = |parts| (parts, Vec::new());
        match self.headings.kind {
            TableKind::Timetable => timetable::rows(self.staging, &mut self.town, &cells, today).map(alone),
            TableKind::Doctors => doctors::rows(&mut self.town, &cells, today).map(alone),
            TableKind::Patients => {
                patients::rows(self.staging, &self.town, &mut self.new_cards, &cells, today)
            }
        }
    }

    /// Tells which doctors a timetable has added: a misspelt name is one.
    fn tell_added(&self, complaints: &mut Complaints) {
        let is_refused = complaints.bad_lines() > 0 && !self.wanted.skip_bad;
        if self.headings.kind != TableKind::Timetable || is_refused {
            return;
        }
        let added: Vec<String> = self.town.added().collect();
        if !added.is_empty() {
            let first = &added[..added.len().min(ADDED_MAX)];
            (complaints.tell)(Notice::Added(first, added.len()));
        }
    }
}
