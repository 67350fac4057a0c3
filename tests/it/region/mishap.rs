//! What befalls databases: images put back, computers copied, files put in place by hand.

use super::database::Database;
use super::finding::{Check, Fault, Finding, hold};
use super::office::Office;
use super::place::{Machine, Note, Place};
use super::watch;
use infomat::exchange::centre::{self, Mark};
use infomat::exchange::site::Mode;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most databases that call themselves the same box, and most images of it.
const MACHINES_MAX: usize = 4;
const IMAGES_MAX: usize = 6;

impl<D: Database> Place<D> {
    pub fn keep_image(&mut self) {
        if self.box_images.len() == IMAGES_MAX {
            let place = self.dice.roll(IMAGES_MAX);
            self.box_images.swap_remove(place);
        }
        self.box_images.push(self.machines[self.right()].db.clone());
    }

    /// A person restores an image, in place of the database or on another computer while the old one goes on somewhere.
    pub fn restore_box(&mut self) {
        if self.box_images.is_empty() {
            return;
        }
        let image = self.dice.roll(self.box_images.len());
        let mut db = self.box_images[image].clone();
        let old = self.right();
        let over = self.machines[old].over();
        self.overtaken.insert(self.machines[old].db.incarnation);
        self.begin_life(&mut db, &over);
        let mut machine = Machine::new(db);
        if self.dice.roll(3) == 0 && self.machines.len() < MACHINES_MAX {
            self.machines[old].is_right = false;
            self.machines.push(machine);
            self.tally.note("box restored beside the old one");
        } else {
            std::mem::swap(&mut self.machines[old], &mut machine);
            self.tally.note("box restored");
        }
        self.forget();
        // It calls at once, while answers to the life before are still on their way.
        self.ask();
    }

    /// A person says that this file is the box from now on.
    fn begin_life(&mut self, db: &mut D, over: &[Uuid]) {
        let life = self.guid();
        db.begin(life, over, self.fault);
    }

    /// A person makes the file as it stands a new life, because it has stopped.
    pub fn restore_here(&mut self) {
        let right = self.right();
        if self.machines[right].db.mode != Mode::Stopped {
            return;
        }
        let mut db = self.machines[right].db.clone();
        let over = self.machines[right].over();
        self.begin_life(&mut db, &over);
        self.machines[right].db = db;
        self.machines[right].write_note();
        self.machines[right].unsuspecting = None;
        self.tally.note("a stopped file made a new life");
    }

    /// Takes the mark before a backup of the centre.
    pub fn mark(&mut self) -> Mark {
        centre::mark(&mut self.centre).unwrap()
    }

    /// Says that all backups hold what had come before the oldest one.
    pub fn mark_safe(&mut self, oldest: &Mark) {
        let now = self.mark();
        let is_too_early = self.fault == Some(Fault::SafeTooEarly);
        let mark = if is_too_early { &now } else { oldest };
        if centre::mark_safe(&mut self.centre, mark).unwrap() {
            self.tally.note("marked as safe");
        }
    }

    /// The centre's database is put back to an image, or another server takes over.
    pub fn restore_centre(&mut self, image: &Office, generation: &str) -> Result<(), Finding> {
        let kept: BTreeSet<_> = image.rows.iter().map(|row| row.sent.hash).collect();
        for Machine { db, .. } in &mut self.machines {
            let mut safe = db.safe_records().into_iter();
            let lost = safe.find(|point| !kept.contains(&point.hash));
            hold(Check::SafeIsKept, lost.is_none(), || format!("{lost:?}"))?;
        }
        self.centre = image.clone();
        generation.clone_into(&mut self.centre.generation);
        self.forget();
        self.tally.note("centre restored");
        Ok(())
    }

    /// The whole computer is cloned, and the clone goes on beside it.
    pub fn copy_machine(&mut self) {
        if self.machines.len() < MACHINES_MAX {
            let mut copy = self.machines[self.right()].clone();
            copy.is_right = false;
            self.split.insert(copy.db.incarnation);
            self.machines.push(copy);
            self.tally.note("copied");
        }
    }

    /// Somebody puts an old file in place of the database. The note beside it tells, unless it was put back too.
    pub fn copy_back(&mut self) {
        if self.box_images.is_empty() {
            return;
        }
        let image = self.dice.roll(self.box_images.len());
        let right = self.right();
        let now = self.guid();
        let machine = &mut self.machines[right];
        self.overtaken.insert(machine.db.incarnation);
        machine.db = self.box_images[image].clone();
        let note = &machine.note;
        let is_old = note.life != machine.db.incarnation || note.last > machine.db.last_seq();
        if self.dice.roll(3) == 0 {
            // Its note is put in place with it.
            machine.note = Note::of(&machine.db);
            self.tally.note("old file with its note");
        } else if is_old && machine.db.mode != Mode::Stopped {
            machine.db.stop("the note beside it knows more");
            self.tally.note("old file noticed");
        }
        if machine.db.mode != Mode::Stopped {
            machine.unsuspecting = Some(now);
            self.split.insert(machine.db.incarnation);
        }
        self.forget();
    }

    /// The region gives the box up, dead or not.
    pub fn retire(&mut self) {
        watch::retire(&mut self.centre);
        self.tally.note("given up");
    }

    /// The clock of the clinic's box jumps by up to a month, either way.
    pub fn jump_clock(&mut self) {
        let right = self.right();
        let days = i64::try_from(self.dice.roll(61)).unwrap() - 30;
        self.machines[right].db.jump_clock(days * 24 * 60 * 60);
        self.tally.note("clock jumped");
    }
}
