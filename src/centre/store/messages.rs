//! Messages to the box, and the newest line of each thing that they told.

use super::super::fault::Fault;
use super::{Site, column, hash, number};
use crate::exchange::Message;
use crate::exchange::wire::PART_BYTES_MAX;
use postgres::Row;
use serde_json::Value;
use std::collections::BTreeMap;

const FIND: &str = "SELECT seq, hash, lines FROM infomat.message WHERE box = $1 AND seq = ANY($2)";

/// As many as an answer can hold, and one more.
const FROM: &str = "SELECT seq, hash, lines FROM ( \
        SELECT seq, hash, lines, sum(octet_length(lines)) OVER (ORDER BY seq) - octet_length(lines) AS bytes_before \
        FROM (SELECT seq, hash, lines FROM infomat.message WHERE box = $1 AND seq >= $2 ORDER BY seq LIMIT $3) AS page \
    ) counted WHERE bytes_before <= $4 ORDER BY seq";

const PUT: &str = "INSERT INTO infomat.message (box, seq, hash, lines) \
    SELECT $1, new.* FROM unnest($2::bigint[], $3::bytea[], $4::text[]) AS new \
    ON CONFLICT (box, seq) DO UPDATE SET hash = excluded.hash, lines = excluded.lines, told = now()";

/// A message that is taken back has the number of another: the later one of both counts.
const PUT_FACTS: &str = "INSERT INTO infomat.fact (box, kind, key, message, line) \
    SELECT $1, new.* FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) AS new \
    ON CONFLICT (box, kind, key) DO UPDATE SET message = excluded.message, line = excluded.line \
    WHERE excluded.message >= fact.message";

impl Site<'_> {
    pub(super) fn messages_from(&mut self, from: u64, most: usize) -> Result<Vec<Message>, Fault> {
        if from > self.told.seq {
            return Ok(Vec::new());
        }
        if most == 1 {
            if !self.messages.knows(&from) {
                self.read_messages(&[from])?;
            }
            return Ok(self.messages.get(&from).into_iter().collect());
        }
        self.write_messages()?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let bytes = i64::try_from(PART_BYTES_MAX).unwrap_or(i64::MAX);
        let rows = self.tx.query(FROM, &[&self.guid, &column(from), &most, &bytes])?;
        rows.iter().map(message).collect()
    }

    /// Reads these messages, of which nothing is known.
    pub(super) fn read_messages(&mut self, seqs: &[u64]) -> Result<(), Fault> {
        let columns: Vec<_> = seqs.iter().copied().map(column).collect();
        for row in self.tx.query(FIND, &[&self.guid, &columns])? {
            let message = message(&row)?;
            self.messages.learn(message.seq, Some(message));
        }
        for seq in seqs {
            self.messages.learn(*seq, None);
        }
        Ok(())
    }

    pub(super) fn write_messages(&mut self) -> Result<(), Fault> {
        let messages = self.messages.take_changed();
        if messages.is_empty() {
            return Ok(());
        }
        let seqs: Vec<_> = messages.iter().map(|message| column(message.seq)).collect();
        let hashes: Vec<_> = messages.iter().map(|message| message.hash.to_vec()).collect();
        let lines: Vec<_> = messages.iter().map(|message| &*message.lines).collect();
        self.tx.change(PUT, &[&self.guid, &seqs, &hashes, &lines])?;
        let mut newest = BTreeMap::new();
        for message in &messages {
            for line in message.lines.lines() {
                if let Some(subject) = subject(line) {
                    newest.insert(subject, (column(message.seq), line));
                }
            }
        }
        let kinds: Vec<_> = newest.keys().map(|(kind, _)| &**kind).collect();
        let keys: Vec<_> = newest.keys().map(|(_, key)| &**key).collect();
        let numbers: Vec<_> = newest.values().map(|(number, _)| *number).collect();
        let lines: Vec<_> = newest.values().map(|(_, line)| *line).collect();
        self.tx
            .change(PUT_FACTS, &[&self.guid, &kinds, &keys, &numbers, &lines])?;
        Ok(())
    }
}

/// Returns kind and key of the thing that a line of clinic data is about; `None` for what happened to visits and cells.
fn subject(line: &str) -> Option<(String, String)> {
    let line: Value = serde_json::from_str(line).ok()?;
    let text = |name: &str| line.get(name).and_then(Value::as_str);
    let kind = text("kind")?;
    if ["visit", "cancellation", "recall"].contains(&kind) {
        return None;
    }
    let key = match (text("patient"), text("resource")) {
        (Some(patient), Some(resource)) if kind == "dispensaryRegistration" => {
            format!("{patient} {resource}")
        }
        _ => ["guid", "code", "number", "mnem"]
            .into_iter()
            .find_map(text)?
            .to_owned(),
    };
    Some((kind.to_owned(), key))
}

fn message(row: &Row) -> Result<Message, Fault> {
    Ok(Message {
        seq: number(row.get("seq"))?,
        hash: hash(row.get("hash"))?,
        lines: row.get("lines"),
    })
}
