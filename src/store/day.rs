//! A clinic's day as the desk reads it when everything else is down.

use super::damage::BoundedCount;
use super::told::check_told;
use super::{Fault, Store, rows};
use crate::model::typed::sort_key;
use crate::model::{DayVisit, DeskResource, DeskVisit, Moment};
use rusqlite::{Row, named_params};
use uuid::Uuid;

pub const DAY_VISITS_MAX: u32 = 100_000;

impl Store {
    /// Returns the active visits that begin at `from` or later and before `until`, of one resource or of all, by the
    /// resource's name, then by begin; at most one more than [`DAY_VISITS_MAX`].
    pub(crate) fn day_visits(
        &self,
        from: Moment,
        until: Moment,
        resource: Option<Uuid>,
    ) -> Result<Vec<DayVisit>, Fault> {
        let parameters = named_params! {
            ":from": from.timestamp(),
            ":until": until.timestamp(),
            ":resource": resource,
            ":limit": DAY_VISITS_MAX + 1,
        };
        let sql = include_str!("day/day_visits.sql");
        let mut visits = self.all("visit", sql, parameters, |row| {
            check_told(row)?;
            self.day_visit(row)
        })?;
        // Resources whose names are equal in Russian order stay apart, as the statement has them.
        visits.sort_by_cached_key(|visit| sort_key(&visit.doc_fio));
        Ok(visits)
    }

    /// Returns the visits that begin at `from` or later and before `until`, cancelled ones too, of one resource or of all, by
    /// begin; at most one more than [`DAY_VISITS_MAX`].
    pub(crate) fn whole_day(
        &self,
        from: Moment,
        until: Moment,
        resource: Option<Uuid>,
    ) -> Result<Vec<DeskVisit>, Fault> {
        let parameters = named_params! {
            ":from": from.timestamp(),
            ":until": until.timestamp(),
            ":resource": resource,
            ":limit": DAY_VISITS_MAX + 1,
        };
        self.all("visit", include_str!("day/whole_day.sql"), parameters, |row| {
            self.desk_visit(row)
        })
    }

    /// Returns the resources of every clinic that have cells or are shown, by name.
    pub(crate) fn desk_resources(&self) -> Result<Vec<DeskResource>, Fault> {
        let mut found = self.all(
            "resource",
            "SELECT r.id, r.guid, r.type AS resource_type, r.family, r.name, r.patronymic, r.title, p.name AS speciality
             FROM resource r JOIN speciality p ON p.id = r.speciality_id WHERE r.removed = 0",
            [],
            |row| {
                Ok(DeskResource {
                    guid: row.get("guid")?,
                    doc_fio: rows::row_doc_fio(row)?,
                    speciality: row.get("speciality")?,
                })
            },
        )?;
        found.sort_by_cached_key(|resource| sort_key(&resource.doc_fio));
        Ok(found)
    }

    /// Returns what differs whenever another connection has committed.
    pub(crate) fn data_version(&self) -> Result<i64, Fault> {
        self.one("slot", "PRAGMA data_version", [], |row| row.get(0))
    }

    /// Returns what differs whenever anything in the database may have changed, for this connection's life.
    pub(crate) fn change_mark(&self) -> Result<(i64, i64), Fault> {
        let by_others = self.data_version()?;
        let own = self.one("journal", "SELECT total_changes()", [], |row| row.get(0))?;
        Ok((by_others, own))
    }

    /// Returns whether there is such a doctor, room or equipment in any clinic, or was.
    pub(crate) fn knows_resource(&self, guid: Uuid) -> Result<bool, Fault> {
        self.exists(
            "SELECT 1 FROM resource WHERE guid = :guid",
            named_params! { ":guid": guid },
        )
    }

    pub(super) fn desk_visit(&self, row: &Row) -> rusqlite::Result<DeskVisit> {
        check_told(row)?;
        Ok(DeskVisit {
            visit: self.day_visit(row)?,
            status: row.get("status")?,
            source: row.get("source_name")?,
            card: row.get("patient_guid")?,
        })
    }

    pub(super) fn day_visit(&self, row: &Row) -> rusqlite::Result<DayVisit> {
        let begin = self.moment(row, "begin_at")?;
        let room: Option<String> = row.get("room")?;
        let room = room.filter(|room| !room.is_empty());
        let phone: String = row.get("phone")?;
        Ok(DayVisit {
            ticket: row.get("guid")?,
            resource: row.get("resource_guid")?,
            doc_fio: rows::row_doc_fio(row)?,
            room: room.map_or_else(|| row.get("resource_room"), Ok)?,
            begin,
            end: self.moment(row, "end_at")?,
            num: row.get::<_, BoundedCount>("num")?.0,
            patient: rows::patient_name(row)?,
            birth_date: row.get("birth_date")?,
            phone: if phone.is_empty() {
                row.get("patient_phone")?
            } else {
                phone
            },
            checked_in: self.checked_in(row, begin)?,
        })
    }
}
