//! What an exchange reads of a record's content and of a message's lines. All other fields are not its matter.

use super::{Hash, Message, Owner, Point, hex};
use crate::model::VisitStatus;
use crate::model::record::{Record, RecordKind};
use serde::Deserialize;
use uuid::Uuid;

/// What a record means to the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    Begun(Begun),
    /// The state of the visit that is the record's subject.
    Visit(Visit),
    /// The box made the centre the owner of the cell that is the record's subject, with this message as the last behind it.
    Released {
        message: u64,
    },
    /// While it only read, with this message as the last behind it, the box heard that the cell that is the record's subject has
    /// another owner than it knew.
    Owner {
        owner: Owner,
        message: u64,
    },
    /// The box has a message behind it.
    Message {
        message: Message,
        /// It was bad, and had no effect.
        refused: bool,
    },
    Stopped,
    /// Nothing that the other side acts on, or no longer: the content was purged.
    Other,
    /// The content is not what such a record has.
    Unreadable,
}

/// How a life begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Begun {
    /// The last record known to be common with the life before; none for a life from nothing.
    #[serde(default)]
    pub parent: Option<Point>,
    /// Lives that are known to be over.
    #[serde(default)]
    pub over: Vec<Uuid>,
}

/// A visit, as far as both sides must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Visit {
    /// `None` when the cell was removed.
    #[serde(default)]
    pub slot: Option<Uuid>,
    pub status: VisitStatus,
}

/// A content, told by its `kind`.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Content {
    Life(Begun),
    #[serde(alias = "displaced")]
    Visit(Visit),
    Owner {
        owner: Owner,
        #[serde(default)]
        message: u64,
    },
    Message {
        seq: u64,
        #[serde(with = "hex")]
        hash: Hash,
        lines: String,
        reasons: Option<serde::de::IgnoredAny>,
    },
    #[serde(other)]
    Other,
}

/// Returns what a record means.
pub fn fact(record: &Record) -> Fact {
    if record.kind == RecordKind::Stopped {
        return Fact::Stopped;
    }
    let Some(text) = &record.content else {
        return Fact::Other;
    };
    match serde_json::from_str(text) {
        Ok(Content::Life(begun)) if record.kind == RecordKind::Begun => Fact::Begun(begun),
        Ok(Content::Owner { owner, message }) => match record.kind {
            RecordKind::Released => Fact::Released { message },
            RecordKind::Recovered => Fact::Owner { owner, message },
            _ => Fact::Other,
        },
        Ok(Content::Visit(visit)) => Fact::Visit(visit),
        Ok(Content::Message {
            seq,
            hash,
            lines,
            reasons,
        }) => Fact::Message {
            message: Message { seq, hash, lines },
            refused: reasons.is_some(),
        },
        Ok(_) => Fact::Other,
        Err(_) => Fact::Unreadable,
    }
}

/// A line of a message, as far as an exchange acts on it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Line {
    Slot(Slot),
    /// A visit that was booked at the centre.
    Visit {
        guid: Uuid,
        slot: Uuid,
    },
    Cancellation {
        visit: Uuid,
    },
    Recall {
        slot: Uuid,
    },
    /// A line of the clinic's data that moves no owner.
    #[serde(other)]
    Data,
}

/// A cell as a message tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    pub guid: Uuid,
    /// Left out: as it was, and the box's for a new cell.
    #[serde(default)]
    pub owner: Option<Owner>,
    /// How many visits it takes.
    #[serde(default = "one")]
    pub plan_count: i64,
    #[serde(default)]
    pub deleted: bool,
}

/// The place that a cell has if its line names no number.
fn one() -> i64 {
    1
}

/// Returns the line of a cancellation with the note that it has happened, whosever the cell has become at the box.
pub fn happened(line: &str) -> Result<String, serde_json::Error> {
    let mut line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
    line.insert("happened".to_owned(), true.into());
    serde_json::to_string(&line)
}

/// Reads the lines of a message. An error is the number of the first line that cannot be read, from 1.
pub fn lines(text: &str) -> Result<Vec<Line>, usize> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| serde_json::from_str(line).map_err(|_| index + 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Fact, Line, Slot, Visit, fact, lines};
    use crate::exchange::{Message, NOTHING, Owner};
    use crate::model::VisitStatus;
    use crate::model::record::{Hex, NO_RECORD, Record, RecordKind, Unchained};
    use uuid::Uuid;

    fn tells(kind: RecordKind, content: &str) -> Fact {
        let record = Unchained {
            incarnation: Uuid::nil(),
            seq: 1,
            at: 0,
            kind,
            subject: Uuid::nil(),
            content: content.to_owned(),
            salt: [0; 16],
        };
        fact(&Record::following(&NO_RECORD, record))
    }

    #[test]
    fn a_record_tells_what_its_kind_and_content_say() {
        let slot = Uuid::from_u128(1);
        let visit = format!(r#"{{"kind":"visit","slot":"{slot}","status":"cancelled","num":7}}"#);
        let visit_told = Fact::Visit(Visit {
            slot: Some(slot),
            status: VisitStatus::Cancelled,
        });
        assert_eq!(tells(RecordKind::Cancelled, &visit), visit_told);
        assert_eq!(tells(RecordKind::Stopped, "{}"), Fact::Stopped);
        let owner = r#"{"kind":"owner","owner":"centre","message":3}"#;
        assert_eq!(tells(RecordKind::Released, owner), Fact::Released { message: 3 });
        let recovered = Fact::Owner {
            owner: Owner::Centre,
            message: 3,
        };
        assert_eq!(tells(RecordKind::Recovered, owner), recovered);
        assert_eq!(tells(RecordKind::Kept, owner), Fact::Other);
        assert_eq!(tells(RecordKind::Booked, r#"{"kind":"later"}"#), Fact::Other);
        for bad in [
            "",
            "[]",
            r#"{"kind":"visit"}"#,
            r#"{"kind":"visit","status":"lost"}"#,
        ] {
            assert_eq!(tells(RecordKind::Booked, bad), Fact::Unreadable, "{bad}");
        }
        let hash = Hex(NOTHING);
        for (reasons, refused) in [("", false), (r#","reasons":["x"]"#, true)] {
            let content = format!(r#"{{"kind":"message","seq":1,"hash":"{hash}","lines":"l"{reasons}}}"#);
            let message = Message {
                seq: 1,
                hash: NOTHING,
                lines: "l".to_owned(),
            };
            assert_eq!(
                tells(RecordKind::Applied, &content),
                Fact::Message { message, refused }
            );
        }
    }

    #[test]
    fn a_message_is_read_line_by_line() {
        let guid = Uuid::from_u128(5);
        let text = format!(
            r#"{{"kind":"slot","guid":"{guid}","begin":"x"}}

{{"kind":"recall","slot":"{guid}"}}
{{"kind":"doctor"}}"#
        );
        let slot = Line::Slot(Slot {
            guid,
            owner: None,
            plan_count: 1,
            deleted: false,
        });
        assert_eq!(
            lines(&text),
            Ok(vec![slot, Line::Recall { slot: guid }, Line::Data])
        );
        let unclosed = format!("{text}\n{{");
        assert_eq!(lines(&unclosed), Err(5));
        let nameless = r#"{"kind":"recall"}"#;
        assert_eq!(lines(nameless), Err(1));
    }
}
