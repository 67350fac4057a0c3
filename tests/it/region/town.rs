//! What a world's centre tells of the clinic: one doctor, patients who may book over and over, and cells.

use chrono::DateTime;
use serde_json::json;
use uuid::Uuid;

pub const LPU: Uuid = Uuid::from_u128(0x11);
pub const DOCTOR: Uuid = Uuid::from_u128(0x12);
/// The first of the patients.
pub const PATIENT: Uuid = Uuid::from_u128(0x13);

/// So many that none has so many visits that booking for him is slow.
pub const PATIENTS: u128 = 400;

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
    let clinic = [
        json!({"kind": "lpu", "guid": LPU, "name": "Поликлиника"}),
        json!({"kind": "speciality", "code": "27", "name": "Терапия"}),
        json!({"kind": "resource", "guid": DOCTOR, "lpu": LPU, "family": "Ежова", "speciality": "27"}),
    ];
    let patients = (0..PATIENTS).map(|number| {
        let guid = patient_of(Uuid::from_u128(number));
        json!({"kind": "patient", "guid": guid, "lpu": LPU, "family": "Петров", "birthDate": "1980-06-15"})
    });
    let lines: Vec<_> = clinic
        .into_iter()
        .chain(patients)
        .map(|line| line.to_string())
        .collect();
    lines.join("\n")
}

/// Returns who comes to a visit.
pub fn patient_of(visit: Uuid) -> Uuid {
    Uuid::from_u128(PATIENT.as_u128() + visit.as_u128() % PATIENTS)
}

/// The line of the `place`-th cell.
pub fn slot_line(guid: Uuid, place: usize, owner: &str, places: i64) -> String {
    let begin = FIRST_CELL + i64::try_from(place).unwrap() * LENGTH;
    json!({"kind": "slot", "guid": guid, "owner": owner, "planCount": places, "resource": DOCTOR,
           "begin": moment(begin), "end": moment(begin + LENGTH)})
    .to_string()
}

pub fn visit_line(guid: Uuid, slot: Uuid) -> String {
    json!({"kind": "visit", "guid": guid, "slot": slot, "patient": patient_of(guid), "source": SOURCE,
           "made": "2027-01-15T08:00:00Z"})
    .to_string()
}
