//! Work that the administrator asks for on the status page ([crate::contract::desk]), done beside the server: a backup, or an
//! import of a file that was sent. One at a time.

use super::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Largest file that is taken, in bytes.
pub const FILE_BYTES_MAX: u64 = 64 << 20;

/// Most bytes of one piece of a file: the largest body that the gate admits.
pub const PIECE_BYTES_MAX: usize = 64 * 1024;

/// Most bad lines that are kept; more are counted.
const BAD_LINES_MAX: usize = 200;

/// Most notes, counts and lists that are kept of one import.
const NOTES_MAX: usize = 100;

/// Most rows of a list that are kept; more are counted.
const ROWS_MAX: usize = 500;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum JobKind {
    Backup,
    Import,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// The file is being sent.
    Sending,
    /// A copy is being made, or lines are being read and checked.
    Working,
    /// The lines are being put in place.
    Placing,
    Done,
    Failed,
}

/// How a file is to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportWish {
    /// The file's name, to show.
    pub name: String,
    pub bytes: u64,
    /// It is only said what the import would do.
    pub is_trial: bool,
    /// Its cells replace the timetable of the resources and days that it names.
    pub replace: bool,
    /// Bad lines are left out, and the good ones taken.
    pub skip_bad: bool,
}

/// What an import says while it runs, an event a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ImportEvent {
    /// So many lines have been read.
    Read(i64),
    Placing,
    /// A bad line.
    Bad(String),
    /// So many more bad lines.
    MoreBad(u64),
    Note(String),
    Count(KindCounted),
    List(List),
}

/// What was done with the lines of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCounted {
    pub kind: String,
    pub put: i64,
    pub removed: i64,
}

/// A list for people: whom to call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    pub title: String,
    pub heads: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// So many rows are left out.
    #[serde(default)]
    pub more: usize,
}

/// What an import has said so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportTold {
    pub lines: i64,
    pub bad: Vec<String>,
    pub more_bad: u64,
    pub notes: Vec<String>,
    pub counts: Vec<KindCounted>,
    pub lists: Vec<List>,
}

impl ImportTold {
    /// Takes one event.
    pub fn take(&mut self, event: ImportEvent) {
        match event {
            ImportEvent::Read(lines) => self.lines = lines,
            ImportEvent::Placing => {}
            ImportEvent::Bad(line) if self.bad.len() < BAD_LINES_MAX => self.bad.push(line),
            ImportEvent::Bad(_) => self.more_bad += 1,
            ImportEvent::MoreBad(lines) => self.more_bad += lines,
            ImportEvent::Note(text) => push(&mut self.notes, text),
            ImportEvent::Count(count) => push(&mut self.counts, count),
            ImportEvent::List(mut list) => {
                list.more += list.rows.len().saturating_sub(ROWS_MAX);
                list.rows.truncate(ROWS_MAX);
                push(&mut self.lists, list);
            }
        }
    }
}

fn push<T>(kept: &mut Vec<T>, new: T) {
    if kept.len() < NOTES_MAX {
        kept.push(new);
    }
}

/// A job: the one under way, or the last.
#[derive(Clone, Debug)]
pub struct Job {
    pub guid: Uuid,
    pub kind: JobKind,
    /// Who began it.
    pub login: String,
    pub began: Moment,
    pub ended: Option<Moment>,
    pub phase: Phase,
    /// The file, for an import.
    pub file: Option<ImportWish>,
    /// Bytes of the file that have come.
    pub received: u64,
    pub told: ImportTold,
    /// What was done and what was left out, or why nothing was done; empty while it goes on.
    pub message: String,
}

impl Job {
    /// Whether it is still under way.
    pub fn is_running(&self) -> bool {
        self.ended.is_none()
    }
}
