//! The bad lines of a file: all are counted, the first are reported.

use super::{BadField, BadLine, ImportError, Notice, Reason};
use crate::store::import::{Objection, Obstacle};
use std::collections::{BTreeMap, HashSet};
use std::mem::{Discriminant, discriminant};

/// Most bad lines that are reported one by one.
const BAD_LINES_MAX: u64 = 100;

/// The same where bad lines are skipped: somebody has to mend each.
const SKIPPED_LINES_MAX: u64 = 10_000;

pub(super) struct Complaints<'a> {
    bad_lines: u64,
    mistakes: u64,
    /// Bad lines are left out, and the others taken.
    skips: bool,
    /// What was said of lines that are good by themselves, as far as lines are reported.
    objected: HashSet<(i64, String, Discriminant<Obstacle>)>,
    /// Number of lines by the field whose value means "none".
    pub(super) nothing_in: BTreeMap<&'static str, u64>,
    pub(super) tell: &'a mut dyn FnMut(Notice),
}

impl<'a> Complaints<'a> {
    pub(super) fn new(skips: bool, tell: &'a mut dyn FnMut(Notice)) -> Self {
        Complaints {
            bad_lines: 0,
            mistakes: 0,
            skips,
            objected: HashSet::new(),
            nothing_in: BTreeMap::new(),
            tell,
        }
    }

    pub(super) fn bad_lines(&self) -> u64 {
        self.bad_lines
    }

    fn reported_max(&self) -> u64 {
        if self.skips {
            SKIPPED_LINES_MAX
        } else {
            BAD_LINES_MAX
        }
    }

    pub(super) fn tell(&mut self, line: &BadLine) {
        self.bad_lines += 1;
        self.mistakes += line.fields.len() as u64;
        if self.bad_lines <= self.reported_max() {
            (self.tell)(Notice::Bad(line));
        }
    }

    /// Tells what speaks against a line, once for all things that the line is.
    pub(super) fn object(&mut self, objection: Objection) {
        let Objection {
            line,
            field,
            obstacle,
        } = objection;
        let told = (line, field.clone(), discriminant(&obstacle));
        if self.bad_lines < self.reported_max() && !self.objected.insert(told) {
            return;
        }
        let reason = Reason::InTheWay(obstacle);
        self.tell(&BadLine {
            line,
            fields: vec![BadField { field, reason }],
        });
    }

    /// Ends a step of the import, which fails if lines are bad and not skipped.
    pub(super) fn end<T>(&mut self, done: Result<T, ImportError>) -> Result<T, ImportError> {
        if self.skips {
            return done;
        }
        self.tell_more();
        match done {
            Ok(_) | Err(ImportError::BadLines(_)) if self.mistakes > 0 => {
                Err(ImportError::BadLines(self.mistakes))
            }
            done => done,
        }
    }

    /// Ends an import that has skipped its bad lines.
    pub(super) fn tell_skipped(&mut self) {
        if self.skips {
            self.tell_more();
        }
    }

    /// Tells how many bad lines were not reported.
    fn tell_more(&mut self) {
        let more = self.bad_lines.saturating_sub(self.reported_max());
        if more > 0 {
            (self.tell)(Notice::MoreBad(more));
        }
    }
}
