//! Boxes and applications as the region knows them.

use super::database::{Connection, Tx};
use super::fault::Fault;
use super::secret::{hash_of, stick_key_of};
use serde::Serialize;
use uuid::Uuid;

const CLINICS_TAKEN: &str = "SELECT lpu, box FROM infomat.clinic WHERE lpu = ANY($1)";

const ENROL: &str = "INSERT INTO infomat.box (box, secret, stick_key) VALUES ($1, $2, $3)";

const PUT_CLINICS: &str = "INSERT INTO infomat.clinic (box, lpu) SELECT $1, unnest($2::uuid[])";

const NEW_SECRET: &str = "UPDATE infomat.box SET secret_new = $2, stick_key_new = $3 WHERE box = $1";

const PUT_APPLICATION: &str = "INSERT INTO infomat.application (name, secret) VALUES ($1, $2) \
    ON CONFLICT (name) DO UPDATE SET secret = excluded.secret";

const HOLDERS: &str = "SELECT secret, secret_new FROM infomat.box WHERE box = $1";

const USE_NEW: &str = "UPDATE infomat.box SET secret = secret_new, secret_new = NULL, \
    stick_key = stick_key_new, stick_key_new = NULL WHERE box = $1 AND secret_new = $2";

const STICK_KEYS: &str = "SELECT stick_key, stick_key_new FROM infomat.box WHERE box = $1";

const USE_NEW_STICK_KEY: &str = "UPDATE infomat.box SET secret = secret_new, secret_new = NULL, \
    stick_key = stick_key_new, stick_key_new = NULL WHERE box = $1 AND stick_key_new = $2";

const APPLICATION: &str = "SELECT name FROM infomat.application WHERE secret = $1";

const ALL: &str = "SELECT box, ARRAY(SELECT lpu FROM infomat.clinic WHERE clinic.box = box.box ORDER BY lpu) AS lpus, \
    to_char(last_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS last_seen, behind, \
    extract(epoch FROM now() - complete)::bigint AS behind_seconds, \
    CASE WHEN is_retired THEN 'retired' ELSE state END AS state, reason, \
    (SELECT count(*) FROM infomat.issue WHERE issue.box = box.box AND seen IS NULL) AS issues \
    FROM infomat.box ORDER BY box";

/// Makes a box known. Returns a clinic that another box serves already, if there is one: nothing is changed then.
pub fn enrol(
    connection: &mut Connection,
    site: Uuid,
    lpus: &[Uuid],
    secret: &str,
) -> Result<Result<(), (Uuid, Uuid)>, Fault> {
    let mut tx = connection.begin()?;
    if let Some(taken) = tx.find(CLINICS_TAKEN, &[&lpus])? {
        return Ok(Err((taken.get("lpu"), taken.get("box"))));
    }
    tx.change(ENROL, &[&site, &hash_of(secret), &stick_key_of(secret)])?;
    tx.change(PUT_CLINICS, &[&site, &lpus])?;
    tx.commit()?;
    Ok(Ok(()))
}

/// Gives a box another secret. The old one holds until the new one is used. Returns whether there is such a box.
pub fn give_secret(connection: &mut Connection, site: Uuid, secret: &str) -> Result<bool, Fault> {
    let mut tx = connection.begin()?;
    let is_known = tx.change(NEW_SECRET, &[&site, &hash_of(secret), &stick_key_of(secret)])? > 0;
    tx.commit()?;
    Ok(is_known)
}

/// Makes an application known, or gives it another secret, which alone holds then.
pub fn put_application(connection: &mut Connection, name: &str, secret: &str) -> Result<(), Fault> {
    let mut tx = connection.begin()?;
    tx.change(PUT_APPLICATION, &[&name, &hash_of(secret)])?;
    tx.commit()
}

/// Returns whether a secret is this box's. The first use of a new one ends the old one.
pub fn knows_box(connection: &mut Connection, site: Uuid, secret: &str) -> Result<bool, Fault> {
    let hash = hash_of(secret);
    let rows = connection.query(HOLDERS, &[&site])?;
    let Some(row) = rows.first() else { return Ok(false) };
    if row.get::<_, Option<&[u8]>>("secret_new") == Some(&hash[..]) {
        connection.query(USE_NEW, &[&site, &hash])?;
        return Ok(true);
    }
    Ok(row.get::<_, &[u8]>("secret") == hash)
}

/// Returns the keys of a box's sticks: the present one and the next; none for an unknown box.
pub fn stick_keys(connection: &mut Connection, site: Uuid) -> Result<Vec<[u8; 32]>, Fault> {
    let rows = connection.query(STICK_KEYS, &[&site])?;
    let columns = rows
        .iter()
        .flat_map(|row| [row.get::<_, Option<&[u8]>>(0), row.get(1)]);
    let keys = columns
        .flatten()
        .map(|key| key.try_into().map_err(|_| Fault::Damaged("stick_key")));
    keys.collect()
}

/// Notes that a key was used: the first use of a new one ends the old one.
pub fn use_stick_key(connection: &mut Connection, site: Uuid, key: &[u8; 32]) -> Result<(), Fault> {
    connection.query(USE_NEW_STICK_KEY, &[&site, &key.as_slice()])?;
    Ok(())
}

/// Returns whether a secret is an application's.
pub fn knows_application(connection: &mut Connection, secret: &str) -> Result<bool, Fault> {
    Ok(!connection.query(APPLICATION, &[&hash_of(secret)])?.is_empty())
}

/// A box as the region sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BoxSeen {
    #[serde(rename = "box")]
    pub site: Uuid,
    pub lpu: Vec<Uuid>,
    /// When it exchanged last (RFC 3339); none: never.
    pub last_seen: Option<String>,
    /// Records that it announced and the centre lacks.
    pub behind_records: i64,
    /// Since the centre last had all of its records.
    pub behind_seconds: Option<i64>,
    /// `new`, `serve`, `readOnly` or `retired`.
    pub state: String,
    pub reason: String,
    /// Issues that nobody has marked as seen.
    pub issues: i64,
}

/// Returns all boxes.
pub fn all(tx: &mut Tx) -> Result<Vec<BoxSeen>, Fault> {
    let rows = tx.query(ALL, &[])?;
    let seen = rows.iter().map(|row| BoxSeen {
        site: row.get("box"),
        lpu: row.get("lpus"),
        last_seen: row.get("last_seen"),
        behind_records: row.get("behind"),
        behind_seconds: row.get("behind_seconds"),
        state: row.get("state"),
        reason: row.get("reason"),
        issues: row.get("issues"),
    });
    Ok(seen.collect())
}
