//! Random sequences against a real store: batches of a few requests, made to last or dropped, while time goes on, other
//! hands cancel, imports change the clinic, and the file is closed and opened again. Each answer is the naive one, and so
//! is what lies on the disk.

use super::books::{Books, Entry, Request, Wanted};
use super::naive::{DAY, Verdict, Wall};
use super::town::{self, KINDS, PATIENTS, SOURCES, Town};
use super::{Dice, lists, naive, translate};
use crate::harness::Site;
use infomat::import::{self, ImportError};
use infomat::model::{
    Bearer, CellName, Contact, ReferralName, ReferralType, Stamp, Ticket, VisitStatus, Wish, Zone,
};
use infomat::refusal::Refusal;
use infomat::rules::{self, Approval, Policy};
use infomat::store::{Store, WriteTx};
use rusqlite::{Connection, OptionalExtension, named_params};
use std::collections::HashMap;
use std::mem::discriminant;
use uuid::Uuid;

const SEQUENCES: u64 = 60;
const BATCHES: usize = 60;
const REQUESTS_PER_TURN_MAX: usize = 6;

/// Fewest tickets that all sequences make together.
const TICKETS_MIN: usize = 500;

/// A visit on the disk: its GUID, patient, cell (none when that was removed), number, key, and whether it is active.
type VisitRow = (Uuid, Uuid, Option<Uuid>, i64, Option<String>, bool);

/// What the real side is made of, and the books beside it.
struct Play {
    dice: Dice,
    town: Town,
    books: Books,
    now: Wall,
    tickets_drawn: u128,
    /// What was asked so far: some of it is asked again.
    asked: Vec<Request>,
    /// A cell was moved, its patients with it: they may be awaited in two places at once now.
    moved: bool,
    tally: HashMap<std::mem::Discriminant<Verdict>, usize>,
}

/// The request in the library's words.
fn wish(request: &Request) -> Wish {
    Wish {
        lpu: town::lpu_guid(request.lpu),
        bearer: Bearer {
            lpu: town::lpu_guid(request.token_lpu),
            mkab: town::patient_guid(request.patient),
            login: String::new(),
            source: SOURCES[request.source].0.to_owned(),
            privilege: false,
        },
        cell: match request.wanted {
            Wanted::Cell(cell) => CellName::Guid(town::cell_guid(cell)),
            Wanted::Begin(doctor, begin) => {
                CellName::Begin(town::doctor_guid(doctor), translate::moment(begin).naive_local())
            }
        },
        referral: request.referral.map(|(number, kind)| ReferralName {
            number: number.to_string(),
            kind: ReferralType::WORDS
                .iter()
                .find(|(word, _)| *word == KINDS[kind])
                .unwrap()
                .1,
        }),
        contact: Contact {
            phone: request.phone.map(town::phone),
            ..Contact::default()
        },
        full_response: true,
        exam: request.exam.map(town::exam_guid),
        external_user: None,
        idempotency_key: request.key.map(|key| key.to_string()),
    }
}

/// Gathers, decides and writes, as the engine does. The ticket of a new visit is what reading it tells.
fn book(tx: &WriteTx, wish: &Wish, policy: &Policy, stamp: &Stamp) -> Result<Ticket, Refusal> {
    let facts = tx.facts(wish, stamp.now).unwrap();
    match rules::decide(wish, &facts, policy, stamp.now)? {
        Approval::Book(booking) => {
            let ticket = tx.book(wish, &booking, stamp).unwrap();
            assert_eq!(ticket, tx.ticket(ticket.id).unwrap());
            Ok(ticket)
        }
        Approval::Repeat(visit) => Ok(tx.ticket(visit).unwrap()),
    }
}

impl Play {
    /// Asks both and compares; a new ticket goes into the books.
    fn one(&mut self, tx: &WriteTx) {
        let request = if self.dice.once_in(8) && !self.asked.is_empty() {
            let recent = self.asked.len().saturating_sub(5);
            self.dice.of(&self.asked[recent..])
        } else {
            self.town.request(&mut self.dice)
        };
        self.asked.push(request.clone());
        self.tickets_drawn += 1;
        let stamp = Stamp {
            now: translate::moment(self.now),
            ticket: Uuid::from_u128(9 << 64 | self.tickets_drawn),
        };
        let policy = self.policy();
        let wish = wish(&request);
        let answer = book(tx, &wish, &policy, &stamp);
        let cells: Vec<Option<usize>> = match self.town.candidates(&self.books, &request) {
            none if none.is_empty() => vec![None],
            some => some.into_iter().map(Some).collect(),
        };
        let verdicts = cells
            .iter()
            .map(|cell| (*cell, self.town.answer(&self.books, &request, *cell, self.now)));
        let verdicts: Vec<_> = verdicts.collect();
        let fits = |(cell, verdict): &&(Option<usize>, Verdict)| {
            let refusal = translate::refusal(*verdict, wish.bearer.mkab, wish.lpu);
            match &answer {
                Ok(ticket) => refusal.is_none() && ticket.cell == cell.map(town::cell_guid),
                Err(given) => refusal.as_ref() == Some(given),
            }
        };
        let Some((cell, verdict)) = verdicts.iter().find(fits) else {
            panic!(
                "{answer:?}, but the contract says {verdicts:?} at {}\nto {request:?}",
                stamp.now
            )
        };
        *self.tally.entry(discriminant(verdict)).or_default() += 1;
        if let (Ok(ticket), Some(cell)) = (answer, cell) {
            if *verdict == Verdict::Ticket {
                self.town
                    .enter(&mut self.books, &request, *cell, stamp.ticket, self.now);
            }
            self.check_ticket(&ticket, &request, *cell);
        }
    }

    /// The ticket says what the books say.
    fn check_ticket(&self, ticket: &Ticket, request: &Request, cell: usize) {
        let is_it = |entry: &&Entry| entry.active && entry.patient == request.patient && entry.cell == cell;
        let same_press = |entry: &&Entry| entry.guid == ticket.guid;
        let entry = self
            .books
            .visits
            .iter()
            .filter(is_it)
            .find(same_press)
            .expect("the ticket is in the books");
        let known = &self.town.cells[cell];
        assert_eq!(ticket.num, entry.num);
        assert_eq!(ticket.used_count, self.books.used(cell));
        assert_eq!(ticket.plan_count, known.plan);
        assert_eq!(ticket.doc_fio, town::FIOS[known.doctor]);
        assert_eq!(
            (ticket.begin, ticket.end),
            (translate::moment(known.begin), translate::moment(known.end))
        );
        assert_eq!(ticket.status, VisitStatus::Active);
        assert_eq!(ticket.history.len(), 1);
    }

    /// Time goes on: not at all, a little, or to the very second at which some cell begins or ends.
    fn wait(&mut self) {
        let number = match self.books.visits.last() {
            Some(visit) if self.dice.once_in(2) => visit.cell,
            _ => self.dice.roll(self.town.cells.len()),
        };
        let cell = &self.town.cells[number];
        let moment = self.dice.of(&[
            self.now,
            self.now + 1,
            self.now + 600,
            cell.begin,
            cell.end,
            cell.begin - 1,
        ]);
        if moment > self.now && moment < self.now + DAY / 2 {
            self.now = moment;
        }
    }

    fn policy(&self) -> Policy {
        translate::policy(
            self.town.rules,
            self.town.max_period_days,
            self.town.bookings_a_day,
        )
    }

    /// A moment about a cell's begin, whatever the time is.
    fn clock(&mut self) -> Wall {
        let begin = self.town.cells[self.dice.roll(self.town.cells.len())].begin;
        begin + self.dice.of(&[-DAY, -1, 0, 1])
    }

    /// Another program cancels a visit: what the schema keeps right, it keeps right for everybody.
    fn cancel(&mut self, database: &Connection) {
        let active: Vec<usize> = (0..self.books.visits.len())
            .filter(|at| self.books.visits[*at].active)
            .collect();
        if active.is_empty() {
            return;
        }
        let at = self.dice.of(&active);
        let entry = &mut self.books.visits[at];
        entry.active = false;
        let cancel = "UPDATE visit SET status = 'cancelled' WHERE guid = :guid";
        assert_eq!(
            database
                .execute(cancel, named_params! { ":guid": entry.guid })
                .unwrap(),
            1
        );
    }

    /// An import beside the store changes something, or is refused and changes nothing.
    fn change(&mut self, importer: &mut Store) {
        let (line, fits) = self.town.change(&mut self.books, self.now, &mut self.dice);
        let now = translate::moment(self.now);
        match import::import(
            importer,
            line.to_string().as_bytes(),
            &import::Wanted::at(now),
            &mut |_| {},
        ) {
            Ok(_) => assert!(fits, "taken: {line}"),
            Err(ImportError::BadLines(1)) => assert!(!fits, "refused: {line}"),
            Err(error) => panic!("{error}: {line}"),
        }
        self.moved |= fits && line["kind"] == "slot";
    }

    /// What lies on the disk is what the books say, and keeps the contract's promises.
    fn check_disk(&self, database: &Connection) {
        let mut visits = database
            .prepare(
                "SELECT v.guid, p.guid, s.guid, v.num, v.idempotency_key, v.status = 'active'
                 FROM visit v JOIN patient p ON p.id = v.patient_id LEFT JOIN slot s ON s.id = v.slot_id ORDER BY v.id",
            )
            .unwrap();
        let visits = visits.query_map([], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        });
        let visits: Vec<VisitRow> = visits.unwrap().map(Result::unwrap).collect();
        let expected = self.books.visits.iter().map(|entry| {
            let key = entry.key.map(|key| key.to_string());
            let patient = town::patient_guid(entry.patient);
            let cell = (!self.town.cells[entry.cell].removed).then(|| town::cell_guid(entry.cell));
            (entry.guid, patient, cell, entry.num, key, entry.active)
        });
        assert_eq!(visits, expected.collect::<Vec<_>>());
        self.check_places(database);
        for (number, cell) in self.town.cells.iter().enumerate() {
            let used = "SELECT used_count FROM slot WHERE guid = :guid";
            let guid = town::cell_guid(number);
            let used = database.query_row(used, named_params! { ":guid": guid }, |row| row.get(0));
            let expected = (!cell.removed).then(|| self.books.used(number));
            assert_eq!(used.optional().unwrap(), expected);
            assert!(expected.is_none_or(|used| used <= cell.plan));
        }
        for patient in 0..PATIENTS {
            let phone = "SELECT phone FROM patient WHERE guid = :guid";
            let guid = town::patient_guid(patient);
            let phone: String = database
                .query_row(phone, named_params! { ":guid": guid }, |row| row.get(0))
                .unwrap();
            assert_eq!(
                phone,
                self.books.phones[patient].map(town::phone).unwrap_or_default()
            );
        }
        self.check_promises(database);
    }

    /// Active visits are with the doctor and at the time of their cells, wherever these were put.
    fn check_places(&self, database: &Connection) {
        for entry in self.books.visits.iter().filter(|entry| entry.active) {
            let place =
                "SELECT r.guid, v.begin_at, v.end_at FROM visit v JOIN resource r ON r.id = v.resource_id
                         WHERE v.guid = :guid";
            let place: (Uuid, i64, i64) = database
                .query_row(place, named_params! { ":guid": entry.guid }, |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .unwrap();
            let cell = &self.town.cells[entry.cell];
            let unix = |wall| translate::moment(wall).timestamp();
            assert_eq!(
                place,
                (town::doctor_guid(cell.doctor), unix(cell.begin), unix(cell.end))
            );
        }
    }

    fn check_promises(&self, database: &Connection) {
        let count = |query| database.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
        let visits = i64::try_from(self.books.visits.len()).unwrap();
        // Imports have moved visits; nothing else is told of them here.
        let others =
            "SELECT count(*) FROM visit_history WHERE element NOT IN ('beginTime', 'docGuid', 'room')";
        assert_eq!(count(others), 0);
        let in_order = "SELECT count(*) FROM (
                            SELECT v.id, row_number() OVER (ORDER BY j.seq) AS place
                            FROM journal j JOIN visit v ON v.guid = j.subject WHERE j.kind = 'booked')
                        WHERE id = place";
        assert_eq!(count(in_order), visits);
        assert_eq!(
            count("SELECT count(*) FROM (SELECT DISTINCT num_resource_id, num_day, num FROM visit)"),
            visits
        );
        if self.town.rules.one_per_time && !self.moved {
            let overlaps =
                "SELECT count(*) FROM visit a JOIN visit b ON a.patient_id = b.patient_id AND a.id < b.id
                            WHERE a.status = 'active' AND b.status = 'active'
                            AND a.begin_at < b.end_at AND b.begin_at < a.end_at";
            assert_eq!(count(overlaps), 0);
        }
        assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
        let integrity: String = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(integrity, "ok");
    }

    /// One sequence from an empty clinic on.
    fn run(&mut self, site: &Site) {
        site.import(&self.town.lines());
        let path = site.path("infomat.db");
        let zone = Zone::Fixed(*translate::moment(self.now).offset());
        let database = Connection::open(&path).unwrap();
        let mut store = Store::open(&path, zone).unwrap();
        let mut importer = Store::open(&path, zone).unwrap();
        for _ in 0..BATCHES {
            self.wait();
            if self.dice.once_in(4) {
                self.cancel(&database);
            }
            if self.dice.once_in(6) {
                self.change(&mut importer);
            }
            let before = self.books.clone();
            let tx = store.write().unwrap();
            for _ in 0..=self.dice.roll(REQUESTS_PER_TURN_MAX) {
                self.one(&tx);
            }
            if self.dice.once_in(6) {
                lists::remember(&tx, &self.policy(), translate::moment(self.now));
                drop(tx);
                self.books = before;
            } else {
                tx.commit().unwrap();
            }
            if self.dice.once_in(12) {
                store.checkpoint().unwrap();
                drop(store);
                store = Store::open(&path, zone).unwrap();
            }
            // A clock may go on, and back.
            for moment in [self.now, self.now + DAY, self.clock()] {
                let policy = self.policy();
                lists::agree(&store, &importer, &database, &policy, translate::moment(moment));
            }
        }
        self.check_disk(&database);
    }
}

#[test]
fn a_real_store_is_what_naive_books_say_after_random_sequences() {
    let mut tally = HashMap::new();
    let mut tickets = 0;
    for seed in 0..SEQUENCES {
        let mut dice = Dice(seed);
        let mut play = Play {
            town: Town::draw(&mut dice),
            dice,
            books: Books::default(),
            now: naive::midnight(town::FIRST_DAY) + 8 * 3_600,
            tickets_drawn: 0,
            asked: Vec::new(),
            moved: false,
            tally,
        };
        play.run(&Site::new(""));
        tickets += play.books.visits.len();
        tally = play.tally;
    }
    // No import gives a cell another owner, or closes it.
    assert_eq!(tally.len(), naive::VERDICTS - 3, "{tickets} tickets, {tally:?}");
    assert!(tickets >= TICKETS_MIN, "{tickets} tickets, {tally:?}");
}
