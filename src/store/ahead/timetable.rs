//! The cells of one resource in memory, and what is counted of them.

use crate::model::{Access, AheadCell, FreeCell, FreeCells, FreePlaces, NEXT_MAX, Zone};
use crate::rules::Reach;

/// Counts that are kept of each resource: client applications differ in what they may book.
const COUNTS_MAX: usize = 4;

/// The cells of a resource that begin at `since` or later, by begin and row.
pub(super) struct Timetable {
    pub(super) since: i64,
    pub(super) cells: Vec<AheadCell>,
    counts: Vec<Count>,
    /// Booked places of the cells that begin at a moment or later.
    booked: Option<(i64, i64)>,
}

/// What is counted: of the cells that begin at `from` or later and before `until`, those that share a bit with `access`.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) access: Option<Access>,
    /// The first second of today, from which booked places are counted.
    pub(super) today: i64,
}

struct Count {
    bounds: Bounds,
    free: FreePlaces,
}

impl Count {
    /// Whether the count is that of these bounds too. While no counted cell has begun, it stays the same.
    fn holds(&self, bounds: Bounds) -> bool {
        let first = self
            .free
            .cells
            .map_or(i64::MAX, |cells| cells.nearest.begin.timestamp());
        self.is_alike(bounds) && (self.bounds.from..=first).contains(&bounds.from)
    }

    fn is_alike(&self, bounds: Bounds) -> bool {
        (self.bounds.until, self.bounds.access) == (bounds.until, bounds.access)
    }
}

impl Timetable {
    /// Of cells by begin and row.
    pub(super) fn of(since: i64, cells: Vec<AheadCell>) -> Timetable {
        Timetable {
            since,
            cells,
            counts: Vec::new(),
            booked: None,
        }
    }

    /// Puts a cell in the place of what it was. Returns whether the place was found.
    pub(super) fn replace(&mut self, cell: AheadCell) -> bool {
        self.counts.clear();
        self.booked = None;
        let place = self
            .cells
            .binary_search_by_key(&(cell.begin_at, cell.id), |kept| (kept.begin_at, kept.id));
        match place {
            Ok(at) => self.cells[at] = cell,
            Err(_) => return cell.begin_at < self.since,
        }
        true
    }

    /// Returns the free places within these bounds, counted once.
    pub(super) fn free_places(&mut self, bounds: Bounds, zone: Zone) -> FreePlaces {
        let booked = self.booked(bounds.today);
        if let Some(count) = self.counts.iter().find(|count| count.holds(bounds)) {
            return FreePlaces { booked, ..count.free };
        }
        let free = self.count(bounds, zone, booked);
        self.counts.retain(|count| !count.is_alike(bounds));
        if self.counts.len() == COUNTS_MAX {
            self.counts.remove(0);
        }
        self.counts.push(Count { bounds, free });
        free
    }

    /// Returns the booked places of the cells that begin at this moment or later.
    fn booked(&mut self, from: i64) -> i64 {
        if let Some((_, places)) = self.booked.filter(|(counted, _)| *counted == from) {
            return places;
        }
        let first = self.cells.partition_point(|cell| cell.begin_at < from);
        let cells = self.cells.get(first..).unwrap_or_default();
        let places = cells.iter().map(|cell| i64::from(cell.used)).sum();
        self.booked = Some((from, places));
        places
    }

    fn count(&self, bounds: Bounds, zone: Zone, booked: i64) -> FreePlaces {
        let first = self.cells.partition_point(|cell| cell.begin_at < bounds.from);
        let after_last = self.cells.partition_point(|cell| cell.begin_at < bounds.until);
        let within = self.cells.get(first..after_last).unwrap_or_default();
        let is_free = |cell: &&AheadCell| Reach::has_free_place(bounds.access, cell);
        let mut free = within.iter().filter(is_free);
        let shown = |cell: &AheadCell| FreeCell {
            guid: cell.guid,
            begin: zone.at(cell.begin_at),
        };
        let mut count = 0;
        let mut last = None;
        let mut next = || {
            let cell = free.next()?;
            count += i64::from(cell.free);
            last = Some(cell);
            last
        };
        let nearest = next().map(shown);
        let after = [(); NEXT_MAX].map(|()| next().map(shown));
        while next().is_some() {}
        FreePlaces {
            count,
            booked,
            cells: nearest.zip(last).map(|(nearest, last)| FreeCells {
                nearest,
                next: after,
                last_begin: zone.at(last.begin_at),
            }),
        }
    }
}
