//! `infomat-centre verify`: proves the chains of records and of messages, that no number is left out, and that no cell has more active
//! visits than places.

use super::database::{Connection, Tx};
use super::fault::Fault;
use super::store;
use crate::command::{Failure, output};
use crate::exchange::MessagePoint;
use crate::model::record::NO_RECORD;
use std::collections::HashMap;
use uuid::Uuid;

/// Rows that are read at once.
const PAGE_ROWS: i64 = 1_000;

/// Most findings of a box that are printed.
const FINDINGS_MAX: usize = 100;

const BOXES: &str = "SELECT box FROM infomat.box ORDER BY box";

const PARENTS: &str = "SELECT incarnation, parent_hash FROM infomat.life WHERE box = $1";

const MESSAGES: &str =
    "SELECT seq, hash, lines FROM infomat.message WHERE box = $1 AND seq > $2 ORDER BY seq LIMIT $3";

/// Cells with more visits than places that no issue tells of.
const OVERFULL: &str = "SELECT cell.slot, places, count(*) AS visits FROM infomat.cell \
    JOIN infomat.visit USING (box, slot) WHERE box = $1 AND status = 'active' \
    AND NOT EXISTS (SELECT FROM infomat.issue WHERE issue.box = cell.box AND issue.slot = cell.slot AND kind = 'overfull') \
    GROUP BY cell.slot, places HAVING count(*) > places ORDER BY cell.slot";

/// What was proved of a box.
#[derive(Default)]
struct Proof {
    records: u64,
    messages: u64,
    findings: Vec<String>,
}

/// Proves all boxes, each as it is at one moment, and prints what is wrong.
pub fn run(connection: &mut Connection) -> Result<(), Failure> {
    let (mut boxes, mut records, mut messages, mut wrong) = (0, 0, 0, 0);
    let rows = connection.query(BOXES, &[])?;
    for site in rows.iter().map(|row| row.get::<_, Uuid>(0)) {
        let proof = prove(&mut connection.begin_snapshot()?, site)?;
        (boxes, records, messages) = (boxes + 1, records + proof.records, messages + proof.messages);
        wrong += proof.findings.len();
        for finding in proof.findings.iter().take(FINDINGS_MAX) {
            output::print(format!("box {site}: {finding}\n"))?;
        }
    }
    let seen = format!("{boxes} boxes, {records} records, {messages} messages");
    if wrong == 0 {
        return output::print(format!("right: {seen}\n"));
    }
    Err(Failure::Failed(format!("{wrong} things are wrong in {seen}")))
}

fn prove(tx: &mut Tx, site: Uuid) -> Result<Proof, Fault> {
    let mut proof = Proof::default();
    prove_records(tx, site, &mut proof)?;
    prove_messages(tx, site, &mut proof)?;
    for row in tx.query(OVERFULL, &[&site])? {
        let (slot, places, visits): (Uuid, i64, i64) = (row.get(0), row.get(1), row.get(2));
        proof
            .findings
            .push(format!("cell {slot}: {visits} active visits, {places} places"));
    }
    Ok(proof)
}

/// Each life's first record follows the one that it names, and each other the one before.
fn prove_records(tx: &mut Tx, site: Uuid, proof: &mut Proof) -> Result<(), Fault> {
    let mut ends: HashMap<Uuid, (Option<u64>, [u8; 32])> = HashMap::new();
    for row in tx.query(PARENTS, &[&site])? {
        let parent: Option<&[u8]> = row.get("parent_hash");
        let parent = parent.map_or(Ok(NO_RECORD), |hash| {
            hash.try_into().map_err(|_| Fault::Damaged("parent_hash"))
        })?;
        ends.insert(row.get("incarnation"), (None, parent));
    }
    let mut after = 0;
    loop {
        let rows = store::chains(tx, site, after, PAGE_ROWS)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.arrival;
        for row in &rows {
            proof.records += 1;
            let (life, seq) = (row.sent.incarnation, row.sent.seq);
            let (before, hash) = ends
                .insert(life, (Some(seq), row.sent.hash))
                .unwrap_or((None, NO_RECORD));
            if before.is_some_and(|before| before + 1 != seq) {
                let before = before.unwrap_or_default();
                proof
                    .findings
                    .push(format!("life {life}: record {seq} follows {before}"));
            } else if row
                .sent
                .record
                .as_ref()
                .is_some_and(|record| !record.follows(&hash))
            {
                proof
                    .findings
                    .push(format!("life {life}: record {seq} does not prove itself"));
            }
        }
    }
}

fn prove_messages(tx: &mut Tx, site: Uuid, proof: &mut Proof) -> Result<(), Fault> {
    let mut point = MessagePoint::START;
    loop {
        let after = i64::try_from(point.seq).unwrap_or(i64::MAX);
        let rows = tx.query(MESSAGES, &[&site, &after, &PAGE_ROWS])?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            proof.messages += 1;
            let (seq, hash): (i64, &[u8]) = (row.get("seq"), row.get("hash"));
            let next = point.next(row.get("lines"));
            if (next.seq, &next.hash[..]) != (seq.unsigned_abs(), hash) {
                proof
                    .findings
                    .push(format!("message {seq} does not follow from the one before"));
            }
            point = MessagePoint {
                seq: seq.unsigned_abs(),
                hash: hash.try_into().map_err(|_| Fault::Damaged("hash"))?,
            };
        }
    }
}
