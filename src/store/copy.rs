//! Copies of a database, made beside a server that goes on booking.
//!
//! A copy is taken page by page (sqlite.org/backup.html) while a reader's snapshot is held: so it shows one moment, and a
//! booking neither waits for it nor makes it start over. `VACUUM INTO` would give a smaller file, but it sorts every row
//! into place, holds the snapshot several times longer, and mends unseen what is damaged.
//!
//! A file appears under its name only when it is whole, checked and flushed.

use super::files::{beside, folder_of, is_plain_or_missing, new_private_file};
use super::{BackupLock, CopyError, Fault, Store};
use crate::model::{Moment, Zone};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{io, thread};

/// Pages that are copied in one step: half a megabyte of this program's own pages.
const STEP_PAGES: i32 = 512;

/// Steps between two flushes of the copy: what waits for the disk stays small, so that a booking's flush need not wait
/// for it.
const FLUSH_STEPS: u32 = 8;

/// Longest pause after a step. A pause lasts as long as its step did: half of the disk's time is left to bookings.
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// How an unfinished file's name ends.
pub const DRAFT_SUFFIX: &str = ".new";

impl Store {
    /// Makes a checked copy of the database in a new file at `path`, readable by its owner alone, and notes it in both as
    /// the last backup. `now` is the moment that the copy shows. The bytes of the copy.
    pub fn back_up(&mut self, path: &Path, now: Moment, _lock: &BackupLock) -> Result<u64, CopyError> {
        if path.symlink_metadata().is_ok() {
            return Err(CopyError::There(path.to_owned()));
        }
        let bytes = self.checked_draft(path, now)?.put_in_place()?;
        self.remember_backup(now);
        Ok(bytes)
    }

    /// Writes such a copy to `out`; until it is checked, it lies beside the database at `database`.
    pub fn back_up_to(
        &mut self,
        out: &mut File,
        database: &Path,
        now: Moment,
        _lock: &BackupLock,
    ) -> Result<(), CopyError> {
        let mut draft = self.checked_draft(&beside(database, ".backup"), now)?;
        io::copy(&mut draft.file, out).map_err(|error| CopyError::Io(PathBuf::from("-"), error))?;
        self.remember_backup(now);
        Ok(())
    }

    /// A checked copy that notes itself as the last backup.
    fn checked_draft(&self, path: &Path, now: Moment) -> Result<Draft, CopyError> {
        let draft = Draft::new(path)?;
        draft.fill(&self.connection)?;
        let mut copy = Store::of(draft.settled()?, self.zone)?;
        let tx = copy.write()?;
        tx.note_backup(now)?;
        tx.commit()?;
        copy.prove(now)?;
        Ok(draft)
    }

    /// Notes the last backup in the database.
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

    /// Checks everything. That a patient is at two places at one time is no reason against a copy.
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

/// An unfinished file beside the one that it will be. It vanishes unless it is put in place; what a kill leaves, the next
/// draft of the same name overwrites.
pub(super) struct Draft {
    /// The one that it will be.
    target: PathBuf,
    path: PathBuf,
    file: File,
    is_placed: bool,
}

impl Draft {
    /// An empty draft.
    pub(super) fn new(target: &Path) -> Result<Draft, CopyError> {
        let path = beside(target, DRAFT_SUFFIX);
        is_plain_or_missing(target).map_err(|error| CopyError::Io(target.to_owned(), error))?;
        let file = new_private_file(&path).map_err(|error| CopyError::Io(path.clone(), error))?;
        Ok(Draft {
            target: target.to_owned(),
            path,
            file,
            is_placed: false,
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn io_error(&self, error: io::Error) -> CopyError {
        CopyError::Io(self.path.clone(), error)
    }

    /// Copies a database into it as it is at one moment, and sees that all rows have come.
    pub(super) fn fill(&self, source: &Connection) -> Result<(), CopyError> {
        let snapshot = source.unchecked_transaction()?;
        let rows = row_counts(source)?;
        self.copy_pages(source)?;
        drop(snapshot);
        let copied = row_counts(&self.settled()?)?;
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
        io::copy(input, &mut self.file)
            .map(drop)
            .map_err(|error| self.io_error(error))
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
                self.file.sync_data().map_err(|error| self.io_error(error))?;
            }
            thread::sleep(began.elapsed().min(PAUSE_MAX));
        }
        Ok(())
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(&self.path, flags)
    }

    /// Opens it as a database, settled as one file without a log beside it. Nobody else does.
    pub(super) fn settled(&self) -> Result<Connection, Fault> {
        let connection = self.connect()?;
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE;")?;
        Ok(connection)
    }

    /// Flushes it and gives it its name, in place of what has that name. Its bytes.
    pub(super) fn put_in_place(mut self) -> Result<u64, CopyError> {
        let target = self.target.clone();
        self.rename(&target)?;
        self.file
            .metadata()
            .map(|file| file.len())
            .map_err(|error| self.io_error(error))
    }

    /// Flushes it and gives it this name; the folder too is flushed.
    pub(super) fn rename(&mut self, to: &Path) -> Result<(), CopyError> {
        self.file
            .sync_all()
            .and_then(|()| fs::rename(&self.path, to))
            .map_err(|error| self.io_error(error))?;
        self.is_placed = true;
        sync_folder(to)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.is_placed {
            return;
        }
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let path = beside(&self.path, suffix);
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != io::ErrorKind::NotFound
            {
                log::error!("{}: {error}", path.display());
            }
        }
    }
}

/// Flushes the names in the folder of a file.
pub(super) fn sync_folder(path: &Path) -> Result<(), CopyError> {
    let folder = folder_of(path);
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| CopyError::Io(folder.to_owned(), error))
}

/// Rows of each table, whatever the version.
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
    let draft = Draft::new(path)?;
    draft.fill(source)?;
    let copy = Store::of(draft.settled()?, Zone::System)?;
    let wrong = copy.verify_file();
    drop(copy);
    if !wrong.is_empty() {
        return Err(CopyError::Wrong(wrong));
    }
    draft.put_in_place().map(drop)
}
