//! What needs a person at the region.

use super::database::Connection;
use super::fault::Fault;
use super::store::Site;
use serde::Deserialize;
use uuid::Uuid;

/// Most issues of a list.
pub const LISTED_MAX: usize = 10_000;

const UNSEEN: &str = "SELECT box, issue, visit, to_char(found AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS found_text \
    FROM infomat.issue WHERE seen IS NULL AND ($1::uuid IS NULL OR box = $1) ORDER BY found, box, issue LIMIT $2";

/// What the newest record about a visit tells.
const VISIT: &str = "SELECT content FROM infomat.journal WHERE box = $1 AND subject = $2 AND content IS NOT NULL \
    ORDER BY arrival DESC LIMIT 1";

const CARD: &str = "SELECT line FROM infomat.fact WHERE box = $1 AND kind = 'patient' AND key = $2";

const SEE: &str = "UPDATE infomat.issue SET seen = now() WHERE box = $1 AND issue = $2 AND seen IS NULL";

/// An issue that nobody has seen.
pub struct Unseen {
    pub site: Uuid,
    /// RFC 3339.
    pub found: String,
    /// Its kind, then GUIDs of life, cell and visit and numbers of records, as far as it has them.
    pub text: String,
    /// Of an issue about a visit, as far as the box or a message told it.
    pub patient: Person,
}

/// Whom to call.
#[derive(Default)]
pub struct Person {
    pub name: String,
    pub phone: String,
}

/// What a record tells of a visit's patient.
#[derive(Deserialize)]
struct VisitTold {
    patient: Uuid,
    #[serde(default)]
    phone: String,
}

/// What a message told of a card.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CardTold {
    family: String,
    name: String,
    patronymic: String,
    phone: String,
}

/// Returns the oldest of all boxes, or of one: one more than [`LISTED_MAX`] at most.
pub fn unseen(connection: &mut Connection, site: Option<Uuid>) -> Result<Vec<Unseen>, Fault> {
    let most = i64::try_from(LISTED_MAX).unwrap_or(i64::MAX - 1) + 1;
    let rows = connection.query(UNSEEN, &[&site, &most])?;
    let mut unseen = Vec::new();
    for row in rows {
        let (site, visit): (Uuid, Option<Uuid>) = (row.get("box"), row.get("visit"));
        unseen.push(Unseen {
            site,
            found: row.get("found_text"),
            text: row.get("issue"),
            patient: match visit {
                Some(visit) => patient(connection, site, visit)?,
                None => Person::default(),
            },
        });
    }
    Ok(unseen)
}

/// Returns whom to call about a visit. What cannot be read, as of a damaged record, stays empty.
fn patient(connection: &mut Connection, site: Uuid, visit: Uuid) -> Result<Person, Fault> {
    let found = connection.query(VISIT, &[&site, &visit])?;
    let content: Option<String> = found.first().map(|row| row.get("content"));
    let Some(told) = content.and_then(|content| serde_json::from_str::<VisitTold>(&content).ok()) else {
        return Ok(Person::default());
    };
    let found = connection.query(CARD, &[&site, &told.patient.to_string()])?;
    let line: Option<String> = found.first().map(|row| row.get("line"));
    let card = line.and_then(|line| serde_json::from_str::<CardTold>(&line).ok());
    let card = card.unwrap_or_default();
    let name = [card.family, card.name, card.patronymic].join(" ");
    Ok(Person {
        name: name.trim().to_owned(),
        phone: if told.phone.is_empty() {
            card.phone
        } else {
            told.phone
        },
    })
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
