//! What a request will ask of the store, found before the box is locked, so that each table is read once.

use super::super::database::Connection;
use super::super::fault::Fault;
use super::Site;
use crate::exchange::content::{self, Fact, Line};
use crate::exchange::wire::Request;
use crate::model::record::Record;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Keys of rows.
#[derive(Default)]
pub struct Wanted {
    /// First and last number.
    rows: Option<(u64, u64)>,
    cells: BTreeSet<Uuid>,
    visits: BTreeSet<Uuid>,
    messages: BTreeSet<u64>,
}

impl Wanted {
    /// Returns what an exchange asks for.
    pub fn by_request(request: &Request) -> Wanted {
        let mut wanted = Wanted::default();
        let (first, last) = (request.records.first(), request.records.last());
        wanted.rows = first.zip(last).map(|(first, last)| (first.seq - 1, last.seq));
        wanted.messages.insert(request.header.applied_message.seq);
        for record in request.records.iter().filter_map(|sent| sent.record.as_ref()) {
            wanted.add(record);
        }
        wanted
    }

    /// Returns what the lines of a message ask for.
    pub fn by_lines(lines: &str) -> Wanted {
        let mut wanted = Wanted::default();
        wanted.add_lines(lines);
        wanted
    }

    /// Locks a box and reads what is wanted of it; `None`: there is no such box.
    pub fn lock(self, connection: &mut Connection, site: Uuid) -> Result<Option<Site<'_>>, Fault> {
        let Some(mut site) = Site::lock(connection.begin()?, site)? else {
            return Ok(None);
        };
        site.read_ahead(&self)?;
        Ok(Some(site))
    }

    fn add(&mut self, record: &Record) {
        match content::fact(record) {
            Fact::Visit(visit) => {
                self.visits.insert(record.subject);
                self.cells.extend(visit.slot);
            }
            Fact::Released { .. } | Fact::Owner { .. } => {
                self.cells.insert(record.subject);
            }
            Fact::Message { message, .. } => {
                self.messages.extend([message.seq.saturating_sub(1), message.seq]);
                self.add_lines(&message.lines);
            }
            Fact::Begun(_) | Fact::Stopped | Fact::Other | Fact::Unreadable => {}
        }
    }

    fn add_lines(&mut self, lines: &str) {
        for line in content::lines(lines).unwrap_or_default() {
            match line {
                Line::Slot(slot) => {
                    self.cells.insert(slot.guid);
                }
                Line::Visit { guid, slot } => {
                    self.visits.insert(guid);
                    self.cells.insert(slot);
                }
                Line::Cancellation { visit } => {
                    self.visits.insert(visit);
                }
                Line::Recall { slot } => {
                    self.cells.insert(slot);
                }
                Line::Data => {}
            }
        }
    }
}

impl Site<'_> {
    /// Reads what is wanted, in a statement a table.
    fn read_ahead(&mut self, wanted: &Wanted) -> Result<(), Fault> {
        if let Some((first, last)) = wanted.rows {
            self.read_rows(first, last)?;
        }
        let told = self.told.seq;
        let messages: Vec<_> = wanted
            .messages
            .iter()
            .copied()
            .filter(|seq| (1..=told).contains(seq))
            .collect();
        if !messages.is_empty() {
            self.read_messages(&messages)?;
        }
        if !wanted.cells.is_empty() {
            let cells: Vec<_> = wanted.cells.iter().copied().collect();
            self.read_cells(&cells)?;
            self.count_all(&cells)?;
        }
        if !wanted.visits.is_empty() {
            let visits: Vec<_> = wanted.visits.iter().copied().collect();
            self.read_visits(&visits)?;
        }
        Ok(())
    }
}
