//! Putting a backup in the place of a database, with no server on it; and new lives of a database.
//!
//! The backup is copied beside the database, brought up to date and checked as a whole; then the two files change names in
//! one step of the file system. A kill before that step leaves the old database, after it the new one. The log of the old
//! one has been copied into it before: a log that lies beside a database counts as its own.

use super::connection::BUSY_TIMEOUT;
use super::copy::DatabaseDraft;
use super::identity::version_of_ours;
use super::life::{Begin, random_guid};
use super::migrations::apply;
use super::note::Note;
use super::read_only::{connect_to_read, connect_to_verify};
use super::{Fault, KindDifference, OpenError, RestoreError, Store, kinds};
use crate::exchange::site::Mode;
use crate::files::{FileError, beside, sync_folder};
use crate::model::record::{Content, RecordKind, UpkeepDone};
use crate::model::{DayVisit, Moment, Zone};
use rusqlite::{Connection, ErrorCode, OpenFlags, named_params};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

const VISITS_MAX: u32 = super::DAY_VISITS_MAX;

const ACTIVE_ONLY_HERE: &str = include_str!("restore/active_only_here.sql");
const MOVED_HERE: &str = include_str!("restore/moved_here.sql");

/// The differences of the replaced database from the backup. Holds personal data.
#[derive(Debug, Default)]
pub struct Lacking {
    /// Visits that the backup does not have, by begin: these patients have tickets that will not be there.
    pub booked: Vec<DayVisit>,
    /// Visits that have been cancelled since, by begin: they will be active again.
    pub cancelled: Vec<DayVisit>,
    /// Visits that have been put off or given to another doctor or cell since, as they are in the database that is
    /// replaced, by begin: they will be where they were.
    pub moved: Vec<DayVisit>,
    /// For each kind, how many things the backup lacks, has otherwise, or has alone; of every time.
    pub kinds: Vec<KindDifference>,
    /// The last entry of the replaced database's journal before the comparison.
    pub last_entry: i64,
}

/// A checked backup beside the database, ready to take its place. While it has not, nothing has changed.
pub struct Restoration {
    draft: DatabaseDraft,
    database: PathBuf,
    zone: Zone,
}

impl Restoration {
    /// Copies `file` beside the database at `database`, brings the copy up to date and checks it. The caller holds the
    /// server's lock. With `is_in_region` the new life only reads until it knows what the centre knows, also where the backup is
    /// from before the first exchange.
    pub fn prepare(
        file: &Path,
        database: &Path,
        zone: Zone,
        is_in_region: bool,
        now: Moment,
    ) -> Result<Restoration, RestoreError> {
        let backup = file.metadata().map_err(FileError::of(file))?;
        let is_itself = |replaced: Metadata| (backup.dev(), backup.ino()) == (replaced.dev(), replaced.ino());
        if database.metadata().is_ok_and(is_itself) {
            return Err(RestoreError::Itself(file.to_owned()));
        }
        let replaced = lives_of(database, zone);
        let draft = Restoration::copied(file, database, zone, (&replaced, is_in_region), now)
            .map_err(|error| error.of_backup(file))?;
        Ok(Restoration {
            draft,
            database: database.to_owned(),
            zone,
        })
    }

    /// Does the same with the bytes of the backup from `input`.
    pub fn prepare_from(
        input: &mut File,
        database: &Path,
        zone: Zone,
        is_in_region: bool,
        now: Moment,
    ) -> Result<Restoration, RestoreError> {
        let mut draft = DatabaseDraft::of(&beside(database, ".restore"))?;
        draft.fill_from(input)?;
        let replaced = lives_of(database, zone);
        Restoration::finish(&draft, zone, (&replaced, is_in_region), now)
            .map_err(|error| error.of_backup(draft.path()))?;
        Ok(Restoration {
            draft,
            database: database.to_owned(),
            zone,
        })
    }

    /// Makes an empty database that takes all that there is from the region's centre.
    pub fn empty(database: &Path, zone: Zone, now: Moment) -> Result<Restoration, RestoreError> {
        let draft = DatabaseDraft::of(&beside(database, ".restore"))?;
        Store::create(draft.path(), zone, now)?;
        let replaced = lives_of(database, zone);
        Restoration::finish(&draft, zone, (&replaced, true), now)?;
        Ok(Restoration {
            draft,
            database: database.to_owned(),
            zone,
        })
    }

    /// Opens it for what is replayed on it, before it is in its place.
    pub fn open(&self) -> Result<Store, Fault> {
        Store::of(self.draft.open_alone()?, self.zone)
    }

    /// Returns a checked copy of the backup, of this program's version.
    fn copied(
        file: &Path,
        database: &Path,
        zone: Zone,
        replaced: (&BTreeSet<Uuid>, bool),
        now: Moment,
    ) -> Result<DatabaseDraft, RestoreError> {
        let source = connect_to_read(file)?;
        version_of_ours(&source, file)?;
        let draft = DatabaseDraft::of(&beside(database, ".restore"))?;
        draft.fill(&source)?;
        Restoration::finish(&draft, zone, replaced, now)?;
        Ok(draft)
    }

    /// Brings a copied backup up to this program's version, checks it and begins a new life in it: what is booked from now on
    /// is not what the `replaced` lives told. The flag is that of [`Begin::is_in_region`].
    fn finish(
        draft: &DatabaseDraft,
        zone: Zone,
        replaced: (&BTreeSet<Uuid>, bool),
        now: Moment,
    ) -> Result<(), RestoreError> {
        let mut copy = Store::of(draft.open_alone()?, zone)?;
        let version = version_of_ours(&copy.connection, draft.path())?;
        apply(&mut copy, version)?;
        copy.prove(now)?;
        let tx = copy.write()?;
        let begin = Begin {
            incarnation: random_guid()?,
            others: replaced.0,
            is_in_region: replaced.1,
        };
        tx.begin_life(&begin, now)?;
        Ok(tx.commit()?)
    }

    /// Returns when the backup was made, if it knows.
    pub fn made(&self) -> Result<Option<Moment>, Fault> {
        self.open()?.last_backup()
    }

    /// Returns what the backup lacks of visits from a moment on; nothing where no database is replaced. Fails when the
    /// replaced database cannot be read.
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

    /// Returns the visits that a statement finds in one file with the other attached.
    fn differing(
        &self,
        sql: &str,
        here: &Path,
        other: &Path,
        from: Moment,
    ) -> Result<Vec<DayVisit>, OpenError> {
        let store = self.beside(here, other)?;
        let parameters = named_params! { ":from": from.timestamp(), ":limit": VISITS_MAX };
        Ok(store.all("visit", sql, parameters, |row| store.day_visit(row))?)
    }

    /// Opens one file, with the other attached as `other`.
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
        // It is of the database that goes.
        Note::remove(&self.database)?;
        if is_there {
            self.draft.put_in_place_as(kept)?;
            renameat_with(CWD, kept, CWD, &self.database, RenameFlags::EXCHANGE)
                .map_err(|error| FileError::of(&self.database)(error.into()))?;
        } else {
            self.draft.put_in_place_as(&self.database)?;
        }
        sync_folder(&self.database)?;
        drop(old);
        Ok(())
    }
}

impl Store {
    /// Begins a new life in the file as it stands: it goes on from here, whatever another copy of it tells. The caller holds the
    /// server's lock.
    pub fn begin_life_here(&mut self, begin: &Begin, now: Moment) -> Result<(), OpenError> {
        let mut others = begin.others.clone();
        others.extend(Note::beside(&self.path()).map(|note| note.incarnation()));
        let tx = self.write()?;
        tx.begin_life(
            &Begin {
                others: &others,
                ..*begin
            },
            now,
        )?;
        tx.commit()?;
        Ok(Note::remove(&self.path())?)
    }
}

impl Store {
    /// Lets a restored database book before it knows what others know, because a person says so. Returns whether it was
    /// waiting for that.
    pub(crate) fn book_on(&mut self, now: Moment) -> Result<bool, Fault> {
        let tx = self.write_as_site()?;
        if tx.own_tip()?.mode != Mode::Recovering {
            return Ok(false);
        }
        let told = Content::Upkeep(UpkeepDone::BookedOn);
        tx.record(RecordKind::Upkeep, Uuid::nil(), &told, now.timestamp())?;
        tx.set_mode(Mode::Serving)?;
        tx.commit()?;
        Ok(true)
    }
}

/// Returns the lives that wrote a database, and the one that the note beside it tells of; where it cannot be read, that alone.
fn lives_of(database: &Path, zone: Zone) -> BTreeSet<Uuid> {
    let lives = || Store::open_to_read(database, zone).ok()?.lives().ok();
    let mut lives = lives().unwrap_or_default();
    lives.extend(Note::beside(database).map(|note| note.incarnation()));
    lives
}

fn last_entry(database: &Connection) -> rusqlite::Result<i64> {
    database.query_row("SELECT coalesce(max(seq), 0) FROM journal", [], |row| row.get(0))
}

/// Makes the database one whole file without a log. Keeps every other program from the file while the connection lives.
/// Returns `None` when the file is too damaged.
///
/// `SQLite` refuses a program that has opened the file by then and wants to write afterwards: without a log, it looks whether
/// the file still has its name.
fn quieten(database: &Path) -> Result<Option<Connection>, RestoreError> {
    let quiet = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(database, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
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

/// Moves a log that nothing could copy into its database out of the new database's way, and keeps it.
fn set_log_aside(database: &Path, kept: &Path) -> Result<(), RestoreError> {
    for suffix in ["-wal", "-journal", "-shm"] {
        let from = beside(database, suffix);
        match fs::rename(&from, beside(kept, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(FileError::of(&from)(error).into());
            }
            _ => (),
        }
    }
    Ok(())
}
