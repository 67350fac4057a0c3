//! The line of a record, as `infomat journal` prints it and an exchange sends it.

use super::{Record, RecordKind, Salt};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use uuid::Uuid;

/// Version of the line.
const VERSION: u8 = 1;

/// Bytes that JSON has as twice as many lowercase hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hex<const N: usize>(pub [u8; N]);

impl<const N: usize> Hex<N> {
    /// Parses the digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |sign: u8| match sign {
            b'0'..=b'9' => Some(sign - b'0'),
            b'a'..=b'f' => Some(sign - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != N || !rest.is_empty() {
            return None;
        }
        let mut bytes = [0; N];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Hex(bytes))
    }
}

impl<const N: usize> std::fmt::Display for Hex<N> {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(input)?;
        Hex::parse(&text)
            .ok_or_else(|| de::Error::custom(format!("not {} lowercase hexadecimal digits", 2 * N)))
    }
}

/// The fields of the line, in their order.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line<'a> {
    v: u8,
    incarnation: Uuid,
    seq: u64,
    at: i64,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    subject: Uuid,
    #[serde(borrow)]
    content_text: Option<Cow<'a, str>>,
    salt: Option<Hex<{ size_of::<Salt>() }>>,
    digest: Hex<32>,
    hash: Hex<32>,
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let line = Line {
            v: VERSION,
            incarnation: self.incarnation,
            seq: self.seq,
            at: self.at,
            kind: self.kind.word().into(),
            subject: self.subject,
            content_text: self.content.as_deref().map(Cow::from),
            salt: self.salt.map(Hex),
            digest: Hex(self.digest),
            hash: Hex(self.hash),
        };
        line.serialize(out)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let line = Line::deserialize(input)?;
        let Some(kind) = RecordKind::of(&line.kind) else {
            return Err(de::Error::custom("kind: unknown"));
        };
        if line.v != VERSION {
            return Err(de::Error::custom("v: not 1"));
        }
        if line.seq < 1 {
            return Err(de::Error::custom("seq: not 1 or more"));
        }
        if line.content_text.is_some() != line.salt.is_some() {
            return Err(de::Error::custom(
                "one of contentText and salt is null, the other is not",
            ));
        }
        Ok(Record {
            incarnation: line.incarnation,
            seq: line.seq,
            at: line.at,
            kind,
            subject: line.subject,
            content: line.content_text.map(Cow::into_owned),
            salt: line.salt.map(|salt| salt.0),
            digest: line.digest.0,
            hash: line.hash.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Hex;
    use crate::model::record::{NO_RECORD, Record, RecordKind, Unchained};
    use uuid::Uuid;

    #[test]
    fn a_line_is_read_as_it_was_written_and_strictly() {
        let whole = Record::following(
            &NO_RECORD,
            Unchained {
                incarnation: Uuid::from_u128(10),
                seq: 1,
                at: -1,
                kind: RecordKind::CheckedIn,
                subject: Uuid::nil(),
                content: "{\"имя\":\"\\n\"}".to_owned(),
                salt: [7; 16],
            },
        );
        let mut purged = whole.clone();
        (purged.content, purged.salt) = (None, None);
        for record in [whole, purged] {
            let line = serde_json::to_string(&record).unwrap();
            assert!(serde_json::from_str::<Record>(&line).unwrap() == record, "{line}");
            let head = "{\"v\":1,\"incarnation\":\"00000000-0000-0000-0000-00000000000a\",\"seq\":1,\"at\":-1,\"kind\":\"checkedIn\"";
            assert!(line.starts_with(head), "{line}");
            for (from, to) in [
                ("\"v\":1", "\"v\":2"),
                ("\"seq\":1", "\"seq\":0"),
                ("\"at\":-1", "\"at\":-1,\"more\":0"),
                ("checkedIn", "checkedOut"),
                ("\"digest\":\"", "\"digest\":\"A"),
                ("contentText\":", "contentText\":null,\"x\":"),
                ("\"salt\":", "\"salt\":\"00\",\"x\":"),
            ] {
                let changed = line.replacen(from, to, 1);
                assert!(
                    changed != line && serde_json::from_str::<Record>(&changed).is_err(),
                    "{changed}"
                );
            }
            let halved = line.replace("\"salt\":\"07070707070707070707070707070707\"", "\"salt\":null");
            assert!(
                halved == line || serde_json::from_str::<Record>(&halved).is_err(),
                "{halved}"
            );
        }
    }

    #[test]
    fn digits_are_lowercase_and_as_many_as_the_bytes() {
        assert_eq!(Hex::parse("00ff"), Some(Hex([0, 255])));
        for bad in ["", "00f", "00ff0", "00FF", "0 ff", "+0ff"] {
            assert_eq!(Hex::<2>::parse(bad), None, "{bad}");
        }
        assert_eq!(Hex([0xa0, 1]).to_string(), "a001");
    }
}
