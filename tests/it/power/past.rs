//! What the files of a folder went through, and what of it has been acknowledged: after a cut each has to be as it was at some
//! moment since.

use super::disk::Image;
use super::trace::Event;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use tempfile::TempDir;
use uuid::Uuid;

/// The database's name.
pub const DATABASE: &str = "infomat.db";
const NOTE: &str = ".life";
/// What belongs to a database, whose rows are looked at.
const PARTS: [&str; 3] = ["", "-wal", "-journal"];

/// Tells when rows may have changed, so that they are not read after each of many writes.
#[derive(Default)]
pub struct Commits {
    /// The header of a frame that ends a transaction was written to the log, and its page was not.
    has_begun: bool,
}

/// Bytes of a frame's header in the log of `SQLite`; the fifth to the eighth are 0 unless the frame ends a transaction.
const FRAME_HEADER_BYTES: usize = 24;

impl Commits {
    /// Whether rows or other files may be others after this event than before. Copying the log into the database changes none. The
    /// header of a frame may be enough to end a transaction: its page may be of zeros, as the stretched log is.
    pub fn may_follow(&mut self, event: &Event) -> bool {
        match event {
            Event::Wrote { file, bytes, .. } if file.ends_with("-wal") => {
                let has_begun = bytes.len() == FRAME_HEADER_BYTES && bytes[4..8] != [0; 4];
                std::mem::replace(&mut self.has_begun, has_begun) || has_begun
            }
            Event::Wrote { file, .. } => !file.ends_with(DATABASE) && counts(file),
            Event::Flushed { .. } | Event::Sent(_) => false,
            Event::Opened { .. } | Event::Resized { .. } | Event::Named { .. } | Event::Unlinked { .. } => {
                true
            }
        }
    }
}

/// The versions of each file, by their names without the folder.
pub struct Past {
    files: BTreeMap<String, File>,
    /// Where a database is laid to be looked at.
    scratch: TempDir,
}

/// Before the first version a file is not there.
#[derive(Default)]
struct File {
    versions: Vec<Version>,
    /// The first version that may be there after a cut.
    acknowledged: usize,
}

/// A file's content; of the database, that of its rows.
#[derive(Clone, Default, PartialEq)]
struct Version {
    digest: Option<[u8; 32]>,
    /// The tickets of all visits.
    tickets: HashSet<String>,
    /// Number of the last record.
    last: i64,
}

impl Past {
    pub fn new() -> Past {
        Past {
            files: BTreeMap::new(),
            scratch: TempDir::new().unwrap(),
        }
    }

    /// The files are so now.
    pub fn see(&mut self, image: &Image) -> Result<(), String> {
        let versions = self.versions(image)?;
        for name in versions.keys() {
            let unseen = || File {
                versions: vec![Version::default()],
                acknowledged: 0,
            };
            self.files.entry(name.clone()).or_insert_with(unseen);
        }
        for (name, file) in &mut self.files {
            let version = versions.get(name).cloned().unwrap_or_default();
            if file.versions.last() != Some(&version) {
                file.versions.push(version);
            }
        }
        Ok(())
    }

    /// What is there now has been acknowledged.
    pub fn acknowledge(&mut self) {
        for file in self.files.values_mut() {
            file.acknowledged = file.versions.len() - 1;
        }
    }

    /// A ticket has been.
    pub fn acknowledge_ticket(&mut self, ticket: &str) -> Result<(), String> {
        let database = self.files.get_mut(DATABASE).unwrap();
        let has = |version: &Version| version.tickets.contains(ticket);
        let first = database.versions.iter().position(has);
        let first = first.ok_or("a ticket was acknowledged that had not been written")?;
        database.acknowledged = database.acknowledged.max(first);
        Ok(())
    }

    /// Compares what a cut has left.
    pub fn check(&self, image: &Image) -> Result<(), String> {
        let versions = self.versions(image)?;
        if let Some(name) = versions.keys().find(|name| !self.files.contains_key(*name)) {
            return Err(format!("{name}: there was no such file"));
        }
        let last = versions.get(DATABASE).map_or(0, |database| database.last);
        if let Some(noted) = noted(image).filter(|noted| *noted > last) {
            return Err(format!(
                "the note tells of record {noted}, and the database ends with {last}"
            ));
        }
        for (name, file) in &self.files {
            let version = versions.get(name).cloned().unwrap_or_default();
            let earlier = file.versions.iter().rposition(|known| *known == version);
            match earlier {
                None => return Err(format!("{name} is as it never was")),
                Some(number) if number < file.acknowledged => {
                    return Err(format!(
                        "{name} is as it was before the last acknowledged change: version {number} of {}",
                        file.acknowledged
                    ));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn versions(&self, image: &Image) -> Result<BTreeMap<String, Version>, String> {
        let mut versions = BTreeMap::new();
        for (path, bytes) in image {
            let name = path.rsplit('/').next().unwrap();
            if name == DATABASE {
                let version = self
                    .database(path, image)
                    .map_err(|error| format!("{name}: {error}"))?;
                versions.insert(name.to_owned(), version);
            } else if counts(name) {
                let digest = Some(Sha256::digest(bytes).into());
                let version = Version {
                    digest,
                    ..Version::default()
                };
                versions.insert(name.to_owned(), version);
            }
        }
        Ok(versions)
    }

    /// Opens the database as the next program does, and reads all rows.
    fn database(&self, path: &str, image: &Image) -> Result<Version, rusqlite::Error> {
        let copy = self.scratch.path().join(DATABASE);
        let copy = copy.to_str().unwrap();
        let _ = fs::remove_file(format!("{copy}-shm"));
        for part in PARTS {
            let _ = fs::remove_file(format!("{copy}{part}"));
            if let Some(bytes) = image.get(&format!("{path}{part}")) {
                fs::write(format!("{copy}{part}"), bytes).unwrap();
            }
        }
        let database = Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        database.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let whole: String = database.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if whole != "ok" {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
            return Err(rusqlite::Error::SqliteFailure(code, Some(whole)));
        }
        let mut read = Sha256::new();
        let named = database
            .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<(String, Option<String>)>, _>>()?;
        for (name, sql) in named {
            read.update(format!("{name} {sql:?}"));
            let mut rows = database.prepare(&format!("SELECT * FROM \"{name}\""))?;
            let columns = rows.column_count();
            let mut rows = rows.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    match row.get_ref(column)? {
                        ValueRef::Blob(bytes) => read.update(bytes),
                        ValueRef::Text(text) => read.update(text),
                        other => read.update(format!("{other:?}")),
                    }
                    read.update([0]);
                }
            }
        }
        Ok(Version {
            digest: Some(read.finalize().into()),
            tickets: tickets(&database)?,
            last: last(&database)?,
        })
    }
}

fn tickets(database: &Connection) -> Result<HashSet<String>, rusqlite::Error> {
    if !database.table_exists(None, "visit")? {
        return Ok(HashSet::new());
    }
    let mut visits = database.prepare("SELECT guid FROM visit")?;
    let tickets = visits.query_map([], |row| Ok(row.get::<_, Uuid>(0)?.to_string()))?;
    tickets.collect()
}

fn last(database: &Connection) -> Result<i64, rusqlite::Error> {
    if !database.table_exists(None, "journal")? {
        return Ok(0);
    }
    database.query_row("SELECT coalesce(max(seq), 0) FROM journal", [], |row| row.get(0))
}

/// The last record that the note beside the database tells of, which is not flushed: an older one tells less, a later one would
/// end the life of a good file.
fn noted(image: &Image) -> Option<i64> {
    let (_, bytes) = image.iter().find(|(path, _)| path.ends_with(NOTE))?;
    serde_json::from_slice::<Value>(bytes).ok()?["seq"].as_i64()
}

/// Whether what is in the file lasts: no draft of a later one, no part of the database, no lock, nothing of the tests' own.
fn counts(name: &str) -> bool {
    let passes = [NOTE, ".new", "-wal", "-shm", "-journal", ".log", "lock"];
    !passes.iter().any(|part| name.contains(part))
}
