//! The exchange with a folder: a base, renewed each night and after each import, and the records since, flushed each second.

use super::ExchangeError;
use crate::config::Config;
use crate::engine;
use crate::exchange::standby::{StandbyKind, StandbyName};
use crate::files::{Draft, FileError, private_file, read_private_file, sync_folder};
use crate::model::Moment;
use crate::model::record::Record;
use crate::store::{BackupLock, Fault, Store};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Records that are written at once.
const PAGE_RECORDS: u32 = 500;

/// Time between two looks whether an import is no longer fresh.
const FRESH_PAUSE: Duration = Duration::from_millis(100);

/// Time between two tries to make a base.
const BASE_PAUSE: Duration = Duration::from_mins(1);

/// Most files of a folder: a life has four at most, while its base is renewed.
const FILES_MAX: usize = 10_000;

/// A database and the folder that follows it.
pub struct Standby {
    config: &'static Config,
    folder: &'static Path,
    pub store: Store,
    tail: Option<Tail>,
    /// A base that is being made: bookings of that time go to the tail of the one before.
    making: Option<JoinHandle<Result<Made, ExchangeError>>>,
    /// When the last one was begun.
    begun: Option<Instant>,
}

/// A base that was made, and when data was last imported before that.
#[derive(Clone, Copy)]
struct Made {
    name: StandbyName,
    imported: Option<Moment>,
}

/// What is written behind a base.
struct Tail {
    name: StandbyName,
    file: File,
    /// Number of the next record.
    next: u64,
    /// When the base was made, and the import that it knows.
    day: NaiveDate,
    imported: Option<Moment>,
}

impl Standby {
    pub fn of(config: &'static Config, folder: &'static Path, store: Store) -> Standby {
        Standby {
            config,
            folder,
            store,
            tail: None,
            making: None,
            begun: None,
        }
    }

    /// Brings the folder up to date, and waits for a base where one is due. Returns how far it knows the journal.
    pub fn complete(&mut self) -> Result<u64, ExchangeError> {
        self.resume()?;
        while self.is_import_fresh()? {
            thread::sleep(FRESH_PAUSE);
        }
        if self.is_base_due()? {
            let base = make_base(self.config, self.folder)?;
            self.begin_tail(base)?;
        }
        self.write_tail()
    }

    /// Brings the tail up to date; a base is made beside that.
    pub fn write_news(&mut self) -> Result<(), ExchangeError> {
        if let Some(making) = self.making.take_if(|making| making.is_finished()) {
            let base = making
                .join()
                .unwrap_or_else(|_| Err(Fault::Broken("a base".to_owned()).into()))?;
            self.begin_tail(base)?;
        }
        self.resume()?;
        let may_begin = self.making.is_none() && self.begun.is_none_or(|begun| begun.elapsed() > BASE_PAUSE);
        if may_begin && !self.is_import_fresh()? && self.is_base_due()? {
            let (config, folder) = (self.config, self.folder);
            let making = thread::Builder::new()
                .name("base".into())
                .spawn(move || make_base(config, folder));
            self.making = Some(making.map_err(FileError::of(folder))?);
            self.begun = Some(Instant::now());
        }
        if self.tail.is_some() {
            self.write_tail()?;
        }
        Ok(())
    }

    fn life(&self) -> Result<Uuid, Fault> {
        Ok(self.store.site(Uuid::nil())?.incarnation)
    }

    /// Finds the tail of this life where an earlier process left it. What does not follow from the database, such as a line that a
    /// kill has cut, is written anew.
    fn resume(&mut self) -> Result<(), ExchangeError> {
        let life = self.life()?;
        if self
            .tail
            .as_ref()
            .is_some_and(|tail| tail.name.incarnation == life)
        {
            return Ok(());
        }
        self.tail = None;
        let base = newest_base(self.folder, life).map_err(FileError::of(self.folder))?;
        let Some(base) = base else { return Ok(()) };
        let path = self.path(base.tail());
        let mut last = (base.seq, 0);
        match read_private_file(&path) {
            Ok(file) => last = self.last_known(file, base.seq).map_err(FileError::of(&path))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => (),
            Err(error) => return Err(FileError::of(&path)(error).into()),
        }
        let base_path = self.path(base);
        let made = fs::metadata(&base_path)
            .and_then(|base| base.modified())
            .map_err(FileError::of(&base_path))?;
        let made = chrono::DateTime::<chrono::Utc>::from(made).timestamp();
        let mut file = private_file(&path).map_err(FileError::of(&path))?;
        file.set_len(last.1)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .map_err(FileError::of(&path))?;
        // A base that cannot be looked at, such as one of an earlier program, knows of none.
        let known = Store::open_to_read(&base_path, self.config.zone).ok();
        self.tail = Some(Tail {
            name: base.tail(),
            file,
            next: last.0 + 1,
            day: self.config.zone.at(made).date_naive(),
            imported: known.and_then(|base| base.last_import().ok().flatten()),
        });
        Ok(())
    }

    /// Returns the last record of a tail that the database has as it is there, and where its line ends.
    fn last_known(&self, file: File, base: u64) -> io::Result<(u64, u64)> {
        let (mut seq, mut bytes, mut line) = (base, 0, String::new());
        let mut lines = BufReader::new(file);
        while lines.read_line(&mut line)? > 0 {
            let record = serde_json::from_str::<Record>(&line).ok();
            let record = record.filter(|record| record.seq == seq + 1 && line.ends_with('\n'));
            let Some(record) = record else { break };
            let written = self.store.written(record.seq).map_err(io::Error::other)?;
            if written != Some((record.incarnation, record.hash)) {
                break;
            }
            (seq, bytes) = (record.seq, bytes + line.len() as u64);
            line.clear();
        }
        Ok((seq, bytes))
    }

    /// Returns whether data was imported in this second or the one before. Imports are told apart by the second: a base that was made
    /// between two of one second would seem to know both.
    fn is_import_fresh(&self) -> Result<bool, Fault> {
        const FRESH_SECONDS: std::ops::Range<i64> = 0..2;
        let now = engine::now(self.config.zone).timestamp();
        let imported = self.store.last_import()?;
        Ok(imported.is_some_and(|at| FRESH_SECONDS.contains(&(now - at.timestamp()))))
    }

    /// Returns whether a new base is to be made: there is none of this life, the night has come, or data was imported.
    fn is_base_due(&self) -> Result<bool, Fault> {
        let Some(tail) = &self.tail else { return Ok(true) };
        let today = engine::now(self.config.zone).date_naive();
        Ok(tail.day != today || tail.imported != self.store.last_import()?)
    }

    /// Begins the tail of a new base, and then removes what it replaces.
    fn begin_tail(&mut self, base: Made) -> Result<(), ExchangeError> {
        let Made { name: base, imported } = base;
        let path = self.path(base.tail());
        let file = private_file(&path).map_err(FileError::of(&path))?;
        file.set_len(0).map_err(FileError::of(&path))?;
        self.tail = Some(Tail {
            name: base.tail(),
            file,
            next: base.seq + 1,
            day: engine::now(self.config.zone).date_naive(),
            imported,
        });
        self.write_tail()?;
        sync_folder(&path)?;
        for old in names(self.folder).map_err(FileError::of(self.folder))? {
            if old.incarnation == base.incarnation && old.seq < base.seq {
                let path = self.path(old);
                fs::remove_file(&path).map_err(FileError::of(&path))?;
            }
        }
        Ok(())
    }

    /// Writes the records that the tail lacks, and flushes them. Returns the number of the last one.
    fn write_tail(&mut self) -> Result<u64, ExchangeError> {
        let Some(tail) = &mut self.tail else { return Ok(0) };
        let path = self.folder.join(tail.name.to_string());
        let written = write_records(&self.store, tail, &path);
        if written.is_err() {
            // A share that went away: the file is sought and looked at again.
            self.tail = None;
        }
        written
    }

    fn path(&self, name: StandbyName) -> PathBuf {
        self.folder.join(name.to_string())
    }
}

fn write_records(store: &Store, tail: &mut Tail, path: &Path) -> Result<u64, ExchangeError> {
    loop {
        let records = store.records(tail.next, PAGE_RECORDS)?;
        let Some(last) = records.last() else {
            return Ok(tail.next - 1);
        };
        let mut lines = Vec::new();
        for record in &records {
            serde_json::to_writer(&mut lines, record)?;
            lines.push(b'\n');
        }
        let flushed = tail.file.write_all(&lines).and_then(|()| tail.file.sync_data());
        flushed.map_err(FileError::of(path))?;
        tail.next = last.seq + 1;
    }
}

/// Makes a base in the folder.
fn make_base(config: &Config, folder: &Path) -> Result<Made, ExchangeError> {
    let store = Store::open(&config.database, config.zone)?;
    // Before the copy: an import of that time makes another base due.
    let imported = store.last_import()?;
    let lock = BackupLock::take(&config.database)?;
    let mut base = store.base(&config.database, engine::now(config.zone), &lock)?;
    let name = StandbyName {
        incarnation: base.incarnation,
        seq: base.seq,
        kind: StandbyKind::Base,
    };
    let path = folder.join(name.to_string());
    let mut draft = Draft::of(&path)?;
    base.write_to(&mut draft.file)?;
    draft.put_in_place(&path)?;
    Ok(Made { name, imported })
}

/// Returns the names of a folder's files, in their order.
///
/// # Errors
/// It cannot be read, or has more than [`FILES_MAX`] files, of whatever kind.
pub fn names(folder: &Path) -> io::Result<BTreeSet<StandbyName>> {
    let mut names = BTreeSet::new();
    for (number, entry) in fs::read_dir(folder)?.enumerate() {
        if number == FILES_MAX {
            return Err(io::Error::other(format!("more than {FILES_MAX} files")));
        }
        names.extend(entry?.file_name().to_str().and_then(StandbyName::parse));
    }
    Ok(names)
}

/// Returns the newest base of a life in a folder.
pub fn newest_base(folder: &Path, life: Uuid) -> io::Result<Option<StandbyName>> {
    let is_base = |name: &StandbyName| name.incarnation == life && name.kind == StandbyKind::Base;
    Ok(names(folder)?.into_iter().filter(is_base).max())
}
