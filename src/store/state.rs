//! What a database tells of itself: its disk, its log, whether it takes writes.

use super::{Fault, Store, VERSION, WriteTx};
use std::io;
use std::path::Path;

impl Store {
    /// Bytes that may still be written to the disk that the database lies on; none where that cannot be found out.
    pub fn disk_free_bytes(&self) -> Option<u64> {
        disk_free_bytes(Path::new(self.connection.path()?)).ok()
    }

    /// Bytes of the database's file.
    pub fn file_bytes(&self) -> Option<u64> {
        Some(Path::new(self.connection.path()?).metadata().ok()?.len())
    }

    /// Bytes of the write-ahead log's file; none where there is no such file.
    pub fn log_bytes(&self) -> Option<u64> {
        let log = self.connection.path()?.to_owned() + "-wal";
        Some(Path::new(&log).metadata().ok()?.len())
    }

    /// Commits what is there already. The log is flushed, and what a commit that failed has left in it is written over.
    pub fn commit_as_is(&mut self) -> Result<(), Fault> {
        let tx = self.write()?;
        tx.prove()?;
        tx.commit()
    }
}

/// Bytes that may still be written to the disk that a path lies on.
pub fn disk_free_bytes(path: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

impl WriteTx<'_> {
    /// Writes what is there already, so that the commit proves that the database takes writes.
    pub fn prove(&self) -> Result<(), Fault> {
        self.connection
            .execute_batch(&format!("PRAGMA user_version = {VERSION}"))?;
        Ok(())
    }
}
