//! One box of the region with all that is kept of it, and what happens to it every day.

use super::database::{Database, Picture};
use super::finding::{Check, Fault, Finding, hold};
use super::office::Office;
use super::tally::Tally;
use super::town::{clinic_lines, slot_line, visit_line};
use super::watch;
use super::world::Size;
use crate::model::Dice;
use infomat::exchange::Owner;
use infomat::exchange::site::Mode;
use infomat::model::VisitStatus;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A computer with a database of the box, and the note beside it.
#[derive(Clone)]
pub struct Machine<D> {
    pub db: D,
    pub note: Note,
    /// The one that the clinic's people use.
    pub is_right: bool,
    /// An old file was put in place together with its note, and no request since then was answered: the last id drawn before.
    pub unsuspecting: Option<Uuid>,
}

/// What lies beside a database.
#[derive(Clone)]
pub struct Note {
    pub life: Uuid,
    /// Number of its last record.
    pub last: u64,
    /// Lives that are over.
    pub over: Vec<Uuid>,
}

impl Note {
    pub fn of(db: &Picture) -> Note {
        Note {
            life: db.incarnation,
            last: db.last_seq(),
            over: db.lives.clone(),
        }
    }
}

impl<D: Database> Machine<D> {
    pub fn new(db: D) -> Machine<D> {
        Machine {
            note: Note::of(&db),
            db,
            is_right: true,
            unsuspecting: None,
        }
    }

    /// Writes the note, after a commit. A file that has stopped because another life is noted leaves the note as it is.
    pub fn write_note(&mut self) {
        let is_own = self.note.life == self.db.incarnation;
        if is_own && self.note.last < self.db.last_seq() || !is_own && self.db.mode != Mode::Stopped {
            self.note = Note::of(&self.db);
        }
    }

    /// Returns the lives that are over when the next one begins here.
    pub fn over(&self) -> Vec<Uuid> {
        [&self.note.over[..], &[self.note.life]].concat()
    }
}

pub struct Place<D> {
    pub dice: Dice,
    pub fault: Option<Fault>,
    pub drawn: u128,
    pub centre: Office,
    pub machines: Vec<Machine<D>>,
    pub box_images: Vec<D>,
    pub letters: Vec<super::post::Letter>,
    cells: Vec<Uuid>,
    /// Bookings that were answered with 200.
    pub promised: BTreeSet<Uuid>,
    /// Visits of which a cancellation was answered with 200.
    pub cancelled: BTreeSet<Uuid>,
    /// Visits that nobody knew any more at some time.
    pub lost: BTreeSet<Uuid>,
    /// Visits that may meet another one in their cell, by the exceptions of the guarantee.
    pub excused: BTreeSet<Uuid>,
    /// A restored centre believes a life that is over, while the clinic's own box books: that life had never heard of its end, and
    /// called before its successor.
    pub is_misled: bool,
    /// Lives that are over, of which a successor has served.
    pub ended: BTreeSet<Uuid>,
    /// Lives that the clinic's people replaced by another file, whether a successor names them as over or not.
    pub overtaken: BTreeSet<Uuid>,
    /// Lives that two databases went on with.
    pub split: BTreeSet<Uuid>,
    /// The clinic has no line to the outside.
    pub is_cut_off: bool,
    pub tally: Tally,
}

/// Returns the cells that a box's database and the centre both call their own.
fn owned_twice(db: &Picture, centre: &Office) -> impl Iterator<Item = Uuid> {
    let mut theirs = centre.cells.iter().peekable();
    let both = db.cells.iter().filter(move |(guid, cell)| {
        while theirs.next_if(|(known, _)| known < guid).is_some() {}
        let theirs = theirs.peek().filter(|(known, _)| known == guid);
        cell.owner == Owner::Box && theirs.is_some_and(|(_, cell)| cell.owner == Owner::Centre)
    });
    both.map(|(guid, _)| *guid)
}

impl<D: Database> Place<D> {
    /// Makes a box with its cells, of which the centre owns every second one.
    pub fn new(seed: u64, number: u8, size: Size, generation: &str, fault: Option<Fault>) -> Place<D> {
        let mut dice = Dice(seed);
        for _ in 0..number {
            dice = Dice((dice.roll(usize::MAX)) as u64);
        }
        let mut place = Place {
            dice,
            fault,
            drawn: u128::from(seed) << 64 | u128::from(number) << 56,
            centre: Office::new(generation),
            machines: Vec::new(),
            box_images: Vec::new(),
            letters: Vec::new(),
            cells: Vec::new(),
            promised: BTreeSet::new(),
            cancelled: BTreeSet::new(),
            lost: BTreeSet::new(),
            excused: BTreeSet::new(),
            is_misled: false,
            ended: BTreeSet::new(),
            overtaken: BTreeSet::new(),
            split: BTreeSet::new(),
            is_cut_off: false,
            tally: Tally::default(),
        };
        place.centre.page = size.page;
        let db = D::make(place.guid(), place.guid());
        place.machines.push(Machine::new(db));
        place.tell(&clinic_lines());
        let mut lines = Vec::new();
        for number in 0..size.cells {
            let cell = place.guid();
            place.cells.push(cell);
            let owner = if number % 2 == 0 { "box" } else { "centre" };
            let places = (1 + number % 4 / 2) * size.places_of_a_cell;
            lines.push(slot_line(cell, number, owner, places.try_into().unwrap()));
        }
        for lines in lines.chunks(size.cells_told_at_once) {
            place.tell(&lines.join("\n"));
        }
        place
    }

    /// Draws an id.
    pub fn guid(&mut self) -> Uuid {
        self.drawn += 1;
        Uuid::from_u128(self.drawn | 1 << 126)
    }

    fn tell(&mut self, lines: &str) {
        let told = watch::tell(&mut self.centre, lines);
        assert!(told.is_ok(), "{told:?}: {lines}");
    }

    fn tell_cell(&mut self, cell: Uuid, owner: &str, places: i64) {
        let place = self.cells.iter().position(|known| *known == cell).unwrap();
        self.tell(&slot_line(cell, place, owner, places));
    }

    /// Returns which machine the clinic's people use.
    pub fn right(&self) -> usize {
        self.machines.iter().position(|machine| machine.is_right).unwrap()
    }

    pub fn some_machine(&mut self) -> usize {
        if self.dice.roll(4) == 0 {
            self.dice.roll(self.machines.len())
        } else {
            self.right()
        }
    }

    fn some_cell(&mut self) -> Uuid {
        self.cells[self.dice.roll(self.cells.len())]
    }

    /// Returns whether any database knows a visit.
    fn is_known(&self, visit: Uuid) -> bool {
        let at_box = |machine: &Machine<D>| machine.db.visits.contains_key(&visit);
        self.machines.iter().any(at_box) || self.centre.visits.contains_key(&visit)
    }

    /// Checks, before a mishap, that bookings were only lost by mishaps.
    pub fn check_known(&self) -> Result<(), Finding> {
        let mut kept = self.promised.difference(&self.lost);
        kept.try_for_each(|visit| hold(Check::BookingLasts, self.is_known(*visit), || visit.to_string()))
    }

    /// Notes, after a mishap, bookings and cancellations that nobody knows any more.
    pub fn forget(&mut self) {
        let unknown = self.promised.iter().filter(|visit| !self.is_known(**visit));
        let unknown: Vec<Uuid> = unknown.copied().collect();
        self.lost.extend(unknown);
        let is_cancelled = |visit: &Uuid| {
            let at_box =
                |machine: &Machine<D>| machine.db.visits.get(visit).is_some_and(|visit| !visit.active);
            let at_centre = self.centre.visits.get(visit);
            self.machines.iter().any(at_box)
                || at_centre.is_some_and(|visit| visit.status == VisitStatus::Cancelled)
        };
        let (cancelled, undone) = self.cancelled.iter().partition(|visit| is_cancelled(visit));
        // Their places may have been booked again.
        self.excused.extend::<BTreeSet<Uuid>>(undone);
        self.cancelled = cancelled;
    }

    /// Excuses bookings of which neither this database nor the centre knows, now that one of them begins to book again: they come from
    /// a life, or a centre, that was over.
    pub fn excuse(&mut self, place: usize) {
        let db = &self.machines[place].db;
        let unknown = self
            .promised
            .iter()
            .filter(|visit| !db.visits.contains_key(visit) && !self.centre.visits.contains_key(visit));
        self.excused.extend(unknown.copied().collect::<Vec<_>>());
    }

    /// Excuses bookings that the centre has not heard of, of a life that two databases go on with, in cells that the other one gave to
    /// the centre.
    pub fn excuse_copies(&mut self) {
        let is_split = |machine: &&Machine<D>| self.split.contains(&machine.db.incarnation);
        for Machine { db, .. } in self.machines.iter().filter(is_split) {
            let visits = owned_twice(db, &self.centre).flat_map(|slot| db.active_in(slot));
            let unheard = visits.filter(|(guid, _)| !self.centre.visits.contains_key(guid));
            self.excused.extend(unheard.map(|(guid, _)| guid));
        }
    }

    pub fn book_at_box(&mut self) {
        let (place, cell, guid) = (self.some_machine(), self.some_cell(), self.guid());
        let right = self.right();
        let machine = &mut self.machines[place];
        let mut commits = true;
        let dice = &mut self.dice;
        let is_booked = machine.db.book(guid, cell, || {
            commits = dice.roll(30) > 0;
            commits
        });
        if !is_booked {
            return;
        }
        if commits {
            machine.write_note();
        } else {
            // The power failed before the commit, and nobody is answered.
            self.tally.note("crashed at the box");
            if self.fault != Some(Fault::AnsweredBeforeCommit) {
                return;
            }
        }
        let life = &machine.db.incarnation;
        let is_copy = self.split.contains(life) || self.ended.contains(life);
        let is_released = self.centre.cells[&cell].owner != Owner::Box;
        if machine.unsuspecting.is_some() || is_copy && (place != right || is_released) {
            self.excused.insert(guid);
        }
        self.promised.insert(guid);
        self.tally.note("booked at the box");
    }

    pub fn book_at_centre(&mut self) {
        let (cell, guid) = (self.some_cell(), self.guid());
        if self.fault == Some(Fault::LeaseByClock)
            && self.dice.roll(5) == 0
            && let Some(cell) = self.centre.cells.get_mut(&cell)
        {
            cell.owner = Owner::Centre;
        }
        let line = visit_line(guid, cell);
        let crashes = self.dice.roll(30) == 0;
        let before = crashes.then(|| self.centre.clone());
        if let Ok(Some(_)) = watch::book(&mut self.centre, &line) {
            if let Some(before) = before {
                self.centre = before;
                self.tally.note("crashed at the centre");
                return;
            }
            if self.is_misled {
                self.excused.insert(guid);
            }
            self.promised.insert(guid);
            self.tally.note("booked at the centre");
        }
    }

    pub fn cancel(&mut self) {
        let place = self.some_machine();
        if self.promised.is_empty() {
            return;
        }
        let visit = self.dice.roll(self.promised.len());
        let guid = *self.promised.iter().nth(visit).unwrap();
        let is_done = if self.dice.roll(2) == 0 {
            let machine = &mut self.machines[place];
            let is_done = machine.db.cancel(guid);
            machine.write_note();
            is_done
        } else {
            let line = format!(r#"{{"kind":"cancellation","visit":"{guid}"}}"#);
            let told = matches!(watch::cancel(&mut self.centre, &line), Ok(Some(_)));
            // In a cell of the box it is a request.
            told && self.centre.visits[&guid].status == VisitStatus::Cancelled
        };
        if is_done {
            self.cancelled.insert(guid);
            self.tally.note("cancelled");
        }
    }

    pub fn grant_or_recall(&mut self) {
        let cell = self.some_cell();
        let Some(known) = self.centre.cells.get(&cell).copied() else {
            return;
        };
        if known.owner == Owner::Centre {
            self.tell_cell(cell, "box", known.places);
            self.tally.note("granted");
        } else {
            self.tell(&format!(r#"{{"kind":"recall","slot":"{cell}"}}"#));
            self.tally.note("recalled");
        }
    }

    /// Looks at what has come of the last event.
    pub fn look(&mut self) -> Result<(), Finding> {
        self.excuse_copies();
        self.check_owners()
    }

    /// Checks that the clinic's box and the centre do not both book a cell now. A life that two databases went on with is one of
    /// the exceptions.
    pub fn check_owners(&self) -> Result<(), Finding> {
        let Machine { db, unsuspecting, .. } = &self.machines[self.right()];
        let centre_books = self.centre.account.reported == self.centre.generation;
        if db.mode != Mode::Serving
            || unsuspecting.is_some()
            || self.split.contains(&db.incarnation)
            || !centre_books
            || self.is_misled
        {
            return Ok(());
        }
        let both = owned_twice(db, &self.centre).next();
        hold(Check::OneOwner, both.is_none(), || format!("{both:?}"))
    }
}
