//! Journals as another time would have written them: taken out of a file, changed, and chained anew.

use infomat::model::record::{NO_RECORD, Record, RecordKind, Unchained};
use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

/// A record that can be changed.
#[derive(Clone)]
pub struct Told {
    pub at: i64,
    pub kind: String,
    pub subject: Uuid,
    pub content: Value,
}

/// Takes all records out of a file.
pub fn take(database: &Connection) -> Vec<Told> {
    let mut statement = database
        .prepare("SELECT at, kind, subject, content FROM journal WHERE life_id IS NOT NULL ORDER BY seq")
        .unwrap();
    let told = statement.query_map([], |row| {
        let content: String = row.get(3)?;
        Ok(Told {
            at: row.get(0)?,
            kind: row.get(1)?,
            subject: row.get(2)?,
            content: content.parse().unwrap(),
        })
    });
    let told = told.unwrap().map(Result::unwrap).collect();
    database
        .execute("DELETE FROM journal WHERE life_id IS NOT NULL", [])
        .unwrap();
    told
}

/// Chains records behind what is in the file.
pub fn tell(database: &Connection, all: Vec<Told>) {
    let last: i64 = database
        .query_row("SELECT coalesce(max(seq), 0) FROM journal", [], |row| row.get(0))
        .unwrap();
    let incarnation: Uuid = database
        .query_row("SELECT incarnation FROM life WHERE id = 1", [], |row| row.get(0))
        .unwrap();
    let mut previous = NO_RECORD;
    for (seq, told) in (last + 1..).zip(all) {
        let record = Unchained {
            incarnation,
            seq: seq.cast_unsigned(),
            at: told.at,
            kind: RecordKind::of(&told.kind).unwrap(),
            subject: told.subject,
            content: told.content.to_string(),
            salt: [1; 16],
        };
        let record = Record::following(&previous, record);
        previous = record.hash;
        database
            .execute(
                "INSERT INTO journal (seq, life_id, at, kind, subject, content, salt, digest, hash)
                 VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                (
                    seq,
                    record.at,
                    &told.kind,
                    record.subject,
                    record.content,
                    record.salt,
                    record.digest,
                    record.hash,
                ),
            )
            .unwrap();
    }
}
