//! Cards that the registry should look at: nothing is wrong with the database, but perhaps with what it was told. They are
//! named by GUIDs, without personal data. Statements lie in `sql/cards/`.

use super::verify::{Check, Outcome};
use super::{Fault, Store};
use crate::model::Moment;
use rusqlite::named_params;

/// What to do about all of them.
const REGISTRY: &str = "let the registry join or close the cards";

const DOCUMENTS: Check = Check {
    name: "no document is on two open cards of one clinic",
    remedy: REGISTRY,
    sql: include_str!("sql/cards/documents.sql"),
};

const CLOSED: Check = Check {
    name: "no closed card has visits that are to come",
    remedy: REGISTRY,
    sql: include_str!("sql/cards/closed.sql"),
};

const PERSONS: Check = Check {
    name: "no person has several cards in one clinic",
    remedy: REGISTRY,
    sql: include_str!("sql/cards/persons.sql"),
};

impl Store {
    /// What is doubtful, each as a notice with a bounded list. Reads through all cards, and holds nobody up.
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
