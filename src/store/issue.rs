//! What needs a person ([crate::contract::exchange]): added by the transaction that makes it, listed until somebody has seen it.

use super::{Fault, Store, WriteTx, rows};
use crate::model::record::{Content, DisplacedVisit, RecordKind, SeenIssue};
use crate::model::{Issue, IssueKind, Moment, VisitId};
use rusqlite::{Row, named_params};
use uuid::Uuid;

/// Most other visits of a patient that are told of one visit.
const OTHERS_MAX: u32 = 16;

/// Most characters of a reason.
const REASON_CHARS_MAX: usize = 1_000;

impl Store {
    /// Returns what nobody has seen yet, the oldest first.
    pub(crate) fn issues(&self, most: u32) -> Result<Vec<Issue>, Fault> {
        self.all(
            "issue",
            include_str!("issue/issues.sql"),
            named_params! { ":limit": most },
            |row| self.issue(row),
        )
    }

    /// Returns how many that are.
    pub(crate) fn open_issues(&self) -> Result<i64, Fault> {
        let sql = "SELECT count(*) FROM issue WHERE seen_at IS NULL";
        self.one("issue", sql, [], |row| row.get(0))
    }

    fn issue(&self, row: &Row) -> rusqlite::Result<Issue> {
        let moment = |column| {
            let at: Option<i64> = row.get(column)?;
            Ok::<_, rusqlite::Error>(at.map(|at| self.zone().at(at)))
        };
        let has_resource: bool = row.get("has_resource")?;
        let has_card: bool = row.get("has_card")?;
        Ok(Issue {
            id: row.get("id")?,
            kind: row.get("kind")?,
            at: self.moment(row, "at")?,
            visit: row.get("visit_guid")?,
            begin: moment("begin_at")?,
            doc_fio: if has_resource {
                rows::row_doc_fio(row)?
            } else {
                String::new()
            },
            other_begin: moment("other_begin_at")?,
            patient: if has_card {
                rows::patient_name(row)?
            } else {
                String::new()
            },
            phone: row.get("phone")?,
            reason: row.get("reason")?,
        })
    }
}

impl WriteTx<'_> {
    /// Adds an issue of the box as a whole.
    pub(super) fn add_issue(&self, kind: IssueKind, reason: &str, at: i64) -> Result<(), Fault> {
        self.insert_issue(kind, [None; 3], "", reason, at)
    }

    /// Adds that a visit has no place.
    pub(super) fn add_displaced(&self, guid: Uuid, told: &DisplacedVisit, at: i64) -> Result<(), Fault> {
        self.insert_issue(
            IssueKind::Displaced,
            [Some(guid), None, told.patient],
            &told.phone,
            "",
            at,
        )
    }

    /// Adds an issue of a visit, and of another one of that patient.
    pub(super) fn add_visit_issue(
        &self,
        kind: IssueKind,
        visit: VisitId,
        other: Option<Uuid>,
        reason: &str,
        at: i64,
    ) -> Result<(), Fault> {
        let (guid, patient, phone): (Uuid, Option<Uuid>, String) = self.one(
            "visit",
            "SELECT v.id, v.guid, v.phone, k.guid AS patient_guid
             FROM visit v LEFT JOIN patient k ON k.id = v.patient_id WHERE v.id = :visit",
            named_params! { ":visit": visit },
            |row| Ok((row.get("guid")?, row.get("patient_guid")?, row.get("phone")?)),
        )?;
        self.insert_issue(kind, [Some(guid), other, patient], &phone, reason, at)
    }

    /// Adds what a visit that happened elsewhere has in common with others of that person which are to come: rules of the
    /// patient do not refuse it.
    pub(super) fn add_pairs(&self, visit: VisitId, now: Moment) -> Result<(), Fault> {
        let parameters = named_params! { ":visit": visit, ":now": now.timestamp(), ":limit": OTHERS_MAX };
        let pairs: Vec<(Uuid, bool)> =
            self.all("visit", include_str!("issue/add_pairs.sql"), parameters, |row| {
                Ok((row.get("guid")?, row.get("same_time")?))
            })?;
        for (other, is_same_time) in pairs {
            let kind = if is_same_time {
                IssueKind::SameTime
            } else {
                IssueKind::SameSpeciality
            };
            self.add_visit_issue(kind, visit, Some(other), "", now.timestamp())?;
        }
        Ok(())
    }

    /// Adds an issue about `[visit, other visit, card]`, unless it is open already.
    fn insert_issue(
        &self,
        kind: IssueKind,
        [visit, other, patient]: [Option<Uuid>; 3],
        phone: &str,
        reason: &str,
        at: i64,
    ) -> Result<(), Fault> {
        let reason: String = reason.chars().take(REASON_CHARS_MAX).collect();
        self.run(
            include_str!("issue/insert_issue.sql"),
            named_params! {
                ":kind": kind,
                ":at": at,
                ":visit": visit,
                ":other": other,
                ":patient": patient,
                ":phone": phone,
                ":reason": reason,
            },
        )?;
        Ok(())
    }

    /// Marks an issue as seen. Returns whether there was an open one.
    pub(crate) fn see_issue(&self, id: i64, now: Moment) -> Result<bool, Fault> {
        let found: Option<(IssueKind, Option<Uuid>)> = self.optional(
            "issue",
            "SELECT id, kind, visit_guid FROM issue WHERE id = :id AND seen_at IS NULL",
            named_params! { ":id": id },
            |row| Ok((row.get("kind")?, row.get("visit_guid")?)),
        )?;
        let Some((kind, visit)) = found else {
            return Ok(false);
        };
        self.run(
            "UPDATE issue SET seen_at = :at WHERE id = :id",
            named_params! { ":at": now.timestamp(), ":id": id },
        )?;
        // A life that may not write has told its last.
        if self.reads_only()?.is_none() {
            let seen = Content::Issue(SeenIssue {
                what: kind.word().to_owned(),
            });
            self.record(
                RecordKind::IssueSeen,
                visit.unwrap_or_default(),
                &seen,
                now.timestamp(),
            )?;
        }
        Ok(true)
    }
}
