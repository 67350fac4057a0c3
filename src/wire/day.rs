//! A visit of the day's list as JSON: what `infomat visits` prints, and what the reception's page shows.

use crate::model::{DayVisit, DeskResource, DeskVisit, VisitStatus};
use crate::wire::ticket::{moment, num};
use chrono::NaiveDate;
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

/// A visit of the day as the reception's page shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitAtDesk<'a> {
    #[serde(flatten)]
    visit: VisitOfDay<'a>,
    source_name: &'a str,
    state: &'static str,
    mkab: Uuid,
}

/// A doctor, room or equipment to choose from.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceAtDesk<'a> {
    guid: Uuid,
    doc_fio: &'a str,
    speciality: &'a str,
}

/// A day of the reception.
#[derive(Serialize)]
pub struct DayAtDesk<'a> {
    date: String,
    resources: Vec<ResourceAtDesk<'a>>,
    visits: Vec<VisitAtDesk<'a>>,
}

impl<'a> DayAtDesk<'a> {
    /// The day with its visits, and everybody whose visits can be asked for.
    pub fn new(date: NaiveDate, resources: &'a [DeskResource], visits: &'a [DeskVisit]) -> Self {
        let resource = |one: &'a DeskResource| ResourceAtDesk {
            guid: one.guid,
            doc_fio: &one.doc_fio,
            speciality: &one.speciality,
        };
        DayAtDesk {
            date: date.to_string(),
            resources: resources.iter().map(resource).collect(),
            visits: visits.iter().map(VisitAtDesk::from).collect(),
        }
    }
}

impl<'a> From<&'a DeskVisit> for VisitAtDesk<'a> {
    fn from(at_desk: &'a DeskVisit) -> Self {
        VisitAtDesk {
            visit: VisitOfDay::from(&at_desk.visit),
            source_name: &at_desk.source,
            state: match (at_desk.status, at_desk.visit.checked_in) {
                (VisitStatus::Cancelled, _) => "cancelled",
                (VisitStatus::Active, Some(_)) => "came",
                (VisitStatus::Active, None) => "booked",
            },
            mkab: at_desk.card,
        }
    }
}
