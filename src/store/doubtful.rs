//! Cards that the registry should look at: nothing is wrong with the database, but perhaps with what it was told. They are
//! named by GUIDs, without personal data. Statements lie in `doubtful/`.

use super::finding::{Invariant, Outcome, Remedy};
use super::verify::Check;
use super::{Fault, Store};
use crate::model::Moment;
use rusqlite::named_params;

const DOCUMENTS: Check = Check {
    invariant: Invariant::Documents,
    remedy: Remedy::JoinCards,
    sql: include_str!("doubtful/documents.sql"),
};

const CLOSED: Check = Check {
    invariant: Invariant::ClosedCards,
    remedy: Remedy::JoinCards,
    sql: include_str!("doubtful/closed.sql"),
};

const PERSONS: Check = Check {
    invariant: Invariant::Persons,
    remedy: Remedy::JoinCards,
    sql: include_str!("doubtful/persons.sql"),
};

impl Store {
    /// Returns what is doubtful, each as a notice with a bounded list. Reads through all cards, and holds nobody up.
    pub fn doubtful_cards(&self, now: Moment) -> Result<Vec<Outcome>, Fault> {
        let _snapshot = self.snapshot()?;
        let outcomes = [
            self.check(&DOCUMENTS, []),
            self.check(&CLOSED, named_params! { ":now": now.timestamp() }),
            self.check(&PERSONS, []),
        ];
        let found = outcomes
            .into_iter()
            .filter(|outcome| !outcome.findings.is_empty());
        Ok(found
            .map(|outcome| Outcome {
                may_be_otherwise: true,
                ..outcome
            })
            .collect())
    }
}
