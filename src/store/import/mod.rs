//! Import's side of the store ([crate::contract::clinic_data]): lines are staged in temporary tables of this connection and checked there
//! without any lock on the database; only [`Staging::put_in_place`] takes the write lock.
//!
//! The temporary tables lie in an unnamed file of `SQLite`'s (in `TMPDIR`, else `/var/tmp`), which vanishes with the
//! process, however it ends.

mod check;
mod known;
mod moves;
mod objection;
mod overlaps;
mod replace;
#[expect(missing_docs, reason = "the contract describes the columns")]
mod row;

pub use known::{KnownCard, KnownResource};
pub use moves::{MovedVisit, Moves};
pub use objection::{Named, Objection, Obstacle};
pub use overlaps::OverlappingCell;
pub use row::{
    ApplicationRow, ExamRow, Kind, LpuRow, PatientRow, ReferralRow, RegistrationRow, ResourceRow, Row,
    RowKey, SlotRow, SpecialityRow,
};

use super::connection::{BUSY_PAUSE, wait_for_others};
use super::{CARDS_MAX, Fault, GuidTaken, Store, WriteTx};
use crate::model::{IssueKind, Moment};
use rusqlite::named_params;
use rusqlite::types::ToSql;
use std::fmt;
use std::ops::Deref;
use uuid::Uuid;

/// Rows that one line of a file may be of one kind: a line of a table is a day's cells of a doctor, one each minute at most. In
/// the temporary tables, `line` counts rows.
pub const ROWS_OF_LINE: i64 = 2_048;

/// Tries to get the write lock: about a minute. A busy server lets go of it for moments only.
const LOCK_TRIES_MAX: i32 = 60_000;

/// What an import did with the things of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindCount {
    /// The kind, as the contract spells it.
    pub kind: String,
    /// Things added or replaced.
    pub put: i64,
    /// Things removed; those that were not there do not count.
    pub removed: i64,
}

impl fmt::Display for KindCount {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}: {}", self.kind, self.put)?;
        if self.removed > 0 {
            write!(out, ", {} removed", self.removed)?;
        }
        Ok(())
    }
}

/// Why lines that were staged are not put in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// So many of them are bad.
    BadLines(u64),
    /// With them, a client application could not have the GUID that it is to have.
    GuidTaken(GuidTaken),
}

/// The database that lines are on their way into.
enum Target<'a> {
    Alone(&'a mut Store),
    /// Within a transaction of an exchange.
    Told(&'a WriteTx<'a>),
}

impl Deref for Target<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        match self {
            Target::Alone(store) => store,
            Target::Told(tx) => tx,
        }
    }
}

/// Lines on their way into the database. Dropped without [`Staging::put_in_place`] or [`Staging::put_told`], nothing has changed.
pub struct Staging<'a> {
    store: Target<'a>,
    now: Moment,
    /// The lines of cells replace the timetable of the resources and days that they name.
    replaces: bool,
    /// Lines that something speaks against are left out.
    skips: bool,
    /// The visits that the lines move, once they have been looked for.
    found: Vec<moves::Move>,
}

impl Store {
    /// Makes an empty place for the lines of one import. Visits that are over by `now` keep nothing from being removed. Lines that
    /// replace take away what they do not name of the days that they name; those that something speaks against may be skipped.
    pub fn staging(&mut self, now: Moment, replaces: bool, skips: bool) -> Result<Staging<'_>, Fault> {
        self.stage()?;
        self.connection.execute_batch("BEGIN")?;
        Ok(Staging {
            store: Target::Alone(self),
            now,
            replaces,
            skips,
            found: Vec::new(),
        })
    }

    /// Makes the temporary tables, or empties them. They stay with the connection: with each table that comes or goes, `SQLite`
    /// prepares every statement anew, and an exchange may bring some thousand messages.
    fn stage(&self) -> Result<(), Fault> {
        // Before anything asks for a temporary table: within a transaction, SQLite lets nobody say later where they lie.
        self.connection.execute_batch(
            "PRAGMA temp_store = FILE;
             PRAGMA temp.cache_size = -8192;",
        )?;
        let is_made = self.exists("SELECT 1 FROM temp.sqlite_schema WHERE name = 'staged_slot'", [])?;
        let tables = if is_made {
            include_str!("clear.sql")
        } else {
            include_str!("stage.sql")
        };
        Ok(self.connection.execute_batch(tables)?)
    }
}

impl WriteTx<'_> {
    /// Makes an empty place for the lines of a message, whose effect is part of this transaction.
    pub(crate) fn staging(&self, now: Moment) -> Result<Staging<'_>, Fault> {
        self.stage()?;
        Ok(Staging {
            store: Target::Told(self),
            now,
            replaces: false,
            skips: false,
            found: Vec::new(),
        })
    }
}

impl Staging<'_> {
    /// Stages a line that adds or replaces a thing.
    pub fn put(&self, line: i64, key: &RowKey, row: &Row) -> Result<(), Fault> {
        self.put_part(line, 0, key, row)
    }

    /// Stages one of the things that a line adds or replaces; there are at most [`ROWS_OF_LINE`] of one kind.
    pub fn put_part(&self, line: i64, part: i64, key: &RowKey, row: &Row) -> Result<(), Fault> {
        self.insert(row.kind(), line * ROWS_OF_LINE + part, key, "put", row.columns())
    }

    /// Stages a line that removes a thing.
    pub fn remove(&self, line: i64, kind: Kind, key: &RowKey) -> Result<(), Fault> {
        self.insert(kind, line * ROWS_OF_LINE, key, "remove", Vec::new())
    }

    /// Notes that there is a line about a thing, a bad one: what names the thing is not bad for that.
    pub fn note_bad(&self, line: i64, kind: Kind, key: &RowKey) -> Result<(), Fault> {
        self.insert(kind, line * ROWS_OF_LINE, key, "bad", Vec::new())
    }

    fn insert(
        &self,
        kind: Kind,
        row: i64,
        key: &RowKey,
        fate: &str,
        columns: row::StagedColumns,
    ) -> Result<(), Fault> {
        let mut all: row::StagedColumns = vec![("line", &row), ("key", key), ("fate", &fate)];
        all.extend(columns);
        let (names, values): (Vec<&str>, Vec<&dyn ToSql>) = all.into_iter().unzip();
        let sql = format!(
            "INSERT INTO temp.{} ({}) VALUES ({})",
            kind.table(),
            names.join(", "),
            vec!["?"; values.len()].join(", ")
        );
        self.store.run(&sql, values.as_slice())?;
        Ok(())
    }

    /// Ends the staging: of several lines about one thing, the last counts. Few lines remove something: what asks for them
    /// under the write lock finds them without reading all. The rows of cells and cards are looked for now: under the lock they
    /// are only compared.
    pub fn keep_last_lines(&self) -> Result<(), Fault> {
        for (_, kind) in Kind::WORDS {
            let table = kind.table();
            self.store.connection.execute_batch(&format!(
                "CREATE INDEX IF NOT EXISTS temp.{table}_by_key ON {table} (key, line);
                 DELETE FROM temp.{table} WHERE EXISTS
                     (SELECT 1 FROM temp.{table} later WHERE later.key = {table}.key AND later.line > {table}.line);
                 CREATE INDEX IF NOT EXISTS temp.{table}_removing ON {table} (key) WHERE fate = 'remove';"
            ))?;
        }
        if self.replaces {
            self.match_times()?;
        }
        self.store
            .connection
            .execute_batch(include_str!("find_known.sql"))?;
        if let Target::Alone(store) = &self.store {
            store.connection.execute_batch("COMMIT")?;
        }
        Ok(())
    }

    /// Checks once more, now under the write lock, and puts the lines in place: the counts of each kind, or, with
    /// nothing changed and bad lines reported, what is in the way. Whatever the lines say of them, the client applications in
    /// `named` have their GUIDs after it. Visits that are moved thereby can be asked for with [`Staging::moves`].
    pub fn put_in_place(
        &mut self,
        named: &[(&str, Uuid)],
        report: &mut dyn FnMut(Objection),
    ) -> Result<Result<Vec<KindCount>, Hindrance>, Fault> {
        self.lock()?;
        let bad_lines = self.check(report)?;
        if bad_lines > 0 {
            return Ok(Err(Hindrance::BadLines(bad_lines)));
        }
        let counts = self.counts()?;
        self.find_moves()?;
        let (found, now) = (std::mem::take(&mut self.found), self.now);
        let tx = WriteTx::of(self.alone()?);
        tx.put_staged(&found, now)?;
        if let Err(taken) = tx.name_applications(named)? {
            return Ok(Err(Hindrance::GuidTaken(taken)));
        }
        tx.note_import(now)?;
        tx.commit()?;
        self.found = found;
        Ok(Ok(counts))
    }

    /// Returns the store whose transactions are the import's own.
    fn alone(&mut self) -> Result<&mut Store, Fault> {
        match &mut self.store {
            Target::Alone(store) => Ok(store),
            Target::Told(_) => Err(Fault::Broken(
                "the lines of a message are put in place by its transaction".to_owned(),
            )),
        }
    }

    /// Puts the lines of a message in place, checked and found good, with the owners that they give to cells.
    pub(crate) fn put_told(&mut self) -> Result<(), Fault> {
        self.find_moves()?;
        if let Target::Told(tx) = &self.store {
            tx.put_staged(&self.found, self.now)?;
            for moved in &self.found {
                tx.add_visit_issue(IssueKind::Moved, moved.id, None, "", self.now.timestamp())?;
            }
            tx.connection.execute_batch(include_str!("put_owners.sql"))?;
        }
        Ok(())
    }

    /// What [`Staging::put_in_place`] would do: the counts, and the moves. Nothing changes.
    pub fn foresee(&mut self) -> Result<(Vec<KindCount>, Moves), Fault> {
        self.find_moves()?;
        Ok((self.counts()?, self.moves()?))
    }

    /// Takes the write lock, however busy the server is: it waits longer than a booking does.
    fn lock(&mut self) -> Result<(), Fault> {
        let connection = &mut self.alone()?.connection;
        connection.busy_handler(Some(|tries| {
            std::thread::sleep(BUSY_PAUSE);
            tries < LOCK_TRIES_MAX
        }))?;
        let locked = connection.execute_batch("BEGIN IMMEDIATE");
        wait_for_others(connection)?;
        Ok(locked?)
    }

    fn counts(&self) -> Result<Vec<KindCount>, Fault> {
        self.store.all("staged", include_str!("count.sql"), [], |row| {
            Ok(KindCount {
                kind: row.get("kind")?,
                put: row.get("put")?,
                removed: row.get("removed")?,
            })
        })
    }
}

impl Staging<'_> {
    /// Finds the visits to come that the kept lines move.
    pub(super) fn find_moves(&mut self) -> Result<(), Fault> {
        self.store.run("DELETE FROM temp.moved_visit", [])?;
        let parameters = named_params! { ":now": self.now.timestamp() };
        self.store.run(include_str!("find_moves.sql"), parameters)?;
        self.find_joined()?;
        self.found = self.store.found_moves()?;
        Ok(())
    }

    /// Finds the visits at one time whose cards the kept lines join.
    fn find_joined(&self) -> Result<(), Fault> {
        self.store.run("DELETE FROM temp.joined_pair", [])?;
        let parameters = named_params! { ":now": self.now.timestamp(), ":cards": CARDS_MAX };
        self.store.run(include_str!("find_joined.sql"), parameters)?;
        Ok(())
    }

    /// What the moves that were found mean for patients, whether they have been made or not.
    pub fn moves(&self) -> Result<Moves, Fault> {
        let moved = self.found.iter().map(|found| self.store.moved_visit(found));
        let mut sharing = Vec::new();
        for found in &self.found {
            for other in self.store.sharing(found)? {
                sharing.push([
                    self.store.planned_visit(found.id)?,
                    self.store.planned_visit(other)?,
                ]);
            }
        }
        Ok(Moves {
            moved: moved.collect::<Result<_, _>>()?,
            overlapping: self.store.overlapping()?,
            sharing,
            unnamed: self.unnamed()?,
        })
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        let connection = &self.store.connection;
        let is_of_another = matches!(self.store, Target::Told(_));
        let rolled_back = if connection.is_autocommit() || is_of_another {
            Ok(())
        } else {
            connection.execute_batch("ROLLBACK")
        };
        let cleared = rolled_back.and_then(|()| connection.execute_batch(include_str!("clear.sql")));
        if let Err(error) = cleared {
            log::error!("what an import staged could not be cleared away: {error}");
        }
    }
}
