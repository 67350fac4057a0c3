//! Who may do what there may be one of at a time on a database: locks on files of their own beside it.

use super::OpenError;
use super::one_file::sole_name;
use crate::files::{FileError, beside, private_file, read_private_file};
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The right to be the one server on a database: a lock on a file of its own beside it, held while this lives. The system
/// takes it back when the process ends, however it ends. Import and backup do not take it.
pub struct ServerLock {
    beside: File,
    #[expect(dead_code, reason = "the open file holds the lock")]
    own: Option<File>,
}

const SERVER_LOCK: &str = ".lock";

/// Most that is read of a server's name: a GUID is shorter.
const INSTANCE_BYTES_MAX: u64 = 64;

impl ServerLock {
    /// Takes the lock for the database at `path`, and one on the database itself where it is there: its path may be another
    /// one for another server. Locks of this kind and `SQLite`'s do not meet; but `SQLite` loses its own when this file is
    /// closed: a connection is closed before the lock is given back.
    pub fn take(path: &Path) -> Result<Self, OpenError> {
        let beside = lock_beside(path, SERVER_LOCK, OpenError::InUse)?;
        sole_name(path)?;
        let own = match File::open(path) {
            Ok(file) => Some(locked(path.to_owned(), file, OpenError::InUse)?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(FileError::of(path)(error).into()),
        };
        Ok(ServerLock { beside, own })
    }

    /// Writes into the lock's file which server has it, for [`server_instance`].
    pub fn name(&self, instance: &str) -> io::Result<()> {
        self.beside.set_len(0)?;
        self.beside.write_all_at(instance.as_bytes(), 0)
    }
}

/// Returns which server took the lock of the database at `path` last.
///
/// # Errors
/// Those of the file system; and for anything else than a file of one name, such as a link.
pub fn server_instance(path: &Path) -> io::Result<String> {
    let mut instance = String::new();
    read_private_file(&lock_path(path, SERVER_LOCK))?
        .take(INSTANCE_BYTES_MAX)
        .read_to_string(&mut instance)?;
    Ok(instance)
}

/// The right to make the one backup of a database at a time: a lock as [`ServerLock`] is, which a server does not take.
pub struct BackupLock(#[expect(dead_code, reason = "the open file holds the lock")] File);

impl BackupLock {
    /// Takes the lock for the database at `path`.
    pub fn take(path: &Path) -> Result<Self, OpenError> {
        lock_beside(path, ".backup-lock", OpenError::BackupUnderWay).map(BackupLock)
    }
}

/// The right to bring a database up to date: a lock as [`ServerLock`] is, for which others wait.
pub(super) struct MigrationLock(#[expect(dead_code, reason = "the open file holds the lock")] File);

impl MigrationLock {
    /// Waits for the lock for the database at `path`.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let (path, file) = lock_file(path, ".migration-lock")?;
        file.lock().map_err(FileError::of(&path))?;
        Ok(MigrationLock(file))
    }
}

fn lock_beside(path: &Path, suffix: &str, taken: fn(PathBuf) -> OpenError) -> Result<File, OpenError> {
    let (path, file) = lock_file(path, suffix)?;
    locked(path, file, taken)
}

fn locked(path: PathBuf, file: File, taken: fn(PathBuf) -> OpenError) -> Result<File, OpenError> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(taken(path)),
        Err(TryLockError::Error(error)) => Err(FileError::of(&path)(error).into()),
    }
}

/// Returns the path of a lock of a database. A link leads to the database's own name.
fn lock_path(database: &Path, suffix: &str) -> PathBuf {
    let database = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    beside(&database, suffix)
}

/// Opens the file beside a database that is there to be locked.
fn lock_file(database: &Path, suffix: &str) -> Result<(PathBuf, File), FileError> {
    let path = lock_path(database, suffix);
    let file = private_file(&path).map_err(FileError::of(&path))?;
    Ok((path, file))
}
