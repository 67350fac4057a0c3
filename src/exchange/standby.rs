//! The files of a folder from which a database is made anew ([crate::contract::exchange]): for each life a base, which is a checked
//! copy, and a tail, which are the journal's lines since. Names carry the life, so that no life touches another's files.

use std::fmt;
use uuid::Uuid;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StandbyKind {
    /// A copy of the database.
    Base,
    /// Lines of the journal.
    Tail,
}

/// The name of a file: `base-INCARNATION-SEQ.db` for a copy whose last record has this number, `tail-INCARNATION-SEQ.ndjson` for the
/// records behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StandbyName {
    pub incarnation: Uuid,
    pub seq: u64,
    pub kind: StandbyKind,
}

impl StandbyKind {
    fn parts(self) -> (&'static str, &'static str) {
        match self {
            StandbyKind::Base => ("base-", ".db"),
            StandbyKind::Tail => ("tail-", ".ndjson"),
        }
    }
}

impl fmt::Display for StandbyName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (begin, end) = self.kind.parts();
        write!(out, "{begin}{}-{}{end}", self.incarnation, self.seq)
    }
}

impl StandbyName {
    /// Reads a file's name; `None` for any other.
    pub fn parse(name: &str) -> Option<StandbyName> {
        const GUID_CHARS: usize = 36;
        [StandbyKind::Base, StandbyKind::Tail]
            .into_iter()
            .find_map(|kind| {
                let (begin, end) = kind.parts();
                let rest = name.strip_prefix(begin)?.strip_suffix(end)?;
                let (incarnation, seq) = rest.split_at_checked(GUID_CHARS)?;
                let parsed = StandbyName {
                    incarnation: Uuid::try_parse(incarnation).ok()?,
                    seq: seq.strip_prefix('-')?.parse().ok()?,
                    kind,
                };
                (parsed.to_string() == name).then_some(parsed)
            })
    }

    /// Returns the name of the tail of this base.
    #[must_use]
    pub fn tail(self) -> StandbyName {
        StandbyName {
            kind: StandbyKind::Tail,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let base = StandbyName {
            incarnation: Uuid::from_u128(7),
            seq: 41,
            kind: StandbyKind::Base,
        };
        assert_eq!(
            base.to_string(),
            "base-00000000-0000-0000-0000-000000000007-41.db"
        );
        for name in [base, base.tail()] {
            assert_eq!(StandbyName::parse(&name.to_string()), Some(name));
        }
        for other in [
            "",
            "base-00000000-0000-0000-0000-000000000007-41.db.new",
            "base-00000000-0000-0000-0000-000000000007-041.db",
            "tail-00000000-0000-0000-0000-000000000007-41.db",
            "tail-\u{44b}",
            "infomat.db",
        ] {
            assert_eq!(StandbyName::parse(other), None, "{other}");
        }
    }
}
