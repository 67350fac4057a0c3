//! Goal: PostgreSQL keeps what the simple tables of the simulation keep, and answers the same. Method: worlds of the simulation are
//! played, and each transaction of their centre is done on PostgreSQL too: outcome and all rows are compared after each. Where a
//! world puts its centre back to an older state, the rows are written anew.

use super::region;
use crate::region::clinic::Clinic;
use crate::region::office::{Office, PAGE};
use crate::region::watch::{self, Deed};
use crate::region::{play, seeds};
use infomat::centre::{Connection, Database, Fault, Site, Wanted};
use infomat::exchange::centre::{Account, Cell, CentreStore, Issue, Kin, Life, Row, Visit};
use infomat::exchange::{Message, MessagePoint};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use uuid::Uuid;

/// Worlds that are played: of one box each, and with a restored centre among them.
const SEEDS: std::ops::Range<u64> = 4..7;

const GUID: Uuid = Uuid::from_u128(0xb0);

/// More than any table of a short world has.
const ALL: usize = 100_000;

/// The real store, with pages as small as those of the simple one.
struct Paged<'a>(Site<'a>);

/// Hands each function on.
macro_rules! hand_on {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $returned:ty;)*) => {
        $(fn $name(&mut self, $($argument: $kind),*) -> Result<$returned, Fault> {
            self.0.$name($($argument),*)
        })*
    };
}

impl CentreStore for Paged<'_> {
    type Error = Fault;

    fn page(&self) -> usize {
        PAGE
    }

    hand_on! {
        generation() -> String;
        account() -> Account;
        put_account(account: &Account) -> ();
        lives() -> Vec<Life>;
        put_life(life: &Life) -> ();
        rows(seq: u64) -> Vec<Row>;
        put_row(row: &Row) -> ();
        rows_beside(kin: &[Kin], after: u64, most: usize) -> Vec<Row>;
        last_arrived(incarnation: Uuid, arrival: u64) -> Option<u64>;
        told() -> MessagePoint;
        messages(from: u64, most: usize) -> Vec<Message>;
        put_message(message: &Message) -> ();
        cell(guid: Uuid) -> Option<Cell>;
        put_cell(cell: &Cell) -> ();
        cells(after: Uuid, most: usize) -> Vec<Cell>;
        visit(guid: Uuid) -> Option<Visit>;
        put_visit(visit: &Visit) -> ();
        active_visits(slot: Uuid) -> i64;
        list(issue: Issue) -> ();
    }
}

/// What PostgreSQL has, and what it should.
struct Mirror {
    connection: Connection,
    looking: postgres::Client,
    last: Option<Office>,
    deeds: usize,
    written_anew: usize,
}

impl Mirror {
    /// Does what happened to the simple tables, and compares.
    fn follow(&mut self, before: &Office, deed: &Deed, outcome: &str, after: &Office) {
        if self.last.as_ref() != Some(before) {
            self.write(before);
        }
        let wanted = match deed {
            Deed::Answer(request) => Wanted::by_request(request),
            Deed::Tell(lines) | Deed::Book(lines) | Deed::Cancel(lines) => Wanted::by_lines(lines),
            Deed::Retire => Wanted::default(),
        };
        let mine = {
            let mut store = Paged(wanted.lock(&mut self.connection, GUID).unwrap().unwrap());
            let mine = deed.run(&mut store).unwrap();
            let Paged(site) = store;
            site.commit().unwrap();
            mine
        };
        assert_eq!(mine, outcome);
        self.compare(after);
        self.deeds += 1;
        self.last = Some(after.clone());
    }

    /// Puts all rows in place of what is there.
    fn write(&mut self, office: &Office) {
        self.written_anew += 1;
        let tables = [
            "life", "journal", "message", "fact", "cell", "visit", "issue", "box",
        ];
        let emptied = tables
            .map(|table| format!("DELETE FROM infomat.{table};"))
            .concat();
        let sql = format!(
            "{emptied} INSERT INTO infomat.box (box, secret, stick_key) \
             SELECT '{GUID}', zero, zero FROM decode(repeat('00', 32), 'hex') zero"
        );
        self.looking.batch_execute(&sql).unwrap();
        // The name of what is there may be seen for the first time.
        Wanted::default()
            .lock(&mut self.connection, GUID)
            .unwrap()
            .unwrap()
            .commit()
            .unwrap();
        let name = "UPDATE infomat.region SET generation = $1";
        self.looking.execute(name, &[&office.generation]).unwrap();
        let mut store = Wanted::default()
            .lock(&mut self.connection, GUID)
            .unwrap()
            .unwrap();
        store.put_account(&office.account).unwrap();
        office
            .lives
            .values()
            .for_each(|life| store.put_life(life).unwrap());
        office.rows.iter().for_each(|row| store.put_row(row).unwrap());
        office
            .messages
            .iter()
            .for_each(|message| store.put_message(message).unwrap());
        office
            .cells
            .values()
            .for_each(|cell| store.put_cell(cell).unwrap());
        office
            .visits
            .values()
            .for_each(|visit| store.put_visit(visit).unwrap());
        office
            .issues
            .iter()
            .for_each(|issue| store.list(issue.clone()).unwrap());
        store.commit().unwrap();
        self.compare(office);
    }

    fn compare(&mut self, office: &Office) {
        let mut store = Wanted::default()
            .lock(&mut self.connection, GUID)
            .unwrap()
            .unwrap();
        assert_eq!(store.generation().unwrap(), office.generation);
        assert_eq!(store.account().unwrap(), office.account);
        assert_eq!(
            store.lives().unwrap(),
            office.lives.values().cloned().collect::<Vec<_>>()
        );
        assert_eq!(
            store.told().unwrap(),
            office
                .messages
                .last()
                .map_or(MessagePoint::START, |last| last.point())
        );
        let rows = store.rows_beside(&[], 0, ALL).unwrap();
        assert!(rows.iter().eq(office.rows.iter().map(Arc::as_ref)), "rows");
        let messages = store.messages(1, ALL).unwrap();
        assert!(
            messages.iter().eq(office.messages.iter().map(Arc::as_ref)),
            "messages"
        );
        let cells = store.cells(Uuid::nil(), ALL).unwrap();
        assert_eq!(cells, office.cells.values().copied().collect::<Vec<_>>());
        for visit in office.visits.values() {
            assert_eq!(store.visit(visit.guid).unwrap(), Some(*visit));
        }
        drop(store);
        let counts = "SELECT (SELECT count(*) FROM infomat.visit), (SELECT count(*) FROM infomat.issue)";
        let counts = self.looking.query_one(counts, &[]).unwrap();
        let counts: (i64, i64) = (counts.get(0), counts.get(1));
        let own = (office.visits.len(), office.issues.len());
        assert_eq!(counts, (own.0.try_into().unwrap(), own.1.try_into().unwrap()));
    }
}

#[test]
fn the_database_keeps_what_the_simple_tables_keep() {
    let Some(region) = region() else { return };
    let mirror = Rc::new(RefCell::new(Mirror {
        connection: Database::named(Some(&region.url)).unwrap().connect().unwrap(),
        looking: region.sql(),
        last: None,
        deeds: 0,
        written_anew: 0,
    }));
    let follows = mirror.clone();
    watch::set(Some(Box::new(move |before, deed, outcome, after| {
        follows.borrow_mut().follow(before, deed, outcome, after);
    })));
    for seed in seeds(SEEDS) {
        if let Err(finding) = play::<Clinic>(seed, None) {
            panic!("in the world of seed {seed}: {finding}");
        }
    }
    watch::set(None);
    let mirror = mirror.borrow();
    eprintln!(
        "{} transactions, tables written anew {} times",
        mirror.deeds, mirror.written_anew
    );
    assert!(mirror.deeds > 300, "{}", mirror.deeds);
}
