//! What a client asked, when, and what came of it.

use super::file::File;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

/// One call, with times since the world began.
#[derive(Clone, Debug)]
pub struct Call {
    pub begin: Duration,
    pub end: Duration,
    pub patient: u32,
    /// A registrar asked.
    pub at_desk: bool,
    pub asked: Asked,
    pub came: Came,
}

#[derive(Clone, Debug)]
pub enum Asked {
    Book {
        cell: u32,
        key: String,
        phone: String,
    },
    Cancel {
        ticket: String,
    },
    Move {
        ticket: String,
        to: u32,
    },
    Arrive {
        ticket: String,
    },
    Hold {
        cell: u32,
    },
    GiveBack {
        hold: String,
    },
    /// The patient's active visits.
    Read,
}

#[derive(Clone, Debug)]
pub enum Came {
    /// A ticket with its cell and number.
    Ticket {
        guid: String,
        cell: u32,
        num: u32,
    },
    Hold(String),
    /// Tickets with their cells.
    List(Vec<(String, u32)>),
    Done,
    /// Status and code.
    Refused(u16, String),
    /// The server was killed before it answered.
    Unknown,
    /// It was killed, and the file shows that nothing was done.
    Lost,
}

impl Call {
    pub fn is_done(&self) -> bool {
        !matches!(self.came, Came::Refused(..) | Came::Unknown | Came::Lost)
    }

    /// The ticket that a booking made or repeated.
    pub fn booked(&self) -> Option<&str> {
        match (&self.asked, &self.came) {
            (Asked::Book { .. }, Came::Ticket { guid, .. }) => Some(guid),
            _ => None,
        }
    }

    /// The ticket that is to be cancelled.
    pub fn cancels(&self) -> Option<&str> {
        match &self.asked {
            Asked::Cancel { ticket } => Some(ticket),
            _ => None,
        }
    }

    fn kind(&self) -> &'static str {
        match self.asked {
            Asked::Book { .. } => "book",
            Asked::Cancel { .. } => "cancel",
            Asked::Move { .. } => "move",
            Asked::Arrive { .. } => "arrive",
            Asked::Hold { .. } => "hold",
            Asked::GiveBack { .. } => "give back",
            Asked::Read => "read",
        }
    }
}

/// Returns how many calls of each kind came to what.
pub fn counted(calls: &[Call]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in calls {
        let came = match call.came {
            Came::Refused(..) => "refused",
            Came::Unknown => "unknown",
            Came::Lost => "lost",
            _ => "done",
        };
        *counts.entry(format!("{} {came}", call.kind())).or_default() += 1;
    }
    counts
}

/// What answers have told until now.
#[derive(Default)]
struct Told {
    /// Tickets, and holds.
    made: HashSet<String>,
    cancelled: HashSet<String>,
    arrived: HashSet<String>,
    /// Where visits were put last.
    cells: HashMap<String, u32>,
}

impl Told {
    fn by(&mut self, call: &Call) {
        match (&call.asked, &call.came) {
            (_, Came::Refused(..) | Came::Unknown | Came::Lost) => {}
            (Asked::Book { cell, .. }, Came::Ticket { guid, .. }) => {
                self.made.insert(guid.clone());
                self.cells.entry(guid.clone()).or_insert(*cell);
            }
            (Asked::Hold { .. }, Came::Hold(hold)) => drop(self.made.insert(hold.clone())),
            (Asked::Cancel { ticket }, _) => drop(self.cancelled.insert(ticket.clone())),
            (Asked::Arrive { ticket }, _) => drop(self.arrived.insert(ticket.clone())),
            (Asked::Move { ticket, to }, _) => drop(self.cells.insert(ticket.clone(), *to)),
            _ => {}
        }
    }
}

/// Finds out of the file what became of the calls that a crash left without an answer: what the file shows and no answer has told
/// was done by one of them.
pub fn settle(record: &mut [Call], earlier: &[Call], file: &File) {
    let mut told = Told::default();
    let mut answered: Vec<&Call> = earlier.iter().chain(record.iter()).collect();
    answered.sort_by_key(|call| call.begin);
    for call in answered {
        told.by(call);
    }
    for call in record
        .iter_mut()
        .filter(|call| matches!(call.came, Came::Unknown))
    {
        let visit = |ticket: &str| file.visits.iter().find(|visit| visit.guid == ticket);
        call.came = match &call.asked {
            Asked::Book { key, .. } => file
                .visits
                .iter()
                .find(|visit| visit.key == *key && !told.made.contains(&visit.guid))
                .map_or(Came::Lost, |visit| Came::Ticket {
                    guid: visit.guid.clone(),
                    cell: visit.cell,
                    num: visit.num,
                }),
            Asked::Cancel { ticket } => if_done(
                visit(ticket).is_some_and(|visit| !visit.is_active) && !told.cancelled.contains(ticket),
            ),
            Asked::Move { ticket, to } => if_done(
                visit(ticket).is_some_and(|visit| visit.cell == *to) && told.cells.get(ticket) != Some(to),
            ),
            Asked::Arrive { ticket } => {
                if_done(visit(ticket).is_some_and(|visit| visit.has_come) && !told.arrived.contains(ticket))
            }
            Asked::Hold { cell } => file
                .holds
                .iter()
                .find(|hold| {
                    hold.patient == call.patient && hold.cell == *cell && !told.made.contains(&hold.guid)
                })
                .map_or(Came::Lost, |hold| Came::Hold(hold.guid.clone())),
            Asked::GiveBack { hold } => if_done(file.holds.iter().all(|live| live.guid != *hold)),
            Asked::Read => Came::Lost,
        };
        told.by(call);
    }
}

fn if_done(done: bool) -> Came {
    if done { Came::Done } else { Came::Lost }
}
