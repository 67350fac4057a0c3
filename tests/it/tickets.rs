//! Tickets of the patient on the real binary (contract::tickets): lists, cancelling, arrival.

mod arrival;
mod cancelling;
mod lists;
mod race;
mod refusals;

use crate::clinic::{self, guid, with};
use crate::harness::{self, Answer, Client};
use serde_json::{Value, json};

pub const LPU: u32 = 1;
pub const OTHER_LPU: u32 = 2;
pub const UNKNOWN: u32 = 9;
pub const THERAPIST: u32 = 11;
pub const OCULIST: u32 = 12;
pub const PATIENT: u32 = 31;
pub const OTHER: u32 = 32;

/// A clinic of two doctors and two patients; a test adds its cells.
pub fn lines() -> Vec<Value> {
    vec![
        clinic::lpu(LPU),
        clinic::lpu(OTHER_LPU),
        clinic::speciality("27"),
        clinic::speciality("7"),
        clinic::doctor(THERAPIST, LPU, "27", "Ежова"),
        clinic::doctor(OCULIST, LPU, "7", "Зимина"),
        clinic::patient(PATIENT, LPU),
        clinic::patient(OTHER, LPU),
    ]
}

/// `Authorization` of a patient of the clinic, claims set otherwise where a test is about them.
pub fn authorization(patient: u32, more: &Value) -> String {
    let claims = with(harness::claims(&guid(LPU), &guid(patient), "Infomat"), more);
    format!("Bearer {}", harness::sign(&claims, harness::KEY))
}

/// Asks in the name of a patient of the clinic.
pub fn ask_as(client: &mut Client, patient: u32, method: &str, path: &str) -> Answer {
    let authorization = authorization(patient, &json!({}));
    client.ask(method, path, &[("Authorization", &authorization)], b"")
}

/// The path of a ticket, or with an empty name that of the list.
pub fn path(ticket: &str) -> String {
    format!("/api/v2/visit/{}/{ticket}", guid(LPU))
}

/// The GUID of a booking's answer.
pub fn ticket_guid(ticket: &Value) -> String {
    ticket["ticketGuid"].as_str().unwrap().to_owned()
}

/// The tickets of a list, by their GUIDs.
pub fn listed(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(ticket_guid)
        .collect()
}
