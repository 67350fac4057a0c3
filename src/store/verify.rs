//! Whether a database is right: every invariant that the program relies on, read from the file itself. What is wrong is
//! named by GUIDs and numbers, without personal data. Statements lie in `sql/verify/`.

use super::connection::SCHEMA;
use super::damage::damaged;
use super::finding::{Finding, Invariant, Outcome, Remedy};
use super::{CARDS_MAX, Fault, Store};
use crate::model::Moment;
use rusqlite::{Connection, Params, Row, named_params};
use std::collections::BTreeSet;

/// Most findings of one check that are told.
pub const FINDINGS_MAX: usize = 20;

/// How many days ahead the quick form looks at cells.
const QUICK_DAYS: i64 = 7;

/// Most cells that the quick form looks at: a clinic of 100 doctors has 22,400 in a week.
const QUICK_CELLS_MAX: u32 = 30_000;

/// How many of the last entries of the journal the quick form looks at: some days of bookings.
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
    sql: include_str!("sql/verify/pages.sql"),
};

const FOREIGN_KEYS: Check = Check {
    invariant: Invariant::References,
    remedy: Remedy::Restore,
    sql: include_str!("sql/verify/foreign_keys.sql"),
};

const OVERLAPS: Check = Check {
    invariant: Invariant::Overlaps,
    remedy: Remedy::CancelOne,
    sql: include_str!("sql/verify/overlaps.sql"),
};

const SHARED_NUMBERS: Check = Check {
    invariant: Invariant::SharedNumbers,
    remedy: Remedy::TellDoor,
    sql: include_str!("sql/verify/shared_numbers.sql"),
};

/// What is true of the rows, besides [`OVERLAPS`] and [`SHARED_NUMBERS`].
const ROWS: [Check; 6] = [
    Check {
        invariant: Invariant::Places,
        remedy: Remedy::FindWriter,
        sql: include_str!("sql/verify/places.sql"),
    },
    Check {
        invariant: Invariant::Cells,
        remedy: Remedy::FindWriter,
        sql: include_str!("sql/verify/cells.sql"),
    },
    Check {
        invariant: Invariant::Numbers,
        remedy: Remedy::FindWriter,
        sql: include_str!("sql/verify/numbers.sql"),
    },
    Check {
        invariant: Invariant::Histories,
        remedy: Remedy::FindWriter,
        sql: include_str!("sql/verify/histories.sql"),
    },
    Check {
        invariant: Invariant::Journal,
        remedy: Remedy::FindWriter,
        sql: include_str!("sql/verify/gaps.sql"),
    },
    Check {
        invariant: Invariant::JournalAndVisits,
        remedy: Remedy::FindWriter,
        sql: include_str!("sql/verify/journal.sql"),
    },
];

const QUICK_PLACES: Check = Check {
    invariant: Invariant::PlacesAhead,
    remedy: Remedy::FindWriter,
    sql: include_str!("sql/verify/quick_places.sql"),
};

const QUICK_JOURNAL: Check = Check {
    invariant: Invariant::EndOfJournal,
    remedy: Remedy::FindWriter,
    sql: include_str!("sql/verify/quick_journal.sql"),
};

impl Store {
    /// Checks everything and reports each check as it is done; whether the database is right. Reads one state of it,
    /// whatever a server beside writes meanwhile. `overlaps_allowed`: a patient may be at two places at one time; who was so
    /// before `now` is past mending.
    ///
    /// Reads the whole file, several times over: a minute and a half for 1 GB. What cannot be read is a finding.
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
        Ok(is_right)
    }

    /// The quick form, for every start: what is wrong of that which bookings need next, and that can be seen in a
    /// fraction of a second in a file of any size. That pages elsewhere are whole it does not tell.
    pub fn verify_quickly(&self, now: Moment) -> Result<Vec<Outcome>, Fault> {
        let _snapshot = self.snapshot()?;
        let from = now.timestamp();
        let outcomes = [
            self.check_objects(),
            self.check(
                &QUICK_PLACES,
                named_params! { ":from": from, ":until": from + QUICK_DAYS * 86_400, ":limit": QUICK_CELLS_MAX },
            ),
            self.check(&QUICK_JOURNAL, named_params! { ":limit": QUICK_ENTRIES }),
        ];
        Ok(outcomes.into_iter().filter(Outcome::is_wrong).collect())
    }

    /// What is wrong with the file as such, whatever its version.
    pub(super) fn verify_file(&self) -> Vec<Outcome> {
        let outcomes = [PAGES, FOREIGN_KEYS].map(|check| self.check(&check, []));
        outcomes.into_iter().filter(Outcome::is_wrong).collect()
    }

    /// What a statement finds.
    pub(super) fn check(&self, check: &Check, parameters: impl Params) -> Outcome {
        let mut findings = Vec::new();
        let found = self.find(check.sql, parameters, &mut findings);
        outcome(check.invariant, check.remedy, findings, found)
    }

    /// Appends what a statement finds, at most one more than [`FINDINGS_MAX`].
    fn find(&self, sql: &str, parameters: impl Params, findings: &mut Vec<Finding>) -> Result<(), Fault> {
        let mut statement = self.connection.prepare(sql)?;
        for found in statement.query_map(parameters, finding)?.take(FINDINGS_MAX + 1) {
            findings.push(found?);
        }
        Ok(())
    }

    /// Whether every value can be read as what it stands for.
    fn check_values(&self) -> Outcome {
        let mut findings = Vec::new();
        let found = self.find_damaged_values(&mut findings, FINDINGS_MAX + 1);
        outcome(Invariant::Values, Remedy::Restore, findings, found)
    }

    /// Whether every table, index and trigger of the schema is there. What else is there does no harm.
    fn check_objects(&self) -> Outcome {
        let mut findings = Vec::new();
        let found = self.missing_objects().map(|missing| findings = missing);
        outcome(Invariant::Objects, Remedy::FindWriter, findings, found)
    }

    fn missing_objects(&self) -> Result<Vec<Finding>, Fault> {
        let fresh = Connection::open_in_memory()?;
        fresh.execute_batch(SCHEMA)?;
        let there = objects(&self.connection)?;
        let wanted = objects(&fresh)?.into_iter();
        let missing = wanted.filter(|object| !there.contains(object));
        Ok(missing.map(|object| Finding::NoObject { object }).collect())
    }
}

/// An outcome of what was found. That a check could not be done to its end is a finding too: pages that it needs are damaged.
fn outcome(
    check: Invariant,
    remedy: Remedy,
    mut findings: Vec<Finding>,
    found: Result<(), Fault>,
) -> Outcome {
    // The file need not be the clinic's database, of which the fault would speak.
    findings.extend(found.err().map(|fault| Finding::Unreadable {
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

/// What a file is made of, by kind and name.
fn objects(connection: &Connection) -> Result<BTreeSet<String>, Fault> {
    let mut statement = connection.prepare("SELECT type || ' ' || name FROM sqlite_schema")?;
    let objects = statement.query_map([], |row| row.get(0))?;
    Ok(objects.collect::<Result<_, _>>()?)
}

/// Reads a row of a check's statement.
fn finding(row: &Row) -> rusqlite::Result<Finding> {
    let column = row.as_ref().column_index("finding")?;
    let json: String = row.get(column)?;
    serde_json::from_str(&json).map_err(|_| damaged(row, column))
}
