//! What needs a person at the region.

use super::database::Connection;
use super::fault::Fault;
use super::store::Site;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Most issues of a list.
pub const LISTED_MAX: usize = 10_000;

const UNSEEN: &str = "SELECT box, issue, visit, to_char(found AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS found_text \
    FROM infomat.issue WHERE seen IS NULL AND ($1::uuid IS NULL OR box = $1) ORDER BY found, box, issue LIMIT $2";

/// What the newest record that tells the state of each visit tells; others, such as of a cancellation that was not obeyed, name no patient.
const VISITS: &str = "SELECT DISTINCT ON (subject) subject, content FROM infomat.journal \
    WHERE box = $1 AND subject = ANY($2) AND content IS NOT NULL \
    AND kind IN ('booked', 'cancelled', 'moved', 'checkedIn', 'recovered', 'displaced') ORDER BY subject, arrival DESC";

const CARDS: &str =
    "SELECT key, line FROM infomat.fact WHERE box = $1 AND kind = 'patient' AND key = ANY($2)";

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
#[derive(Clone, Default)]
pub struct Person {
    pub name: String,
    pub phone: String,
}

/// What a record tells of a visit's patient.
#[derive(Deserialize)]
struct VisitTold {
    /// `None` when the card was removed.
    patient: Option<Uuid>,
    phone: Option<String>,
}

/// What a message told of a card.
#[derive(Default, Deserialize)]
struct CardTold {
    family: Option<String>,
    name: Option<String>,
    patronymic: Option<String>,
    phone: Option<String>,
}

/// Returns the oldest of all boxes, or of one: one more than [`LISTED_MAX`] at most.
pub fn unseen(connection: &mut Connection, site: Option<Uuid>) -> Result<Vec<Unseen>, Fault> {
    let most = i64::try_from(LISTED_MAX).unwrap_or(i64::MAX - 1) + 1;
    let rows = connection.query(UNSEEN, &[&site, &most])?;
    let mut visits: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for row in &rows {
        if let Some(visit) = row.get("visit") {
            visits.entry(row.get("box")).or_default().push(visit);
        }
    }
    let mut people = HashMap::new();
    for (site, visits) in visits {
        people.extend(patients(connection, site, &visits)?);
    }
    let unseen = rows.iter().map(|row| Unseen {
        site: row.get("box"),
        found: row.get("found_text"),
        text: row.get("issue"),
        patient: row
            .get::<_, Option<Uuid>>("visit")
            .and_then(|visit| people.get(&visit).cloned())
            .unwrap_or_default(),
    });
    Ok(unseen.collect())
}

/// Returns whom to call about visits of a box. What cannot be read, as of a damaged record, is left out.
fn patients(
    connection: &mut Connection,
    site: Uuid,
    visits: &[Uuid],
) -> Result<HashMap<Uuid, Person>, Fault> {
    let mut told: HashMap<Uuid, VisitTold> = HashMap::new();
    for row in connection.query(VISITS, &[&site, &visits])? {
        let visit = serde_json::from_str(row.get("content")).ok();
        told.extend(visit.map(|visit| (row.get("subject"), visit)));
    }
    let patients = told.values().filter_map(|visit| visit.patient);
    let keys: Vec<String> = patients.map(|patient| patient.to_string()).collect();
    let mut cards: HashMap<String, CardTold> = HashMap::new();
    for row in connection.query(CARDS, &[&site, &keys])? {
        let card = serde_json::from_str(row.get("line")).ok();
        cards.extend(card.map(|card| (row.get("key"), card)));
    }
    let people = told.into_iter().map(|(visit, told)| {
        let nobody = CardTold::default();
        let card = told.patient.and_then(|patient| cards.get(&patient.to_string()));
        let card = card.unwrap_or(&nobody);
        let names = [&card.family, &card.name, &card.patronymic];
        let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
        let own = told.phone.filter(|phone| !phone.is_empty());
        let person = Person {
            name: names.join(" "),
            phone: own.or_else(|| card.phone.clone()).unwrap_or_default(),
        };
        (visit, person)
    });
    Ok(people.collect())
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
