//! When a visit or a hold stood in a cell, as far as the record tells: surely, and possibly.

use super::call::{Asked, Call, Came};
use super::town::{Cell, cell_of};
use std::collections::BTreeMap;
use std::time::Duration;

/// A place that somebody had for a time.
#[derive(Clone, Debug)]
pub struct Stay {
    pub patient: u32,
    pub cell: u32,
    /// The ticket; none for a hold.
    pub ticket: Option<String>,
    /// It was there at no moment outside.
    pub possible: (Duration, Duration),
    /// It was there at each moment within; empty if the end is not after the begin.
    pub sure: (Duration, Duration),
}

impl Stay {
    pub fn place(&self) -> &'static Cell {
        cell_of(self.cell)
    }

    /// Whether it may have been there at some moment of a call.
    pub fn may_touch(&self, call: &Call) -> bool {
        self.possible.0 <= call.end && call.begin <= self.possible.1
    }

    /// Whether it was there all the time of a call.
    pub fn covers(&self, call: &Call) -> bool {
        self.sure.0 < call.begin && call.end < self.sure.1
    }

    pub fn is_of(&self, ticket: &str) -> bool {
        self.ticket.as_deref() == Some(ticket)
    }
}

/// Returns all stays of visits. Moves of one ticket follow each other: one registrar makes them.
pub fn visits(calls: &[Call]) -> Vec<Stay> {
    let mut by_ticket: BTreeMap<&str, Vec<&Call>> = BTreeMap::new();
    for call in calls {
        by_ticket.extend(call.booked().map(|ticket| (ticket, Vec::new())));
    }
    for call in calls.iter().filter(|call| call.is_done()) {
        let about = match &call.asked {
            Asked::Cancel { ticket } | Asked::Move { ticket, .. } => Some(ticket.as_str()),
            _ => call.booked(),
        };
        if let Some(all) = about.and_then(|ticket| by_ticket.get_mut(ticket)) {
            all.push(call);
        }
    }
    by_ticket
        .into_iter()
        .flat_map(|(ticket, about)| of_ticket(calls, ticket, &about))
        .collect()
}

fn of_ticket(calls: &[Call], ticket: &str, about: &[&Call]) -> Vec<Stay> {
    let bookings: Vec<&&Call> = about.iter().filter(|call| call.booked().is_some()).collect();
    let Asked::Book { key, cell, .. } = &bookings[0].asked else {
        return Vec::new();
    };
    // A lost answer's booking is told by the next one with its key.
    let pressed = calls
        .iter()
        .filter(|call| matches!(&call.asked, Asked::Book { key: other, .. } if other == key));
    let made = pressed.map(|call| call.begin).min().unwrap();
    let known = bookings.iter().map(|call| call.end).min().unwrap();
    let cancels = || {
        about
            .iter()
            .filter(|call| matches!(call.asked, Asked::Cancel { .. }))
    };
    let cancelled = cancels().map(|call| call.end).max().unwrap_or(Duration::MAX);
    let doubtful = cancels().map(|call| call.begin).min().unwrap_or(Duration::MAX);
    let patient = bookings[0].patient;
    let mut stays = vec![Stay {
        patient,
        cell: *cell,
        ticket: Some(ticket.to_owned()),
        possible: (made, cancelled),
        sure: (known, doubtful),
    }];
    for call in about {
        let Asked::Move { to, .. } = call.asked else {
            continue;
        };
        let last = stays.last_mut().expect("the first is there");
        last.possible.1 = call.end.min(cancelled);
        last.sure.1 = call.begin.min(doubtful);
        stays.push(Stay {
            cell: to,
            possible: (call.begin, cancelled),
            sure: (call.end, doubtful),
            ..stays[0].clone()
        });
    }
    stays
}

/// Returns all stays of holds. None ends by itself within a world.
pub fn holds(calls: &[Call]) -> Vec<Stay> {
    let held = calls.iter().filter_map(|call| match (&call.asked, &call.came) {
        (Asked::Hold { cell }, Came::Hold(guid)) => Some((call, *cell, guid)),
        _ => None,
    });
    held.map(|(call, cell, guid)| {
        let own = || {
            calls
                .iter()
                .filter(|other| other.patient == call.patient && other.end > call.begin)
        };
        let is_this = |other: &Call| matches!(&other.asked, Asked::GiveBack { hold } if hold == guid);
        let is_same = |other: &Call| matches!(&other.came, Came::Hold(other) if other == guid);
        let is_another = |other: &Call| matches!(other.asked, Asked::Hold { .. }) && !is_same(other);
        let books = |other: &Call| matches!(other.asked, Asked::Book { cell: used, .. } if used == cell);
        let moves = |other: &Call| matches!(other.asked, Asked::Move { to, .. } if to == cell);
        let may_end =
            own().filter(|other| is_this(other) || is_another(other) || books(other) || moves(other));
        let ends = own().filter(|other| {
            other.is_done()
                && other.begin >= call.end
                && (is_this(other) || is_another(other) || books(other))
        });
        Stay {
            patient: call.patient,
            cell,
            ticket: None,
            possible: (
                call.begin,
                ends.map(|other| other.end).min().unwrap_or(Duration::MAX),
            ),
            sure: (
                call.end,
                may_end.map(|other| other.begin).min().unwrap_or(Duration::MAX),
            ),
        }
    })
    .collect()
}
