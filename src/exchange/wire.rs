//! Requests and answers as bytes: NDJSON and JSON, read strictly and within bounds ([crate::contract::exchange]).
//!
//! Both come whole or not at all, and from whom they say: that is the duty of HTTPS and of a stick's seal. A text that is cut is
//! noticed here all the same.

use super::{Hash, Message, MessagePoint, Owner, Point, hex};
use crate::model::record::Record;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;
use uuid::Uuid;

/// Version of requests and answers.
const VERSION: u8 = 1;

/// Most records of one request.
pub const RECORDS_MAX: usize = 5_000;

/// Most bytes of a request's records, with their line ends.
pub const RECORDS_BYTES_MAX: usize = 4 << 20;

/// Most records that a box sends in one request: the centre holds the lock of the box while it takes them in, under 200 ms.
pub const RECORDS_SENT_MAX: usize = 500;

/// Most bytes of the records that a box sends in one request, for the same reason, unless the first one alone is larger. Records of
/// messages, which hold a timetable, are the large ones.
pub const RECORDS_BYTES_SENT_MAX: usize = 1 << 20;

/// Most bytes of a request's first line.
const HEADER_BYTES_MAX: usize = 4 << 10;

/// Most bytes of a request.
pub const REQUEST_BYTES_MAX: usize = HEADER_BYTES_MAX + RECORDS_BYTES_MAX;

/// Most bytes of an answer.
pub const ANSWER_BYTES_MAX: usize = 32 << 20;

/// Most bytes that the messages of an answer have, and its lost tail: half of its bound, less what stands around them.
pub const PART_BYTES_MAX: usize = (ANSWER_BYTES_MAX - (64 << 10)) / 2;

/// Most bytes of a message's lines. In a record they are a JSON text within a JSON text, where a byte takes at most seven: the
/// record of any message fits into a request.
pub const MESSAGE_BYTES_MAX: usize = 512 << 10;

/// Most characters of a text that names something: a request, a generation, a program.
const NAME_CHARS_MAX: usize = 128;

/// Most lost-tail items and messages of an answer.
pub const ITEMS_MAX: usize = 5_000;

/// Why bytes are no request or no answer. The text holds nothing of what was in them.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Malformed {
    #[error("{0} bytes; at most {1} are read")]
    TooLong(usize, usize),
    #[error("no UTF-8")]
    NotText,
    #[error("line {line}, column {column}: no {what}")]
    Line {
        /// From 1.
        line: usize,
        column: usize,
        what: &'static str,
    },
    #[error("the last line has no end")]
    NoEnd,
    #[error("{field}: {wanted}")]
    Field {
        field: &'static str,
        wanted: &'static str,
    },
}

fn field(field: &'static str, wanted: &'static str) -> Malformed {
    Malformed::Field { field, wanted }
}

/// How far a box has heard of the lost tail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TailPlace {
    /// Number, by order of arrival at this generation of the centre, of the last record heard.
    pub arrival: u64,
    /// The last cell whose owner was heard, zero at first; none when owners are not asked for.
    pub owners: Option<Uuid>,
}

/// The first line of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    v: u8,
    /// GUID of the box, given at enrolment.
    #[serde(rename = "box")]
    pub site: Uuid,
    /// The life that asks.
    pub incarnation: Uuid,
    /// Random: an answer names it.
    pub request: String,
    /// The centre's generation heard last by this life; empty: none.
    pub generation: String,
    /// Number of the first record; of the next one if there is none.
    pub first: u64,
    pub count: usize,
    /// The last record of the journal, sent or not.
    pub last_seq: u64,
    #[serde(with = "hex")]
    pub last_hash: Hash,
    /// The last message that is behind the box, applied or refused.
    pub applied_message: MessagePoint,
    /// Where to go on in the lost tail; none: at its begin, without owners.
    pub tail_from: Option<TailPlace>,
    /// Version of the program.
    pub program: String,
}

/// A record as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Sent {
    pub incarnation: Uuid,
    pub seq: u64,
    pub hash: Hash,
    /// The line without its end.
    pub text: String,
    /// `None` for a version or a kind of record that this program does not know.
    pub record: Option<Record>,
}

/// What every version of a record's line has.
#[derive(Deserialize)]
struct Envelope {
    incarnation: Uuid,
    seq: u64,
    #[serde(with = "hex")]
    hash: Hash,
}

impl Sent {
    /// Reads a record's line; `None` if it is none of any version.
    pub fn parse(text: &str) -> Option<Sent> {
        let Envelope {
            incarnation,
            seq,
            hash,
        } = serde_json::from_str(text).ok()?;
        (seq > 0).then(|| Sent {
            incarnation,
            seq,
            hash,
            text: text.to_owned(),
            record: serde_json::from_str(text).ok(),
        })
    }

    /// Returns the line of a record of this program.
    pub fn of(record: Record) -> Result<Sent, serde_json::Error> {
        Ok(Sent {
            incarnation: record.incarnation,
            seq: record.seq,
            hash: record.hash,
            text: serde_json::to_string(&record)?,
            record: Some(record),
        })
    }

    pub fn point(&self) -> Point {
        Point {
            incarnation: self.incarnation,
            seq: self.seq,
            hash: self.hash,
        }
    }
}

/// What a box says.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub header: Header,
    /// They follow each other as in the journal.
    pub records: Vec<Sent>,
}

impl Header {
    /// Makes a header of this version; fields not named are those of a request without records.
    pub fn new(site: Uuid, incarnation: Uuid, last: (u64, Hash), applied_message: MessagePoint) -> Header {
        Header {
            v: VERSION,
            site,
            incarnation,
            request: String::new(),
            generation: String::new(),
            first: last.0 + 1,
            count: 0,
            last_seq: last.0,
            last_hash: last.1,
            applied_message,
            tail_from: None,
            program: String::new(),
        }
    }
}

impl Request {
    /// Returns the bytes of the request.
    pub fn print(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(&self.header)?;
        for record in &self.records {
            bytes.push(b'\n');
            bytes.extend_from_slice(record.text.as_bytes());
        }
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads the bytes of a request.
    pub fn parse(bytes: &[u8]) -> Result<Request, Malformed> {
        if bytes.len() > REQUEST_BYTES_MAX {
            return Err(Malformed::TooLong(bytes.len(), REQUEST_BYTES_MAX));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Malformed::NotText)?;
        let text = text.strip_suffix('\n').ok_or(Malformed::NoEnd)?;
        let mut lines = text.split('\n');
        let first = lines.next().unwrap_or_default();
        let header: Header = serde_json::from_str(first).map_err(|error| Malformed::Line {
            line: 1,
            column: error.column(),
            what: "header",
        })?;
        header.check(first.len())?;
        let mut records = Vec::with_capacity(header.count.min(RECORDS_MAX));
        for (index, line) in lines.enumerate() {
            records.push(Sent::parse(line).ok_or(Malformed::Line {
                line: index + 2,
                column: 1,
                what: "record",
            })?);
        }
        if records.len() != header.count {
            return Err(field("count", "must be the number of records"));
        }
        let numbered = (header.first..)
            .zip(&records)
            .all(|(seq, record)| record.seq == seq);
        if !numbered {
            return Err(field("seq", "must go up by one from first"));
        }
        if records.last().is_some_and(|last| last.seq > header.last_seq) {
            return Err(field("lastSeq", "must not be before the last record"));
        }
        Ok(Request { header, records })
    }
}

impl Header {
    fn check(&self, bytes: usize) -> Result<(), Malformed> {
        if bytes > HEADER_BYTES_MAX {
            return Err(Malformed::TooLong(bytes, HEADER_BYTES_MAX));
        }
        if self.v != VERSION {
            return Err(field("v", "must be 1"));
        }
        let names = [
            ("request", &self.request),
            ("generation", &self.generation),
            ("program", &self.program),
        ];
        if let Some((name, _)) = names
            .into_iter()
            .find(|(_, text)| text.chars().count() > NAME_CHARS_MAX)
        {
            return Err(field(name, "must have at most 128 characters"));
        }
        if self.request.is_empty() {
            return Err(field("request", "must not be empty"));
        }
        if self.first < 1 || i64::try_from(self.last_seq).is_err() || self.first > self.last_seq + 1 {
            return Err(field("first", "must be from 1 to lastSeq + 1"));
        }
        if self.count > RECORDS_MAX {
            return Err(field("count", "must be at most 5000"));
        }
        Ok(())
    }
}

/// Whether a life may book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    Serve,
    ReadOnly,
}

/// A piece of the lost tail.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum TailItem {
    /// A record of a life that the asking one does not descend from.
    Record {
        /// 1, 2, 3 ... by order of arrival at this generation of the centre.
        arrival: u64,
        line: Box<RawValue>,
    },
    /// Who owns a cell.
    Owner { slot: Uuid, owner: Owner },
}

/// What is in the centre's backups too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Safe {
    pub incarnation: Uuid,
    pub seq: u64,
}

/// What the centre says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    pub(super) v: u8,
    /// Of the request that is answered.
    pub request: String,
    pub incarnation: Uuid,
    /// The highest number that the centre heard of in this life, arrived or announced.
    pub last_seq: u64,
    pub generation: String,
    /// The last record that the centre has of those sent; of a request without records, of this life.
    pub received: Option<Point>,
    pub safe: Option<Safe>,
    pub state: State,
    /// Why the state is what it is, for a person; empty for [`State::Serve`].
    pub reason: String,
    /// In order, from the next one on.
    pub messages: Vec<Message>,
    pub lost_tail: Vec<TailItem>,
    /// Where the lost tail goes on; none: it ends here.
    pub tail_next: Option<TailPlace>,
    /// There is more to say than this answer holds.
    pub more: bool,
}

impl Answer {
    /// Makes the answer to a request that says nothing yet.
    pub(super) fn to(header: &Header, generation: String) -> Answer {
        Answer {
            v: VERSION,
            request: header.request.clone(),
            incarnation: header.incarnation,
            last_seq: 0,
            generation,
            received: None,
            safe: None,
            state: State::Serve,
            reason: String::new(),
            messages: Vec::new(),
            lost_tail: Vec::new(),
            tail_next: None,
            more: false,
        }
    }

    /// Returns the bytes of the answer.
    pub fn print(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads the bytes of an answer.
    pub fn parse(bytes: &[u8]) -> Result<Answer, Malformed> {
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(Malformed::TooLong(bytes.len(), ANSWER_BYTES_MAX));
        }
        let answer: Answer = serde_json::from_slice(bytes).map_err(|error| Malformed::Line {
            line: error.line(),
            column: error.column(),
            what: "answer",
        })?;
        if answer.v != VERSION {
            return Err(field("v", "must be 1"));
        }
        if answer.generation.is_empty() || answer.generation.chars().count() > NAME_CHARS_MAX {
            return Err(field("generation", "must have 1 to 128 characters"));
        }
        if answer.messages.len() > ITEMS_MAX || answer.lost_tail.len() > ITEMS_MAX {
            return Err(field("messages, lostTail", "must have at most 5000 items"));
        }
        if answer
            .messages
            .iter()
            .any(|message| message.lines.len() > MESSAGE_BYTES_MAX)
        {
            return Err(field("lines", "must have at most 512 KiB"));
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests;
