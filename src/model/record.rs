//! A record of the journal, and the chain that its records make: who knows the hash of the last one knows all before it
//! ([crate::contract::journal]).

mod content;
mod line;

pub use content::{
    ClosedTime, ContactGiven, Content, DisplacedVisit, LifeBegun, MessageTold, OwnerTold, RecordPlace,
    SeenIssue, StoppedFor, UpkeepDone, VisitChange, VisitState, WaitingState,
};
pub use line::Hex;

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The hash before the first record of a chain.
pub const NO_RECORD: [u8; 32] = [0; 32];

/// Random bytes before a content: so that nobody finds by trying which content a digest is of.
pub type Salt = [u8; 16];

/// What a record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// A life of the database begins, or a chain.
    Begun,
    Booked,
    Cancelled,
    /// The visit has other times, another resource or room.
    Moved,
    /// The patient has come.
    CheckedIn,
    /// A booking wrote contacts to the card.
    Contact,
    WaitingAdded,
    WaitingEnded,
    /// A cell or a resource is not booked any more.
    Closed,
    Opened,
    /// The box gives a cell to the centre.
    Released,
    /// The box keeps what the centre asked for.
    Kept,
    /// A message of the centre is applied.
    Applied,
    RefusedMessage,
    /// A thing as it was when the chain began, or as another life told it.
    Recovered,
    /// A visit that does not fit.
    Displaced,
    IssueSeen,
    /// Something was done to the file as a whole.
    Upkeep,
    /// The last record of a life.
    Stopped,
}

impl RecordKind {
    /// Each with its word in the contract.
    pub const WORDS: [(&'static str, RecordKind); 19] = [
        ("begun", RecordKind::Begun),
        ("booked", RecordKind::Booked),
        ("cancelled", RecordKind::Cancelled),
        ("moved", RecordKind::Moved),
        ("checkedIn", RecordKind::CheckedIn),
        ("contact", RecordKind::Contact),
        ("waitingAdded", RecordKind::WaitingAdded),
        ("waitingEnded", RecordKind::WaitingEnded),
        ("closed", RecordKind::Closed),
        ("opened", RecordKind::Opened),
        ("released", RecordKind::Released),
        ("kept", RecordKind::Kept),
        ("applied", RecordKind::Applied),
        ("refusedMessage", RecordKind::RefusedMessage),
        ("recovered", RecordKind::Recovered),
        ("displaced", RecordKind::Displaced),
        ("issueSeen", RecordKind::IssueSeen),
        ("upkeep", RecordKind::Upkeep),
        ("stopped", RecordKind::Stopped),
    ];

    /// Returns its word in the contract.
    pub fn word(self) -> &'static str {
        // In the order of the variants, as a test says.
        RecordKind::WORDS[self as usize].0
    }

    /// Returns the kind of a word of the contract.
    pub fn of(word: &str) -> Option<RecordKind> {
        let known = RecordKind::WORDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, kind)| *kind)
    }
}

/// One record. Its `Debug` shows no content: that may be personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// The life of the database that wrote it.
    pub incarnation: Uuid,
    /// 1, 2, 3 ... within a database, across its lives.
    pub seq: u64,
    /// Seconds since 1970 on the clock of the box. The order is that of `seq`.
    pub at: i64,
    pub kind: RecordKind,
    /// The visit, card, waiting entry, cell or resource that it is about; zero where there is none.
    pub subject: Uuid,
    /// JSON text; `None` when it was purged.
    pub content: Option<String>,
    /// `None` when it was purged.
    pub salt: Option<Salt>,
    /// See [`digest_of`].
    pub digest: [u8; 32],
    /// See [`hash_of`].
    pub hash: [u8; 32],
}

impl Record {
    /// Makes the record that follows the one with the hash `previous`.
    pub fn following(previous: &[u8; 32], record: Unchained) -> Record {
        let Unchained {
            incarnation,
            seq,
            at,
            kind,
            subject,
            content,
            salt,
        } = record;
        let digest = digest_of(&salt, &content);
        Record {
            incarnation,
            seq,
            at,
            kind,
            subject,
            content: Some(content),
            salt: Some(salt),
            digest,
            hash: hash_of(previous, incarnation, seq, at, kind.word(), subject, &digest),
        }
    }

    /// Whether it follows the record with the hash `previous`, and its content, if it is there, is the one that was written.
    pub fn follows(&self, previous: &[u8; 32]) -> bool {
        let is_content = match (&self.salt, &self.content) {
            (Some(salt), Some(content)) => digest_of(salt, content) == self.digest,
            (None, None) => true,
            _ => false,
        };
        let hash = hash_of(
            previous,
            self.incarnation,
            self.seq,
            self.at,
            self.kind.word(),
            self.subject,
            &self.digest,
        );
        is_content && hash == self.hash
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(
            out,
            "Record({} {} {} {})",
            self.incarnation,
            self.seq,
            self.kind.word(),
            self.subject
        )
    }
}

/// A record without its place in the chain: fields as those of [`Record`].
pub struct Unchained {
    pub incarnation: Uuid,
    pub seq: u64,
    pub at: i64,
    pub kind: RecordKind,
    pub subject: Uuid,
    pub content: String,
    pub salt: Salt,
}

/// Returns what stays of a content when it is purged: SHA-256 of salt and content.
pub fn digest_of(salt: &Salt, content: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(salt)
        .chain_update(content)
        .finalize()
        .into()
}

/// Returns the hash of a record: SHA-256 of the hash of the record before ([`NO_RECORD`] at first), incarnation, `seq` and
/// `at` (eight bytes each, the highest first), kind and a zero byte, subject and digest. GUIDs are in the order of their text.
pub fn hash_of(
    previous: &[u8; 32],
    incarnation: Uuid,
    seq: u64,
    at: i64,
    kind: &str,
    subject: Uuid,
    digest: &[u8; 32],
) -> [u8; 32] {
    Sha256::new()
        .chain_update(previous)
        .chain_update(incarnation.as_bytes())
        .chain_update(seq.to_be_bytes())
        .chain_update(at.to_be_bytes())
        .chain_update(kind)
        .chain_update([0])
        .chain_update(subject.as_bytes())
        .chain_update(digest)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::{NO_RECORD, Record, RecordKind, Unchained};
    use uuid::Uuid;

    fn first() -> Record {
        let record = Unchained {
            incarnation: Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10),
            seq: 1,
            at: -2,
            kind: RecordKind::CheckedIn,
            subject: Uuid::nil(),
            content: "{\"имя\":1}".to_owned(),
            salt: [7; 16],
        };
        Record::following(&NO_RECORD, record)
    }

    #[test]
    fn words_are_in_the_order_of_the_kinds() {
        for (word, kind) in RecordKind::WORDS {
            assert_eq!((kind.word(), RecordKind::of(word)), (word, Some(kind)));
        }
    }

    /// The same bytes, summed up by Python's hashlib.
    #[test]
    fn a_hash_is_what_the_contract_says() {
        let hex = |bytes: [u8; 32]| bytes.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(
            hex(first().digest),
            "f285ed2bd7937506eb1961e17583f5cedd263a21ce18ed7ff6262ee642b29f23"
        );
        assert_eq!(
            hex(first().hash),
            "28e6c8d0f7dca1d2420d65b7002f202a345c365ba4572d2cb527372011a89363"
        );
    }

    #[test]
    fn every_part_of_a_record_is_in_its_hash() {
        let record = first();
        assert!(record.follows(&NO_RECORD));
        assert!(!record.follows(&[1; 32]));
        let changes: [fn(&mut Record); 9] = [
            |record| record.incarnation = Uuid::nil(),
            |record| record.seq = 2,
            |record| record.at = 2,
            |record| record.kind = RecordKind::Booked,
            |record| record.subject = Uuid::max(),
            |record| record.content = Some("{}".to_owned()),
            |record| record.content = None,
            |record| record.salt = Some([8; 16]),
            |record| record.digest[31] ^= 1,
        ];
        for change in changes {
            let mut other = record.clone();
            change(&mut other);
            assert!(!other.follows(&NO_RECORD), "{other:?}");
        }
        let mut purged = record;
        (purged.content, purged.salt) = (None, None);
        assert!(purged.follows(&NO_RECORD), "a purged record still proves itself");
    }
}
