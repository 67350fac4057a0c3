//! What a database tells of itself: its disk, its log, whether it takes writes.

use super::{Fault, Store, VERSION, WriteTx};
use crate::files::beside;
use std::io;
use std::path::{Path, PathBuf};

impl Store {
    /// Returns the free bytes of the database's disk; `None` where they are unknown.
    pub fn disk_free_bytes(&self) -> Option<u64> {
        disk_free_bytes(Path::new(self.connection.path()?)).ok()
    }

    /// Returns the bytes of the database's file.
    pub fn file_bytes(&self) -> Option<u64> {
        Some(Path::new(self.connection.path()?).metadata().ok()?.len())
    }

    /// Returns the bytes of the write-ahead log's file; `None` where there is no such file.
    pub fn log_bytes(&self) -> Option<u64> {
        Some(log_path(self.connection.path()?).metadata().ok()?.len())
    }

    /// Commits without a change. The log is flushed, and the remains of a failed commit are overwritten.
    pub fn commit_as_is(&mut self) -> Result<(), Fault> {
        let tx = self.write()?;
        tx.prove()?;
        tx.commit()
    }
}

/// Returns the path of a database's write-ahead log.
pub(super) fn log_path(database: &str) -> PathBuf {
    beside(Path::new(database), "-wal")
}

/// Returns the free bytes of the disk that a path lies on.
pub fn disk_free_bytes(path: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

impl WriteTx<'_> {
    /// Writes a value that is there already, so that the commit proves that the database takes writes.
    pub fn prove(&self) -> Result<(), Fault> {
        self.connection
            .execute_batch(&format!("PRAGMA user_version = {VERSION}"))?;
        Ok(())
    }
}
