//! Whether a database is right: every invariant that the program relies on, read from the file itself. What is wrong is
//! named by GUIDs and numbers, without personal data. Statements lie in `verify/`.

use super::connection::SCHEMA;
use super::damage::damaged;
use super::finding::{CheckFinding, Invariant, Outcome, Remedy};
use super::{CARDS_MAX, Fault, Store};
use crate::model::Moment;
use rusqlite::{Connection, Params, Row, named_params};
use std::collections::BTreeSet;

pub const FINDINGS_MAX: usize = 20;

/// Days ahead whose cells the quick form looks at: those that are booked.
const QUICK_DAYS: i64 = 31;

/// Most cells that the quick form looks at: a clinic of 100 doctors has 99,200 in a month.
const QUICK_CELLS_MAX: u32 = 100_000;

/// Last visits that the quick form looks for in the indexes: some weeks of bookings.
const QUICK_VISITS: u32 = 100_000;

/// Last entries of the journal that the quick form looks at: some days of bookings.
const QUICK_ENTRIES: u32 = 3_000;

/// How one thing is checked.
pub(super) struct Check {
    pub(super) invariant: Invariant,
    pub(super) remedy: Remedy,
    pub(super) sql: &'static str,
}

const PAGES: Check = Check {
    invariant: Invariant::Pages,
    remedy: Remedy::Restore,
    sql: include_str!("verify/pages.sql"),
};

const FOREIGN_KEYS: Check = Check {
    invariant: Invariant::References,
    remedy: Remedy::Restore,
    sql: include_str!("verify/foreign_keys.sql"),
};

const OVERLAPS: Check = Check {
    invariant: Invariant::Overlaps,
    remedy: Remedy::CancelOne,
    sql: include_str!("verify/overlaps.sql"),
};

const SHARED_NUMBERS: Check = Check {
    invariant: Invariant::SharedNumbers,
    remedy: Remedy::TellDoor,
    sql: include_str!("verify/shared_numbers.sql"),
};

const CELL_OVERLAPS: Check = Check {
    invariant: Invariant::CellOverlaps,
    remedy: Remedy::MendTimetable,
    sql: include_str!("verify/cell_overlaps.sql"),
};

/// The checks of rows that need not know the time.
const ROWS: [Check; 7] = [
    Check {
        invariant: Invariant::Places,
        remedy: Remedy::FindWriter,
        sql: include_str!("verify/places.sql"),
    },
    Check {
        invariant: Invariant::Cells,
        remedy: Remedy::FindWriter,
        sql: include_str!("verify/cells.sql"),
    },
    Check {
        invariant: Invariant::Holds,
        remedy: Remedy::FindWriter,
        sql: include_str!("verify/holds.sql"),
    },
    Check {
        invariant: Invariant::ClosedCells,
        remedy: Remedy::FindWriter,
        sql: include_str!("verify/closed_cells.sql"),
    },
    Check {
        invariant: Invariant::Numbers,
        remedy: Remedy::FindWriter,
        sql: include_str!("verify/numbers.sql"),
    },
    Check {
        invariant: Invariant::Histories,
        remedy: Remedy::FindWriter,
        sql: include_str!("verify/histories.sql"),
    },
    Check {
        invariant: Invariant::Journal,
        remedy: Remedy::FindWriter,
        sql: include_str!("verify/gaps.sql"),
    },
];

const JOURNAL_AND_VISITS: Check = Check {
    invariant: Invariant::JournalAndVisits,
    remedy: Remedy::FindWriter,
    sql: include_str!("verify/journal.sql"),
};

const QUICK_PLACES: Check = Check {
    invariant: Invariant::PlacesAhead,
    remedy: Remedy::FindWriter,
    sql: include_str!("verify/quick_places.sql"),
};

const QUICK_INDEXES: Check = Check {
    invariant: Invariant::Pages,
    remedy: Remedy::Restore,
    sql: include_str!("verify/quick_indexes.sql"),
};

const QUICK_JOURNAL: Check = Check {
    invariant: Invariant::EndOfJournal,
    remedy: Remedy::FindWriter,
    sql: include_str!("verify/quick_journal.sql"),
};

impl Store {
    /// Runs every check and reports each as it is done. Returns whether the database is right. All checks read one snapshot.
    /// `overlaps_allowed`: a patient may be at two places at one time. Overlaps before `now` do not count.
    ///
    /// Reads the whole file, several times over: a minute and a half for 1 GB. An unreadable page is a finding.
    pub fn verify(
        &self,
        overlaps_allowed: bool,
        now: Moment,
        report: &mut dyn FnMut(&Outcome),
    ) -> Result<bool, Fault> {
        let _snapshot = self.snapshot()?;
        let mut is_right = true;
        let mut tell = |outcome: &Outcome| {
            report(outcome);
            is_right &= !outcome.is_wrong();
        };
        tell(&self.check_objects());
        tell(&self.check_values());
        for check in [PAGES, FOREIGN_KEYS].iter().chain(&ROWS) {
            tell(&self.check(check, []));
        }
        tell(&self.check_chain());
        tell(&self.check(&JOURNAL_AND_VISITS, named_params! { ":now": now.timestamp() }));
        tell(&self.check_last_records());
        let parameters = named_params! { ":now": now.timestamp(), ":cards": CARDS_MAX };
        tell(&Outcome {
            may_be_otherwise: overlaps_allowed,
            ..self.check(&OVERLAPS, parameters)
        });
        let parameters = named_params! { ":now": now.timestamp(), ":offset": now.offset().local_minus_utc() };
        tell(&Outcome {
            may_be_otherwise: true,
            ..self.check(&SHARED_NUMBERS, parameters)
        });
        tell(&self.overlapping_cells(now));
        Ok(is_right)
    }

    /// Returns the cells to come that are at one time with another of their resource, as a notice: it may be meant so.
    pub fn overlapping_cells(&self, now: Moment) -> Outcome {
        Outcome {
            may_be_otherwise: true,
            ..self.check(&CELL_OVERLAPS, named_params! { ":now": now.timestamp() })
        }
    }

    /// Runs the checks of every start: of what bookings need next, in a fraction of a second for a file of any size. Pages
    /// elsewhere are not checked. Returns what is wrong.
    pub fn verify_quickly(&self, now: Moment) -> Result<Vec<Outcome>, Fault> {
        let _snapshot = self.snapshot()?;
        let from = now.timestamp();
        let objects = self.check_objects();
        // Lists are slow without an index, and right.
        let indexes = (!objects.is_wrong())
            .then(|| self.check(&QUICK_INDEXES, named_params! { ":limit": QUICK_VISITS }));
        let outcomes = [
            objects,
            self.check(
                &QUICK_PLACES,
                named_params! { ":from": from, ":until": from + QUICK_DAYS * 86_400, ":limit": QUICK_CELLS_MAX },
            ),
            self.check(&QUICK_JOURNAL, named_params! { ":limit": QUICK_ENTRIES, ":now": from }),
        ];
        let outcomes = outcomes.into_iter().chain(indexes);
        Ok(outcomes.filter(Outcome::is_wrong).collect())
    }

    /// Returns what is wrong with the file as such, whatever its version.
    pub(super) fn verify_file(&self) -> Vec<Outcome> {
        let outcomes = [PAGES, FOREIGN_KEYS].map(|check| self.check(&check, []));
        outcomes.into_iter().filter(Outcome::is_wrong).collect()
    }

    pub(super) fn check(&self, check: &Check, parameters: impl Params) -> Outcome {
        let mut findings = Vec::new();
        let found = self.find(check.sql, parameters, &mut findings);
        outcome(check.invariant, check.remedy, findings, found)
    }

    /// Appends what a statement finds, at most one more than [`FINDINGS_MAX`].
    fn find(
        &self,
        sql: &str,
        parameters: impl Params,
        findings: &mut Vec<CheckFinding>,
    ) -> Result<(), Fault> {
        let mut statement = self.connection.prepare(sql)?;
        for found in statement.query_map(parameters, finding)?.take(FINDINGS_MAX + 1) {
            findings.push(found?);
        }
        Ok(())
    }

    /// Checks that every value can be read as what it stands for.
    fn check_values(&self) -> Outcome {
        let mut findings = Vec::new();
        let found = self.find_damaged_values(&mut findings, FINDINGS_MAX + 1);
        outcome(Invariant::Values, Remedy::Restore, findings, found)
    }

    /// Checks that every table, index and trigger of the schema is there. Others do no harm.
    fn check_objects(&self) -> Outcome {
        let mut findings = Vec::new();
        let found = self.missing_objects().map(|missing| findings = missing);
        outcome(Invariant::Objects, Remedy::FindWriter, findings, found)
    }

    fn missing_objects(&self) -> Result<Vec<CheckFinding>, Fault> {
        let fresh = Connection::open_in_memory()?;
        fresh.execute_batch(SCHEMA)?;
        let there = objects(&self.connection)?;
        let wanted = objects(&fresh)?.into_iter();
        let missing = wanted.filter(|object| !there.contains(object));
        Ok(missing.map(|object| CheckFinding::NoObject { object }).collect())
    }
}

/// Returns the outcome of a check. A fault that ended the check is a finding too: pages that it needs are damaged.
pub(super) fn outcome(
    check: Invariant,
    remedy: Remedy,
    mut findings: Vec<CheckFinding>,
    found: Result<(), Fault>,
) -> Outcome {
    // The file need not be the clinic's database, of which the fault would speak.
    findings.extend(found.err().map(|fault| CheckFinding::Unreadable {
        cause: fault.cause().to_owned(),
    }));
    let more = findings.len() > FINDINGS_MAX;
    findings.truncate(FINDINGS_MAX);
    Outcome {
        check,
        findings,
        more,
        may_be_otherwise: false,
        remedy,
    }
}

/// Returns the objects of a file, by kind and name.
fn objects(connection: &Connection) -> Result<BTreeSet<String>, Fault> {
    let mut statement = connection.prepare("SELECT type || ' ' || name FROM sqlite_schema")?;
    let objects = statement.query_map([], |row| row.get(0))?;
    Ok(objects.collect::<Result<_, _>>()?)
}

/// Reads a row of a check's statement.
fn finding(row: &Row) -> rusqlite::Result<CheckFinding> {
    let column = row.as_ref().column_index("finding")?;
    let json: String = row.get(column)?;
    serde_json::from_str(&json).map_err(|_| damaged(row, column))
}
