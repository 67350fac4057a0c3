//! Records of the box.

use super::super::database::Tx;
use super::super::fault::Fault;
use super::{Site, column, hash, number};
use crate::exchange::centre::{Kin, Row};
use crate::exchange::wire::{PART_BYTES_MAX, Sent};
use crate::model::record::{Record, RecordKind};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The columns of a row, from a table that is called `journal`.
macro_rules! select {
    ($($rest:literal),+) => {
        concat!(
            "SELECT journal.arrival, journal.incarnation, journal.seq, journal.at, journal.kind, journal.subject, \
             journal.content, journal.salt, journal.digest, journal.hash, journal.raw, journal.is_main, \
             journal.is_counted ",
            $($rest),+
        )
    };
}

const BETWEEN: &str =
    select!("FROM infomat.journal WHERE box = $1 AND seq BETWEEN $2 AND $3 ORDER BY arrival");

/// The first chains of all lives, in the order in which they came.
const CHAINS: &str =
    select!("FROM infomat.journal WHERE box = $1 AND is_main AND arrival > $2 ORDER BY arrival LIMIT $3");

/// Of each life that is asked for, rows of its first chain behind a number; and all forks. As many as an answer can hold, and one
/// more. What is found is looked up row by row: a join may read all rows of the box.
const OF_OTHERS: &str = select!(
    "FROM (
        SELECT arrival, sum(bytes) OVER (ORDER BY arrival) - bytes AS bytes_before FROM (
            SELECT arrival, (
                SELECT octet_length(coalesce(raw, content, '')) + 512
                FROM infomat.journal WHERE box = $1 AND journal.arrival = found.arrival
            ) AS bytes FROM (
                SELECT behind.arrival
                FROM unnest($3::uuid[], $4::bigint[]) AS life (incarnation, seq)
                CROSS JOIN LATERAL (
                    SELECT chain.arrival FROM infomat.journal chain
                    WHERE chain.box = $1 AND chain.incarnation = life.incarnation AND chain.is_main
                    AND chain.seq > life.seq AND chain.arrival > greatest($2, coalesce((
                        SELECT arrival FROM infomat.journal branch WHERE branch.box = $1 AND branch.seq = life.seq
                        AND branch.incarnation = life.incarnation AND branch.is_main), 0))
                    ORDER BY chain.arrival LIMIT $5
                ) behind
                UNION ALL (
                    SELECT fork.arrival FROM infomat.journal fork
                    WHERE fork.box = $1 AND NOT fork.is_main AND fork.arrival > $2 ORDER BY fork.arrival LIMIT $5
                )
                ORDER BY arrival LIMIT $5
            ) found
        ) sized
    ) counted
    CROSS JOIN LATERAL (
        SELECT * FROM infomat.journal WHERE box = $1 AND journal.arrival = counted.arrival LIMIT 1
    ) journal
    WHERE bytes_before <= $6 ORDER BY journal.arrival"
);

const LAST_OF: &str = "SELECT seq FROM infomat.journal \
    WHERE box = $1 AND incarnation = $2 AND is_main AND arrival <= $3 ORDER BY arrival DESC LIMIT 1";

const PUT: &str = "INSERT INTO infomat.journal (box, arrival, incarnation, seq, at, kind, subject, content, salt, \
    digest, hash, raw, is_main, is_counted) \
    SELECT $1, new.* FROM unnest($2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::uuid[], \
    $8::text[], $9::bytea[], $10::bytea[], $11::bytea[], $12::text[], $13::bool[], $14::bool[]) AS new \
    ON CONFLICT (box, arrival) DO UPDATE SET is_counted = excluded.is_counted";

/// Rows that are kept without need.
const KEPT_MAX: usize = 20_000;

/// Most rows that are read at once where somebody goes back along the chain.
const AHEAD_MAX: u64 = 1_000;

/// Rows by number: all lives' at once, so that an empty place is known too.
#[derive(Default)]
pub struct Cached {
    by_seq: HashMap<u64, Vec<Row>>,
    /// Number and arrival of what is to be written.
    changed: BTreeSet<(u64, u64)>,
    /// How many rows were read singly.
    missed: u64,
}

/// Returns rows of the first chains of a box's lives, after one, in the order in which they came; no lock is needed to look.
pub fn chains(tx: &mut Tx, site: Uuid, after: u64, most: i64) -> Result<Vec<Row>, Fault> {
    let rows = tx.query(CHAINS, &[&site, &column(after), &most])?;
    rows.iter().map(of_columns).collect()
}

impl Site<'_> {
    pub(super) fn rows_of(&mut self, seq: u64) -> Result<Vec<Row>, Fault> {
        if !self.journal.by_seq.contains_key(&seq) {
            // Who asks again goes back along the chain.
            let ahead = self.journal.missed;
            self.journal.missed = (ahead * 2 + 1).min(AHEAD_MAX);
            self.read_rows(seq.saturating_sub(ahead), seq)?;
        }
        Ok(self.journal.by_seq.get(&seq).cloned().unwrap_or_default())
    }

    /// Reads the rows with these numbers, unless they are known.
    pub(super) fn read_rows(&mut self, first: u64, last: u64) -> Result<(), Fault> {
        let journal = &mut self.journal;
        if journal.by_seq.len() > KEPT_MAX {
            let changed: BTreeSet<u64> = journal.changed.iter().map(|(seq, _)| *seq).collect();
            journal.by_seq.retain(|seq, _| changed.contains(seq));
        }
        let mut read: HashMap<u64, Vec<Row>> = HashMap::new();
        for row in self
            .tx
            .query(BETWEEN, &[&self.guid, &column(first), &column(last)])?
        {
            let row = of_columns(&row)?;
            read.entry(row.sent.seq).or_default().push(row);
        }
        for seq in first..=last {
            let rows = read.remove(&seq).unwrap_or_default();
            self.journal.by_seq.entry(seq).or_insert(rows);
        }
        Ok(())
    }

    pub(super) fn keep_row(&mut self, row: &Row) -> Result<(), Fault> {
        self.rows_of(row.sent.seq)?;
        let rows = self.journal.by_seq.entry(row.sent.seq).or_default();
        match rows.iter_mut().find(|known| known.arrival == row.arrival) {
            Some(known) => *known = row.clone(),
            None => rows.push(row.clone()),
        }
        self.journal.changed.insert((row.sent.seq, row.arrival));
        Ok(())
    }

    pub(super) fn last_of(&mut self, incarnation: Uuid, arrival: u64) -> Result<Option<u64>, Fault> {
        if arrival == 0 {
            return Ok(None);
        }
        let found = self
            .tx
            .find(LAST_OF, &[&self.guid, &incarnation, &column(arrival)])?;
        found.map(|row| number(row.get(0))).transpose()
    }

    /// Returns rows that are not of these kin: rows of other lives, of these behind the branch, and forks.
    pub(super) fn rows_of_others(&mut self, kin: &[Kin], after: u64, most: usize) -> Result<Vec<Row>, Fault> {
        self.write_rows()?;
        let mut lives = Vec::new();
        let mut behind = Vec::new();
        for life in self.all_lives()? {
            let own = kin.iter().filter(|kin| kin.incarnation == life.incarnation);
            let until = own.map(|kin| kin.until).max().unwrap_or(0);
            if until < u64::MAX {
                lives.push(life.incarnation);
                behind.push(column(until));
            }
        }
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let bytes = i64::try_from(PART_BYTES_MAX).unwrap_or(i64::MAX);
        let values: [&(dyn postgres::types::ToSql + Sync); 6] =
            [&self.guid, &column(after), &lives, &behind, &most, &bytes];
        let rows = self.tx.query(OF_OTHERS, &values)?;
        rows.iter().map(of_columns).collect()
    }

    pub(super) fn write_rows(&mut self) -> Result<(), Fault> {
        let changed = std::mem::take(&mut self.journal.changed);
        if changed.is_empty() {
            return Ok(());
        }
        let mut columns = Columns::default();
        for (seq, arrival) in changed {
            let rows = self.journal.by_seq.get(&seq).map_or(&[][..], |rows| rows);
            if let Some(row) = rows.iter().find(|row| row.arrival == arrival) {
                columns.push(row)?;
            }
        }
        let values: [&(dyn postgres::types::ToSql + Sync); 14] = [
            &self.guid,
            &columns.arrival,
            &columns.incarnation,
            &columns.seq,
            &columns.at,
            &columns.kind,
            &columns.subject,
            &columns.content,
            &columns.salt,
            &columns.digest,
            &columns.hash,
            &columns.raw,
            &columns.is_main,
            &columns.is_counted,
        ];
        self.tx.change(PUT, &values)?;
        Ok(())
    }
}

/// Rows as arrays, an array a column.
#[derive(Default)]
struct Columns<'a> {
    arrival: Vec<i64>,
    incarnation: Vec<Uuid>,
    seq: Vec<i64>,
    at: Vec<Option<i64>>,
    kind: Vec<Option<&'static str>>,
    subject: Vec<Option<Uuid>>,
    content: Vec<Option<&'a str>>,
    salt: Vec<Option<&'a [u8]>>,
    digest: Vec<Option<&'a [u8]>>,
    hash: Vec<&'a [u8]>,
    raw: Vec<Option<&'a str>>,
    is_main: Vec<bool>,
    is_counted: Vec<bool>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, row: &'a Row) -> Result<(), Fault> {
        let Sent {
            incarnation,
            seq,
            hash,
            text,
            record,
        } = &row.sent;
        // PostgreSQL keeps no zero in a text: such a content is in the line alone, where it is escaped.
        let record = record
            .as_ref()
            .filter(|record| !record.content.as_ref().is_some_and(|text| text.contains('\0')));
        let is_in_columns = match record {
            Some(record) => serde_json::to_string(record)? == *text,
            None => false,
        };
        self.arrival.push(column(row.arrival));
        self.incarnation.push(*incarnation);
        self.seq.push(column(*seq));
        self.at.push(record.map(|record| record.at));
        self.kind.push(record.map(|record| record.kind.word()));
        self.subject.push(record.map(|record| record.subject));
        self.content
            .push(record.and_then(|record| record.content.as_deref()));
        self.salt
            .push(record.and_then(|record| record.salt.as_ref().map(<[u8; 16]>::as_slice)));
        self.digest.push(record.map(|record| record.digest.as_slice()));
        self.hash.push(hash);
        self.raw.push((!is_in_columns).then_some(text));
        self.is_main.push(row.is_main);
        self.is_counted.push(row.is_counted);
        Ok(())
    }
}

fn of_columns(row: &postgres::Row) -> Result<Row, Fault> {
    let sent = match row.get::<_, Option<&str>>("raw") {
        Some(raw) => Sent::parse(raw).ok_or(Fault::Damaged("raw"))?,
        None => Sent::of(record(row)?)?,
    };
    Ok(Row {
        arrival: number(row.get("arrival"))?,
        sent,
        is_main: row.get("is_main"),
        is_counted: row.get("is_counted"),
    })
}

/// Returns the record of a row without `raw`.
fn record(row: &postgres::Row) -> Result<Record, Fault> {
    let missing = Fault::Damaged("a record's column");
    let (Some(at), Some(kind), Some(subject), Some(digest)) = (
        row.get::<_, Option<i64>>("at"),
        row.get::<_, Option<&str>>("kind").and_then(RecordKind::of),
        row.get("subject"),
        row.get::<_, Option<&[u8]>>("digest"),
    ) else {
        return Err(missing);
    };
    let salt = match row.get::<_, Option<&[u8]>>("salt") {
        Some(salt) => Some(salt.try_into().map_err(|_| Fault::Damaged("salt"))?),
        None => None,
    };
    Ok(Record {
        incarnation: row.get("incarnation"),
        seq: number(row.get("seq"))?,
        at,
        kind,
        subject,
        content: row.get("content"),
        salt,
        digest: hash(digest)?,
        hash: hash(row.get("hash"))?,
    })
}
