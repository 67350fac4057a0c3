//! Closed times ([crate::contract::desk]): their cells are not offered, and the visits that stand there are a list to work
//! through. Triggers of the schema close and open the cells.

use super::{Fault, Store, WriteTx, rows};
use crate::model::record::{ClosedTime, Content, RecordKind};
use crate::model::{Closure, ClosureWish, ConcernedVisit, Moment, ResourceId};
use crate::refusal::{DeskRefusal, REASON_LOST};
use rusqlite::{Row, named_params};
use uuid::Uuid;

/// Most closed times that are not over.
pub(crate) const CLOSURES_MAX: u32 = 500;

/// Most visits of one closed time that are listed: what a doctor sees in months.
const CONCERNED_MAX: u32 = 20_000;

impl Store {
    /// Returns the closed times that end after `since`, those that were opened again last; at most [`CLOSURES_MAX`].
    pub(crate) fn closures_since(&self, since: Moment) -> Result<Vec<Closure>, Fault> {
        self.all(
            "closure",
            include_str!("closures/closures_since.sql"),
            named_params! { ":since": since.timestamp(), ":limit": CLOSURES_MAX },
            |row| self.closure(row),
        )
    }

    /// Returns a closed time by its GUID.
    pub(crate) fn find_closure(&self, guid: Uuid) -> Result<Option<Closure>, Fault> {
        self.optional(
            "closure",
            include_str!("closures/find_closure.sql"),
            named_params! { ":guid": guid },
            |row| self.closure(row),
        )
    }

    /// Returns the row of a doctor, room or equipment of any clinic that is not removed.
    pub(crate) fn resource_row(&self, guid: Uuid) -> Result<Option<ResourceId>, Fault> {
        self.optional(
            "resource",
            "SELECT id FROM resource WHERE guid = :guid AND removed = 0",
            named_params! { ":guid": guid },
            |row| row.get("id"),
        )
    }

    /// Returns the visits of a closed time by the begin that they had there; at most [`CONCERNED_MAX`].
    pub(crate) fn concerned_visits(&self, closure: &Closure) -> Result<Vec<ConcernedVisit>, Fault> {
        let parameters = named_params! {
            ":closure": closure.id,
            ":resource": closure.resource_id,
            ":begin_at": closure.begin.timestamp(),
            ":end_at": closure.end.timestamp(),
            ":made_at": closure.made.timestamp(),
            ":is_closed": closure.opened.is_none(),
            ":limit": CONCERNED_MAX,
        };
        let sql = include_str!("closures/concerned_visits.sql");
        self.all("visit", sql, parameters, |row| {
            Ok(ConcernedVisit {
                at_desk: self.desk_visit(row)?,
                begin_closed: self.moment(row, "begin_closed_at")?,
                handled: row.get("handled")?,
                called: self.moment_or_none(row, "called_at")?,
                called_by: row.get("called_by")?,
                note: row.get("note")?,
            })
        })
    }

    /// Returns how many visits stand in closed times whose patients nobody has told.
    pub(crate) fn not_called(&self, now: Moment) -> Result<i64, Fault> {
        self.one(
            "visit",
            include_str!("closures/not_called.sql"),
            named_params! { ":now": now.timestamp() },
            |row| row.get(0),
        )
    }

    fn closure(&self, row: &Row) -> rusqlite::Result<Closure> {
        Ok(Closure {
            id: row.get("id")?,
            guid: row.get("guid")?,
            resource_id: row.get("resource_id")?,
            resource: row.get("resource_guid")?,
            doc_fio: rows::row_doc_fio(row)?,
            begin: self.moment(row, "begin_at")?,
            end: self.moment(row, "end_at")?,
            reason: row.get("reason")?,
            login: row.get("login")?,
            made: self.moment(row, "made_at")?,
            opened: self.moment_or_none(row, "opened_at")?,
        })
    }
}

impl WriteTx<'_> {
    /// Closes a time of a resource, and notes the visits that stand there. A time that has this GUID already is answered as it
    /// is: a lost answer may be asked for again. Refused where the resource is unknown, and where [`CLOSURES_MAX`] times are
    /// closed that are not over.
    pub(crate) fn close(
        &self,
        wish: &ClosureWish,
        login: &str,
        now: Moment,
    ) -> Result<Result<Closure, DeskRefusal>, Fault> {
        if let Some(closure) = self.find_closure(wish.guid)? {
            return Ok(Ok(closure));
        }
        let Some(resource) = self.resource_row(wish.resource)? else {
            return Ok(Err(DeskRefusal::ResourceUnknown));
        };
        let ahead = self.closures_since(now)?;
        if ahead.iter().filter(|known| known.opened.is_none()).count() >= CLOSURES_MAX as usize {
            return Ok(Err(DeskRefusal::TooManyClosures { most: CLOSURES_MAX }));
        }
        self.insert_closure(wish, resource, login, now)?;
        let closed = self.find_closure(wish.guid)?;
        Ok(closed.ok_or(DeskRefusal::ClosureUnknown))
    }

    /// Closes a time that another life closed. What is over, or of a resource that is not here, is passed over. Why it was closed
    /// is not in the record, and the visits concerned are those that stand there now.
    pub(crate) fn recover_closed(&self, resource: Uuid, told: &ClosedTime, now: Moment) -> Result<(), Fault> {
        if told.begin >= told.end || told.end <= now.timestamp() {
            return Ok(());
        }
        let zone = self.zone();
        let wish = ClosureWish {
            guid: told.guid,
            resource,
            begin: zone.at(told.begin),
            end: zone.at(told.end),
            reason: REASON_LOST.to_owned(),
        };
        if let Err(refusal) = self.close(&wish, "", now)? {
            log::warn!("a closed time of another life is not closed: {}", refusal.code());
        }
        Ok(())
    }

    /// Opens a closed time that another life opened.
    pub(crate) fn recover_opened(&self, told: &ClosedTime, now: Moment) -> Result<(), Fault> {
        match self.find_closure(told.guid)? {
            Some(closure) if closure.opened.is_none() => self.open_closure(&closure, now),
            _ => Ok(()),
        }
    }

    fn insert_closure(
        &self,
        wish: &ClosureWish,
        resource: ResourceId,
        login: &str,
        now: Moment,
    ) -> Result<(), Fault> {
        let [begin, end, at] = [wish.begin, wish.end, now].map(|moment| moment.timestamp());
        self.run(
            include_str!("closures/insert_closure.sql"),
            named_params! {
                ":guid": wish.guid, ":resource": resource, ":begin_at": begin, ":end_at": end, ":reason": wish.reason,
                ":login": login, ":at": at,
            },
        )?;
        let closure = self.connection.last_insert_rowid();
        self.insert_concerned(closure, resource, [begin, end], at)?;
        let closed = ClosedTime {
            guid: wish.guid,
            begin,
            end,
        };
        self.record(RecordKind::Closed, wish.resource, &Content::Closure(closed), at)
    }

    fn insert_concerned(
        &self,
        closure: i64,
        resource: ResourceId,
        [begin, end]: [i64; 2],
        now: i64,
    ) -> Result<(), Fault> {
        self.run(
            include_str!("closures/insert_concerned.sql"),
            named_params! {
                ":closure": closure, ":resource": resource, ":begin_at": begin, ":end_at": end, ":now": now,
            },
        )?;
        Ok(())
    }

    /// Opens a closed time again.
    pub(crate) fn open_closure(&self, closure: &Closure, now: Moment) -> Result<(), Fault> {
        self.run(
            "UPDATE closure SET opened_at = :at WHERE id = :closure",
            named_params! { ":closure": closure.id, ":at": now.timestamp() },
        )?;
        let opened = ClosedTime {
            guid: closure.guid,
            begin: closure.begin.timestamp(),
            end: closure.end.timestamp(),
        };
        let content = Content::Closure(opened);
        self.record(RecordKind::Opened, closure.resource, &content, now.timestamp())
    }

    /// Notes that the patient of a visit in a closed time was told, by whom, and what was agreed.
    pub(crate) fn note_called(
        &self,
        closure: &Closure,
        visit: Uuid,
        login: &str,
        note: &str,
        now: Moment,
    ) -> Result<(), Fault> {
        self.run(
            include_str!("closures/note_called.sql"),
            named_params! {
                ":closure": closure.id, ":visit": visit, ":login": login, ":note": note, ":at": now.timestamp(),
            },
        )?;
        Ok(())
    }
}
