//! Visits that an import moves: their history and the journal tell it, and whoever imports learns whom to call.

use crate::model::record::RecordKind;
use crate::model::{DayVisit, Moment, RECEPTION, VisitId, WaitingEntryId};
use crate::store::{CARDS_MAX, Fault, Store, WriteTx, rows};
use crate::wire::ticket::moment;
use chrono::Days;
use rusqlite::{Row, named_params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Who moves visits, as their histories call it.
const EDITOR: &str = "infomat import";

/// What an import changes for patients who have a ticket. Holds personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Visits that get another time, resource, room or clinic, by their new begin.
    pub moved: Vec<MovedVisit>,
    /// Pairs of visits of one person that come to be at one time.
    pub overlapping: Vec<[DayVisit; 2]>,
    /// Pairs of visits that come to have one number with one resource on one day.
    pub sharing: Vec<[DayVisit; 2]>,
    /// Visits to come in cells that a replacing file does not name.
    pub unnamed: Vec<DayVisit>,
}

/// A visit that is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedVisit {
    /// As it is to be.
    pub visit: DayVisit,
    /// Whom the patient was to go to.
    pub old_doc_fio: String,
    /// Into which room; may be empty.
    pub old_room: String,
    /// When.
    pub old_begin: Moment,
    /// Until when.
    pub old_end: Moment,
    /// Names of the old and the new clinic, if they differ.
    pub lpus: Option<[String; 2]>,
}

/// A moved visit as its history tells it.
pub(super) struct Move {
    pub(super) id: VisitId,
    num: i64,
    resources: [Uuid; 2],
    begins: [Moment; 2],
    rooms: [String; 2],
    old_end: Moment,
    old_doc_fio: String,
    lpus: Option<[String; 2]>,
}

/// What the lines of an import change besides what they say.
struct Changed {
    visits: Vec<VisitId>,
    waiting_entries: Vec<WaitingEntryId>,
}

impl Store {
    pub(super) fn found_moves(&self) -> Result<Vec<Move>, Fault> {
        self.all("visit", include_str!("moves.sql"), [], |row| self.found_move(row))
    }

    fn found_move(&self, row: &Row) -> rusqlite::Result<Move> {
        let begin = |column| -> rusqlite::Result<Moment> { Ok(self.zone.at(row.get(column)?)) };
        let has_other_lpu: bool = row.get("has_other_lpu")?;
        let lpus = [row.get("old_lpu")?, row.get("lpu")?];
        Ok(Move {
            id: row.get("visit_id")?,
            num: row.get("num")?,
            resources: [row.get("old_resource")?, row.get("resource")?],
            begins: [begin("old_begin_at")?, begin("begin_at")?],
            rooms: [row.get("old_room")?, row.get("room")?],
            old_end: begin("old_end_at")?,
            old_doc_fio: rows::row_doc_fio(row)?,
            lpus: has_other_lpu.then_some(lpus),
        })
    }

    pub(super) fn moved_visit(&self, found: &Move) -> Result<MovedVisit, Fault> {
        Ok(MovedVisit {
            visit: self.planned_visit(found.id)?,
            old_doc_fio: found.old_doc_fio.clone(),
            old_room: found.rooms[0].clone(),
            old_begin: found.begins[0],
            old_end: found.old_end,
            lpus: found.lpus.clone(),
        })
    }

    pub(super) fn planned_visit(&self, id: VisitId) -> Result<DayVisit, Fault> {
        let parameters = named_params! { ":visit": id };
        self.one("visit", include_str!("planned_visit.sql"), parameters, |row| {
            self.day_visit(row)
        })
    }

    pub(super) fn overlapping(&self) -> Result<Vec<[DayVisit; 2]>, Fault> {
        let parameters = named_params! { ":cards": CARDS_MAX };
        let pairs: Vec<[VisitId; 2]> =
            self.all("visit", include_str!("overlaps.sql"), parameters, |row| {
                Ok([row.get("visit_id")?, row.get("other")?])
            })?;
        pairs
            .into_iter()
            .map(|[one, other]| Ok([self.planned_visit(one)?, self.planned_visit(other)?]))
            .collect()
    }

    /// The visits that share a moved one's number.
    pub(super) fn sharing(&self, found: &Move) -> Result<Vec<VisitId>, Fault> {
        let day = found.begins[1].date_naive();
        let parameters = named_params! {
            ":visit": found.id,
            ":num": found.num,
            ":resource": found.resources[1],
            ":from": self.zone.start_of(day).timestamp(),
            ":until": self.zone.start_of(day + Days::new(1)).timestamp(),
        };
        self.all("visit", include_str!("sharing.sql"), parameters, |row| row.get(0))
    }
}

impl WriteTx<'_> {
    /// Puts staged lines in place, with all that follows from them: moved visits, ended entries of the waiting list, displaced
    /// visits that have found what they lacked.
    pub(super) fn put_staged(&self, moves: &[Move], now: Moment) -> Result<(), Fault> {
        self.note_moves(moves, now)?;
        let changed = self.find_changed()?;
        self.end_entries(&changed, now)?;
        self.connection.execute_batch(include_str!("put_in_place.sql"))?;
        self.record_moves(moves, &changed, now)?;
        self.seat_all(now)
    }

    /// Writes into histories what is moved.
    fn note_moves(&self, moves: &[Move], now: Moment) -> Result<(), Fault> {
        let by = self.find_application(RECEPTION)?;
        for found in moves {
            let changes = [
                ("beginTime", found.begins.map(moment)),
                ("docGuid", found.resources.map(|guid| guid.to_string())),
                ("room", found.rooms.clone()),
            ];
            for (element, [old, new]) in changes {
                if old != new {
                    self.insert_change(found.id, [element, &old, &new], EDITOR, &by, now)?;
                }
            }
        }
        Ok(())
    }

    /// Finds what the lines change besides what they say: visits that go along with their cells, those that are over too, and
    /// entries of the waiting list that end with their cards.
    fn find_changed(&self) -> Result<Changed, Fault> {
        Ok(Changed {
            visits: self.all("visit", include_str!("carried_visits.sql"), [], |row| row.get(0))?,
            waiting_entries: self.all("waiting_entry", include_str!("ended_entries.sql"), [], |row| {
                row.get(0)
            })?,
        })
    }

    /// Ends the entries of the waiting list that were found, while their cards are there.
    fn end_entries(&self, changed: &Changed, now: Moment) -> Result<(), Fault> {
        for entry in &changed.waiting_entries {
            self.end_waiting_entry(*entry, now.timestamp())?;
        }
        Ok(())
    }

    /// Writes into the journal what was moved.
    fn record_moves(&self, moves: &[Move], changed: &Changed, now: Moment) -> Result<(), Fault> {
        let told = moves.iter().map(|found| found.id);
        let all: BTreeSet<VisitId> = told.chain(changed.visits.iter().copied()).collect();
        for visit in all {
            self.record_visit(RecordKind::Moved, visit, now.timestamp())?;
        }
        Ok(())
    }
}
