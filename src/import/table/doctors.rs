//! Records of doctors, and doctors whom records of a timetable bring.

use super::cells::{Cells, Part, Trouble};
use super::town::{Speciality, Town};
use super::words::Column;
use crate::import::reason::{BadField, Reason};
use crate::model;
use crate::store::import::{Named, Obstacle, ResourceRow, Row, RowKey};
use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Signs between districts.
const BETWEEN: [char; 2] = [',', ';'];

/// A doctor of a record, found or new.
pub struct Doctor {
    pub guid: Uuid,
    pub speciality: Option<Speciality>,
    /// The row of one that is not there yet.
    pub new: Option<ResourceRow>,
}

/// Reads the GUID of a record.
pub fn guid(cells: &Cells) -> Result<Option<Uuid>, BadField> {
    let Some(text) = cells.get(Column::Guid) else {
        return Ok(None);
    };
    match model::guid(text) {
        Some(guid) if !guid.is_nil() => Ok(Some(guid)),
        _ => Err(cells.bad(Column::Guid, Reason::NotGuid)),
    }
}

/// Finds the doctor of a record, or makes the row of a new one.
pub fn doctor(town: &Town, cells: &Cells, lpu: Uuid, today: NaiveDate) -> Result<Doctor, Trouble> {
    let given = guid(cells)?;
    let speciality = town.speciality(cells)?;
    let found = |guid| Doctor {
        guid,
        speciality: None,
        new: None,
    };
    if let Some(known) = given.and_then(|guid| town.resource(guid)) {
        return Ok(found(known.guid));
    }
    let Some(name) = cells.person() else {
        return Err(cells.bad(cells.naming(), Reason::Missing).into());
    };
    if given.is_none()
        && let Some(known) = town.find(cells, lpu, &name, speciality.as_ref())?
    {
        return Ok(found(known.guid));
    }
    let Some(speciality) = speciality else {
        let reason = match given {
            Some(_) => Reason::InTheWay(Obstacle::Unknown(Named::Resource)),
            None => Reason::UnknownDoctor,
        };
        return Err(cells.bad(cells.naming(), reason).into());
    };
    let guid = given.unwrap_or_else(|| town.new_guid(lpu, &name, &speciality));
    let mut bad = Vec::new();
    let members = members(cells, lpu, guid, &speciality, &mut bad);
    let (_, Row::Resource(row), _) = cells.row("resource", members, today, bad)? else {
        unreachable!("a line is of its kind")
    };
    Ok(Doctor {
        guid,
        speciality: Some(speciality),
        new: Some(row),
    })
}

/// Returns the members of a doctor's line.
fn members(
    cells: &Cells,
    lpu: Uuid,
    guid: Uuid,
    speciality: &Speciality,
    bad: &mut Vec<BadField>,
) -> Map<String, Value> {
    let [family, name, patronymic] = cells.person().unwrap_or_default();
    let number = |text: &str| super::values::number_of(text).ok_or(Reason::NotNumber(-10, 200));
    let age = |text: &str| super::values::number_of(text).ok_or(Reason::NotNumber(0, 150));
    let districts = |text: &str| {
        let districts: Vec<&str> = text.split(BETWEEN).map(str::trim).collect();
        Ok(districts
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>())
    };
    // The hours of a timetable may be for other ages than the doctor's.
    let is_doctors = cells.headings.kind == super::words::TableKind::Doctors;
    let members = json!({
        "guid": guid,
        "lpu": lpu,
        "speciality": speciality.code,
        "family": family,
        "name": name,
        "patronymic": patronymic,
        "role": cells.get(Column::Role),
        "room": cells.get(Column::Room),
        "flat": cells.read(Column::Floor, bad, number),
        "uchastokNums": cells.read(Column::Districts, bad, districts),
        "ageFrom": cells.read(Column::AgeFrom, bad, age).filter(|_| is_doctors),
        "ageTo": cells.read(Column::AgeTo, bad, age).filter(|_| is_doctors),
        "shown": cells.read(Column::Shown, bad, super::values::flag),
    });
    match members {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Reads a record of a doctor. What it has no value for stays as it is.
pub fn rows(town: &mut Town, cells: &Cells, today: NaiveDate) -> Result<Vec<Part>, Trouble> {
    let lpu = town.clinic(cells)?;
    let doctor = doctor(town, cells, lpu, today)?;
    let row = match (&doctor.new, town.resource(doctor.guid)) {
        (Some(new), _) => new.clone(),
        (None, known) => {
            let known = known
                .ok_or_else(|| cells.bad(Column::Guid, Reason::NotGuid))?
                .row
                .clone();
            merged(town, cells, lpu, doctor.guid, known, today)?
        }
    };
    let speciality = match doctor.speciality {
        Some(speciality) => Some(speciality),
        None => town.speciality(cells)?,
    };
    town.add(speciality.as_ref(), doctor.guid, &row);
    let mut parts: Vec<Part> = Vec::new();
    let rows = speciality.and_then(|speciality| speciality.row()).into_iter();
    for (key, row) in rows.chain([(RowKey::Guid(doctor.guid), Row::Resource(row))]) {
        parts.push(Part { number: 0, key, row });
    }
    Ok(parts)
}

/// Returns the row of a doctor who is there, with what the record says of him.
fn merged(
    town: &Town,
    cells: &Cells,
    lpu: Uuid,
    guid: Uuid,
    known: ResourceRow,
    today: NaiveDate,
) -> Result<ResourceRow, Trouble> {
    let speciality = town.speciality(cells)?.unwrap_or(Speciality {
        code: known.speciality.clone(),
        new: None,
    });
    let mut bad = Vec::new();
    let members = members(cells, lpu, guid, &speciality, &mut bad);
    let (_, Row::Resource(mut row), _) = cells.row("resource", members, today, bad)? else {
        unreachable!("a line is of its kind")
    };
    // A name by which somebody was found says nothing new, and may be short; with a GUID, it may.
    if !cells.has(Column::Guid) || known.kind != "doctor" {
        row.family.clone_from(&known.family);
        row.name.clone_from(&known.name);
        row.patronymic.clone_from(&known.patronymic);
    }
    if !cells.has(Column::Clinic) {
        row.lpu = known.lpu;
    }
    keep_unsaid!(row, known, cells:
        role by Role, room by Room, flat by Floor, uchastok_nums by Districts, age_from by AgeFrom, age_to by AgeTo, shown by Shown);
    row.kind = known.kind;
    row.title = known.title;
    row.dispensary_only = known.dispensary_only;
    Ok(row)
}
