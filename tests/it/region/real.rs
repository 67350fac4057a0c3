//! The real database of a box, in a folder of its own in memory.

use super::database::{Cell, Database, Picture, Visit, safe_records};
use super::finding::Fault;
use super::town::{LPU, SOURCE, patient_of};
use infomat::exchange::Point;
use infomat::exchange::content::{self, Fact, Line};
use infomat::exchange::site::{self, BoxRead, BoxStore, Taken};
use infomat::exchange::wire::{Answer, Request};
use infomat::import::BoxTx;
use infomat::model::{Bearer, CellName, Contact, Moment, Owner, Stamp, VisitStatus, Wish, Zone};
use infomat::rules::{self, Approval, DayLimits, Policy, Switches};
use infomat::store::{Begin, Fault as StoreFault, Outcome, Store};
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeSet;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use uuid::Uuid;

/// A folder that goes with the last who uses it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let memory = Path::new("/dev/shm");
        let below = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let folder = below.join(format!("infomat-region-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn database(&self) -> PathBuf {
        self.0.join("infomat.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An open database, and a second connection that looks at it.
struct Open {
    store: Store,
    looking: Connection,
}

pub struct Real {
    // Closed before its folder goes.
    open: Option<Open>,
    folder: Rc<Folder>,
    picture: Picture,
}

impl Deref for Real {
    type Target = Picture;

    fn deref(&self) -> &Picture {
        &self.picture
    }
}

/// Makes an image: a copy of the file and of its log.
impl Clone for Real {
    fn clone(&self) -> Self {
        let folder = Folder::new();
        for suffix in ["", "-wal"] {
            let name = |folder: &Folder| format!("{}{suffix}", folder.database().display());
            if Path::new(&name(&self.folder)).exists() {
                fs::copy(name(&self.folder), name(&folder)).unwrap();
            }
        }
        Real {
            open: None,
            folder: Rc::new(folder),
            picture: self.picture.clone(),
        }
    }
}

fn zone() -> Zone {
    Zone::Fixed(chrono::FixedOffset::east_opt(3 * 60 * 60).unwrap())
}

/// Every rule is off that can be: what is looked at is the exchange.
fn policy() -> Policy {
    Policy {
        switches: Switches {
            children_clinic: false,
            self_booking_ban: false,
            dispensary_only: false,
            repeat_in_cell: false,
            one_per_speciality: false,
            age_bounds: false,
            access: false,
            past: false,
            max_period: false,
            schedule_days: false,
            one_per_time: false,
        },
        max_period_days: 365,
        limits: DayLimits {
            bookings: i64::MAX,
            waiting_entries: i64::MAX,
            holds: i64::MAX,
        },
    }
}

fn wish(slot: Uuid, visit: Uuid) -> Wish {
    Wish {
        lpu: LPU,
        bearer: Bearer {
            lpu: LPU,
            mkab: patient_of(visit),
            login: String::new(),
            source: SOURCE.to_owned(),
            privilege: false,
        },
        cell: CellName::Guid(slot),
        referral: None,
        contact: Contact::default(),
        full_response: false,
        exam: None,
        external_user: None,
        idempotency_key: None,
    }
}

impl Real {
    fn now(&self) -> Moment {
        zone().at(self.picture.clock)
    }

    fn opened(&mut self) -> &mut Open {
        let path = self.folder.database();
        self.open.get_or_insert_with(|| Open {
            store: Store::open(&path, zone()).unwrap(),
            looking: Connection::open(&path).unwrap(),
        })
    }

    /// Does something in a transaction of the exchange, and looks at what came of it.
    fn transact<T>(
        &mut self,
        work: impl FnOnce(&mut BoxTx) -> T,
        commits: impl FnOnce() -> bool,
    ) -> Option<T> {
        let (now, guid) = (self.now(), self.picture.guid);
        let mut tx = BoxTx::begin(&mut self.opened().store, guid, now).unwrap();
        let done = work(&mut tx);
        let is_committed = commits();
        if is_committed {
            tx.commit().unwrap();
            self.look();
        }
        is_committed.then_some(done)
    }

    /// Looks at what came of a transaction: at what its records name, for the whole file would be ever slower.
    fn look(&mut self) {
        let (now, guid) = (self.now(), self.picture.guid);
        let mut picture = std::mem::replace(&mut self.picture, Picture::of(guid));
        follow(&mut picture, self.opened(), now);
        self.picture = picture;
    }
}

/// Brings a picture up to the last record.
fn follow(picture: &mut Picture, Open { store, looking }: &mut Open, now: Moment) {
    let mut tx = BoxTx::begin(store, picture.guid, now).unwrap();
    let site = tx.site().unwrap();
    let mut named = BTreeSet::new();
    while picture.last != site.last {
        for sent in tx.records(picture.last.0 + 1).unwrap() {
            picture.last = (sent.seq, sent.hash);
            let record = sent.record.unwrap();
            named.insert(record.subject);
            if let Fact::Message { message, .. } = content::fact(&record) {
                picture.messages.push(message.seq);
                let lines = content::lines(&message.lines).unwrap();
                named.extend(lines.iter().filter_map(|line| match line {
                    Line::Slot(slot) => Some(slot.guid),
                    _ => None,
                }));
            }
        }
    }
    drop(tx);
    for guid in named {
        for (guid, cell) in cells(looking, Some(guid)) {
            picture.cells.insert(guid, cell);
        }
        for (guid, visit) in visits(looking, Some(guid)) {
            picture.put_visit(guid, visit);
        }
    }
    let lives = store.lives().unwrap().into_iter();
    picture.lives = lives.filter(|life| *life != site.incarnation).collect();
    (picture.incarnation, picture.mode) = (site.incarnation, site.mode);
}

/// Returns one cell, or all.
fn cells(looking: &Connection, guid: Option<Uuid>) -> Vec<(Uuid, Cell)> {
    let owner = |word: String| Owner::WORDS.iter().find(|(known, _)| *known == word).unwrap().1;
    let condition = guid.map_or("", |_| "WHERE guid = ?1");
    let mut cells = looking
        .prepare_cached(&format!("SELECT guid, owner, plan_count FROM slot {condition}"))
        .unwrap();
    let cells = cells.query_map(params_from_iter(guid), |row| {
        let cell = Cell {
            owner: owner(row.get(1)?),
            places: row.get(2)?,
        };
        Ok((row.get(0)?, cell))
    });
    cells.unwrap().map(Result::unwrap).collect()
}

/// Returns one visit, or all, with place or without.
fn visits(looking: &Connection, guid: Option<Uuid>) -> Vec<(Uuid, Visit)> {
    let [seated, displaced] = match guid {
        Some(_) => ["WHERE v.guid = ?1", "WHERE guid = ?1"],
        None => ["", ""],
    };
    let mut visits = looking
        .prepare_cached(&format!(
            "SELECT v.guid, s.guid, v.status = 'active', 0 FROM visit v JOIN slot s ON s.id = v.slot_id {seated}
             UNION ALL SELECT guid, slot_guid, status = 'active', status = 'active' FROM displaced_visit {displaced}"
        ))
        .unwrap();
    let visits = visits.query_map(params_from_iter(guid), |row| {
        let visit = Visit {
            slot: row.get(1)?,
            active: row.get(2)?,
            displaced: row.get(3)?,
        };
        Ok((row.get(0)?, visit))
    });
    visits.unwrap().map(Result::unwrap).collect()
}

impl Database for Real {
    fn make(guid: Uuid, life: Uuid) -> Self {
        let mut real = Real {
            open: None,
            folder: Rc::new(Folder::new()),
            picture: Picture::of(guid),
        };
        let now = real.now();
        assert!(Store::create(&real.folder.database(), zone(), now).unwrap());
        let begin = Begin {
            incarnation: life,
            others: &BTreeSet::new(),
            is_in_region: false,
        };
        real.opened().store.begin_life_here(&begin, now).unwrap();
        real.look();
        real
    }

    fn begin(&mut self, life: Uuid, over: &[Uuid], _: Option<Fault>) {
        let now = self.now();
        let begin = Begin {
            incarnation: life,
            others: &over.iter().copied().collect(),
            is_in_region: true,
        };
        self.opened().store.begin_life_here(&begin, now).unwrap();
        self.look();
    }

    fn book(&mut self, guid: Uuid, slot: Uuid, commits: impl FnOnce() -> bool) -> bool {
        let now = self.now();
        let tx = self.opened().store.write().unwrap();
        let wish = wish(slot, guid);
        let facts = tx.facts(&wish, now).unwrap();
        let Ok(Approval::Book(booking)) = rules::decide(&wish, &facts, &policy(), now) else {
            return false;
        };
        match tx.book(&wish, &booking, &Stamp { now, ticket: guid }) {
            Ok(_) => {}
            // A life that only reads, or has stopped.
            Err(StoreFault::Unavailable(..)) => return false,
            Err(fault) => panic!("{fault}"),
        }
        if commits() {
            tx.commit().unwrap();
            self.look();
        }
        true
    }

    fn cancel(&mut self, guid: Uuid) -> bool {
        let now = self.now();
        let tx = self.opened().store.write().unwrap();
        let ticket = tx.find_ticket(guid, None).unwrap();
        let Some(ticket) = ticket.filter(|ticket| ticket.status == VisitStatus::Active) else {
            return false;
        };
        let by = tx.find_application(SOURCE).unwrap();
        match tx.cancel(&ticket, &by, "", None, now) {
            Ok(()) => {}
            Err(StoreFault::Unavailable(..)) => return false,
            Err(fault) => panic!("{fault}"),
        }
        tx.commit().unwrap();
        self.look();
        true
    }

    fn request(&mut self, name: &str) -> Request {
        self.transact(|tx| site::request(tx, name, "test").unwrap(), || true)
            .unwrap()
    }

    fn take(&mut self, answer: Answer, _: Option<Fault>, commits: impl FnOnce() -> bool) -> Option<Taken> {
        self.transact(|tx| site::take(tx, &answer).unwrap(), commits)
    }

    fn safe_records(&mut self) -> Vec<Point> {
        self.transact(|tx| safe_records(tx).unwrap(), || true).unwrap()
    }

    fn stop(&mut self, reason: &str) {
        self.transact(|tx| tx.stop(reason).unwrap(), || true);
    }

    fn jump_clock(&mut self, seconds: i64) {
        self.picture.clock += seconds;
    }

    fn wrong(&mut self) -> Vec<String> {
        let now = self.now();
        let mut wrong = Vec::new();
        let mut tell = |outcome: &Outcome| {
            if outcome.is_wrong() {
                wrong.push(outcome.to_string());
            }
        };
        let Open { store, looking } = self.opened();
        store.verify(true, now, &mut tell).unwrap();
        let all = (cells(looking, None), visits(looking, None));
        // Each life hears what those before it wrote: one that wrote things twice would let them double with every life.
        let twice: i64 = looking
            .query_row(include_str!("told_twice.sql"), [], |row| row.get(0))
            .unwrap();
        if self.picture.cells != all.0.into_iter().collect()
            || self.picture.visits != all.1.into_iter().collect()
        {
            wrong.push("the file has other cells or visits than its records name".to_owned());
        }
        if twice > 0 {
            wrong.push(format!(
                "one life wrote of {twice} things twice that they came back"
            ));
        }
        wrong
    }
}
