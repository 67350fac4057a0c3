//! The exchange between a clinic's box and the region's centre, as pure rules ([crate::contract::exchange]).
//!
//! No socket, no clock and no database is in here. [`site`] is the box's side and drives a [`site::BoxStore`], [`centre`] is the
//! centre's and drives a [`centre::CentreStore`]. Each function is one transaction of its caller: it commits what the function
//! did when it returns, and undoes it when the store failed.
//!
//! # The way of an exchange
//!
//! | step | function | side |
//! |---|---|---|
//! | say what the centre lacks, and what is known of it | [`site::request`] | box |
//! | print and read it | [`wire::Request`] | |
//! | take in records, judge the life, answer with messages and the lost tail | [`centre::answer`] | centre |
//! | print and read it | [`wire::Answer`] | |
//! | believe what may be believed, apply messages, replay the lost tail | [`site::take`] | box |
//!
//! # Why no cell has two owners
//!
//! The side that owns a cell gives it up in its own transaction, and the other side takes it only when it has heard of that.
//! What may be lost between them is lost to both: the cell is nobody's then, and a recall heals it. Three things could break this.
//!
//! A box goes back to an older state. Its new life only reads until it has all records of the lives that it does not descend
//! from, each cell's owner, and all messages: [`site::take`] ends that, and only by an answer to a request of this life.
//!
//! A centre goes back to an older state. It books no cell until the box has reported, and takes back from the box's journal what
//! it had told. Messages that the lost centre told and that come late are of another generation: the box does not apply them.
//!
//! A life that is over speaks once more. Its records are facts about visits, but they move no owner.

#![allow(missing_docs, reason = "a field whose name says everything has no comment")]

pub mod centre;
pub mod content;
pub mod site;
pub mod standby;
pub mod stick;
pub mod wire;

pub use crate::model::Owner;

use crate::model::record::Hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A SHA-256.
pub type Hash = [u8; 32];

/// The hash before the first of a chain, of records or of messages.
pub const NOTHING: Hash = [0; 32];

/// A record's place: which life wrote it, its number and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub incarnation: Uuid,
    pub seq: u64,
    #[serde(with = "hex")]
    pub hash: Hash,
}

impl Point {
    /// A place that no life descends from.
    pub const NOWHERE: Point = Point {
        incarnation: Uuid::nil(),
        seq: 0,
        hash: NOTHING,
    };
}

/// A message's place in the chain of a box's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessagePoint {
    /// 0: before the first.
    pub seq: u64,
    #[serde(with = "hex")]
    pub hash: Hash,
}

impl MessagePoint {
    /// Before the first message.
    pub const START: MessagePoint = MessagePoint {
        seq: 0,
        hash: NOTHING,
    };

    /// Returns the place of a message with these lines behind this one.
    #[must_use]
    pub fn next(self, lines: &str) -> MessagePoint {
        let hash = Sha256::new().chain_update(self.hash).chain_update(lines);
        MessagePoint {
            seq: self.seq + 1,
            hash: hash.finalize().into(),
        }
    }
}

/// What the centre tells one box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// 1, 2, 3 ... for each box.
    pub seq: u64,
    /// SHA-256 of the hash of the message before and the lines.
    #[serde(with = "hex")]
    pub hash: Hash,
    /// NDJSON.
    pub lines: String,
}

impl Message {
    /// Makes the message with these lines behind another.
    pub fn behind(before: MessagePoint, lines: String) -> Message {
        let MessagePoint { seq, hash } = before.next(&lines);
        Message { seq, hash, lines }
    }

    pub fn point(&self) -> MessagePoint {
        MessagePoint {
            seq: self.seq,
            hash: self.hash,
        }
    }

    /// Returns whether it is the next one behind another.
    pub fn is_behind(&self, before: MessagePoint) -> bool {
        self.point() == before.next(&self.lines)
    }
}

/// Hashes in JSON.
mod hex {
    use super::{Hash, Hex};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(hash: &Hash, out: S) -> Result<S::Ok, S::Error> {
        Hex(*hash).serialize(out)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Hash, D::Error> {
        Hex::deserialize(input).map(|hex| hex.0)
    }
}
