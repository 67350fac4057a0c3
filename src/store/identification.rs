//! Identification: the cards that a document names, and the failures of late ([crate::contract::identification]).

use super::damage::{Seconds, named};
use super::rows::text;
use super::{Fault, Store, WriteTx};
use crate::model::{Card, Document, DocumentKind, Moment, Who, greeting, short_name};
use rusqlite::{Params, Row, ToSql, named_params};

/// SHA-256 of what names a document.
pub type DocumentDigest = [u8; 32];

/// An identification that failed.
pub struct Failure {
    /// What counts as one client.
    pub address: String,
    /// What was shown.
    pub document: DocumentDigest,
    /// The client is a kiosk.
    pub at_kiosk: bool,
}

/// Most open cards with one number of a document, or of one person, among which the birth date picks. Clinics enter
/// passports without series; a number that more cards have is no document.
pub const CARDS_MAX: u32 = 16;

/// One more than that: that there are too many is seen.
const CARDS_READ_MAX: u32 = CARDS_MAX + 1;

impl Store {
    /// The open cards of a clinic that this names; at most one more than [`CARDS_MAX`].
    pub fn find_cards(&self, who: &Who, lpu_id: i64) -> Result<Vec<Card>, Fault> {
        let lpu: &dyn ToSql = &lpu_id;
        match who {
            Who::Document(document) => self.find_cards_by_document(document, lpu_id),
            Who::Card(guid) => self.find_cards_by_guid(named_params! { ":guid": guid, ":lpu": lpu }),
            Who::Person(guid) => self
                .find_cards_by_person(named_params! { ":guid": guid, ":lpu": lpu, ":limit": CARDS_READ_MAX }),
        }
    }

    fn find_cards_by_document(&self, document: &Document, lpu_id: i64) -> Result<Vec<Card>, Fault> {
        let Document { kind, series, number } = document;
        // What stands for no document finds no card, by the same statement.
        let number = if kind.is_nothing(number) { "" } else { number };
        let with_series = named_params! {
            ":number": number, ":series": series, ":lpu": lpu_id, ":limit": CARDS_READ_MAX,
        };
        match kind {
            DocumentKind::Policy => self.find_cards_by_policy(with_series),
            DocumentKind::Passport => self.find_cards_by_passport(with_series),
            DocumentKind::Snils => self.find_cards_by_snils(
                named_params! { ":number": number, ":lpu": lpu_id, ":limit": CARDS_READ_MAX },
            ),
        }
    }

    fn find_cards_by_policy(&self, parameters: impl Params) -> Result<Vec<Card>, Fault> {
        self.cards(include_str!("sql/find_cards_by_policy.sql"), parameters)
    }

    fn find_cards_by_snils(&self, parameters: impl Params) -> Result<Vec<Card>, Fault> {
        self.cards(include_str!("sql/find_cards_by_snils.sql"), parameters)
    }

    fn find_cards_by_passport(&self, parameters: impl Params) -> Result<Vec<Card>, Fault> {
        self.cards(include_str!("sql/find_cards_by_passport.sql"), parameters)
    }

    fn find_cards_by_guid(&self, parameters: impl Params) -> Result<Vec<Card>, Fault> {
        self.cards(include_str!("sql/find_cards_by_guid.sql"), parameters)
    }

    fn find_cards_by_person(&self, parameters: impl Params) -> Result<Vec<Card>, Fault> {
        self.cards(include_str!("sql/find_cards_by_person.sql"), parameters)
    }

    fn cards(&self, sql: &str, parameters: impl Params) -> Result<Vec<Card>, Fault> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let cards = statement.query_map(parameters, named("patient", card))?;
        Ok(cards.collect::<Result<_, _>>()?)
    }

    /// When the `nth` last failure for a document happened, of those after `since` (seconds since 1970); of those at kiosks
    /// alone when `at_kiosk` says so.
    pub fn document_failure(
        &self,
        document: &DocumentDigest,
        at_kiosk: bool,
        since: i64,
        nth: u32,
    ) -> Result<Option<i64>, Fault> {
        let sql = include_str!("sql/document_failure.sql");
        self.failure(
            sql,
            named_params! { ":document": document, ":at_kiosk": at_kiosk, ":since": since, ":later": nth - 1 },
        )
    }

    /// The same for a client's address.
    pub fn address_failure(&self, address: &str, since: i64, nth: u32) -> Result<Option<i64>, Fault> {
        let sql = include_str!("sql/address_failure.sql");
        self.failure(
            sql,
            named_params! { ":address": address, ":since": since, ":later": nth - 1 },
        )
    }

    fn failure(&self, sql: &str, parameters: impl Params) -> Result<Option<i64>, Fault> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut times =
            statement.query_map(parameters, named("failed_identification", |row| row.get("at")))?;
        let last: Option<Seconds> = times.next().transpose()?;
        Ok(last.map(|Seconds(at)| at))
    }
}

impl WriteTx<'_> {
    /// Sets failures that lie in the future, because the clock went back since, to now: from here on they age.
    pub fn settle_failures(&self, now: Moment) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/settle_failures.sql"))?;
        statement.execute(named_params! { ":now": now.timestamp() })?;
        Ok(())
    }

    /// Notes a failure, and forgets those up to `until` (seconds since 1970), which count no more.
    pub fn note_failure(&self, failure: &Failure, now: Moment, until: i64) -> Result<(), Fault> {
        self.insert_failure(failure, now)?;
        self.remove_failures(until)
    }

    fn insert_failure(&self, failure: &Failure, now: Moment) -> Result<(), Fault> {
        let Failure {
            address,
            document,
            at_kiosk,
        } = failure;
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/insert_failure.sql"))?;
        statement.execute(named_params! {
            ":at": now.timestamp(), ":address": address, ":document": document, ":at_kiosk": at_kiosk,
        })?;
        Ok(())
    }

    fn remove_failures(&self, until: i64) -> Result<(), Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/remove_failures.sql"))?;
        statement.execute(named_params! { ":until": until })?;
        Ok(())
    }
}

fn card(row: &Row) -> rusqlite::Result<Card> {
    Ok(Card {
        guid: row.get("guid")?,
        short_name: short_name(text(row, "family")?, text(row, "name")?, text(row, "patronymic")?),
        greeting: greeting(text(row, "family")?, text(row, "name")?, text(row, "patronymic")?),
        uchastok_num: row.get("uchastok_num")?,
        birth_date: row.get("birth_date")?,
    })
}
