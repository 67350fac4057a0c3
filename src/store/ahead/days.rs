//! The remembered timetable, counted day by day for the status page.

use super::{Fault, Moment, Reach, Store};
use chrono::NaiveDate;
use std::collections::BTreeMap;

impl Store {
    /// Returns the free places of each day ahead within a client application's reach, in all clinics. A day whose cells are all
    /// taken counts none; a day without cells is left out.
    pub(crate) fn free_places_by_day(
        &self,
        reach: &Reach,
        now: Moment,
    ) -> Result<BTreeMap<NaiveDate, i64>, Fault> {
        let bounds = self.bounds(reach, now);
        let mut days = BTreeMap::new();
        for lpu in self.lpus()? {
            let listed = self.shown_resources(lpu.id)?;
            let mut kept = self.kept()?;
            for shown in &*listed {
                let timetable = self.timetable(&mut kept, shown.resource.id, bounds.from, now)?;
                let cells = timetable.cells.iter();
                for cell in cells.filter(|cell| (bounds.from..bounds.until).contains(&cell.begin_at)) {
                    let places = days.entry(self.zone.at(cell.begin_at).date_naive()).or_default();
                    if Reach::has_free_place(bounds.access, cell) {
                        *places += i64::from(cell.free);
                    }
                }
            }
        }
        Ok(days)
    }
}
