//! `TicketVisitWithLpu`: a visit in the answer to a booking and in every other answer ([crate::contract::booking]).

use crate::model::receipt::Receipt;
use crate::model::{BusyType, HistoryEntry, Moment, Ticket};
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

/// Returns a moment in the form of answers: `2019-04-18T08:45:00+03:00`.
pub fn moment(moment: Moment) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// A full answer: all fields of the vendor's example, in its order.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TicketVisitWithLpu<'a> {
    lpu: Box<RawValue>,
    num: String,
    uchastok_num: &'a str,
    room: &'a str,
    flat: i64,
    busy_type: Option<DocBusyType<'a>>,
    ticket_guid: Uuid,
    /// Only in the short answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    lpu_guid: Option<Uuid>,
    time_table_guid: Option<Uuid>,
    doc_fio: &'a str,
    doc_guid: Option<Uuid>,
    doctor_role: &'a str,
    speciality: &'a str,
    begin_time: String,
    end_time: String,
    date_of_appointment: String,
    plan_count: i64,
    used_count: i64,
    source: i64,
    login: Option<&'a str>,
    source_name: &'a str,
    disp_exam_guid: Option<Uuid>,
    history: Vec<DocumentHistory<'a>>,
    /// The signed code that the paper bears (ours).
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
}

/// `busyType` as answers show it.
#[derive(Serialize)]
pub struct DocBusyType<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: i64,
    code: &'a str,
}

impl<'a> From<&'a BusyType> for DocBusyType<'a> {
    fn from(busy: &'a BusyType) -> Self {
        DocBusyType {
            name: &busy.name,
            kind: busy.kind,
            code: &busy.code,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentHistory<'a> {
    element: &'a str,
    element_guid: Uuid,
    old_value: &'a str,
    new_value: &'a str,
    editor: &'a str,
    date: String,
    client: HistoryClient<'a>,
}

#[derive(Serialize)]
struct HistoryClient<'a> {
    mnem: &'a str,
    name: &'a str,
    description: &'a str,
}

impl<'a> From<&'a HistoryEntry> for DocumentHistory<'a> {
    fn from(change: &'a HistoryEntry) -> Self {
        DocumentHistory {
            element: &change.element,
            element_guid: Uuid::nil(),
            old_value: &change.old_value,
            new_value: &change.new_value,
            editor: &change.editor,
            date: moment(change.at),
            client: HistoryClient {
                mnem: &change.client_mnem,
                name: &change.client_name,
                description: &change.client_description,
            },
        }
    }
}

impl<'a> TicketVisitWithLpu<'a> {
    /// Returns the full answer. `started` is the start of this server, for `lpu.status`; `receipt` the code of the ticket.
    pub fn full(ticket: &'a Ticket, started: Moment, receipt: &Receipt) -> Self {
        TicketVisitWithLpu {
            lpu: lpu_with_status(&ticket.lpu_model, started),
            num: num(ticket.num),
            uchastok_num: &ticket.uchastok_num,
            room: &ticket.room,
            flat: ticket.flat,
            busy_type: ticket.busy_type.as_ref().map(DocBusyType::from),
            ticket_guid: ticket.guid,
            lpu_guid: None,
            time_table_guid: ticket.cell,
            doc_fio: &ticket.doc_fio,
            doc_guid: Some(ticket.resource),
            doctor_role: &ticket.role,
            speciality: &ticket.speciality,
            begin_time: moment(ticket.begin),
            end_time: moment(ticket.end),
            date_of_appointment: moment(ticket.made),
            plan_count: ticket.plan_count,
            used_count: ticket.used_count,
            source: ticket.source,
            login: Some(&*ticket.login).filter(|login| !login.is_empty()),
            source_name: &ticket.source_name,
            disp_exam_guid: ticket.exam,
            history: ticket.history.iter().map(DocumentHistory::from).collect(),
            receipt: Some(receipt.to_string()),
        }
    }

    /// Returns the short answer (`fullResponse=false`): only `lpu`, `num`, `ticketGuid` and `lpuGuid` are filled.
    pub fn short(ticket: &'a Ticket, started: Moment) -> Self {
        TicketVisitWithLpu {
            lpu: lpu_with_status(&ticket.lpu_model, started),
            num: num(ticket.num),
            ticket_guid: ticket.guid,
            lpu_guid: Some(ticket.lpu),
            ..TicketVisitWithLpu::default()
        }
    }
}

/// Returns the running number with at least three digits.
pub fn num(num: i64) -> String {
    format!("{num:03}")
}

/// Returns `LpuWithStatus`: the imported model with this server's own status in front.
pub fn lpu_with_status(model: &str, started: Moment) -> Box<RawValue> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct LpuStatus {
        name: &'static str,
        last_change_time: String,
        ping: u32,
    }
    let status = to_raw_value(&LpuStatus {
        name: "Online",
        last_change_time: moment(started),
        ping: 0,
    })
    .expect("a struct of texts and numbers");
    // The store has checked that the model is one object. It may be empty.
    let fields = model.strip_prefix('{').unwrap_or("}").trim_ascii_start();
    let comma = if fields == "}" { "" } else { "," };
    RawValue::from_string(format!("{{\"status\":{status}{comma}{fields}")).expect("the store gives an object")
}
