//! The note beside the database of a box that exchanges with a centre ([crate::contract::journal]): which life it is, how far
//! that has written, and on which machine. It does not go along with an old file that somebody copies back, and tells of it.

use super::{Fault, Store};
use crate::exchange::site::Mode;
use crate::files::{FileError, beside, private_file, read_private_file};
use crate::model::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Of the form of a note.
const VERSION: u32 = 1;

const SUFFIX: &str = ".life";

/// Length of a note: blanks follow what it says, so that one write replaces it whole.
const NOTE_BYTES: usize = 256;

/// Which installation of the system this is (man machine-id). There may be none.
const MACHINE_ID: &str = "/etc/machine-id";

/// Most that is read of the machine's id: it has 33 bytes.
const MACHINE_ID_BYTES_MAX: u64 = 64;

/// Bytes of the digest that are kept.
const MACHINE_BYTES: usize = 16;

/// What was written last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Note {
    v: u32,
    incarnation: Uuid,
    /// Number of the last record.
    seq: i64,
    /// Digest of the machine's id, which is not to be told to others; empty where there is none.
    machine: String,
}

impl Note {
    /// Returns the note beside the database at `path`; `None` where there is none, or none that can be read.
    pub(super) fn beside(path: &Path) -> Option<Note> {
        let path = beside(path, SUFFIX);
        let note = Note::read(&path);
        match note {
            Ok(note) => Some(note),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                log::warn!("{}: passed over: {error}", path.display());
                None
            }
        }
    }

    fn read(path: &Path) -> io::Result<Note> {
        let mut text = String::new();
        read_private_file(path)?
            .take(NOTE_BYTES as u64)
            .read_to_string(&mut text)?;
        let note: Note = serde_json::from_str(&text)?;
        if note.v != VERSION {
            return Err(io::Error::new(ErrorKind::InvalidData, "it is of another version"));
        }
        Ok(note)
    }

    /// Which life it tells of.
    pub(super) fn incarnation(&self) -> Uuid {
        self.incarnation
    }

    /// Removes the note beside the database at `path`, which another database is to replace.
    pub(super) fn remove(path: &Path) -> Result<(), FileError> {
        let path = beside(path, SUFFIX);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(FileError::of(&path)(error)),
            _ => Ok(()),
        }
    }

    /// Writes the note beside the database at `path`, in place of an earlier one. It is not flushed: a power cut may take it
    /// back, and an older note tells less.
    fn write(&self, path: &Path) -> Result<(), FileError> {
        let path = beside(path, SUFFIX);
        let text = serde_json::to_string(self).unwrap_or_default();
        let text = format!("{text:<width$}\n", width = NOTE_BYTES - 1);
        private_file(&path)
            .and_then(|file| file.write_all_at(text.as_bytes(), 0))
            .map_err(FileError::of(&path))
    }
}

impl Store {
    /// Returns where the file of this database is.
    pub(crate) fn path(&self) -> PathBuf {
        PathBuf::from(self.connection.path().unwrap_or_default())
    }

    /// Returns what is to be noted; `None` for a box that has never exchanged anything, and for a life that has ended: the note
    /// may tell of the one that goes on.
    fn note(&self) -> Result<Option<Note>, Fault> {
        if !self.is_in_region()? {
            return Ok(None);
        }
        let tip = self.tip()?;
        Ok((tip.mode != Mode::Stopped).then(|| Note {
            v: VERSION,
            incarnation: tip.incarnation,
            seq: tip.seq,
            machine: machine(),
        }))
    }

    /// Compares the database with the note beside it, and ends this life where they differ: this file is not what was written
    /// last. Otherwise writes the note anew. Nothing for a box that has never exchanged anything.
    pub(crate) fn heed_note(&mut self, now: Moment) -> Result<(), Fault> {
        let path = self.path();
        // Read before the last record: an exchange may go on meanwhile.
        let noted = self.is_in_region()?.then(|| Note::beside(&path)).flatten();
        let Some(own) = self.note()? else {
            return Ok(());
        };
        let reason = noted.map_or(Ok(None), |noted| self.difference(&own, &noted))?;
        let Some(reason) = reason else {
            if let Err(error) = own.write(&path) {
                log::warn!("an old copy of the database would not be known as one: {error}");
            }
            return Ok(());
        };
        let tx = self.write_as_site()?;
        tx.stop(reason, now.timestamp())?;
        tx.commit()
    }

    fn difference(&self, own: &Note, note: &Note) -> Result<Option<&'static str>, Fault> {
        let is_of_another_machine =
            note.machine != own.machine && !note.machine.is_empty() && !own.machine.is_empty();
        Ok(if is_of_another_machine {
            Some("the note beside the database is of another machine: the folder was copied")
        } else if note.incarnation == own.incarnation && note.seq > own.seq {
            Some("the note beside the database knows of later records: an old file was put back")
        } else if !self.lives()?.contains(&note.incarnation) {
            Some(
                "the note beside the database is of a life that this file does not know: another file was put in its place",
            )
        } else {
            None
        })
    }
}

/// Returns a digest of the machine's id, for this program alone; nothing where the machine has none.
fn machine() -> String {
    let mut id = String::new();
    let read = read_private_file(Path::new(MACHINE_ID))
        .and_then(|file| file.take(MACHINE_ID_BYTES_MAX).read_to_string(&mut id));
    if read.is_err() || id.trim().is_empty() {
        return String::new();
    }
    let digest = Sha256::new().chain_update("infomat").chain_update(id.trim());
    let bytes: [u8; 32] = digest.finalize().into();
    let mut machine = String::new();
    for byte in &bytes[..MACHINE_BYTES] {
        let _ = write!(machine, "{byte:02x}");
    }
    machine
}
