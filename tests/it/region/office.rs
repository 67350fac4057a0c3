//! The centre's tables of one box, in memory.

use infomat::exchange::centre::{Account, Cell, CentreStore, Issue, Kin, Life, Row, Visit};
use infomat::exchange::{Message, MessagePoint};
use infomat::model::VisitStatus;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Cloning it makes an image.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Office {
    pub generation: String,
    pub account: Account,
    pub lives: BTreeMap<Uuid, Life>,
    pub rows: Vec<Row>,
    pub messages: Vec<Message>,
    pub cells: BTreeMap<Uuid, Cell>,
    pub visits: BTreeMap<Uuid, Visit>,
    pub issues: BTreeSet<Issue>,
}

impl CentreStore for Office {
    type Error = serde_json::Error;
    const PAGE: usize = 5;

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
        Ok(self
            .rows
            .iter()
            .filter(|row| row.sent.seq == seq)
            .cloned()
            .collect())
    }
    fn put_row(&mut self, row: &Row) -> Result<(), Self::Error> {
        match self.rows.iter_mut().find(|known| known.arrival == row.arrival) {
            Some(known) => *known = row.clone(),
            None => self.rows.push(row.clone()),
        }
        Ok(())
    }
    fn rows_beside(&mut self, kin: &[Kin], after: u64, most: usize) -> Result<Vec<Row>, Self::Error> {
        let is_kin = |row: &&Row| {
            let covers = |kin: &Kin| kin.incarnation == row.sent.incarnation && row.sent.seq <= kin.until;
            row.is_main && kin.iter().any(covers)
        };
        let beside = self.rows.iter().filter(|row| row.arrival > after && !is_kin(row));
        Ok(beside.take(most).cloned().collect())
    }
    fn last_arrived(&mut self, incarnation: Uuid, arrival: u64) -> Result<Option<u64>, Self::Error> {
        let rows = self
            .rows
            .iter()
            .filter(|row| row.is_main && row.arrival <= arrival);
        Ok(rows
            .filter(|row| row.sent.incarnation == incarnation)
            .map(|row| row.sent.seq)
            .max())
    }
    fn told(&mut self) -> Result<MessagePoint, Self::Error> {
        Ok(self.messages.last().map_or(MessagePoint::START, Message::point))
    }
    fn messages(&mut self, from: u64, most: usize) -> Result<Vec<Message>, Self::Error> {
        let from = self.messages.iter().filter(|message| message.seq >= from);
        Ok(from.take(most).cloned().collect())
    }
    fn put_message(&mut self, message: &Message) -> Result<(), Self::Error> {
        let place = usize::try_from(message.seq - 1).unwrap();
        if place == self.messages.len() {
            self.messages.push(message.clone());
        } else {
            self.messages[place] = message.clone();
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
        let after = self.cells.values().filter(|cell| cell.guid > after);
        Ok(after.take(most).copied().collect())
    }
    fn visit(&mut self, guid: Uuid) -> Result<Option<Visit>, Self::Error> {
        Ok(self.visits.get(&guid).copied())
    }
    fn put_visit(&mut self, visit: &Visit) -> Result<(), Self::Error> {
        self.visits.insert(visit.guid, *visit);
        Ok(())
    }
    fn active_visits(&mut self, slot: Uuid) -> Result<i64, Self::Error> {
        let here = |visit: &&Visit| visit.slot == Some(slot) && visit.status == VisitStatus::Active;
        Ok(self.visits.values().filter(here).count().try_into().unwrap())
    }
    fn list(&mut self, issue: Issue) -> Result<(), Self::Error> {
        self.issues.insert(issue);
        Ok(())
    }
}
