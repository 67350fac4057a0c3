//! Lines that replace the timetable of the resources and days that they name: free cells that they do not name go, and visits stay.

use super::Staging;
use crate::model::{DayVisit, VisitId};
use crate::store::Fault;
use chrono::{Days, NaiveDate};
use rusqlite::named_params;
use std::collections::BTreeMap;
use uuid::Uuid;

impl Staging<'_> {
    /// Notes which days of which resources the lines name, and gives lines with a new GUID that of the cell that is there at their
    /// time.
    pub(super) fn match_times(&self) -> Result<(), Fault> {
        for ((resource, day), line) in self.named_days()? {
            let parameters = named_params! {
                ":line": line,
                ":resource": resource,
                ":from": self.store.zone.start_of(day).timestamp(),
                ":until": self.store.zone.start_of(day + Days::new(1)).timestamp(),
            };
            let sql = "INSERT INTO temp.replaced_day (line, resource, from_at, until_at) VALUES (:line, :resource, :from, :until)";
            self.store.run(sql, parameters)?;
        }
        self.store.run(include_str!("match_times.sql"), [])?;
        Ok(())
    }

    /// The local days on which the lines put cells, by resource, each with the first line that names it.
    fn named_days(&self) -> Result<BTreeMap<(Uuid, NaiveDate), i64>, Fault> {
        let sql = "SELECT line, resource, begin_at FROM temp.staged_slot WHERE fate = 'put' ORDER BY line";
        let mut statement = self.store.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut days = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let begin = self.store.zone.at(row.get("begin_at")?);
            let named = (row.get("resource")?, begin.date_naive());
            days.entry(named).or_insert(row.get("line")?);
        }
        Ok(days)
    }

    /// Stages what becomes of the cells that the lines do not name: free ones go, those with visits keep their visits and take
    /// nobody more. Bookings may change which is which, so it is done anew under the write lock.
    pub(super) fn stage_unnamed(&self) -> Result<(), Fault> {
        self.forget_unnamed()?;
        let parameters = named_params! { ":now": self.now.timestamp() };
        self.store.run(include_str!("stage_unnamed.sql"), parameters)?;
        Ok(())
    }

    fn forget_unnamed(&self) -> Result<(), Fault> {
        self.store
            .run("DELETE FROM temp.staged_slot WHERE line < 0", [])?;
        Ok(())
    }

    /// Lets cells that the lines do not name stay: a line that was skipped may have named them.
    pub fn keep_unnamed(&mut self) -> Result<(), Fault> {
        self.replaces = false;
        self.forget_unnamed()
    }

    /// Returns the visits to come in cells that the lines do not name, by begin.
    pub(super) fn unnamed(&self) -> Result<Vec<DayVisit>, Fault> {
        let sql = include_str!("unnamed.sql");
        let found: Vec<VisitId> = self.store.all("visit", sql, [], |row| row.get(0))?;
        found
            .into_iter()
            .map(|visit| self.store.planned_visit(visit))
            .collect()
    }
}
