//! The two clinics of the made-up town of Светлоключинск: lines of `clinic.ndjson`, which is a file of clinic data as `infomat
//! import` takes it. Lines made elsewhere have the same fields.
//!
//! Codes, numbers and telephones are zeros where a real one could stand; sites and e-mails are of the reserved
//! domain `example` (RFC 2606).

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The polyclinic for grown-ups, the main one of the demo.
pub const POLYCLINIC: Uuid = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0001);

/// The small clinic for children.
pub const CHILDREN: Uuid = Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0002);

/// All lines that are the same whenever the demo is made.
const LINES: &str = include_str!("clinic.ndjson");

/// The fields of a line ([crate::contract::clinic_data]).
pub type DemoLine = Map<String, Value>;

/// Returns the line of these fields.
pub fn line<const FIELDS: usize>(fields: [(&str, Value); FIELDS]) -> DemoLine {
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    fields.into_iter().collect()
}

/// Returns the lines of clinics, specialities, resources, the terminal, and the papers of the characters.
pub fn lines() -> impl Iterator<Item = String> {
    LINES.lines().map(str::to_owned)
}

/// Returns the numbers of all resources: those that [`resource_guid`] takes.
pub fn resource_numbers() -> impl Iterator<Item = u32> {
    #[derive(Deserialize)]
    struct Thing {
        kind: String,
        guid: Option<Uuid>,
    }
    let things = LINES.lines().map(|line| {
        let thing: Thing = serde_json::from_str(line).expect("each line of clinic.ndjson is an object");
        thing
    });
    things
        .filter(|thing| thing.kind == "resource")
        .filter_map(|thing| thing.guid?.to_string()[24..].parse().ok())
}

/// Returns the GUID of the resource with this number.
pub fn resource_guid(number: u32) -> Uuid {
    guid(20_000_000, number)
}

/// Returns a GUID of decimal digits: what it is of, and the number.
pub fn guid(of: u32, number: u32) -> Uuid {
    Uuid::parse_str(&format!("{of:08}-0000-4000-8000-{number:012}"))
        .expect("decimal digits in the places of a GUID")
}
