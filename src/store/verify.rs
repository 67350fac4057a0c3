//! Whether a database is right: every invariant that the program relies on, read from the file itself. What is wrong is
//! named by GUIDs and numbers, without personal data. Statements lie in `sql/verify/`.

use super::open::SCHEMA;
use super::{CARDS_MAX, Fault, Store};
use crate::model::Moment;
use rusqlite::{Connection, Params, Row, named_params};
use std::collections::BTreeSet;
use std::fmt;
use uuid::Uuid;

/// Most findings of one check that are told.
pub const FINDINGS_MAX: usize = 20;

/// How many days ahead the quick form looks at cells.
const QUICK_DAYS: i64 = 7;

/// Most cells that the quick form looks at: a clinic of 100 doctors has 22,400 in a week.
const QUICK_CELLS_MAX: u32 = 30_000;

/// How many of the last entries of the journal the quick form looks at: some days of bookings.
const QUICK_ENTRIES: u32 = 3_000;

/// What to do when the file cannot be trusted.
const RESTORE: &str = "stop the server and put the last good backup in place: infomat restore FILE";

/// What to do when rows tell different things.
const FOREIGN: &str = "another program has written to the database: find and stop it, then restore the last good backup, \
                       or keep the file and ask those who maintain this program";

/// One thing that has to be so.
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) remedy: &'static str,
    pub(super) sql: &'static str,
}

const PAGES: Check = Check {
    name: "pages, indexes and bounds of values",
    remedy: RESTORE,
    sql: include_str!("sql/verify/pages.sql"),
};

const FOREIGN_KEYS: Check = Check {
    name: "every row names rows that are there",
    remedy: RESTORE,
    sql: include_str!("sql/verify/foreign_keys.sql"),
};

const OVERLAPS: Check = Check {
    name: "no patient is at two places at one time",
    remedy: "an import may have moved a cell: call the patient and cancel one visit with infomat cancel",
    sql: include_str!("sql/verify/overlaps.sql"),
};

/// Lawful, and worth knowing: after an import two patients may hold one number at one door.
const SHARED_NUMBERS: Check = Check {
    name: "no two visits to come have one number with one resource on one day",
    remedy: "an import has moved a cell: tell those at the door",
    sql: include_str!("sql/verify/shared_numbers.sql"),
};

/// What is true of the rows, besides [`OVERLAPS`] and [`SHARED_NUMBERS`].
const ROWS: [Check; 6] = [
    Check {
        name: "used places are the active visits, and no more than planned",
        remedy: FOREIGN,
        sql: include_str!("sql/verify/places.sql"),
    },
    Check {
        name: "active visits are at the times of their cells",
        remedy: FOREIGN,
        sql: include_str!("sql/verify/cells.sql"),
    },
    Check {
        name: "no number is given twice for a resource and day",
        remedy: FOREIGN,
        sql: include_str!("sql/verify/numbers.sql"),
    },
    Check {
        name: "histories are complete",
        remedy: FOREIGN,
        sql: include_str!("sql/verify/histories.sql"),
    },
    Check {
        name: "the journal has no gaps",
        remedy: FOREIGN,
        sql: include_str!("sql/verify/gaps.sql"),
    },
    Check {
        name: "the journal and the visits tell the same",
        remedy: FOREIGN,
        sql: include_str!("sql/verify/journal.sql"),
    },
];

const QUICK_PLACES: Check = Check {
    name: "used places of the days ahead are the active visits, and no more than planned",
    remedy: FOREIGN,
    sql: include_str!("sql/verify/quick_places.sql"),
};

const QUICK_JOURNAL: Check = Check {
    name: "the end of the journal has no gaps, and its visits are there",
    remedy: FOREIGN,
    sql: include_str!("sql/verify/quick_journal.sql"),
};

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What has to be so.
    pub check: &'static str,
    /// Where it is not so; at most [`FINDINGS_MAX`].
    pub findings: Vec<String>,
    /// Whether there are more.
    pub more: bool,
    /// Whether it may be otherwise in this clinic: then findings are notices.
    pub may_be_otherwise: bool,
    /// What to do where it is not so.
    pub remedy: &'static str,
}

impl Outcome {
    /// Whether the database is wrong in this.
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
        outcome(check.name, check.remedy, findings, found)
    }

    /// Appends what a statement finds, at most one more than [`FINDINGS_MAX`].
    fn find(&self, sql: &str, parameters: impl Params, findings: &mut Vec<String>) -> Result<(), Fault> {
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
        outcome("every value is what its column holds", RESTORE, findings, found)
    }

    /// Whether every table, index and trigger of the schema is there. What else is there does no harm.
    fn check_objects(&self) -> Outcome {
        let mut findings = Vec::new();
        let found = self.missing_objects().map(|missing| findings = missing);
        outcome("tables, indexes and triggers are there", FOREIGN, findings, found)
    }

    fn missing_objects(&self) -> Result<Vec<String>, Fault> {
        let fresh = Connection::open_in_memory()?;
        fresh.execute_batch(SCHEMA)?;
        let there = objects(&self.connection)?;
        let wanted = objects(&fresh)?.into_iter();
        let missing = wanted.filter(|object| !there.contains(object));
        Ok(missing.map(|object| format!("{object}: is missing")).collect())
    }
}

/// An outcome of what was found. That a check could not be done to its end is a finding too: pages that it needs are damaged.
fn outcome(
    check: &'static str,
    remedy: &'static str,
    mut findings: Vec<String>,
    found: Result<(), Fault>,
) -> Outcome {
    // The file need not be the clinic's database, of which the fault would speak.
    findings.extend(
        found
            .err()
            .map(|fault| format!("not to be read: {}", fault.cause())),
    );
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

/// A row of a check's statement, in one line.
fn finding(row: &Row) -> rusqlite::Result<String> {
    let thing: String = row.get("thing")?;
    let guid: Option<Uuid> = row.get("guid")?;
    let what: String = row.get("what")?;
    let name = guid.map_or(thing.clone(), |guid| format!("{thing} {guid}"));
    Ok(format!("{name}: {}", what.replace('\n', "; ")))
}
