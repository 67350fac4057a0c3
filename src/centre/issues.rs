//! What needs a person at the region.

use super::database::Connection;
use super::fault::Fault;
use super::store::Site;
use uuid::Uuid;

/// Most issues of a list.
pub const LISTED_MAX: usize = 10_000;

const UNSEEN: &str = "SELECT box, issue, to_char(found AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS found_text \
    FROM infomat.issue WHERE seen IS NULL AND ($1::uuid IS NULL OR box = $1) ORDER BY found, box, issue LIMIT $2";

const SEE: &str = "UPDATE infomat.issue SET seen = now() WHERE box = $1 AND issue = $2 AND seen IS NULL";

/// An issue that nobody has seen.
#[derive(Debug)]
pub struct Unseen {
    pub site: Uuid,
    /// RFC 3339.
    pub found: String,
    /// Its kind, then GUIDs of life, cell and visit and numbers of records, as far as it has them.
    pub text: String,
}

/// Returns the oldest of all boxes, or of one: one more than [`LISTED_MAX`] at most.
pub fn unseen(connection: &mut Connection, site: Option<Uuid>) -> Result<Vec<Unseen>, Fault> {
    let most = i64::try_from(LISTED_MAX).unwrap_or(i64::MAX - 1) + 1;
    let rows = connection.query(UNSEEN, &[&site, &most])?;
    let unseen = rows.iter().map(|row| Unseen {
        site: row.get("box"),
        found: row.get("found_text"),
        text: row.get("issue"),
    });
    Ok(unseen.collect())
}

/// Marks an issue as seen. Returns whether there was such a one; `None`: there is no such box.
pub fn see(connection: &mut Connection, site: Uuid, issue: &str) -> Result<Option<bool>, Fault> {
    let Some(mut locked) = Site::lock(connection.begin()?, site)? else {
        return Ok(None);
    };
    let is_seen = locked.tx().change(SEE, &[&site, &issue])? > 0;
    locked.commit()?;
    Ok(Some(is_seen))
}
