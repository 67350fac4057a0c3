//! The centre's tables of one box, in memory.

use super::database::Seats;
use infomat::exchange::centre::{Account, Cell, CentreStore, Issue, Kin, Life, Row, Visit};
use infomat::exchange::{Message, MessagePoint};
use infomat::model::VisitStatus;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;
use uuid::Uuid;

/// Items of an answer: few, so that a short world has answers of several pages.
pub const PAGE: usize = 5;

/// Cloning it makes an image.
#[derive(Clone, PartialEq, Eq)]
pub struct Office {
    pub generation: String,
    pub account: Account,
    pub lives: BTreeMap<Uuid, Life>,
    /// In the order of their arrival.
    pub rows: Vec<Arc<Row>>,
    /// Number of a record, and its place in `rows`.
    by_seq: BTreeSet<(u64, usize)>,
    /// The same of each life.
    by_life: BTreeMap<Uuid, BTreeSet<(u64, usize)>>,
    pub messages: Vec<Arc<Message>>,
    pub cells: BTreeMap<Uuid, Cell>,
    pub visits: BTreeMap<Uuid, Visit>,
    seats: Seats,
    pub issues: BTreeSet<Issue>,
    /// Most items of an answer.
    pub page: usize,
}

impl Office {
    pub fn new(generation: &str) -> Office {
        Office {
            generation: generation.to_owned(),
            account: Account::default(),
            lives: BTreeMap::new(),
            rows: Vec::new(),
            by_seq: BTreeSet::new(),
            by_life: BTreeMap::new(),
            messages: Vec::new(),
            cells: BTreeMap::new(),
            visits: BTreeMap::new(),
            seats: Seats::default(),
            issues: BTreeSet::new(),
            page: PAGE,
        }
    }
}

impl CentreStore for Office {
    type Error = serde_json::Error;

    fn page(&self) -> usize {
        self.page
    }
    fn generation(&mut self) -> Result<String, Self::Error> {
        Ok(self.generation.clone())
    }
    fn account(&mut self) -> Result<Account, Self::Error> {
        Ok(self.account.clone())
    }
    fn put_account(&mut self, account: &Account) -> Result<(), Self::Error> {
        self.account = account.clone();
        Ok(())
    }
    fn lives(&mut self) -> Result<Vec<Life>, Self::Error> {
        Ok(self.lives.values().cloned().collect())
    }
    fn put_life(&mut self, life: &Life) -> Result<(), Self::Error> {
        self.lives.insert(life.incarnation, life.clone());
        Ok(())
    }
    fn rows(&mut self, seq: u64) -> Result<Vec<Row>, Self::Error> {
        let here = self.by_seq.range((seq, 0)..=(seq, usize::MAX));
        Ok(here.map(|(_, place)| Row::clone(&self.rows[*place])).collect())
    }
    fn put_row(&mut self, row: &Row) -> Result<(), Self::Error> {
        match self
            .rows
            .binary_search_by_key(&row.arrival, |known| known.arrival)
        {
            Ok(place) => self.rows[place] = Arc::new(row.clone()),
            Err(place) => {
                assert_eq!(
                    place,
                    self.rows.len(),
                    "a record that arrived before the last one"
                );
                self.by_seq.insert((row.sent.seq, place));
                let of_life = self.by_life.entry(row.sent.incarnation).or_default();
                of_life.insert((row.sent.seq, place));
                self.rows.push(Arc::new(row.clone()));
            }
        }
        Ok(())
    }
    fn rows_beside(&mut self, kin: &[Kin], after: u64, most: usize) -> Result<Vec<Row>, Self::Error> {
        let is_kin = |row: &Row| {
            let covers = |kin: &Kin| kin.incarnation == row.sent.incarnation && row.sent.seq <= kin.until;
            row.is_main && kin.iter().any(covers)
        };
        let first = self.rows.partition_point(|row| row.arrival <= after);
        let beside = self.rows[first..].iter().filter(|row| !is_kin(row));
        Ok(beside.take(most).map(|row| Row::clone(row)).collect())
    }
    fn last_arrived(&mut self, incarnation: Uuid, arrival: u64) -> Result<Option<u64>, Self::Error> {
        let of_life = self.by_life.get(&incarnation).into_iter().flatten();
        // From the last number back, for of many rows the last ones are asked for.
        let mut rows = of_life.rev().map(|(_, place)| &self.rows[*place]);
        let last = rows.find(|row| row.is_main && row.arrival <= arrival);
        Ok(last.map(|row| row.sent.seq))
    }
    fn told(&mut self) -> Result<MessagePoint, Self::Error> {
        Ok(self
            .messages
            .last()
            .map_or(MessagePoint::START, |last| last.point()))
    }
    fn messages(&mut self, from: u64, most: usize) -> Result<Vec<Message>, Self::Error> {
        let first = self.messages.partition_point(|message| message.seq < from);
        let from = self.messages[first..].iter().take(most);
        Ok(from.map(|message| Message::clone(message)).collect())
    }
    fn put_message(&mut self, message: &Message) -> Result<(), Self::Error> {
        let place = usize::try_from(message.seq - 1).unwrap();
        if place == self.messages.len() {
            self.messages.push(Arc::new(message.clone()));
        } else {
            self.messages[place] = Arc::new(message.clone());
        }
        Ok(())
    }
    fn cell(&mut self, guid: Uuid) -> Result<Option<Cell>, Self::Error> {
        Ok(self.cells.get(&guid).copied())
    }
    fn put_cell(&mut self, cell: &Cell) -> Result<(), Self::Error> {
        self.cells.insert(cell.guid, *cell);
        Ok(())
    }
    fn cells(&mut self, after: Uuid, most: usize) -> Result<Vec<Cell>, Self::Error> {
        let after = self.cells.range((Bound::Excluded(after), Bound::Unbounded));
        Ok(after.take(most).map(|(_, cell)| *cell).collect())
    }
    fn visit(&mut self, guid: Uuid) -> Result<Option<Visit>, Self::Error> {
        Ok(self.visits.get(&guid).copied())
    }
    fn put_visit(&mut self, visit: &Visit) -> Result<(), Self::Error> {
        let known = self.visits.insert(visit.guid, *visit);
        self.seats
            .put(visit.guid, known.and_then(|known| known.slot), visit.slot);
        Ok(())
    }
    fn active_visits(&mut self, slot: Uuid) -> Result<i64, Self::Error> {
        let is_active = |guid: &&Uuid| self.visits[*guid].status == VisitStatus::Active;
        Ok(self.seats.of(slot).filter(is_active).count().try_into().unwrap())
    }
    fn list(&mut self, issue: Issue) -> Result<(), Self::Error> {
        self.issues.insert(issue);
        Ok(())
    }
}
