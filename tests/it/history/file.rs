//! What the database says.

use super::town::number_of;
use crate::harness::Site;
use rusqlite::{Connection, Row};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub struct Visit {
    pub guid: String,
    pub patient: u32,
    pub cell: u32,
    pub key: String,
    pub num: u32,
    /// Resource and day of the number.
    pub numbered: (u32, String),
    pub is_active: bool,
    pub has_come: bool,
    /// Its times are the cell's.
    pub is_in_place: bool,
}

#[derive(Clone, Debug)]
pub struct Hold {
    pub guid: String,
    pub patient: u32,
    pub cell: u32,
}

/// The file at one moment.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub visits: Vec<Visit>,
    /// Live ones.
    pub holds: Vec<Hold>,
    /// Used and held places by cell.
    pub counts: HashMap<u32, (usize, usize)>,
    /// Telephones by card.
    pub phones: HashMap<u32, String>,
}

impl File {
    /// Reads it while no server runs.
    pub fn read(site: &Site) -> File {
        let database = Connection::open(site.path("infomat.db")).unwrap();
        let visits = "SELECT v.guid, p.guid, s.guid, coalesce(v.idempotency_key, ''), v.num, v.num_resource_id, v.num_day,
                             v.status = 'active', v.checked_in_at IS NOT NULL,
                             (v.begin_at, v.end_at, v.resource_id) = (s.begin_at, s.end_at, s.resource_id)
                      FROM visit v JOIN patient p ON p.id = v.patient_id JOIN slot s ON s.id = v.slot_id";
        let holds = "SELECT h.guid, p.guid, s.guid
                     FROM hold h JOIN patient p ON p.id = h.patient_id JOIN slot s ON s.id = h.slot_id WHERE h.live = 1";
        File {
            visits: all(&database, visits, |row| {
                Ok(Visit {
                    guid: guid(row, 0)?,
                    patient: number_of(&guid(row, 1)?),
                    cell: number_of(&guid(row, 2)?),
                    key: row.get(3)?,
                    num: row.get(4)?,
                    numbered: (row.get(5)?, row.get(6)?),
                    is_active: row.get(7)?,
                    has_come: row.get(8)?,
                    is_in_place: row.get(9)?,
                })
            }),
            holds: all(&database, holds, |row| {
                Ok(Hold {
                    guid: guid(row, 0)?,
                    patient: number_of(&guid(row, 1)?),
                    cell: number_of(&guid(row, 2)?),
                })
            }),
            counts: all(
                &database,
                "SELECT guid, used_count, held_count FROM slot",
                |row| Ok((number_of(&guid(row, 0)?), (count(row, 1)?, count(row, 2)?))),
            )
            .into_iter()
            .collect(),
            phones: all(&database, "SELECT guid, phone FROM patient", |row| {
                Ok((number_of(&guid(row, 0)?), row.get(1)?))
            })
            .into_iter()
            .collect(),
        }
    }
}

fn all<T>(database: &Connection, sql: &str, one: impl Fn(&Row) -> rusqlite::Result<T>) -> Vec<T> {
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| one(row)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn count(row: &Row, column: usize) -> rusqlite::Result<usize> {
    Ok(row.get::<_, u32>(column)? as usize)
}

fn guid(row: &Row, column: usize) -> rusqlite::Result<String> {
    Ok(row.get::<_, Uuid>(column)?.to_string())
}
