//! Putting a backup in the place of a database, with no server on it.
//!
//! The backup is copied beside the database, brought up to date and checked as a whole; then the two files change names in
//! one step of the file system. A kill before that step leaves the old database, after it the new one. The log of the old
//! one has been copied into it before: a log that lies beside a database counts as its own.

use super::copy::{Draft, sync_folder};
use super::damage::named;
use super::errors::lines;
use super::files::beside;
use super::identity::version_of_ours;
use super::migrations::apply;
use super::read_only::{connect_to_read, connect_to_verify};
use super::{CopyError, Fault, KindDifference, OpenError, Outcome, Store, kinds};
use crate::model::{DayVisit, Moment, Zone};
use crate::refusal::Trouble;
use rusqlite::{Connection, ErrorCode, OpenFlags, named_params};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Most visits of one list.
const VISITS_MAX: u32 = super::DAY_VISITS_MAX;

/// How two databases may differ: visits that one alone has, and visits that are elsewhere in it.
const ACTIVE_ONLY_HERE: &str = include_str!("sql/restore/active_only_here.sql");
const MOVED_HERE: &str = include_str!("sql/restore/moved_here.sql");

/// Why a backup was not put in place. Then nothing has changed.
#[derive(Debug, Error)]
pub enum RestoreError {
    /// The file is the database.
    #[error("{} is the database itself", .0.display())]
    Itself(PathBuf),
    /// The file is no database that this program knows.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The backup is not right.
    #[error("the backup is not right: take another one{}", lines(.0))]
    Wrong(Vec<Outcome>),
    /// The file could not be copied.
    #[error(transparent)]
    Copy(CopyError),
    /// Another program has the database open.
    #[error("another program has {} open: let it end first", .0.display())]
    InUse(PathBuf),
    /// Something was booked or cancelled in the database since it was listed what the backup lacks.
    #[error("{} was written meanwhile, and the list is not the whole of it: start again", .0.display())]
    Written(PathBuf),
    /// A file could not be moved.
    #[error("{}: {}", .0.display(), .1)]
    Io(PathBuf, #[source] io::Error),
    /// The database.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl RestoreError {
    /// The same of the backup: what is damaged is that, and not the database, which was not opened yet.
    fn of_backup(self, backup: &Path) -> RestoreError {
        match self {
            RestoreError::Open(error) => RestoreError::Open(error.of_named(backup)),
            RestoreError::Fault(fault) | RestoreError::Copy(CopyError::Fault(fault))
                if fault.trouble() == Trouble::Damaged =>
            {
                RestoreError::Open(OpenError::Fault(fault).of_named(backup))
            }
            other => other,
        }
    }
}

impl From<CopyError> for RestoreError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Wrong(outcomes) => RestoreError::Wrong(outcomes),
            error => RestoreError::Copy(error),
        }
    }
}

impl From<rusqlite::Error> for RestoreError {
    fn from(error: rusqlite::Error) -> Self {
        RestoreError::Fault(error.into())
    }
}

/// What a backup does not know of the database that it replaces. Holds personal data.
#[derive(Debug, Default)]
pub struct Lacking {
    /// Visits that the backup does not have, by begin: these patients have tickets that will not be there.
    pub booked: Vec<DayVisit>,
    /// Visits that have been cancelled since, by begin: they will be active again.
    pub cancelled: Vec<DayVisit>,
    /// Visits that have been put off or given to another doctor or cell since, as they are in the database that is
    /// replaced, by begin: they will be where they were.
    pub moved: Vec<DayVisit>,
    /// How many things of each kind the backup lacks, has otherwise, or has alone; of every time.
    pub kinds: Vec<KindDifference>,
    /// The last entry of the replaced database's journal before all this was looked for.
    pub last_entry: i64,
}

/// A checked backup beside the database, ready to take its place. Dropped before that, nothing has changed.
pub struct Restoration {
    draft: Draft,
    database: PathBuf,
    zone: Zone,
}

impl Restoration {
    /// Copies `file` beside the database at `database`, brings the copy up to date and checks it. The caller holds the
    /// server's lock.
    pub fn prepare(
        file: &Path,
        database: &Path,
        zone: Zone,
        now: Moment,
    ) -> Result<Restoration, RestoreError> {
        let backup = file
            .metadata()
            .map_err(|error| RestoreError::Io(file.to_owned(), error))?;
        let is_itself = |replaced: Metadata| (backup.dev(), backup.ino()) == (replaced.dev(), replaced.ino());
        if database.metadata().is_ok_and(is_itself) {
            return Err(RestoreError::Itself(file.to_owned()));
        }
        let draft = Restoration::copied(file, database, zone, now).map_err(|error| error.of_backup(file))?;
        Ok(Restoration {
            draft,
            database: database.to_owned(),
            zone,
        })
    }

    /// The same with the bytes of the backup from `input`.
    pub fn prepare_from(
        input: &mut File,
        database: &Path,
        zone: Zone,
        now: Moment,
    ) -> Result<Restoration, RestoreError> {
        let mut draft = Draft::new(&beside(database, ".restore"))?;
        draft.fill_from(input)?;
        Restoration::finish(&draft, zone, now).map_err(|error| error.of_backup(draft.path()))?;
        Ok(Restoration {
            draft,
            database: database.to_owned(),
            zone,
        })
    }

    /// A checked copy of the backup, of this program's version.
    fn copied(file: &Path, database: &Path, zone: Zone, now: Moment) -> Result<Draft, RestoreError> {
        let source = connect_to_read(file)?;
        version_of_ours(&source, file)?;
        let draft = Draft::new(&beside(database, ".restore"))?;
        draft.fill(&source)?;
        Restoration::finish(&draft, zone, now)?;
        Ok(draft)
    }

    /// Brings a copied backup up to this program's version and checks it.
    fn finish(draft: &Draft, zone: Zone, now: Moment) -> Result<(), RestoreError> {
        let copy = draft.settled()?;
        let version = version_of_ours(&copy, draft.path())?;
        apply(&copy, version)?;
        Ok(Store::of(copy, zone)?.prove(now)?)
    }

    /// When the backup was made, if it knows.
    pub fn made(&self) -> Result<Option<Moment>, Fault> {
        Store::of(self.draft.settled()?, self.zone)?.last_backup()
    }

    /// What the backup lacks of visits from a moment on; nothing where no database is replaced. Fails when the one that is
    /// replaced cannot be read.
    pub fn lacking(&self, from: Moment) -> Result<Lacking, OpenError> {
        if !self.database.exists() {
            return Ok(Lacking::default());
        }
        let last_entry = last_entry(&connect_to_verify(&self.database)?)?;
        Ok(Lacking {
            last_entry,
            kinds: kinds::differences(&self.beside(&self.database, self.draft.path())?.connection)?,
            booked: self.differing(ACTIVE_ONLY_HERE, &self.database, self.draft.path(), from)?,
            cancelled: self.differing(ACTIVE_ONLY_HERE, self.draft.path(), &self.database, from)?,
            moved: self.differing(MOVED_HERE, &self.database, self.draft.path(), from)?,
        })
    }

    /// What a statement finds in one file with the other attached.
    fn differing(
        &self,
        sql: &str,
        here: &Path,
        other: &Path,
        from: Moment,
    ) -> Result<Vec<DayVisit>, OpenError> {
        let store = self.beside(here, other)?;
        let mut statement = store.connection.prepare(sql)?;
        let parameters = named_params! { ":from": from.timestamp(), ":limit": VISITS_MAX };
        let visits = statement.query_map(parameters, named("visit", |row| store.day_visit(row)))?;
        Ok(visits.collect::<Result<_, _>>()?)
    }

    /// One file, with the other attached as `other`.
    fn beside(&self, here: &Path, other: &Path) -> Result<Store, OpenError> {
        let store = Store::of(connect_to_verify(here)?, self.zone)?;
        let other = other
            .to_str()
            .ok_or_else(|| Fault::Broken("the path is not UTF-8".to_owned()))?;
        store
            .connection
            .execute("ATTACH :other AS other", named_params! { ":other": other })?;
        Ok(store)
    }

    /// Gives the backup the database's place, and the database the name `kept`. Every other program has to have closed
    /// the database. When this returns, the names are on the disk.
    pub fn put_in_place(mut self, kept: &Path, told: Option<&Lacking>) -> Result<(), RestoreError> {
        let moved = |error: io::Error| RestoreError::Io(self.database.clone(), error);
        let is_there = self.database.exists();
        // Held until the names are changed: nobody begins to write meanwhile.
        let old = if is_there { quieten(&self.database)? } else { None };
        if let (Some(old), Some(told)) = (&old, told)
            && last_entry(old)? != told.last_entry
        {
            return Err(RestoreError::Written(self.database));
        }
        if old.is_none() {
            set_log_aside(&self.database, kept)?;
        }
        if is_there {
            self.draft.rename(kept)?;
            renameat_with(CWD, kept, CWD, &self.database, RenameFlags::EXCHANGE)
                .map_err(|error| moved(error.into()))?;
        } else {
            self.draft.rename(&self.database)?;
        }
        sync_folder(&self.database)?;
        drop(old);
        Ok(())
    }
}

/// The last entry of the journal.
fn last_entry(database: &Connection) -> rusqlite::Result<i64> {
    database.query_row("SELECT coalesce(max(seq), 0) FROM journal", [], |row| row.get(0))
}

/// Makes the database one whole file without a log, and keeps every other program from it as long as the connection
/// lives; none when it is so damaged that it cannot be.
///
/// A program that has opened it by then and wants to write afterwards is refused by `SQLite`: without a log, it looks
/// whether the file still has its name.
fn quieten(database: &Path) -> Result<Option<Connection>, RestoreError> {
    let quiet = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(database, flags)?;
        connection.busy_timeout(super::connection::BUSY_TIMEOUT)?;
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA journal_mode = DELETE;
             BEGIN EXCLUSIVE;",
        )?;
        Ok(connection)
    };
    match quiet() {
        Ok(connection) => Ok(Some(connection)),
        Err(error) => match rusqlite::Error::sqlite_error_code(&error) {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Ok(None),
            Some(ErrorCode::DatabaseBusy) => Err(RestoreError::InUse(database.to_owned())),
            _ => Err(error.into()),
        },
    }
}

/// Moves a log that nothing could copy into its database out of the new one's way, and keeps it.
fn set_log_aside(database: &Path, kept: &Path) -> Result<(), RestoreError> {
    for suffix in ["-wal", "-journal", "-shm"] {
        let from = beside(database, suffix);
        match fs::rename(&from, beside(kept, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(RestoreError::Io(from, error));
            }
            _ => (),
        }
    }
    Ok(())
}
