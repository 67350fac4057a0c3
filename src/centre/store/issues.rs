//! What a person has to look at.

use super::super::fault::Fault;
use super::{Site, column};
use crate::exchange::centre::Issue;
use uuid::Uuid;

const PUT: &str = "INSERT INTO infomat.issue (box, issue, kind, incarnation, seq, seq_to, slot, visit) \
    SELECT $1, new.* FROM unnest($2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[], $7::uuid[], \
    $8::uuid[]) AS new ON CONFLICT (box, issue) DO NOTHING";

#[derive(Default)]
struct Columns {
    kind: &'static str,
    incarnation: Option<Uuid>,
    seq: Option<u64>,
    seq_to: Option<u64>,
    slot: Option<Uuid>,
    visit: Option<Uuid>,
}

impl Columns {
    fn of(issue: &Issue) -> Columns {
        let of_life = |kind, incarnation, seq| Columns {
            kind,
            incarnation: Some(incarnation),
            seq,
            ..Columns::default()
        };
        let of_message = |kind, seq| Columns {
            kind,
            seq: Some(seq),
            ..Columns::default()
        };
        match *issue {
            Issue::Missing {
                incarnation,
                after,
                to,
            } => Columns {
                seq_to: Some(to),
                ..of_life("missing", incarnation, Some(after))
            },
            Issue::Conflict { incarnation, seq } => of_life("conflict", incarnation, Some(seq)),
            Issue::Damaged { incarnation, seq } => of_life("damaged", incarnation, Some(seq)),
            Issue::Unknown { incarnation, seq } => of_life("unknown", incarnation, Some(seq)),
            Issue::ToldToStop { incarnation } => of_life("toldToStop", incarnation, None),
            Issue::RefusedMessage { seq } => of_message("refusedMessage", seq),
            Issue::StrangeMessage { seq } => of_message("strangeMessage", seq),
            Issue::Overfull { slot, visit } => Columns {
                kind: "overfull",
                slot: Some(slot),
                visit: Some(visit),
                ..Columns::default()
            },
        }
    }

    /// Returns all of it as one text.
    fn name(&self) -> String {
        let mut name = self.kind.to_owned();
        for guid in [self.incarnation, self.slot, self.visit].into_iter().flatten() {
            name = format!("{name} {guid}");
        }
        for number in [self.seq, self.seq_to].into_iter().flatten() {
            name = format!("{name} {number}");
        }
        name
    }
}

impl Site<'_> {
    pub(super) fn write_issues(&mut self) -> Result<(), Fault> {
        if self.issues.is_empty() {
            return Ok(());
        }
        let mut issues = std::mem::take(&mut self.issues);
        issues.sort();
        issues.dedup();
        let all: Vec<_> = issues.iter().map(Columns::of).collect();
        let names: Vec<_> = all.iter().map(Columns::name).collect();
        let kinds: Vec<_> = all.iter().map(|issue| issue.kind).collect();
        let lives: Vec<_> = all.iter().map(|issue| issue.incarnation).collect();
        let seqs: Vec<_> = all.iter().map(|issue| issue.seq.map(column)).collect();
        let ends: Vec<_> = all.iter().map(|issue| issue.seq_to.map(column)).collect();
        let slots: Vec<_> = all.iter().map(|issue| issue.slot).collect();
        let visits: Vec<_> = all.iter().map(|issue| issue.visit).collect();
        let values: [&(dyn postgres::types::ToSql + Sync); 8] =
            [&self.guid, &names, &kinds, &lives, &seqs, &ends, &slots, &visits];
        self.tx.change(PUT, &values)?;
        Ok(())
    }
}
