//! One database, one file, one name.
//!
//! `SQLite` finds the log and its index by the name of the database. Under a second name, two programs would write to one
//! file with two logs. And what is unlinked, replaced or cut under an open database goes on to be written, by nobody to be
//! read again: so a server looks, before and after each commit, whether its files are those that it opened.

use super::{Fault, OpenError, Store};
use crate::files::beside;
use crate::refusal::Trouble;
use rusqlite::config::DbConfig;
use std::cell::RefCell;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The ends of the names of the database, its log and the log's index.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

const DATABASE: usize = 0;
const LOG: usize = 1;
const INDEX: usize = 2;

const HEADER_BYTES: usize = 32;

/// Bytes before the first frame of a log, and of a frame besides its page (sqlite.org/fileformat2.html).
const LOG_HEADER_BYTES: i64 = 32;
const FRAME_BYTES: i64 = 24;

/// Longest wait for readers when the log is copied for the last time.
const LAST_COPY_WAIT: Duration = Duration::from_millis(500);

/// Pause before a second look, which has to find the same.
const SECOND_LOOK_PAUSE: Duration = Duration::from_millis(20);

/// The end of the name of a log that fits no database any more.
const ASIDE: &str = "-wal.aside";

/// Refuses a database that has more than one name, or whose log has.
pub fn sole_name(database: &Path) -> Result<(), OpenError> {
    for suffix in SUFFIXES {
        let path = beside(database, suffix);
        if let Ok(file) = path.metadata()
            && file.nlink() > 1
        {
            return Err(OpenError::Linked(path, file.nlink()));
        }
    }
    Ok(())
}

/// A file at the last look.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen {
    device: u64,
    inode: u64,
    size: u64,
}

impl Seen {
    fn is_same_file(self, other: Seen) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

impl From<Metadata> for Seen {
    fn from(file: Metadata) -> Self {
        Seen {
            device: file.dev(),
            inode: file.ino(),
            size: file.len(),
        }
    }
}

/// What a database's header says (sqlite.org/fileformat2.html).
#[derive(Clone, Copy, PartialEq, Eq)]
struct DatabaseHeader {
    /// How it is written: with a log, or without one as a backup is.
    format: [u8; 2],
    /// Grows whenever the first page is written.
    changes: u32,
    /// Pages that the file has, unless it is being made longer.
    pages: u32,
}

/// The files of a server, as they were at the last look.
pub(super) struct Watch {
    /// The database. Closing this file takes `SQLite`'s locks away: the connection has to be closed before.
    file: Arc<File>,
    paths: [PathBuf; 3],
    page_bytes: i64,
    known: RefCell<Known>,
}

struct Known {
    files: [Option<Seen>; 3],
    header: DatabaseHeader,
    /// Why the files are not to be touched any more.
    lost: Option<Loss>,
}

#[derive(Clone)]
struct Loss {
    text: String,
    /// Which files are gone, or others than those that were opened.
    other: [bool; 3],
    /// Whether the content of the database has been changed.
    is_changed: bool,
}

/// How long the log is, compared with the last look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LogSize {
    Kept,
    /// The log is shorter. Another program may have emptied it under the write lock.
    Shrunk,
}

impl Watch {
    /// The database, open as long as the watch is.
    pub(super) fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    fn new(database: &Path, page_bytes: i64) -> io::Result<Watch> {
        let file = File::open(database)?;
        let paths = SUFFIXES.map(|suffix| beside(database, suffix));
        let files = paths.each_ref().map(|path| path.metadata().ok().map(Seen::from));
        let header = header(&file)?;
        Ok(Watch {
            file: Arc::new(file),
            paths,
            page_bytes,
            known: RefCell::new(Known {
                files,
                header,
                lost: None,
            }),
        })
    }

    /// Looks at the files. After a loss the answer stays the same.
    fn look(&self) -> Result<LogSize, Fault> {
        let mut known = self.known.borrow_mut();
        if let Some(loss) = &known.lost {
            return Err(Fault::Unavailable(Trouble::Replaced, loss.text.clone()));
        }
        let (mut files, mut header) = self.seen(&known)?;
        let mut loss = self.loss(&known, &files, header);
        if loss.is_some() {
            // Another program may just be writing: a header half written, a file that is becoming longer again.
            thread::sleep(SECOND_LOOK_PAUSE);
            (files, header) = self.seen(&known)?;
            loss = self.loss(&known, &files, header);
        }
        if let Some(loss) = loss {
            let text = loss.text.clone();
            known.lost = Some(loss);
            return Err(Fault::Unavailable(Trouble::Replaced, text));
        }
        let log = |files: &[Option<Seen>; 3]| files[LOG].map_or(0, |log| log.size);
        let size = if log(&files) < log(&known.files) {
            LogSize::Shrunk
        } else {
            LogSize::Kept
        };
        known.header = header;
        known.files[DATABASE] = files[DATABASE];
        known.files[INDEX] = files[INDEX];
        if size == LogSize::Kept {
            known.files[LOG] = files[LOG];
        }
        Ok(size)
    }

    fn seen(&self, known: &Known) -> Result<([Option<Seen>; 3], DatabaseHeader), Fault> {
        let mut files = [None; 3];
        for (path, seen) in self.paths.iter().zip(&mut files) {
            *seen = match path.metadata() {
                Ok(file) => Some(Seen::from(file)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                // A folder that cannot be entered for a while takes nothing away.
                Err(error) => return Err(Fault::Unavailable(Trouble::NoAccess, error.to_string())),
            };
        }
        Ok((files, header(&self.file).unwrap_or(known.header)))
    }

    fn loss(&self, known: &Known, files: &[Option<Seen>; 3], header: DatabaseHeader) -> Option<Loss> {
        let other = [DATABASE, LOG, INDEX].map(|at| {
            known.files[at].is_some_and(|known| !files[at].is_some_and(|seen| known.is_same_file(seen)))
        });
        let is_shorter = |at: usize| match (known.files[at], files[at]) {
            (Some(known), Some(seen)) => known.is_same_file(seen) && seen.size < known.size,
            _ => false,
        };
        // What another program has made smaller (`VACUUM`) is as long as its header says.
        let bytes = i64::from(header.pages) * self.page_bytes;
        let has_all_pages =
            files[DATABASE].is_some_and(|seen| i64::try_from(seen.size).is_ok_and(|size| size >= bytes));
        let is_cut = |at: usize| is_shorter(at) && !(at == DATABASE && has_all_pages);
        let is_overwritten = header.format != known.header.format
            || header.changes.wrapping_sub(known.header.changes) > u32::MAX / 2;
        let what = |at: &usize| match files[*at] {
            None => other[*at].then_some("is gone"),
            Some(_) if other[*at] => Some("is another file"),
            Some(_) if *at != LOG && is_cut(*at) => Some("is shorter than it was"),
            Some(_) if *at == DATABASE && is_overwritten => Some("has been overwritten"),
            Some(_) => None,
        };
        let (at, what) = (0..SUFFIXES.len()).find_map(|at| Some((at, what(&at)?)))?;
        Some(Loss {
            text: format!("{} {what}", self.paths[at].display()),
            other,
            is_changed: is_cut(DATABASE) || is_overwritten,
        })
    }

    /// Notes that the log has been cut and its content is lost.
    fn lose_log(&self) -> Fault {
        let text = format!("{} is shorter than it was", self.paths[LOG].display());
        self.known.borrow_mut().lost = Some(Loss {
            text: text.clone(),
            other: [false; 3],
            is_changed: false,
        });
        Fault::Unavailable(Trouble::Replaced, text)
    }

    /// Notes that another program has emptied the log into the database, as a purge does.
    fn log_was_emptied(&self) {
        let log = self.paths[LOG].metadata().ok().map(Seen::from);
        self.known.borrow_mut().files[LOG] = log;
    }
}

fn header(file: &File) -> io::Result<DatabaseHeader> {
    let mut bytes = [0; HEADER_BYTES];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(DatabaseHeader {
        format: [bytes[18], bytes[19]],
        changes: u32::from_be_bytes([bytes[24], bytes[25], bytes[26], bytes[27]]),
        pages: u32::from_be_bytes([bytes[28], bytes[29], bytes[30], bytes[31]]),
    })
}

impl Store {
    /// Lets commits, and [`Store::look_at_files`], see whether the files are those that this store has open.
    pub fn watch_files(&mut self) -> Result<(), Fault> {
        let page_bytes = self
            .connection
            .pragma_query_value(None, "page_size", |row| row.get(0))?;
        let path = self.connection.path().unwrap_or_default().to_owned();
        let watch = Watch::new(Path::new(&path), page_bytes)
            .map_err(|error| Fault::Unavailable(Trouble::NoAccess, format!("{path}: {error}")))?;
        self.watch = Some(watch);
        Ok(())
    }

    /// Fails when a file of the database is not what was opened. No transaction may be open.
    pub fn look_at_files(&self) -> Result<(), Fault> {
        let Some(watch) = &self.watch else { return Ok(()) };
        if watch.look()? == LogSize::Kept {
            return Ok(());
        }
        let frames = self.log_frames()?;
        let size = watch.paths[LOG].metadata().map_or(0, |log| log.len());
        let needed = LOG_HEADER_BYTES + frames * (FRAME_BYTES + watch.page_bytes);
        if frames > 0 && i64::try_from(size).is_ok_and(|size| size < needed) {
            // Emptied in between, perhaps: then there are other frames now, and the next look tells.
            return if self.log_frames()? == frames {
                Err(watch.lose_log())
            } else {
                Ok(())
            };
        }
        watch.log_was_emptied();
        Ok(())
    }

    /// Returns how many frames of the log count.
    fn log_frames(&self) -> Result<i64, Fault> {
        let frames = self
            .connection
            .query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1))?;
        Ok(frames)
    }

    /// Does the same within a write transaction. Returns whether the log became shorter before the transaction began.
    pub(super) fn look_at_held_files(&self) -> Result<LogSize, Fault> {
        self.watch.as_ref().map_or(Ok(LogSize::Kept), Watch::look)
    }

    /// Returns the fault of a log that became shorter under this transaction's write lock: nobody may have emptied it.
    pub(super) fn log_was_cut(&self) -> Fault {
        let cut = self.watch.as_ref().map(Watch::lose_log);
        cut.unwrap_or_else(|| Fault::Broken("a log that nobody watches was cut".to_owned()))
    }

    /// Saves what it can of files that are not those which were opened. The log is copied into the database that it belongs to,
    /// wherever that is now. A log that does not belong to the file with the database's name loses its own name. Afterwards
    /// the files are left alone, at the end of the process too.
    pub fn leave_files(&mut self) {
        self.checkpointer = None;
        let Some(loss) = self
            .watch
            .as_ref()
            .and_then(|watch| watch.known.borrow().lost.clone())
        else {
            return;
        };
        self.leave_log();
        if loss.is_changed {
            self.set_log_aside(&loss);
        } else if self.may_copy_log(&loss) {
            match self.copy_log() {
                Ok(true) => {
                    log::warn!("what was in the log has been copied into the database that was opened");
                }
                Ok(false) => log::error!("not all of the log could be copied: a reader is in the way"),
                Err(fault) => log::error!("the log could not be copied: {fault}"),
            }
        }
    }

    /// Lets closing the connection leave the log as it is.
    pub(super) fn leave_log(&self) {
        let left = self
            .connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        if let Err(error) = left {
            log::error!("the files could not be left alone: {error}");
        }
    }

    /// Returns whether the log is whole and has lost its database or its name, and no other program can be writing to the
    /// same database by an index of its own.
    fn may_copy_log(&self, loss: &Loss) -> bool {
        let is_there = |at: usize| self.watch.as_ref().is_some_and(|watch| watch.paths[at].exists());
        let has_rival = loss.other[INDEX] && !loss.other[DATABASE] && is_there(INDEX);
        (loss.other[DATABASE] || loss.other[LOG]) && !has_rival
    }

    /// Copies the log into the database and empties it. Returns whether all of it could be copied.
    fn copy_log(&self) -> Result<bool, Fault> {
        self.connection.busy_timeout(LAST_COPY_WAIT)?;
        let counts = |row: &rusqlite::Row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
        let (frames, copied) = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], counts)?;
        Ok(frames == copied)
    }

    /// Takes the log's name away: replayed into the present content of the database, it would mix two databases.
    fn set_log_aside(&self, loss: &Loss) {
        let Some(watch) = self.watch.as_ref().filter(|_| !loss.other[LOG]) else {
            return;
        };
        let aside = beside(&watch.paths[DATABASE], ASIDE);
        match fs::rename(&watch.paths[LOG], &aside) {
            Ok(()) => log::warn!(
                "the log fits the database no more and is kept as {}",
                aside.display()
            ),
            Err(error) => log::error!("{}: {error}", watch.paths[LOG].display()),
        }
    }
}
