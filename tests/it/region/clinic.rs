//! A box as a simple store: what its database has to do with the messages and the lost tail.

use infomat::exchange::content::{self, Fact, Line};
use infomat::exchange::site::{BoxStore, Memory, Mode, Site};
use infomat::exchange::wire::{RECORDS_MAX, Sent, TailItem};
use infomat::exchange::{Hash, Message, MessagePoint, NOTHING, Owner};
use infomat::model::VisitStatus;
use infomat::model::record::{Hex, Record, RecordKind, Unchained};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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

/// The database of a box: cloning it makes an image.
#[derive(Clone)]
pub struct Clinic {
    pub guid: Uuid,
    pub incarnation: Uuid,
    pub mode: Mode,
    pub begun: u64,
    pub journal: Vec<Sent>,
    pub applied: MessagePoint,
    pub memory: Memory,
    pub cells: BTreeMap<Uuid, Cell>,
    pub visits: BTreeMap<Uuid, Visit>,
    pub lives: Vec<Uuid>,
    pub strangers: usize,
    /// Unix seconds, right or not.
    pub clock: i64,
}

impl Clinic {
    pub fn new(guid: Uuid) -> Self {
        Clinic {
            guid,
            incarnation: Uuid::nil(),
            mode: Mode::Serving,
            begun: 1,
            journal: Vec::new(),
            applied: MessagePoint::START,
            memory: Memory::default(),
            cells: BTreeMap::new(),
            visits: BTreeMap::new(),
            lives: Vec::new(),
            strangers: 0,
            clock: 1_800_000_000,
        }
    }

    /// Returns number and hash of the last record.
    pub fn last(&self) -> (u64, Hash) {
        self.journal
            .last()
            .map_or((0, NOTHING), |last| (last.seq, last.hash))
    }

    pub fn last_seq(&self) -> u64 {
        self.last().0
    }

    pub fn write(&mut self, kind: RecordKind, subject: Uuid, content: &Value) {
        let (seq, hash) = self.last();
        let record = Unchained {
            incarnation: self.incarnation,
            seq: seq + 1,
            at: self.clock,
            kind,
            subject,
            content: content.to_string(),
            salt: [7; 16],
        };
        self.journal
            .push(Sent::of(Record::following(&hash, record)).unwrap());
    }

    /// A person begins a new life of the file, knowing that others are over.
    pub fn begin(&mut self, incarnation: Uuid, over: &[Uuid], mode: Mode) {
        let parent = self.journal.last().map(Sent::point);
        self.lives.extend(over);
        self.lives.extend(parent.map(|parent| parent.incarnation));
        self.lives.sort();
        self.lives.dedup();
        (self.incarnation, self.mode, self.memory) = (incarnation, mode, Memory::default());
        self.write(
            RecordKind::Begun,
            Uuid::nil(),
            &json!({"kind": "life", "parent": parent, "over": self.lives}),
        );
        self.begun = self.last().0;
    }

    pub fn used(&self, slot: Uuid) -> i64 {
        let here = |visit: &&Visit| visit.slot == slot && visit.active && !visit.displaced;
        self.visits.values().filter(here).count().try_into().unwrap()
    }

    fn tell_visit(&mut self, kind: RecordKind, guid: Uuid) {
        let visit = self.visits[&guid];
        let status = if visit.active { "active" } else { "cancelled" };
        self.write(
            kind,
            guid,
            &json!({"kind": "visit", "slot": visit.slot, "status": status}),
        );
    }

    pub fn book(&mut self, guid: Uuid, slot: Uuid) -> bool {
        let Some(cell) = self.cells.get(&slot).copied() else {
            return false;
        };
        if self.mode != Mode::Serving || cell.owner != Owner::Box || self.used(slot) >= cell.places {
            return false;
        }
        self.visits.insert(
            guid,
            Visit {
                slot,
                active: true,
                displaced: false,
            },
        );
        self.tell_visit(RecordKind::Booked, guid);
        true
    }

    pub fn cancel(&mut self, guid: Uuid) -> bool {
        let may = self.mode == Mode::Serving && self.visits.get(&guid).is_some_and(|visit| visit.active);
        if may {
            self.end(RecordKind::Cancelled, guid);
        }
        may
    }

    /// A visit that has happened elsewhere takes its place, if there is one.
    fn put(&mut self, guid: Uuid, slot: Uuid, recovered: bool) {
        if self.visits.contains_key(&guid) {
            return;
        }
        let has_place = self
            .cells
            .get(&slot)
            .is_some_and(|cell| self.used(slot) < cell.places);
        self.visits.insert(
            guid,
            Visit {
                slot,
                active: true,
                displaced: !has_place,
            },
        );
        self.tell_visit(
            match (has_place, recovered) {
                (false, _) => RecordKind::Displaced,
                (true, true) => RecordKind::Recovered,
                (true, false) => RecordKind::Booked,
            },
            guid,
        );
    }

    /// A visit is cancelled, and one that waited takes its place.
    fn end(&mut self, kind: RecordKind, guid: Uuid) {
        let visit = self.visits.get_mut(&guid).unwrap();
        visit.active = false;
        let slot = visit.slot;
        self.tell_visit(kind, guid);
        self.seat(slot);
    }

    /// Visits that had no place take those that are free.
    fn seat(&mut self, slot: Uuid) {
        let is_waiting = |visit: &Visit| visit.slot == slot && visit.active && visit.displaced;
        let waiting = self.visits.iter().filter(|(_, visit)| is_waiting(visit));
        for guid in waiting.map(|(guid, _)| *guid).collect::<Vec<_>>() {
            let places = self.cells.get(&slot).map_or(0, |cell| cell.places);
            if self.used(slot) < places {
                self.visits.get_mut(&guid).unwrap().displaced = false;
                self.tell_visit(RecordKind::Booked, guid);
            }
        }
    }

    fn put_lines(&mut self, lines: &[Line], recovered: bool, owners: bool) {
        for line in lines {
            match *line {
                Line::Slot(slot) if owners => {
                    let old = self.cells.get(&slot.guid).map_or(Owner::Box, |cell| cell.owner);
                    let owner = slot.owner.unwrap_or(old);
                    self.cells.insert(
                        slot.guid,
                        Cell {
                            owner,
                            places: slot.plan_count,
                        },
                    );
                    self.seat(slot.guid);
                }
                Line::Visit { guid, slot } => self.put(guid, slot, recovered),
                _ => {}
            }
        }
    }

    fn message(&mut self, kind: RecordKind, message: &Message, bad: bool) {
        let mut content =
            json!({"kind": "message", "seq": message.seq, "hash": Hex(message.hash), "lines": message.lines});
        if bad {
            content["reasons"] = json!(["owner"]);
        }
        self.applied = message.point();
        self.write(kind, Uuid::nil(), &content);
    }
}

impl BoxStore for Clinic {
    type Error = serde_json::Error;

    fn site(&mut self) -> Result<Site, Self::Error> {
        Ok(Site {
            guid: self.guid,
            incarnation: self.incarnation,
            mode: self.mode,
            first_seq: 1,
            begun_seq: self.begun,
            last: self.last(),
            applied: self.applied,
        })
    }

    fn memory(&mut self) -> Result<Memory, Self::Error> {
        Ok(self.memory.clone())
    }

    fn remember(&mut self, memory: &Memory) -> Result<(), Self::Error> {
        self.memory = memory.clone();
        Ok(())
    }

    fn records(&mut self, from: u64) -> Result<Vec<Sent>, Self::Error> {
        let from = usize::try_from(from - 1).unwrap().min(self.journal.len());
        Ok(self.journal[from..]
            .iter()
            .take(RECORDS_MAX.min(40))
            .cloned()
            .collect())
    }

    fn written(&mut self, seq: u64) -> Result<Option<(Uuid, Hash)>, Self::Error> {
        let record = usize::try_from(seq)
            .unwrap()
            .checked_sub(1)
            .and_then(|seq| self.journal.get(seq));
        Ok(record.map(|record| (record.incarnation, record.hash)))
    }

    fn apply(&mut self, message: &Message) -> Result<(), Self::Error> {
        let lines = content::lines(&message.lines).unwrap();
        let is_bad = |line: &Line| match line {
            Line::Slot(slot) => {
                let mine = self
                    .cells
                    .get(&slot.guid)
                    .is_some_and(|cell| cell.owner == Owner::Box);
                mine && slot.owner == Some(Owner::Centre)
            }
            _ => false,
        };
        if lines.iter().any(is_bad) {
            self.message(RecordKind::RefusedMessage, message, true);
            return Ok(());
        }
        self.message(RecordKind::Applied, message, false);
        self.put_lines(&lines, false, true);
        for line in lines {
            match line {
                Line::Cancellation { visit } if self.visits.get(&visit).is_some_and(|visit| visit.active) => {
                    self.end(RecordKind::Cancelled, visit);
                }
                Line::Recall { slot } => {
                    let is_empty = self.used(slot) == 0;
                    match self.cells.get_mut(&slot) {
                        Some(cell) if is_empty || cell.owner == Owner::Centre => {
                            cell.owner = Owner::Centre;
                            let message = self.applied.seq;
                            self.write(
                                RecordKind::Released,
                                slot,
                                &json!({"kind": "owner", "owner": "centre", "message": message}),
                            );
                        }
                        _ => self.write(RecordKind::Kept, slot, &json!({"kind": "owner", "owner": "box"})),
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn replay(&mut self, item: &TailItem) -> Result<(), Self::Error> {
        let recovering = self.mode == Mode::Recovering;
        let record = match item {
            TailItem::Owner { slot, owner } => {
                if let Some(cell) = self
                    .cells
                    .get_mut(slot)
                    .filter(|cell| recovering && cell.owner != *owner)
                {
                    cell.owner = *owner;
                    let message = self.applied.seq;
                    self.write(
                        RecordKind::Recovered,
                        *slot,
                        &json!({"kind": "owner", "owner": owner, "message": message}),
                    );
                }
                return Ok(());
            }
            TailItem::Record { line, .. } => serde_json::from_str::<Record>(line.get())?,
        };
        match content::fact(&record) {
            Fact::Visit(visit) => {
                let guid = record.subject;
                if visit.status == VisitStatus::Active {
                    self.put(guid, visit.slot.unwrap(), true);
                } else if self.visits.get(&guid).is_none_or(|known| known.active) {
                    let visit = Visit {
                        slot: visit.slot.unwrap(),
                        active: false,
                        displaced: false,
                    };
                    self.visits.insert(guid, visit);
                    self.end(RecordKind::Recovered, guid);
                }
            }
            Fact::Message { message, refused } => {
                let counts = recovering && message.is_behind(self.applied);
                if counts {
                    self.message(RecordKind::Recovered, &message, refused);
                }
                if !refused {
                    self.put_lines(&content::lines(&message.lines).unwrap(), true, counts);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn list_stranger(&mut self, _: &Message) -> Result<(), Self::Error> {
        self.strangers += 1;
        Ok(())
    }

    fn serve(&mut self) -> Result<(), Self::Error> {
        self.mode = Mode::Serving;
        Ok(())
    }

    fn stop(&mut self, reason: &str) -> Result<(), Self::Error> {
        self.write(
            RecordKind::Stopped,
            Uuid::nil(),
            &json!({"kind": "stopped", "reason": reason}),
        );
        self.mode = Mode::Stopped;
        Ok(())
    }
}
