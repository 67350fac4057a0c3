//! Holds and moves once more, by another hand: naive books of who has and who holds which place, beside the real server. Random
//! sequences hold, give back, book, move and cancel at the methods of a terminal and of the reception, and start the server anew;
//! each answer is the one that the contract gives for what the books say, and so are the lists after it and the file in the end.

mod books;

use crate::clinic::{self, guid};
use crate::desk::{self, Person};
use crate::harness::{Client, Server, Site, tried};
use crate::tickets;
use books::{
    At, CARDS, CELLS, DOCTORS, FIRST_DOCTOR, Kept, LPU, OVERRIDE, Places, Stays, card_number, cell_number,
    is_one,
};
use infomat::refusal::Refusal;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::env;
use std::panic::catch_unwind;
use std::thread;
use std::time::Duration;
use uuid::Uuid;

/// Sequences that are played unless `INFOMAT_PLACES` says how many.
const SEQUENCES: u64 = 3;
const STEPS: usize = 300;

/// The server with both kinds of clients.
struct Town<'a> {
    site: &'a Site,
    password: String,
    /// None for a moment only.
    server: Option<Server>,
    terminal: Client,
    registrar: Person,
}

impl<'a> Town<'a> {
    fn open(site: &'a Site) -> Town<'a> {
        let password = desk::add(site, "anna", "registrar");
        let server = site.serve();
        let (terminal, registrar) = (server.client(), Person::stranger(&server));
        let mut town = Town {
            site,
            password,
            server: Some(server),
            terminal,
            registrar,
        };
        town.sign_in();
        town
    }

    fn sign_in(&mut self) {
        assert_eq!(self.registrar.sign_in("anna", &self.password).status, 200);
    }

    /// Starts the server anew. Holds last their full length again; where that is a second, it is waited for.
    fn restart(&mut self, ends_holds: bool) {
        // The next one may not come before it is gone.
        drop(self.server.take());
        if ends_holds {
            let database = Connection::open(self.site.path("infomat.db")).unwrap();
            database
                .execute("UPDATE hold SET seconds = 1 WHERE live = 1", [])
                .unwrap();
        }
        let server = self.site.serve();
        self.terminal = server.client();
        self.registrar = Person::stranger(&server);
        self.server = Some(server);
        self.sign_in();
        if ends_holds {
            thread::sleep(Duration::from_millis(1_100));
        }
    }
}

impl Places {
    fn card(&mut self) -> usize {
        self.dice.roll(CARDS.len())
    }

    fn cell(&mut self) -> usize {
        self.dice.roll(CELLS.len())
    }

    /// One of the known ones, the last ones mostly.
    fn recent(&mut self, count: usize) -> Option<usize> {
        let back = self.dice.of(&[1, 1, 2, 3, 5, 8]);
        (count > 0).then(|| count.saturating_sub(1 + self.dice.roll(back)))
    }

    fn step(&mut self, town: &mut Town) {
        match self.dice.roll(100) {
            0..26 => self.hold(town),
            26..36 => self.give_back(town),
            36..52 => self.book_at_terminal(town),
            52..62 => self.book_at_reception(town),
            62..82 => self.put_off(town),
            82..91 => self.cancel_at_terminal(town),
            91..98 => self.cancel_at_reception(town),
            _ => {
                let ends_holds = self.dice.once_in(2);
                town.restart(ends_holds);
                for kept in &mut self.holds {
                    kept.is_live &= !ends_holds;
                }
            }
        }
    }

    fn hold(&mut self, town: &mut Town) {
        let (card, cell) = (self.card(), self.cell());
        let path = format!(
            "/api/v2/visit/{}/hold?timeTable={}",
            guid(LPU),
            guid(cell_number(cell))
        );
        let answer = tickets::ask_as(&mut town.terminal, card_number(card), "POST", &path);
        let refusal = self.refusal(card, cell, At::Terminal, None);
        if self.agrees("hold", &answer, refusal.as_ref()) {
            for kept in self.holds.iter_mut().filter(|kept| is_one(kept.card, card)) {
                kept.is_live &= self.stays == Some(Stays::OldHold);
            }
            let hold = answer.json()["hold"].as_str().unwrap().to_owned();
            self.holds.push(Kept {
                hold,
                card,
                cell,
                is_live: true,
            });
        }
    }

    fn give_back(&mut self, town: &mut Town) {
        let Some(number) = self.recent(self.holds.len()) else {
            return;
        };
        let card = if self.dice.once_in(5) {
            self.card()
        } else {
            self.holds[number].card
        };
        let kept = self.holds[number].clone();
        let path = tickets::path(&format!("hold/{}", kept.hold));
        let answer = tickets::ask_as(&mut town.terminal, card_number(card), "DELETE", &path);
        let refusal = (!is_one(kept.card, card)).then_some(Refusal::HoldUnknown);
        if self.agrees("give back", &answer, refusal.as_ref()) {
            self.holds[number].is_live &= self.stays == Some(Stays::GivenBack);
        }
    }

    fn book_at_terminal(&mut self, town: &mut Town) {
        let (card, cell) = self.wish();
        let ask = clinic::Ask::new(LPU, card_number(card), cell_number(cell)).and("fullResponse", "true");
        let answer = ask.send(&mut town.terminal);
        let refusal = self.refusal(card, cell, At::Terminal, None);
        if self.agrees("book", &answer, refusal.as_ref()) {
            self.enter(card, cell, &answer.json());
        }
    }

    /// Somebody and a cell; mostly what was held last.
    fn wish(&mut self) -> (usize, usize) {
        match self.recent(self.holds.len()) {
            Some(number) if !self.dice.once_in(3) => (self.holds[number].card, self.holds[number].cell),
            _ => (self.card(), self.cell()),
        }
    }

    fn reception(&mut self) -> At {
        At::Reception {
            overrides: self.dice.once_in(2),
        }
    }

    fn body(cell: usize, at: At) -> Value {
        let reason = (at == At::Reception { overrides: true }).then_some("so");
        json!({"timeTable": guid(cell_number(cell)), "overrideReason": reason})
    }

    fn book_at_reception(&mut self, town: &mut Town) {
        let ((card, cell), at) = (self.wish(), self.reception());
        let path = format!("/desk/api/patients/{}/visits", guid(card_number(card)));
        let answer = town.registrar.change("POST", &path, &Places::body(cell, at));
        let refusal = self.refusal(card, cell, at, None);
        if self.agrees("book at the reception", &answer, refusal.as_ref()) {
            self.enter(card, cell, &answer.json());
        }
    }

    fn put_off(&mut self, town: &mut Town) {
        let Some(number) = self.recent(self.visits.len()) else {
            return;
        };
        let entry = self.visits[number].clone();
        let at = self.reception();
        let held = self.holds.iter().rev().find(|kept| is_one(kept.card, entry.card));
        let held = held.map(|kept| kept.cell);
        let cell = held
            .filter(|_| self.dice.once_in(3))
            .unwrap_or_else(|| self.cell());
        let path = format!("/desk/api/visits/{}/move", entry.ticket);
        let answer = town.registrar.change("POST", &path, &Places::body(cell, at));
        let refusal = if !entry.is_active {
            Some(Refusal::NotActive)
        } else if entry.cell == cell {
            None
        } else {
            self.refusal(entry.card, cell, at, Some(number))
        };
        if self.agrees("move", &answer, refusal.as_ref()) {
            if entry.cell != cell {
                self.use_up(entry.card, cell);
            }
            if self.stays != Some(Stays::Moved) {
                self.visits[number].cell = cell;
            }
            let told = answer.json();
            assert_eq!(
                told["num"],
                format!("{:03}", entry.num),
                "a visit keeps its number"
            );
            assert_eq!(told["timeTableGuid"], guid(cell_number(cell)));
        }
    }

    fn cancel_at_terminal(&mut self, town: &mut Town) {
        let Some(number) = self.recent(self.visits.len()) else {
            return;
        };
        let entry = self.visits[number].clone();
        let card = if self.dice.once_in(5) {
            self.card()
        } else {
            entry.card
        };
        let path = tickets::path(&entry.ticket);
        let answer = tickets::ask_as(&mut town.terminal, card_number(card), "DELETE", &path);
        let refusal = if !is_one(entry.card, card) {
            Some(Refusal::TicketUnknown)
        } else if !entry.is_active {
            Some(Refusal::NotActive)
        } else {
            None
        };
        if self.agrees("cancel", &answer, refusal.as_ref()) {
            self.visits[number].is_active = false;
        }
    }

    /// One that is cancelled already is answered as it is.
    fn cancel_at_reception(&mut self, town: &mut Town) {
        let Some(number) = self.recent(self.visits.len()) else {
            return;
        };
        let path = format!("/desk/api/visits/{}/cancel", self.visits[number].ticket);
        let answer = town.registrar.change("POST", &path, &json!({"reason": "so"}));
        self.agrees("cancel at the reception", &answer, None);
        self.visits[number].is_active = false;
    }

    /// Holds the lists against the books.
    fn check_lists(&self, town: &mut Town) {
        for (doctor, number) in (0..DOCTORS.len()).zip(FIRST_DOCTOR..) {
            let own = |cell: &usize| CELLS[*cell].0 == doctor;
            let free: i64 = (0..CELLS.len()).filter(own).map(|cell| self.free(cell)).sum();
            let path = format!("/api/v2/lpu/{}/doctor/{}", guid(LPU), guid(number));
            let told = town.terminal.ask("GET", &path, &[], &[]).json();
            assert_eq!(
                told["countFree"], free,
                "doctor {doctor}\n{:?}\n{:?}",
                self.visits, self.holds
            );
        }
    }

    /// Holds the file against the books.
    fn check_file(&self, site: &Site) {
        let database = Connection::open(site.path("infomat.db")).unwrap();
        for cell in 0..CELLS.len() {
            let counts: (i64, i64) = database
                .query_row(
                    "SELECT used_count, held_count FROM slot WHERE guid = ?1",
                    [guid(cell_number(cell)).parse::<Uuid>().unwrap()],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .unwrap();
            assert_eq!(
                counts,
                (self.used(cell), self.held_by_others(cell, None)),
                "cell {cell}"
            );
        }
        let mut visits = database
            .prepare(
                "SELECT v.guid, k.guid, s.guid, v.num, v.status = 'active' FROM visit v
                 JOIN slot s ON s.id = v.slot_id JOIN patient k ON k.id = v.patient_id ORDER BY v.id",
            )
            .unwrap();
        let visits = visits.query_map([], |row| {
            let [visit, card, cell] = [row.get::<_, Uuid>(0)?, row.get(1)?, row.get(2)?];
            let guids = [visit, card, cell].map(|guid| guid.to_string());
            Ok((guids, row.get::<_, i64>(3)?, row.get::<_, bool>(4)?))
        });
        let visits: Vec<_> = visits.unwrap().map(Result::unwrap).collect();
        let expected = self.visits.iter().map(|entry| {
            let guids = [
                entry.ticket.clone(),
                guid(card_number(entry.card)),
                guid(cell_number(entry.cell)),
            ];
            (guids, entry.num, entry.is_active)
        });
        assert_eq!(visits, expected.collect::<Vec<_>>());
    }
}

/// Plays one sequence. Returns how often each answer was given.
fn play(seed: u64, stays: Option<Stays>) -> BTreeMap<String, usize> {
    let mut places = Places::draw(seed, stays);
    let site = Site::new(OVERRIDE);
    site.import(&places.lines());
    let mut town = Town::open(&site);
    for _ in 0..STEPS {
        places.step(&mut town);
        places.check_lists(&mut town);
    }
    drop(town);
    places.check_file(&site);
    places.tally
}

#[test]
fn holds_and_moves_at_the_real_server_are_what_naive_books_say() {
    let sequences = env::var("INFOMAT_PLACES").map_or(SEQUENCES, |given| {
        given.parse().expect("INFOMAT_PLACES is a number")
    });
    let mut all = BTreeMap::<String, usize>::new();
    for seed in 0..sequences {
        for (what, times) in play(seed, None) {
            *all.entry(what).or_default() += times;
        }
    }
    println!("answers: {all:?}");
    for what in [
        "hold done",
        "hold 4009",
        "hold 4008",
        "hold 4011",
        "hold 4848",
        "give back done",
        "give back 5000",
        "book done",
        "book 4009",
        "book at the reception done",
        "move done",
        "move 4008",
        "move 4009",
        "move 4011",
        "move 4022",
        "cancel done",
        "cancel 4022",
        "cancel 5000",
    ] {
        assert!(all.contains_key(what), "never: {what}; {all:?}");
    }
    let answers: usize = all.values().sum();
    let done = all.iter().filter(|(what, _)| what.ends_with(" done"));
    let done: usize = done.map(|(_, times)| times).sum();
    tried(
        "holds, bookings, moves and cancellings at the methods of terminal and reception, in an order of chance",
        answers,
        &format!(
            "{sequences} sequences, {done} done, {} refused: each answer, each list after it and the file in the end are what naive \
             books of the contract say",
            answers - done
        ),
        "4 ways in which the books are wrong, each seen",
    );
}

#[test]
fn books_that_are_wrong_in_one_thing_are_seen() {
    for stays in [Stays::GivenBack, Stays::OldHold, Stays::UsedHold, Stays::Moved] {
        assert!(catch_unwind(|| play(0, Some(stays))).is_err(), "{stays:?}");
    }
}
