//! Whether the journal is the one that was written, and tells of visits what they are ([crate::contract::journal]).

use super::finding::{CheckFinding, Invariant, Outcome, Remedy};
use super::journal::record;
use super::verify::{FINDINGS_MAX, outcome};
use super::{Fault, Store};
use crate::model::VisitId;
use crate::model::record::{Content, NO_RECORD, VisitState, digest_of};
use rusqlite::Row;
use uuid::Uuid;

impl Store {
    /// Checks that every record follows the one before. A record that is missing is not told here.
    pub(super) fn check_chain(&self) -> Outcome {
        let mut findings = Vec::new();
        let found = self.find_broken_links(&mut findings);
        outcome(Invariant::Chain, Remedy::FindWriter, findings, found)
    }

    fn find_broken_links(&self, findings: &mut Vec<CheckFinding>) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare(include_str!("chain/find_broken_links.sql"))?;
        let mut rows = statement.query([])?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            if findings.len() > FINDINGS_MAX {
                return Ok(());
            }
            findings.extend(broken_link(row, &mut last)?);
        }
        if last.is_none() {
            findings.push(CheckFinding::NoChain);
        }
        Ok(())
    }

    /// Checks that every visit is what its last record tells. Visits that were over before the chain began have none.
    pub(super) fn check_last_records(&self) -> Outcome {
        let mut findings = Vec::new();
        let found = self.find_other_than_told(&mut findings);
        outcome(Invariant::LastRecords, Remedy::FindWriter, findings, found)
    }

    fn find_other_than_told(&self, findings: &mut Vec<CheckFinding>) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare(include_str!("chain/find_other_than_told.sql"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if findings.len() > FINDINGS_MAX {
                return Ok(());
            }
            let visit: VisitId = row.get("id")?;
            let content: Option<String> = row.get("content")?;
            let (guid, state) = self.visit_state(visit)?;
            let told = content.and_then(|content| serde_json::from_str(&content).ok());
            let seq: i64 = row.get("seq")?;
            let other_record = (row.get::<_, Option<i64>>("record_seq")? != Some(seq)).then_some("record");
            let difference = match told {
                Some(Content::Visit(told)) => difference(&told, &state).or(other_record),
                _ => Some("content"),
            };
            if let Some(what) = difference {
                findings.push(CheckFinding::OtherThanTold {
                    visit: guid,
                    seq,
                    difference: what.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// Returns what is wrong with an entry after the `last` record, which is then this one.
fn broken_link(row: &Row, last: &mut Option<(u64, [u8; 32])>) -> Result<Option<CheckFinding>, Fault> {
    let seq: i64 = row.get("seq")?;
    if row.get::<_, Option<i64>>("life_id")?.is_none() {
        return Ok(last.map(|_| CheckFinding::Unchained { seq }));
    }
    let record = record(row)?;
    let (follows, previous) = match *last {
        Some((before, hash)) => (before + 1 == record.seq, hash),
        None => (true, NO_RECORD),
    };
    *last = Some((record.seq, record.hash));
    let is_content = match (&record.salt, &record.content) {
        (Some(salt), Some(content)) => digest_of(salt, content) == record.digest,
        (salt, content) => salt.is_none() && content.is_none(),
    };
    Ok(if !is_content {
        Some(CheckFinding::OtherContent { seq })
    } else if follows && !record.follows(&previous) {
        Some(CheckFinding::DoesNotFollow { seq })
    } else {
        None
    })
}

/// Returns the first in which a visit differs from what was told of it, as the contract calls it. Cards, cells, referrals and
/// exams may have been removed since.
fn difference(told: &VisitState, is: &VisitState) -> Option<&'static str> {
    let number = |state: &VisitState| {
        let resource = state.num_resource.unwrap_or(state.resource);
        (state.num, state.num_day, resource)
    };
    let times = |state: &VisitState| (state.resource, state.begin, state.end, state.made);
    // One that was removed is not another one.
    let is_same = |told: Option<Uuid>, is: Option<Uuid>| told == is || told.is_none() || is.is_none();
    [
        ("number", number(told) == number(is)),
        ("status", told.status == is.status),
        ("patient", is_same(told.patient, is.patient)),
        ("cell", is_same(told.slot, is.slot)),
        ("times", times(told) == times(is)),
        ("arrival", told.checked_in == is.checked_in),
        ("history", told.history == is.history),
    ]
    .into_iter()
    .find_map(|(what, is_told)| (!is_told).then_some(what))
}
