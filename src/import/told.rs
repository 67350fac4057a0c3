//! Messages of the region's centre ([crate::contract::exchange]): clinic data, put in place as an import's is, and what
//! happened at the centre. One message is one piece of the caller's transaction, whole or without effect.

use super::bounds::{CODE_CHARS_MAX, MOMENTS, NAME_CHARS_MAX, TEXT_CHARS_MAX};
use super::fields::ObjectFields;
use super::kinds::{self, ParsedLine};
use super::{BadField, BadLine, Reason, stage_line};
use crate::exchange::Message;
use crate::model::VisitStatus;
use crate::model::record::{Content, DisplacedVisit, MessageTold, Record, RecordKind};
use crate::model::{Moment, Owner};
use crate::store::import::Staging;
use crate::store::{Fault, WriteTx};
use crate::wire::wish::{EMAIL_CHARS_MAX, PHONE_CHARS_MAX};
use chrono::NaiveDate;
use serde::Deserialize;
use std::borrow::Cow;
use uuid::Uuid;

/// Most bad lines that a record tells.
const REASONS_MAX: usize = 20;

/// Most characters of what is wrong with one line.
const REASON_CHARS_MAX: usize = 1_000;

/// What happened at the centre.
enum Happened {
    Booked(Uuid, DisplacedVisit),
    Cancelled {
        visit: Uuid,
        reason: Option<String>,
        has_happened: bool,
    },
    Recalled(Uuid),
}

/// A message that was read.
#[derive(Default)]
struct Lines {
    data: Vec<(i64, ParsedLine)>,
    happened: Vec<Happened>,
    bad: Vec<BadLine>,
}

/// The kind of a line.
#[derive(Deserialize)]
struct KindOf<'a> {
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
}

impl Lines {
    fn read(text: &str, today: NaiveDate) -> Lines {
        let mut lines = Lines::default();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let read = match &*serde_json::from_str::<KindOf>(line).map_or(Cow::Borrowed(""), |of| of.kind) {
                "visit" => happened(line, "visit", visit).map(|happened| lines.happened.push(happened)),
                "cancellation" => {
                    happened(line, "cancellation", cancellation).map(|happened| lines.happened.push(happened))
                }
                "recall" => happened(line, "recall", recall).map(|happened| lines.happened.push(happened)),
                _ => lines.read_data(number, line, today),
            };
            if let Err(fields) = read {
                lines.bad.push(BadLine { line: number, fields });
            }
        }
        lines
    }

    fn read_data(&mut self, number: i64, line: &str, today: NaiveDate) -> Result<(), Vec<BadField>> {
        let mut parsed = kinds::parse_told(line, today)?;
        let bad = match &mut parsed.says {
            Ok(_) => Vec::new(),
            Err(bad) => std::mem::take(bad),
        };
        self.data.push((number, parsed));
        if bad.is_empty() { Ok(()) } else { Err(bad) }
    }
}

/// Reads a line of what happened.
fn happened(
    line: &str,
    word: &'static str,
    read: fn(&mut ObjectFields) -> Happened,
) -> Result<Happened, Vec<BadField>> {
    let mut fields = ObjectFields::parse(line, "").map_err(|bad| vec![bad])?;
    fields.ignore("kind");
    fields.rename(word);
    let happened = read(&mut fields);
    let bad = fields.finish();
    if bad.is_empty() { Ok(happened) } else { Err(bad) }
}

fn visit(fields: &mut ObjectFields) -> Happened {
    let key = fields.text("idempotencyKey", NAME_CHARS_MAX);
    let told = DisplacedVisit {
        slot: Some(fields.required_guid("slot")),
        patient: Some(fields.required_guid("patient")),
        status: VisitStatus::Active,
        made: fields.required_moment("made", &MOMENTS).unwrap_or_default(),
        source: fields.required_text("source", CODE_CHARS_MAX),
        login: fields.text("login", NAME_CHARS_MAX),
        phone: fields.text("phone", PHONE_CHARS_MAX),
        email: fields.text("email", EMAIL_CHARS_MAX),
        idempotency_key: Some(key).filter(|key| !key.is_empty()),
        placed: None,
    };
    Happened::Booked(fields.required_guid("guid"), told)
}

fn cancellation(fields: &mut ObjectFields) -> Happened {
    let reason = fields.text("reason", TEXT_CHARS_MAX);
    Happened::Cancelled {
        visit: fields.required_guid("visit"),
        reason: Some(reason).filter(|reason| !reason.is_empty()),
        has_happened: fields.flag("happened", false),
    }
}

fn recall(fields: &mut ObjectFields) -> Happened {
    Happened::Recalled(fields.required_guid("slot"))
}

/// Applies a message: writes `applied` and does what its lines say, or writes `refusedMessage` with what is wrong with them.
pub(super) fn apply(tx: &WriteTx, message: &Message, now: Moment) -> Result<(), Fault> {
    let Lines { data, happened, bad } = Lines::read(&message.lines, now.date_naive());
    let mut bad = bad;
    let mut staging = staged(tx, data, now)?;
    if let Some(staging) = &mut staging {
        object(staging, &mut bad)?;
    }
    let at = now.timestamp();
    if !bad.is_empty() {
        let reasons = Some(reasons(&bad));
        return tx.tell_message(RecordKind::RefusedMessage, message, reasons, at);
    }
    tx.tell_message(RecordKind::Applied, message, None, at)?;
    if let Some(staging) = &mut staging {
        staging.put_told()?;
    }
    for happened in &happened {
        match happened {
            Happened::Booked(guid, told) => tx.put_elsewhere(*guid, told, false, now)?,
            Happened::Cancelled {
                visit,
                reason,
                has_happened,
            } => tx.cancel_for_centre(*visit, reason.as_deref(), *has_happened, now)?,
            Happened::Recalled(slot) => tx.recall(*slot, at)?,
        }
    }
    Ok(())
}

/// Stages lines of clinic data; nothing where there are none.
fn staged<'a>(
    tx: &'a WriteTx,
    data: Vec<(i64, ParsedLine)>,
    now: Moment,
) -> Result<Option<Staging<'a>>, Fault> {
    if data.is_empty() {
        return Ok(None);
    }
    let staging = tx.staging(now)?;
    for (number, parsed) in data {
        // What is wrong with a line by itself was told when it was read.
        let _ = stage_line(&staging, number, Ok(parsed))?;
    }
    staging.keep_last_lines()?;
    Ok(Some(staging))
}

/// Appends what speaks against staged lines.
fn object(staging: &mut Staging, bad: &mut Vec<BadLine>) -> Result<(), Fault> {
    staging.check(&mut |objection| {
        bad.push(BadLine {
            line: objection.line,
            fields: vec![BadField {
                field: objection.field,
                reason: Reason::InTheWay(objection.obstacle),
            }],
        });
    })?;
    Ok(())
}

fn reasons(bad: &[BadLine]) -> Vec<String> {
    let told = bad.iter().take(REASONS_MAX);
    told.map(|line| line.to_string().chars().take(REASON_CHARS_MAX).collect())
        .collect()
}

/// Replays a record of another life. Messages count as behind the box only while it recovers.
pub(super) fn replay(tx: &WriteTx, record: &Record, is_recovering: bool, now: Moment) -> Result<(), Fault> {
    let content = record.content.as_deref().map(serde_json::from_str);
    // The content was purged, or is of a later program, or damaged: the centre lists it.
    let Some(Ok(content)) = content else {
        return Ok(());
    };
    match content {
        Content::Visit(state) => {
            let told = DisplacedVisit::of(state);
            replay_visit(tx, record.subject, &told, now)?;
            if is_recovering {
                tx.take_number(record.subject, &told, now)?;
            }
            Ok(())
        }
        Content::Displaced(told) => replay_visit(tx, record.subject, &told, now),
        Content::WaitingEntry(state) => tx.recover_waiting_entry(record.subject, &state, now.timestamp()),
        Content::Message(told) => replay_message(tx, told, is_recovering, now),
        Content::Closure(told) => match record.kind {
            RecordKind::Closed => tx.recover_closed(record.subject, &told, now),
            RecordKind::Opened => tx.recover_opened(&told, now),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

fn replay_visit(tx: &WriteTx, guid: Uuid, told: &DisplacedVisit, now: Moment) -> Result<(), Fault> {
    match told.status {
        VisitStatus::Active => tx.put_elsewhere(guid, told, true, now),
        VisitStatus::Cancelled => tx.recover_cancelled(guid, told, now),
    }
}

/// Replays a message that another life had behind it: its visits have happened, and its data and owners count if it is the
/// next one here.
fn replay_message(tx: &WriteTx, told: MessageTold, is_recovering: bool, now: Moment) -> Result<(), Fault> {
    let message = Message {
        seq: told.seq,
        hash: told.hash.0,
        lines: told.lines,
    };
    let counts = is_recovering && message.is_behind(tx.applied()?);
    let is_refused = told.reasons.is_some();
    if counts {
        tx.tell_message(RecordKind::Recovered, &message, told.reasons, now.timestamp())?;
    }
    if is_refused {
        return Ok(());
    }
    let Lines { data, happened, .. } = Lines::read(&message.lines, now.date_naive());
    if counts && let Some(mut staging) = staged(tx, data, now)? {
        // It fitted where it was applied. What does not fit here is left out, and the rest put in place.
        loop {
            let mut bad = Vec::new();
            object(&mut staging, &mut bad)?;
            if bad.is_empty() {
                break;
            }
            log::warn!(
                "message {}, told anew: {} lines do not fit",
                message.seq,
                bad.len()
            );
            for line in bad {
                staging.leave_out(line.line)?;
            }
        }
        staging.put_told()?;
    }
    for happened in &happened {
        if let Happened::Booked(guid, told) = happened {
            tx.put_elsewhere(*guid, told, true, now)?;
        }
    }
    Ok(())
}

/// Takes what the centre says of a cell's owner.
pub(super) fn replay_owner(tx: &WriteTx, slot: Uuid, owner: Owner, now: Moment) -> Result<(), Fault> {
    tx.recover_owner(slot, owner, now.timestamp())
}
