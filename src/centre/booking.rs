//! What the region does: messages, visits, cancellations. Each is one transaction on one box.

use super::database::Connection;
use super::fault::Fault;
use super::store::Wanted;
use crate::exchange::MessagePoint;
use crate::exchange::centre::{self, BadMessage, CentreStore, Denial};
use crate::model::VisitStatus;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const BOX_OF_CLINIC: &str = "SELECT box FROM infomat.clinic WHERE lpu = $1";

const BOX_OF_VISIT: &str = "SELECT box FROM infomat.visit WHERE visit = $1";

/// Tells a box lines of NDJSON; `None`: there is no such box.
pub fn tell(
    connection: &mut Connection,
    site: Uuid,
    lines: &str,
) -> Result<Option<Result<MessagePoint, BadMessage>>, Fault> {
    let Some(mut site) = Wanted::by_lines(lines).lock(connection, site)? else {
        return Ok(None);
    };
    let told = centre::tell(&mut site, lines)?;
    if told.is_ok() {
        site.commit()?;
    }
    Ok(Some(told))
}

/// What the region asks for to book a visit.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wish {
    pub lpu: Uuid,
    pub slot: Uuid,
    pub patient: Uuid,
    pub source: String,
    #[serde(default)]
    pub login: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// The line of a visit in a message.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VisitLine<'a> {
    kind: &'static str,
    guid: Uuid,
    slot: Uuid,
    patient: Uuid,
    source: &'a str,
    made: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'a str>,
}

/// Most characters of a text.
const TEXT_CHARS_MAX: usize = 200;

impl Wish {
    /// Sees that its texts are within bounds. The error names the field.
    pub fn check(&self) -> Result<(), String> {
        let texts = [
            ("source", Some(&self.source)),
            ("login", self.login.as_ref()),
            ("phone", self.phone.as_ref()),
            ("email", self.email.as_ref()),
            ("idempotencyKey", self.idempotency_key.as_ref()),
        ];
        let is_bad =
            |text: &String| text.is_empty() || text.chars().count() > TEXT_CHARS_MAX || text.contains('\0');
        match texts.into_iter().find(|(_, text)| text.is_some_and(is_bad)) {
            Some((field, _)) => Err(format!("{field}: 1 to {TEXT_CHARS_MAX} characters")),
            None => Ok(()),
        }
    }

    /// Returns the GUID of the visit: with the same key, patient and cell the same, however often and wherever it is asked for.
    fn guid(&self) -> Uuid {
        let Some(key) = &self.idempotency_key else {
            return Uuid::now_v7();
        };
        let digest = Sha256::new()
            .chain_update(b"visit of the centre")
            .chain_update(self.slot)
            .chain_update(self.patient)
            .chain_update(key)
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Uuid::new_v8(bytes)
    }
}

/// A visit as the region is told of it.
#[derive(Debug, Serialize)]
pub struct Booked {
    pub guid: Uuid,
    pub slot: Option<Uuid>,
    pub status: String,
}

/// Books a cell of the centre. With an `idempotencyKey` that was used for it before, returns that visit as it is.
pub fn book(connection: &mut Connection, wish: &Wish, made: &str) -> Result<Result<Booked, Denial>, Fault> {
    let rows = connection.query(BOX_OF_CLINIC, &[&wish.lpu])?;
    let Some(site) = rows.first().map(|row| row.get(0)) else {
        return Ok(Err(Denial::Unknown));
    };
    let guid = wish.guid();
    let line = serde_json::to_string(&VisitLine {
        kind: "visit",
        guid,
        slot: wish.slot,
        patient: wish.patient,
        source: &wish.source,
        made,
        login: wish.login.as_deref(),
        phone: wish.phone.as_deref(),
        email: wish.email.as_deref(),
        idempotency_key: wish.idempotency_key.as_deref(),
    })?;
    let Some(mut site) = Wanted::by_lines(&line).lock(connection, site)? else {
        return Ok(Err(Denial::Unknown));
    };
    if let Err(denial) = centre::book(&mut site, &line)? {
        return Ok(Err(denial));
    }
    let visit = site.visit(guid)?.ok_or(Fault::Damaged("visit"))?;
    site.commit()?;
    Ok(Ok(Booked {
        guid,
        slot: visit.slot,
        status: visit.status.to_string(),
    }))
}

/// What came of a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// The visit is cancelled.
    Done,
    /// The cell is the box's: it was asked.
    Asked,
}

/// The line of a cancellation in a message.
#[derive(Serialize)]
struct CancellationLine<'a> {
    kind: &'static str,
    visit: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// Cancels a visit, or asks its box to.
pub fn cancel(
    connection: &mut Connection,
    visit: Uuid,
    reason: Option<&str>,
) -> Result<Result<Cancelled, Denial>, Fault> {
    let rows = connection.query(BOX_OF_VISIT, &[&visit])?;
    let Some(site) = rows.first().map(|row| row.get(0)) else {
        return Ok(Err(Denial::Unknown));
    };
    let line = serde_json::to_string(&CancellationLine {
        kind: "cancellation",
        visit,
        reason,
    })?;
    let Some(mut site) = Wanted::by_lines(&line).lock(connection, site)? else {
        return Ok(Err(Denial::Unknown));
    };
    if let Err(denial) = centre::cancel(&mut site, &line)? {
        return Ok(Err(denial));
    }
    let now = site.visit(visit)?.map(|visit| visit.status);
    site.commit()?;
    Ok(Ok(match now {
        Some(VisitStatus::Active) => Cancelled::Asked,
        Some(VisitStatus::Cancelled) | None => Cancelled::Done,
    }))
}
