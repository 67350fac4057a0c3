//! Copies of a database, made beside a server that goes on booking.
//!
//! A copy is taken page by page (sqlite.org/backup.html) while a reader's snapshot is held: so it shows one moment, and a
//! booking neither waits for it nor makes it start over. `VACUUM INTO` would give a smaller file, but it sorts every row
//! into place, holds the snapshot several times longer, and mends unseen what is damaged.
//!
//! A file appears under its name only when it is whole, checked and flushed.

use super::{BackupLock, CopyError, Fault, Store};
use crate::files::{Draft, FileError, beside, is_plain_or_missing};
use crate::model::{Moment, Zone};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Seek;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{io, thread};
use uuid::Uuid;

/// Pages that are copied in one step: half a megabyte of this program's own pages.
const STEP_PAGES: i32 = 512;

/// Steps between two flushes of the copy: little waits for the disk, and a booking's flush does not wait behind it.
const FLUSH_STEPS: u32 = 8;

/// Longest pause after a step. A pause lasts as long as its step did: half of the disk's time is left to bookings.
const PAUSE_MAX: Duration = Duration::from_millis(100);

impl Store {
    /// Makes a checked copy of the database in a new file at `path`, readable by its owner alone, and notes it in both as
    /// the last backup. `now` is the moment that the copy shows. Returns the bytes of the copy.
    pub(crate) fn back_up(&mut self, path: &Path, now: Moment, _lock: &BackupLock) -> Result<u64, CopyError> {
        if path.symlink_metadata().is_ok() {
            return Err(CopyError::There(path.to_owned()));
        }
        let bytes = self.checked_draft(path, now)?.put_in_place()?;
        self.remember_backup(now);
        Ok(bytes)
    }

    /// Writes such a copy to `out`. Until the copy is checked, it lies beside `database`.
    pub(crate) fn back_up_to(
        &mut self,
        out: &mut File,
        database: &Path,
        now: Moment,
        _lock: &BackupLock,
    ) -> Result<(), CopyError> {
        let mut draft = self.checked_draft(&beside(database, ".backup"), now)?;
        io::copy(&mut draft.draft.file, out).map_err(FileError::of(Path::new("-")))?;
        self.remember_backup(now);
        Ok(())
    }

    /// Makes a checked copy for a standby. It lies beside `database` until it is copied to where it has to be, which may be a
    /// share that knows no locks.
    pub(crate) fn base(&self, database: &Path, now: Moment, _lock: &BackupLock) -> Result<Base, CopyError> {
        let draft = self.checked_draft(&beside(database, ".standby"), now)?;
        let tip = Store::of(draft.open_alone()?, self.zone)?.tip()?;
        Ok(Base {
            draft,
            incarnation: tip.incarnation,
            seq: tip.seq.cast_unsigned(),
        })
    }

    /// Returns a checked copy that notes itself as the last backup.
    fn checked_draft(&self, path: &Path, now: Moment) -> Result<DatabaseDraft, CopyError> {
        let draft = DatabaseDraft::of(path)?;
        draft.fill(&self.connection)?;
        let mut copy = Store::of(draft.open_alone()?, self.zone)?;
        let tx = copy.write()?;
        tx.note_backup(now)?;
        tx.commit()?;
        copy.prove(now)?;
        Ok(draft)
    }

    fn remember_backup(&mut self, now: Moment) {
        let noted = self.write().and_then(|tx| {
            tx.note_backup(now)?;
            tx.commit()
        });
        // A full disk must not make a good copy look like none.
        if let Err(fault) = noted {
            log::warn!(
                "the backup is made, but the database could not note it, and will be said to lack one: {fault}"
            );
        }
    }

    /// Checks everything. A patient at two places at one time is no reason against a copy.
    pub(super) fn prove(&self, now: Moment) -> Result<(), CopyError> {
        let mut wrong = Vec::new();
        let is_right = self.verify(true, now, &mut |outcome| {
            if outcome.is_wrong() {
                wrong.push(outcome.clone());
            }
        })?;
        if is_right {
            Ok(())
        } else {
            Err(CopyError::Wrong(wrong))
        }
    }
}

/// A checked copy for a standby, which vanishes when this is dropped.
pub(crate) struct Base {
    draft: DatabaseDraft,
    /// The life that wrote its last record.
    pub incarnation: Uuid,
    /// Number of its last record.
    pub seq: u64,
}

impl Base {
    /// Writes its bytes to `out`.
    pub fn write_to(&mut self, out: &mut File) -> Result<(), FileError> {
        let file = &mut self.draft.draft.file;
        let copied = file.rewind().and_then(|()| io::copy(file, out));
        copied.map(drop).map_err(FileError::of(&self.draft.target))
    }
}

/// A copy of a database on its way to its place.
pub(super) struct DatabaseDraft {
    /// The file that the copy will be.
    target: PathBuf,
    draft: Draft,
}

impl DatabaseDraft {
    pub(super) fn of(target: &Path) -> Result<DatabaseDraft, CopyError> {
        is_plain_or_missing(target).map_err(FileError::of(target))?;
        Ok(DatabaseDraft {
            target: target.to_owned(),
            draft: Draft::of(target)?,
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.draft.path()
    }

    /// Copies a database into it as it is at one moment, and sees that all rows have come.
    pub(super) fn fill(&self, source: &Connection) -> Result<(), CopyError> {
        let snapshot = source.unchecked_transaction()?;
        let rows = row_counts(source)?;
        self.copy_pages(source)?;
        drop(snapshot);
        let copied = row_counts(&self.open_alone()?)?;
        for (table, there) in rows {
            let copied = copied.get(&table).copied().unwrap_or(0);
            if copied != there {
                return Err(CopyError::Counts(table, there, copied));
            }
        }
        Ok(())
    }

    /// Copies the bytes of a whole database into it.
    pub(super) fn fill_from(&mut self, input: &mut File) -> Result<(), CopyError> {
        io::copy(input, &mut self.draft.file).map_err(FileError::of(self.draft.path()))?;
        Ok(())
    }

    fn copy_pages(&self, source: &Connection) -> Result<(), CopyError> {
        let mut to = self.connect()?;
        to.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
        let backup = Backup::new(source, &mut to)?;
        for step in 1_u32.. {
            let began = Instant::now();
            if backup.step(STEP_PAGES)? == StepResult::Done {
                break;
            }
            if step.is_multiple_of(FLUSH_STEPS) {
                self.draft.file.sync_data().map_err(FileError::of(self.path()))?;
            }
            thread::sleep(began.elapsed().min(PAUSE_MAX));
        }
        Ok(())
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(self.path(), flags)
    }

    /// Opens the copy as one file without a log beside it. Nobody else opens it.
    pub(super) fn open_alone(&self) -> Result<Connection, Fault> {
        let connection = self.connect()?;
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE;")?;
        Ok(connection)
    }

    /// Flushes the copy and gives it its name, in place of a file that has that name. Returns its bytes.
    pub(super) fn put_in_place(mut self) -> Result<u64, CopyError> {
        self.draft.put_in_place(&self.target)?;
        let file = self.draft.file.metadata();
        Ok(file.map_err(FileError::of(&self.target))?.len())
    }

    /// Does the same under another name.
    pub(super) fn put_in_place_as(&mut self, to: &Path) -> Result<(), FileError> {
        self.draft.put_in_place(to)
    }
}

/// Returns the number of rows of each table, whatever the version.
fn row_counts(connection: &Connection) -> Result<BTreeMap<String, i64>, Fault> {
    let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let tables = tables.query_map([], |row| row.get(0))?;
    let tables: Vec<String> = tables.collect::<Result<_, _>>()?;
    let count = |table: String| {
        let sql = format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\""));
        let rows = connection.query_row(&sql, [], |row| row.get(0))?;
        Ok((table, rows))
    };
    tables.into_iter().map(count).collect()
}

/// Makes a checked copy of a database of any version at `path`, in place of what is there.
pub(super) fn copy_of_any_version(source: &Connection, path: &Path) -> Result<(), CopyError> {
    let draft = DatabaseDraft::of(path)?;
    draft.fill(source)?;
    let copy = Store::of(draft.open_alone()?, Zone::System)?;
    let wrong = copy.verify_file();
    drop(copy);
    if !wrong.is_empty() {
        return Err(CopyError::Wrong(wrong));
    }
    draft.put_in_place().map(drop)
}
