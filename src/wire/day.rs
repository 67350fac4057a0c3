//! A visit of the day's list as JSON: what `infomat visits` prints.

use crate::model::DayVisit;
use crate::wire::ticket::{moment, num};
use serde::Serialize;
use uuid::Uuid;

/// All fields; names as in a ticket where a ticket has them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitOfDay<'a> {
    doc_fio: &'a str,
    doc_guid: Uuid,
    room: &'a str,
    begin_time: String,
    end_time: String,
    num: String,
    patient: &'a str,
    birth_date: String,
    phone: &'a str,
    check_in_time: Option<String>,
    ticket_guid: Uuid,
}

impl<'a> From<&'a DayVisit> for VisitOfDay<'a> {
    fn from(visit: &'a DayVisit) -> Self {
        VisitOfDay {
            doc_fio: &visit.doc_fio,
            doc_guid: visit.resource,
            room: &visit.room,
            begin_time: moment(visit.begin),
            end_time: moment(visit.end),
            num: num(visit.num),
            patient: &visit.patient,
            birth_date: visit.birth_date.to_string(),
            phone: &visit.phone,
            check_in_time: visit.checked_in.map(moment),
            ticket_guid: visit.ticket,
        }
    }
}
