//! The timetable ahead, kept in memory: lists count the free places of all resources, on the thread that books.
//!
//! What is kept is what the file says. A commit of another program is seen by `PRAGMA data_version`: then all is forgotten,
//! and read anew when it is asked for. A cell that this connection has written is told by SQLite's update hook, and is read
//! anew alone.

mod days;
mod timetable;

use self::timetable::{Bounds, Timetable};
use super::{Fault, Store};
use crate::model::{AheadCell, CellId, FreePlaces, ListedResource, LpuId, Moment, ResourceId, Supply};
use crate::rules::{Reach, is_listed, is_ours, is_reception};
use chrono::Days;
use rusqlite::hooks::Action;
use rusqlite::{Connection, Row, TransactionState, named_params};
use std::cell::{RefCell, RefMut};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Most cells in memory, some 50 bytes each. Before there are more, all are forgotten: the lists of such a clinic are slow,
/// and right.
const CELLS_MAX: usize = 1_000_000;

/// Cells in memory beyond which none are read ahead of the lists that ask for them: what is read so must not push out the rest.
const READ_AHEAD_CELLS_MAX: usize = CELLS_MAX / 2;

/// Most written cells that are read anew one by one.
const WRITTEN_MAX: usize = 4_096;

/// Most rows of [`Store::supplies`]: more specialities than any server's clinics have.
const SUPPLIES_MAX: usize = 1_000;

/// What is in memory of the timetable; nothing at first.
#[derive(Default)]
pub(super) struct Ahead {
    kept: RefCell<Kept>,
    written: Arc<Mutex<Written>>,
}

#[derive(Default)]
struct Kept {
    /// `PRAGMA data_version` when it was read.
    version: Option<i64>,
    /// Of each clinic the resources that are shown.
    listed: HashMap<LpuId, Arc<[ListedResource]>>,
    timetables: HashMap<ResourceId, Timetable>,
    /// Cells in all timetables.
    cells: usize,
}

/// What the connection has written since the last look.
#[derive(Default)]
struct Written {
    cells: Vec<CellId>,
    /// More than that, or nothing after all.
    is_more: bool,
}

impl Ahead {
    /// Returns an empty memory that is told what the connection writes.
    pub(super) fn watching(connection: &mut Connection) -> rusqlite::Result<Ahead> {
        let ahead = Ahead::default();
        let written = Arc::clone(&ahead.written);
        connection.update_hook(Some(move |action, _: &str, table: &str, row| {
            let mut written = lock(&written);
            match table {
                "slot" if action == Action::SQLITE_UPDATE && written.cells.len() < WRITTEN_MAX => {
                    written.cells.push(CellId(row));
                }
                "slot" | "resource" | "speciality" => written.is_more = true,
                _ => {}
            }
        }))?;
        Ok(ahead)
    }

    fn take_written(&self) -> Written {
        std::mem::take(&mut *lock(&self.written))
    }
}

fn lock(written: &Mutex<Written>) -> MutexGuard<'_, Written> {
    written.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    /// Puts a cell in the place of what it was. Returns whether the place was found.
    fn replace(&mut self, resource: ResourceId, cell: AheadCell) -> bool {
        let kept = self.timetables.get_mut(&resource);
        kept.is_none_or(|timetable| timetable.replace(cell))
    }
}

impl Store {
    /// Returns a clinic's resources that are to be shown, by name.
    pub fn shown_resources(&self, lpu_id: LpuId) -> Result<Arc<[ListedResource]>, Fault> {
        let mut kept = self.kept()?;
        if let Some(listed) = kept.listed.get(&lpu_id) {
            return Ok(Arc::clone(listed));
        }
        let listed: Arc<[ListedResource]> = self.read_shown_resources(lpu_id)?.into();
        kept.listed.insert(lpu_id, Arc::clone(&listed));
        Ok(listed)
    }

    /// Returns the free places of resources within a client application's reach, in their order.
    pub fn free_places(
        &self,
        resources: impl Iterator<Item = ResourceId>,
        reach: &Reach,
        now: Moment,
    ) -> Result<Vec<FreePlaces>, Fault> {
        let mut kept = self.kept()?;
        let bounds = self.bounds(reach, now);
        resources
            .map(|resource| {
                let timetable = self.timetable(&mut kept, resource, bounds.from, now)?;
                Ok(timetable.free_places(bounds, self.zone))
            })
            .collect()
    }

    /// Returns what can be booked of each clinic's specialities within a client application's reach; at most
    /// [`SUPPLIES_MAX`].
    pub fn supplies(&self, reach: &Reach, now: Moment) -> Result<Vec<Supply>, Fault> {
        let bounds = self.bounds(reach, now);
        let mut supplies = Vec::new();
        for (lpu_id, lpu) in self.lpu_guids()? {
            let listed = self.shown_resources(lpu_id)?;
            let mut of_lpu = BTreeMap::new();
            let mut kept = self.kept()?;
            for ListedResource {
                resource,
                speciality_code,
                ..
            } in &*listed
            {
                let timetable = self.timetable(&mut kept, resource.id, bounds.from, now)?;
                let supply = of_lpu.entry(speciality_code).or_insert_with(|| Supply {
                    lpu,
                    code: speciality_code.clone(),
                    name: resource.speciality.clone(),
                    free_places: 0,
                    last_begin: None,
                });
                supply.free_places += timetable.free_places(bounds, self.zone).count;
                let last = timetable.cells.last().map(|cell| cell.begin_at);
                supply.last_begin = supply.last_begin.max(last.filter(|last| *last >= bounds.from));
            }
            supplies.extend(of_lpu.into_values());
        }
        supplies.truncate(SUPPLIES_MAX);
        Ok(supplies)
    }

    /// Reads the timetable of one more resource that is shown, so that the next list finds it in memory. Returns whether there
    /// was one to read.
    pub fn read_ahead(&self, now: Moment) -> Result<bool, Fault> {
        for (lpu_id, _) in self.lpu_guids()? {
            let listed = self.shown_resources(lpu_id)?;
            let mut kept = self.kept()?;
            if kept.cells > READ_AHEAD_CELLS_MAX {
                return Ok(false);
            }
            let mut ids = listed.iter().map(|listed| listed.resource.id);
            if let Some(unread) = ids.find(|id| !kept.timetables.contains_key(id)) {
                self.timetable(&mut kept, unread, now.timestamp(), now)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn lpu_guids(&self) -> Result<Vec<(LpuId, Uuid)>, Fault> {
        self.all("lpu", "SELECT id, guid FROM lpu ORDER BY guid", [], |row| {
            Ok((row.get("id")?, row.get("guid")?))
        })
    }

    /// Returns what is in memory, once it is what the file says.
    fn kept(&self) -> Result<RefMut<'_, Kept>, Fault> {
        let mut kept = self.ahead.kept.borrow_mut();
        let version = self.data_version()?;
        let written = self.ahead.take_written();
        if kept.version != Some(version) || written.is_more || !self.replace_written(&mut kept, &written)? {
            *kept = Kept {
                version: Some(version),
                ..Kept::default()
            };
        }
        if self.connection.transaction_state(None::<&str>)? == TransactionState::Write {
            // What is read now may never be committed.
            lock(&self.ahead.written).is_more = true;
        }
        Ok(kept)
    }

    /// Reads anew the cells that were written. Returns whether all of them were found where they had been.
    fn replace_written(&self, kept: &mut Kept, written: &Written) -> Result<bool, Fault> {
        for id in &written.cells {
            let Some((resource, cell)) = self.written_cell(*id)? else {
                return Ok(false);
            };
            if !kept.replace(resource, cell) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns the cells of a resource, at least from `from` on, from memory if they are there.
    fn timetable<'a>(
        &self,
        kept: &'a mut Kept,
        resource: ResourceId,
        from: i64,
        now: Moment,
    ) -> Result<&'a mut Timetable, Fault> {
        let is_kept = kept
            .timetables
            .get(&resource)
            .is_some_and(|kept| kept.since <= from);
        if !is_kept {
            let since = self.zone.start_of(now.date_naive()).timestamp().min(from);
            let cells = self.ahead_cells(resource, since)?;
            if kept.cells + cells.len() > CELLS_MAX {
                kept.timetables.clear();
                kept.cells = 0;
            }
            kept.cells += cells.len();
            let read = Timetable::of(since, cells);
            if let Some(old) = kept.timetables.insert(resource, read) {
                kept.cells -= old.cells.len();
            }
        }
        Ok(kept
            .timetables
            .get_mut(&resource)
            .expect("it is there, or was put there"))
    }

    fn ahead_cells(&self, resource: ResourceId, since: i64) -> Result<Vec<AheadCell>, Fault> {
        self.all(
            "slot",
            include_str!("ahead/ahead_cells.sql"),
            named_params! { ":resource": resource, ":since": since },
            ahead_cell,
        )
    }

    fn written_cell(&self, id: CellId) -> Result<Option<(ResourceId, AheadCell)>, Fault> {
        self.optional(
            "slot",
            include_str!("ahead/written_cell.sql"),
            named_params! { ":slot": id },
            |row| Ok((row.get("resource_id")?, ahead_cell(row)?)),
        )
    }

    /// Returns what is counted within a client application's reach: cells from the first second that may be booked on.
    fn bounds(&self, reach: &Reach, now: Moment) -> Bounds {
        let today = self.zone.start_of(now.date_naive()).timestamp();
        let from = if reach.begun { today } else { now.timestamp() + 1 };
        let after_last = reach.last_day.and_then(|day| day.checked_add_days(Days::new(1)));
        Bounds {
            from,
            until: after_last.map_or(i64::MAX, |day| self.zone.start_of(day).timestamp()),
            access: reach.access,
            today,
        }
    }
}

/// Returns a cell as it is kept. A count that no cell has is none: whoever lists the cell meets the damage.
fn ahead_cell(row: &Row) -> rusqlite::Result<AheadCell> {
    let (planned, used): (i64, i64) = (row.get("plan_count")?, row.get("used_count")?);
    let taken = used.saturating_add(row.get("held_count")?);
    let is_open = is_ours(row.get("owner")?) && !row.get::<_, bool>("closed")?;
    let is_counted = is_open && is_listed(super::rows::text(row, "busy_code")?);
    let free = u32::try_from(planned.saturating_sub(taken)).unwrap_or(0);
    Ok(AheadCell {
        id: row.get("id")?,
        guid: row.get("guid")?,
        begin_at: row.get("begin_at")?,
        free: if is_counted { free } else { 0 },
        used: u16::try_from(used.max(0)).unwrap_or(u16::MAX),
        flag_access: row.get("flag_access")?,
        is_reception: is_reception(row.get("busy_type")?),
    })
}
