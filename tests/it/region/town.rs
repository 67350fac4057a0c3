//! What a world's centre tells of the clinic: one doctor, one patient who may book over and over, and cells.

use chrono::DateTime;
use serde_json::json;
use uuid::Uuid;

pub const LPU: Uuid = Uuid::from_u128(0x11);
pub const DOCTOR: Uuid = Uuid::from_u128(0x12);
pub const PATIENT: Uuid = Uuid::from_u128(0x13);

/// Through which client application everything is booked: it may book all cells.
pub const SOURCE: &str = "Registry";

/// When the first cell begins, in unix seconds.
const FIRST_CELL: i64 = 1_801_000_800;

/// Seconds of a cell.
const LENGTH: i64 = 15 * 60;

fn moment(at: i64) -> String {
    DateTime::from_timestamp(at, 0).unwrap().to_rfc3339()
}

pub fn clinic_lines() -> String {
    let lines = [
        json!({"kind": "lpu", "guid": LPU, "name": "Поликлиника"}),
        json!({"kind": "speciality", "code": "27", "name": "Терапия"}),
        json!({"kind": "resource", "guid": DOCTOR, "lpu": LPU, "family": "Ежова", "speciality": "27"}),
        json!({"kind": "patient", "guid": PATIENT, "lpu": LPU, "family": "Петров", "birthDate": "1980-06-15"}),
    ];
    lines.map(|line| line.to_string()).join("\n")
}

/// The line of the `place`-th cell.
pub fn slot_line(guid: Uuid, place: usize, owner: &str, places: i64) -> String {
    let begin = FIRST_CELL + i64::try_from(place).unwrap() * LENGTH;
    json!({"kind": "slot", "guid": guid, "owner": owner, "planCount": places, "resource": DOCTOR,
           "begin": moment(begin), "end": moment(begin + LENGTH)})
    .to_string()
}

pub fn visit_line(guid: Uuid, slot: Uuid) -> String {
    json!({"kind": "visit", "guid": guid, "slot": slot, "patient": PATIENT, "source": SOURCE,
           "made": "2027-01-15T08:00:00Z"})
    .to_string()
}
