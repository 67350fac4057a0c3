//! The generation: which state of the database this is. A restored database, or one that failed over, may have lost what it had
//! promised: it gets another name, and each box reports before its cells are booked ([crate::contract::exchange]).

use super::database::Tx;
use super::fault::Fault;
use uuid::Uuid;

/// PostgreSQL's own identity of a cluster and of its past, with what was seen of them last.
const SEEN: &str = "SELECT now.system_identifier::text AS system, \
    ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint AS timeline, \
    region.system AS known_system, region.timeline AS known_timeline, generation, generation_before \
    FROM pg_control_system() now, infomat.region";

const SET: &str = "UPDATE infomat.region \
    SET system = $1, timeline = $2, generation = $3, generation_before = $4 WHERE generation = $5";

struct Seen {
    system: String,
    timeline: i64,
    is_known: bool,
    /// The timeline follows the known one of the same cluster.
    is_next: bool,
    generation: String,
    before: String,
}

fn seen(tx: &mut Tx) -> Result<Seen, Fault> {
    let row = tx.find(SEEN, &[])?.ok_or(Fault::Damaged("region"))?;
    let (system, timeline): (String, i64) = (row.get("system"), row.get("timeline"));
    let (known_system, known_timeline): (String, i64) = (row.get("known_system"), row.get("known_timeline"));
    let is_same = system == known_system;
    Ok(Seen {
        is_known: is_same && timeline == known_timeline,
        is_next: is_same && timeline == known_timeline + 1,
        system,
        timeline,
        generation: row.get("generation"),
        before: row.get("generation_before"),
    })
}

impl Seen {
    /// Returns a name that no other generation has: two restores may begin the same timeline.
    fn new_name(&self) -> String {
        format!(
            "{}-{:08X}-{}",
            self.system,
            self.timeline,
            Uuid::now_v7().simple()
        )
    }

    fn set(&self, tx: &mut Tx, generation: &str, before: &str) -> Result<(), Fault> {
        tx.change(
            SET,
            &[
                &self.system,
                &self.timeline,
                &generation,
                &before,
                &self.generation,
            ],
        )?;
        Ok(())
    }
}

/// Returns the name of the present generation. Where PostgreSQL is another than before, a new one begins.
pub fn present(tx: &mut Tx) -> Result<String, Fault> {
    let seen = seen(tx)?;
    if seen.is_known {
        return Ok(seen.generation);
    }
    let name = seen.new_name();
    // mark-promoted brings the one before back, unless it cannot have been a promotion.
    let before = if seen.is_next { &seen.generation } else { &name };
    seen.set(tx, &name, before)?;
    // Another transaction may have been first.
    Ok(self::seen(tx)?.generation)
}

/// What came of [`promoted`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promotion {
    /// The generation goes on under its name.
    GoesOn,
    /// Nothing has changed since the last time.
    Nothing,
    /// More than one promotion, or another cluster, lies between: nobody knows what was lost.
    TooFar,
}

/// Notes that the last failover lost nothing.
pub fn promoted(tx: &mut Tx) -> Result<Promotion, Fault> {
    let seen = seen(tx)?;
    if seen.is_next {
        seen.set(tx, &seen.generation, &seen.generation)?;
        return Ok(Promotion::GoesOn);
    }
    if !seen.is_known {
        return Ok(Promotion::TooFar);
    }
    if seen.generation == seen.before {
        return Ok(Promotion::Nothing);
    }
    seen.set(tx, &seen.before, &seen.before)?;
    Ok(Promotion::GoesOn)
}

/// Notes that the database was put back to an older state without PostgreSQL's knowledge.
pub fn restored(tx: &mut Tx) -> Result<(), Fault> {
    let seen = seen(tx)?;
    let name = seen.new_name();
    // No promotion brings back what was lost.
    seen.set(tx, &name, &name)
}
