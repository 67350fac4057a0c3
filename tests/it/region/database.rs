//! The databases that a box may have in a world: the simple one, and the real one.

use super::finding::Fault;
use infomat::exchange::site::{BoxStore, Mode, Taken};
use infomat::exchange::wire::{Answer, Request};
use infomat::exchange::{Hash, NOTHING, Owner, Point};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub owner: Owner,
    pub places: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    pub slot: Uuid,
    pub active: bool,
    pub displaced: bool,
}

/// The visits of each cell, by its GUID and theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seats(BTreeSet<(Uuid, Uuid)>);

impl Seats {
    /// A visit is in a cell now, and no more in the one before.
    pub fn put(&mut self, visit: Uuid, before: Option<Uuid>, now: Option<Uuid>) {
        if before != now {
            before.map(|slot| self.0.remove(&(slot, visit)));
            now.map(|slot| self.0.insert((slot, visit)));
        }
    }

    pub fn of(&self, slot: Uuid) -> impl Iterator<Item = &Uuid> {
        let here = self.0.range((slot, Uuid::nil())..=(slot, Uuid::max()));
        here.map(|(_, visit)| visit)
    }
}

/// What is in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub guid: Uuid,
    pub incarnation: Uuid,
    pub mode: Mode,
    /// Number and hash of the last record.
    pub last: (u64, Hash),
    /// Lives that its last one knows to be over.
    pub lives: Vec<Uuid>,
    pub cells: BTreeMap<Uuid, Cell>,
    pub visits: BTreeMap<Uuid, Visit>,
    seats: Seats,
    /// Numbers of the messages that are behind it, in the order of their records.
    pub messages: Vec<u64>,
    /// Unix seconds, right or not.
    pub clock: i64,
}

impl Picture {
    pub fn of(guid: Uuid) -> Picture {
        Picture {
            guid,
            incarnation: Uuid::nil(),
            mode: Mode::Serving,
            last: (0, NOTHING),
            lives: Vec::new(),
            cells: BTreeMap::new(),
            visits: BTreeMap::new(),
            seats: Seats::default(),
            messages: Vec::new(),
            clock: 1_800_000_000,
        }
    }

    pub fn last_seq(&self) -> u64 {
        self.last.0
    }

    pub fn put_visit(&mut self, guid: Uuid, visit: Visit) {
        let known = self.visits.insert(guid, visit);
        self.seats
            .put(guid, known.map(|known| known.slot), Some(visit.slot));
    }

    /// Returns the active visits of a cell, with place or without.
    pub fn active_in(&self, slot: Uuid) -> impl Iterator<Item = (Uuid, Visit)> {
        let here = self.seats.of(slot).map(|guid| (*guid, self.visits[guid]));
        here.filter(|(_, visit)| visit.active)
    }
}

/// A database of a box. Cloning it makes an image.
pub trait Database: Clone + Deref<Target = Picture> {
    /// Makes one, with its first life.
    fn make(guid: Uuid, life: Uuid) -> Self;

    /// A person begins a new life of the file, knowing that others are over. It only reads at first.
    fn begin(&mut self, life: Uuid, over: &[Uuid], fault: Option<Fault>);

    /// Books a cell, and commits if that is asked for. Returns whether it was booked.
    fn book(&mut self, guid: Uuid, slot: Uuid, commits: impl FnOnce() -> bool) -> bool;

    fn cancel(&mut self, guid: Uuid) -> bool;

    fn request(&mut self, name: &str) -> Request;

    /// Takes an answer in, and commits if that is asked for.
    fn take(&mut self, answer: Answer, fault: Option<Fault>, commits: impl FnOnce() -> bool)
    -> Option<Taken>;

    /// The records of its life that it was told to be safe.
    fn safe_records(&mut self) -> Vec<Point>;

    /// The note beside it tells that it is not what was written last.
    fn stop(&mut self, reason: &str);

    fn jump_clock(&mut self, seconds: i64);

    /// What the proof of the whole file finds wrong.
    fn wrong(&mut self) -> Vec<String>;
}

/// The records of a store's life that it was told to be safe.
pub fn safe_records<S: BoxStore>(store: &mut S) -> Result<Vec<Point>, S::Error> {
    let (own, safe) = (store.site()?.incarnation, store.memory()?.safe);
    let mut records = Vec::new();
    for seq in 1..=safe {
        let written = store.written(seq)?.filter(|(incarnation, _)| *incarnation == own);
        records.extend(written.map(|(incarnation, hash)| Point {
            incarnation,
            seq,
            hash,
        }));
    }
    Ok(records)
}
