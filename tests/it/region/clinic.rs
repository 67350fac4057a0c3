//! A box as a simple store: what its database has to do with the messages and the lost tail.

use super::database::{Cell, Database, Picture, Visit, safe_records};
use super::finding::Fault;
use infomat::exchange::content::{self, Fact, Line};
use infomat::exchange::site::{self, BoxRead, BoxStore, Memory, Mode, Site, Taken};
use infomat::exchange::wire::{Answer, RECORDS_MAX, Request, Sent, TailItem};
use infomat::exchange::{Hash, Message, MessagePoint, Owner, Point};
use infomat::model::VisitStatus;
use infomat::model::record::{Hex, Record, RecordKind, Unchained};
use serde_json::{Value, json};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use uuid::Uuid;

/// The database of a box: cloning it makes an image.
#[derive(Clone)]
pub struct Clinic {
    picture: Picture,
    begun: u64,
    journal: Vec<Rc<Sent>>,
    applied: MessagePoint,
    memory: Memory,
    strangers: usize,
}

impl Deref for Clinic {
    type Target = Picture;

    fn deref(&self) -> &Picture {
        &self.picture
    }
}

impl DerefMut for Clinic {
    fn deref_mut(&mut self) -> &mut Picture {
        &mut self.picture
    }
}

impl Clinic {
    fn write(&mut self, kind: RecordKind, subject: Uuid, content: &Value) {
        let (seq, hash) = self.last;
        let record = Unchained {
            incarnation: self.incarnation,
            seq: seq + 1,
            at: self.clock,
            kind,
            subject,
            content: content.to_string(),
            salt: [7; 16],
        };
        let sent = Sent::of(Record::following(&hash, record)).unwrap();
        self.last = (sent.seq, sent.hash);
        self.journal.push(Rc::new(sent));
    }

    fn begin_life(&mut self, incarnation: Uuid, over: &[Uuid], mode: Mode) {
        let parent = self.journal.last().map(|last| last.point());
        self.lives.extend(over);
        self.lives.extend(parent.map(|parent| parent.incarnation));
        self.lives.sort();
        self.lives.dedup();
        (self.incarnation, self.mode, self.memory) = (incarnation, mode, Memory::default());
        let over = self.lives.clone();
        self.write(
            RecordKind::Begun,
            Uuid::nil(),
            &json!({"kind": "life", "parent": parent, "over": over}),
        );
        self.begun = self.last.0;
    }

    fn used(&self, slot: Uuid) -> i64 {
        let here = self.active_in(slot).filter(|(_, visit)| !visit.displaced);
        here.count().try_into().unwrap()
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

    /// A visit that has happened elsewhere takes its place, if there is one.
    fn put(&mut self, guid: Uuid, slot: Uuid, recovered: bool) {
        if self.visits.contains_key(&guid) {
            return;
        }
        let has_place = self
            .cells
            .get(&slot)
            .is_some_and(|cell| self.used(slot) < cell.places);
        let visit = Visit {
            slot,
            active: true,
            displaced: !has_place,
        };
        self.put_visit(guid, visit);
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
        let waiting = self.active_in(slot).filter(|(_, visit)| visit.displaced);
        for guid in waiting.map(|(guid, _)| guid).collect::<Vec<_>>() {
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
        self.messages.push(message.seq);
        self.write(kind, Uuid::nil(), &content);
    }
}

impl BoxRead for Clinic {
    type Error = serde_json::Error;

    fn site(&mut self) -> Result<Site, Self::Error> {
        Ok(Site {
            guid: self.guid,
            incarnation: self.incarnation,
            mode: self.mode,
            first_seq: 1,
            begun_seq: self.begun,
            last: self.last,
            applied: self.applied,
        })
    }

    fn memory(&mut self) -> Result<Memory, Self::Error> {
        Ok(self.memory.clone())
    }

    fn records(&mut self, from: u64) -> Result<Vec<Sent>, Self::Error> {
        let from = usize::try_from(from - 1).unwrap().min(self.journal.len());
        Ok(self.journal[from..]
            .iter()
            .take(RECORDS_MAX.min(40))
            .map(|record| Sent::clone(record))
            .collect())
    }

    fn written(&mut self, seq: u64) -> Result<Option<(Uuid, Hash)>, Self::Error> {
        let record = usize::try_from(seq)
            .unwrap()
            .checked_sub(1)
            .and_then(|seq| self.journal.get(seq));
        Ok(record.map(|record| (record.incarnation, record.hash)))
    }
}

impl BoxStore for Clinic {
    fn remember(&mut self, memory: &Memory) -> Result<(), Self::Error> {
        self.memory = memory.clone();
        Ok(())
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
                    self.put_visit(guid, visit);
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

impl Database for Clinic {
    fn make(guid: Uuid, life: Uuid) -> Self {
        let mut clinic = Clinic {
            picture: Picture::of(guid),
            begun: 1,
            journal: Vec::new(),
            applied: MessagePoint::START,
            memory: Memory::default(),
            strangers: 0,
        };
        clinic.begin_life(life, &[], Mode::Serving);
        clinic
    }

    fn begin(&mut self, life: Uuid, over: &[Uuid], fault: Option<Fault>) {
        let memory = self.memory.clone();
        self.begin_life(life, over, Mode::Recovering);
        if fault == Some(Fault::CursorKept) {
            self.memory = memory;
        }
    }

    fn book(&mut self, guid: Uuid, slot: Uuid, commits: impl FnOnce() -> bool) -> bool {
        let Some(cell) = self.cells.get(&slot).copied() else {
            return false;
        };
        if self.mode != Mode::Serving || cell.owner != Owner::Box || self.used(slot) >= cell.places {
            return false;
        }
        if commits() {
            let visit = Visit {
                slot,
                active: true,
                displaced: false,
            };
            self.put_visit(guid, visit);
            self.tell_visit(RecordKind::Booked, guid);
        }
        true
    }

    fn cancel(&mut self, guid: Uuid) -> bool {
        let may = self.mode == Mode::Serving && self.visits.get(&guid).is_some_and(|visit| visit.active);
        if may {
            self.end(RecordKind::Cancelled, guid);
        }
        may
    }

    fn request(&mut self, name: &str) -> Request {
        site::request(self, name, "test").unwrap()
    }

    fn take(
        &mut self,
        mut answer: Answer,
        fault: Option<Fault>,
        commits: impl FnOnce() -> bool,
    ) -> Option<Taken> {
        // The dice fell before: an image of all is only made for a power cut.
        let commits = commits();
        let before = (!commits).then(|| self.clone());
        let memory = self.memory.clone();
        if fault == Some(Fault::OldAnswerBelieved)
            && let Some(last) = self.memory.requests.last()
        {
            answer.request.clone_from(last);
            answer.incarnation = self.incarnation;
        }
        if fault == Some(Fault::MessageTwice)
            && self.mode == Mode::Serving
            && let Some(message) = answer.messages.first()
            && message.seq <= self.applied.seq
        {
            let applied = self.applied;
            self.apply(message).unwrap();
            self.applied = applied;
        }
        if fault == Some(Fault::NumberUsedAgain) {
            for message in &mut answer.messages {
                if message.seq == self.applied.seq + 1 {
                    message.hash = self.applied.next(&message.lines).hash;
                }
            }
        }
        let taken = site::take(self, &answer).unwrap();
        if fault == Some(Fault::CursorKept) {
            self.memory.received = self.memory.received.max(memory.received);
            self.memory.back = 0;
        }
        if let Some(before) = before {
            *self = before;
            return None;
        }
        Some(taken)
    }

    fn safe_records(&mut self) -> Vec<Point> {
        safe_records(self).unwrap()
    }

    fn stop(&mut self, reason: &str) {
        BoxStore::stop(self, reason).unwrap();
    }

    fn jump_clock(&mut self, seconds: i64) {
        self.clock += seconds;
    }

    /// It keeps no more than its records say.
    fn wrong(&mut self) -> Vec<String> {
        Vec::new()
    }
}
