//! Identification: the cards that a document names, and the failures of late ([crate::contract::identification]).

use super::damage::Seconds;
use super::rows::text;
use super::{Fault, Store, WriteTx};
use crate::model::{Card, Document, DocumentKind, LpuId, Moment, Who, greeting, short_name};
use rusqlite::{Params, Row, named_params};

/// SHA-256 of what names a document.
pub(crate) type DocumentDigest = [u8; 32];

/// An identification that failed.
pub(crate) struct FailedIdentification {
    /// What counts as one client.
    pub(crate) address: String,
    pub(crate) document: DocumentDigest,
    /// The client is a kiosk.
    pub(crate) at_kiosk: bool,
}

/// Most open cards with one number of a document, or of one person, among which the birth date picks. Clinics enter
/// passports without series; a number that more cards have is no document.
pub(crate) const CARDS_MAX: u32 = 16;

/// One more than that: too many are seen.
const CARDS_READ_MAX: u32 = CARDS_MAX + 1;

impl Store {
    /// Returns the open cards of a clinic that `who` names; at most one more than [`CARDS_MAX`].
    pub(crate) fn find_cards(&self, who: &Who, lpu_id: LpuId) -> Result<Vec<Card>, Fault> {
        let Document { kind, series, number } = match who {
            Who::Document(document) => document,
            // Whose ticket it is, the engine has found out before.
            Who::Ticket(_) => return Ok(Vec::new()),
            Who::Card(guid) => {
                let parameters = named_params! { ":guid": guid, ":lpu": lpu_id };
                return self.cards(include_str!("identification/find_cards/by_guid.sql"), parameters);
            }
            Who::Person(guid) => {
                let parameters = named_params! { ":guid": guid, ":lpu": lpu_id, ":limit": CARDS_READ_MAX };
                return self.cards(
                    include_str!("identification/find_cards/by_person.sql"),
                    parameters,
                );
            }
        };
        // A text that stands for no document finds no card, by the same statement.
        let number = if kind.is_nothing(number) { "" } else { number };
        let with_series = named_params! {
            ":number": number, ":series": series, ":lpu": lpu_id, ":limit": CARDS_READ_MAX,
        };
        match kind {
            DocumentKind::Policy => self.cards(
                include_str!("identification/find_cards/by_policy.sql"),
                with_series,
            ),
            DocumentKind::Passport => self.cards(
                include_str!("identification/find_cards/by_passport.sql"),
                with_series,
            ),
            DocumentKind::Snils => self.cards(
                include_str!("identification/find_cards/by_snils.sql"),
                named_params! { ":number": number, ":lpu": lpu_id, ":limit": CARDS_READ_MAX },
            ),
        }
    }

    fn cards(&self, sql: &str, parameters: impl Params) -> Result<Vec<Card>, Fault> {
        self.all("patient", sql, parameters, card)
    }

    /// Returns the moment of the `nth` last failure for a document, of those after `since`; both in seconds since 1970. With
    /// `at_kiosk`, only failures at kiosks count.
    pub(crate) fn document_failure(
        &self,
        document: &DocumentDigest,
        at_kiosk: bool,
        since: i64,
        nth: u32,
    ) -> Result<Option<i64>, Fault> {
        self.failure(
            include_str!("identification/document_failure.sql"),
            named_params! { ":document": document, ":at_kiosk": at_kiosk, ":since": since, ":later": nth - 1 },
        )
    }

    /// Returns the same for a client's address.
    pub(crate) fn address_failure(&self, address: &str, since: i64, nth: u32) -> Result<Option<i64>, Fault> {
        self.failure(
            include_str!("identification/address_failure.sql"),
            named_params! { ":address": address, ":since": since, ":later": nth - 1 },
        )
    }

    fn failure(&self, sql: &str, parameters: impl Params) -> Result<Option<i64>, Fault> {
        self.optional("failed_identification", sql, parameters, |row| {
            Ok(row.get::<_, Seconds>("at")?.0)
        })
    }
}

impl WriteTx<'_> {
    /// Dates failures that lie in the future, because the clock went back, to now: from here on they age.
    pub(crate) fn date_failures_back(&self, now: Moment) -> Result<usize, Fault> {
        self.run(
            "UPDATE failed_identification SET at = :now WHERE at > :now",
            named_params! { ":now": now.timestamp() },
        )
    }

    /// Notes a failure, and forgets those up to `until` (seconds since 1970), which count no more.
    pub(crate) fn note_failure(
        &self,
        failure: &FailedIdentification,
        now: Moment,
        until: i64,
    ) -> Result<(), Fault> {
        let FailedIdentification {
            address,
            document,
            at_kiosk,
        } = failure;
        self.run(
            "INSERT INTO failed_identification (at, address, document, at_kiosk) VALUES (:at, :address, :document, :at_kiosk)",
            named_params! {
                ":at": now.timestamp(), ":address": address, ":document": document, ":at_kiosk": at_kiosk,
            },
        )?;
        self.run(
            "DELETE FROM failed_identification WHERE at <= :until",
            named_params! { ":until": until },
        )?;
        Ok(())
    }
}

fn card(row: &Row) -> rusqlite::Result<Card> {
    let (family, name, patronymic) = (text(row, "family")?, text(row, "name")?, text(row, "patronymic")?);
    Ok(Card {
        guid: row.get("guid")?,
        short_name: short_name(family, name, patronymic),
        greeting: greeting(family, name, patronymic),
        uchastok_num: row.get("uchastok_num")?,
        birth_date: row.get("birth_date")?,
    })
}
