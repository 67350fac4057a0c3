//! Lists beside the sequences: what a store remembers of the timetable is what the rules say of the cells that lie in the file,
//! read on another connection.

use crate::reading::counting::counted;
use infomat::model::{Cell, FreePlaces, LpuId, Moment, ResourceId, Zone};
use infomat::rules::{Policy, Reach};
use infomat::store::Store;
use rusqlite::Connection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A resource that is shown: its clinic, its row, its speciality's code, its cells.
struct Shown {
    lpu: Uuid,
    id: ResourceId,
    speciality: String,
    cells: Vec<Cell>,
}

/// Holds the lists of a store against the file, for all client applications.
pub fn agree(remembering: &Store, other: &Store, database: &Connection, policy: &Policy, now: Moment) {
    let zone = remembering.zone();
    let shown = shown(other, database, zone, now);
    let mut listed: Vec<_> = [LpuId(1), LpuId(2)]
        .iter()
        .flat_map(|lpu| {
            remembering
                .shown_resources(*lpu)
                .unwrap()
                .iter()
                .map(|l| l.resource.id)
                .collect::<Vec<_>>()
        })
        .collect();
    listed.sort_unstable();
    assert_eq!(listed, shown.iter().map(|shown| shown.id).collect::<Vec<_>>());
    for application in other.applications().unwrap() {
        let reach = Reach::of(&application, policy, now.date_naive());
        let free = remembering
            .free_places(listed.iter().copied(), &reach, now)
            .unwrap();
        let expected: Vec<FreePlaces> = shown
            .iter()
            .map(|shown| counted(&shown.cells, &application, policy, now))
            .collect();
        assert_eq!(free, expected, "{} at {now}", application.mnem);
        let mut expected_supplies: BTreeMap<(Uuid, &str), i64> = BTreeMap::new();
        for (shown, free) in shown.iter().zip(&expected) {
            *expected_supplies
                .entry((shown.lpu, &shown.speciality))
                .or_default() += free.count;
        }
        let supplies = remembering.supplies(&reach, now).unwrap();
        let supplies = supplies
            .iter()
            .map(|supply| ((supply.lpu, &*supply.code), supply.free_places));
        assert_eq!(supplies.collect::<BTreeMap<_, _>>(), expected_supplies);
    }
}

/// Lets a store remember what is not committed.
pub fn remember(store: &Store, policy: &Policy, now: Moment) {
    let reach = Reach::of(&store.applications().unwrap()[0], policy, now.date_naive());
    store.supplies(&reach, now).unwrap();
}

fn shown(other: &Store, database: &Connection, zone: Zone, now: Moment) -> Vec<Shown> {
    let sql = "SELECT r.id, r.lpu_id, l.guid, p.code FROM resource r
               JOIN speciality p ON p.id = r.speciality_id JOIN lpu l ON l.id = r.lpu_id
               WHERE r.shown = 1 AND r.removed = 0 ORDER BY r.id";
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        Ok((ResourceId(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?))
    });
    let today = zone.start_of(now.date_naive());
    let shown = rows.unwrap().map(|row| {
        let (id, lpu_id, lpu, speciality) = row.unwrap();
        let listed = other.shown_resources(LpuId(lpu_id)).unwrap();
        let resource = &listed
            .iter()
            .find(|listed| listed.resource.id == id)
            .unwrap()
            .resource;
        Shown {
            lpu,
            id,
            speciality,
            cells: other.resource_cells(resource, today, zone.at(i64::MAX)).unwrap(),
        }
    });
    shown.collect()
}
