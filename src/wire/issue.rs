//! What needs a person, as `infomat issues` lists it.

use super::ticket::moment;
use crate::model::Issue;
use serde::Serialize;
use uuid::Uuid;

/// One issue. Holds personal data.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueListed<'a> {
    id: i64,
    kind: &'static str,
    at: String,
    visit: Option<Uuid>,
    begin: Option<String>,
    doc_fio: &'a str,
    other_begin: Option<String>,
    patient: &'a str,
    phone: &'a str,
    reason: &'a str,
}

impl<'a> From<&'a Issue> for IssueListed<'a> {
    fn from(issue: &'a Issue) -> Self {
        IssueListed {
            id: issue.id,
            kind: issue.kind.word(),
            at: moment(issue.at),
            visit: issue.visit,
            begin: issue.begin.map(moment),
            doc_fio: &issue.doc_fio,
            other_begin: issue.other_begin.map(moment),
            patient: &issue.patient,
            phone: &issue.phone,
            reason: &issue.reason,
        }
    }
}
