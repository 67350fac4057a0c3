//! Records of a timetable: hours of a doctor, cut into cells.

use super::cells::{Cells, Part, Trouble};
use super::doctors::doctor;
use super::town::{Speciality, Town, made_guid};
use super::values::{clock, date, minutes, number_of, time};
use super::words::Column;
use crate::import::bounds::{ACCESS_ALL, PLACES};
use crate::import::reason::Reason;
use crate::model::Zone;
use crate::store::Fault;
use crate::store::import::{Row, RowKey, SlotRow, Staging};
use chrono::{Days, NaiveDate};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Access of a cell that a replaced timetable has left to its visits.
const ACCESS_NOBODY: i64 = 0;

const SECONDS_OF_MINUTE: i64 = 60;

/// Hours of a record.
struct Hours {
    begin_at: i64,
    end_at: i64,
    /// Length of a cell, in seconds.
    step: i64,
}

/// Reads a record. A rest of time that is too short for a visit is no cell.
pub fn rows(
    staging: &Staging,
    town: &mut Town,
    cells: &Cells,
    today: NaiveDate,
) -> Result<Vec<Part>, Trouble> {
    let mut bad = Vec::new();
    let hours = hours(cells, staging.zone(), &mut bad);
    let found = town
        .clinic(cells)
        .map_err(Trouble::from)
        .and_then(|lpu| doctor(town, cells, lpu, today));
    let doctor = match found {
        Ok(doctor) => doctor,
        Err(Trouble::Bad(more)) => {
            bad.extend(more);
            return Err(Trouble::Bad(bad));
        }
        Err(fault) => return Err(fault),
    };
    let Some(hours) = hours else {
        return Err(Trouble::Bad(bad));
    };
    let first = first_cell(cells, doctor.guid, &hours, today, bad)?;
    let mut parts = Vec::new();
    if let Some(row) = &doctor.new {
        let speciality = doctor.speciality.as_ref().and_then(Speciality::row);
        parts.extend(speciality.map(|(key, row)| Part { number: 0, key, row }));
        parts.push(Part {
            number: 0,
            key: RowKey::Guid(doctor.guid),
            row: Row::Resource(row.clone()),
        });
    }
    for number in 0..(hours.end_at - hours.begin_at) / hours.step {
        let begin_at = hours.begin_at + number * hours.step;
        let mut row = first.clone();
        (row.begin_at, row.end_at) = (begin_at, begin_at + hours.step);
        let guid = cell(staging, cells, &mut row)?;
        parts.push(Part {
            number,
            key: RowKey::Guid(guid),
            row: Row::Slot(row),
        });
    }
    if let Some(row) = &doctor.new {
        town.add(doctor.speciality.as_ref(), doctor.guid, row);
    }
    Ok(parts)
}

/// Reads when the doctor works.
fn hours(cells: &Cells, zone: Zone, bad: &mut Vec<crate::import::BadField>) -> Option<Hours> {
    let day = cells.required(Column::Date, bad, date);
    let from = cells.required(Column::From, bad, time);
    let to = cells.required(Column::To, bad, time);
    // Without the column, each record is one cell.
    let length = match cells.headings.place(Column::Minutes) {
        Some(_) => cells.required(Column::Minutes, bad, minutes).map(Some),
        None => Some(None),
    };
    let (day, from, to, length) = (day?, from?, to?, length?);
    if to <= from {
        bad.push(cells.bad(Column::To, Reason::NotAfter(cells.headings.text(Column::From))));
        return None;
    }
    let length = length.unwrap_or(to - from);
    if length > to - from {
        bad.push(cells.bad(Column::Minutes, Reason::LongerThanHours));
        return None;
    }
    let mut at = |column, minutes| {
        let (time, days) = clock(minutes);
        let moment = day
            .checked_add_days(Days::new(days))
            .and_then(|day| zone.from_local(day.and_time(time)));
        if moment.is_none() {
            bad.push(cells.bad(column, Reason::NoSuchTime));
        }
        moment.map(|moment| moment.timestamp())
    };
    let (begin_at, end_at) = (at(Column::From, from)?, at(Column::To, to)?);
    Some(Hours {
        begin_at,
        end_at,
        step: length * SECONDS_OF_MINUTE,
    })
}

/// Returns the row of the first cell, within the bounds of any line.
fn first_cell(
    cells: &Cells,
    resource: Uuid,
    hours: &Hours,
    today: NaiveDate,
    mut bad: Vec<crate::import::BadField>,
) -> Result<SlotRow, Trouble> {
    let moment = |seconds| {
        Zone::Fixed(chrono::FixedOffset::east_opt(0).expect("UTC"))
            .at(seconds)
            .to_rfc3339()
    };
    let places = |text: &str| number_of(text).ok_or(Reason::NotNumber(*PLACES.start(), *PLACES.end()));
    let age = |text: &str| number_of(text).ok_or(Reason::NotNumber(0, 150));
    let members = json!({
        "guid": resource,
        "resource": resource,
        "begin": moment(hours.begin_at),
        "end": moment(hours.begin_at + hours.step),
        "planCount": cells.read(Column::Places, &mut bad, places),
        "room": cells.get(Column::Room),
        "ageFrom": cells.read(Column::AgeFrom, &mut bad, age),
        "ageTo": cells.read(Column::AgeTo, &mut bad, age),
    });
    let members = match members {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    match cells.row("slot", members, today, bad)? {
        (_, Row::Slot(row), _) => Ok(row),
        _ => unreachable!("a line is of its kind"),
    }
}

/// Returns the GUID of the cell that the row is about: of the one that is there at its time, whose other values stay, or a new one.
fn cell(staging: &Staging, cells: &Cells, row: &mut SlotRow) -> Result<Uuid, Fault> {
    if let Some((guid, known)) = staging.known_cell(row.resource, row.begin_at)? {
        keep_unsaid!(row, known, cells: room by Room, age_from by AgeFrom, age_to by AgeTo);
        (row.busy_type, row.busy_code, row.busy_name) = (known.busy_type, known.busy_code, known.busy_name);
        if known.flag_access == ACCESS_NOBODY {
            row.flag_access = ACCESS_ALL;
        } else {
            row.flag_access = known.flag_access;
            keep_unsaid!(row, known, cells: plan_count by Places);
        }
        return Ok(guid);
    }
    let (resource, begin) = (row.resource.to_string(), row.begin_at.to_string());
    for number in 0.. {
        let guid = made_guid(&["slot", &resource, &begin], number);
        if !staging.has_cell(guid)? {
            return Ok(guid);
        }
    }
    unreachable!("there are more numbers than cells")
}
