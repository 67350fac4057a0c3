//! A doctor, room or equipment as `lpu/{lpu}/doctor` shows it ([crate::contract::reading]).

use crate::model::{FreeCell, FreeCells, FreePlaces, ListedResource, ResourceType};
use crate::wire::ticket::moment;
use serde::Serialize;
use uuid::Uuid;

/// All fields, in the contract's order. No bound on age: 0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Doctor<'a> {
    guid: Uuid,
    #[serde(rename = "type")]
    kind: &'static str,
    doc_fio: &'a str,
    family: &'a str,
    name: &'a str,
    patronymic: &'a str,
    role: &'a str,
    speciality_code: &'a str,
    speciality: &'a str,
    room: &'a str,
    flat: i64,
    age_from: i64,
    age_to: i64,
    dispensary_only: bool,
    count_free: i64,
    nearest_slot: Option<NearestSlot>,
    nearest_slots: Vec<NearestSlot>,
    uchastok_nums: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NearestSlot {
    guid: Uuid,
    begin_time: String,
}

impl<'a> Doctor<'a> {
    pub fn new(listed: &'a ListedResource, free: &FreePlaces) -> Self {
        let resource = &listed.resource;
        Doctor {
            guid: resource.guid,
            kind: word(listed.kind),
            doc_fio: &resource.doc_fio,
            family: &listed.family,
            name: &listed.name,
            patronymic: &listed.patronymic,
            role: &resource.role,
            speciality_code: &listed.speciality_code,
            speciality: &resource.speciality,
            room: &resource.room,
            flat: resource.flat,
            age_from: resource.ages.from.unwrap_or(0),
            age_to: resource.ages.to.unwrap_or(0),
            dispensary_only: resource.dispensary_only,
            count_free: free.count,
            nearest_slot: free.cells.map(|cells| NearestSlot::new(cells.nearest)),
            nearest_slots: free
                .cells
                .iter()
                .flat_map(FreeCells::nearest_ones)
                .map(NearestSlot::new)
                .collect(),
            uchastok_nums: &listed.uchastok_nums,
        }
    }
}

impl NearestSlot {
    fn new(cell: FreeCell) -> Self {
        NearestSlot {
            guid: cell.guid,
            begin_time: moment(cell.begin),
        }
    }
}

fn word(kind: ResourceType) -> &'static str {
    let words = ResourceType::WORDS;
    let known = words.iter().find(|(_, meaning)| *meaning == kind);
    known.map(|(word, _)| *word).expect("every kind has a word")
}
