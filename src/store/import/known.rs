//! What the database has of the things that a table names without a GUID. Looked up before the lock.

use super::{PatientRow, ResourceRow, SlotRow, Staging};
use crate::model::Zone;
use crate::store::Fault;
use chrono::NaiveDate;
use rusqlite::types::ToSql;
use rusqlite::{Row, named_params};
use uuid::Uuid;

/// Most cards that are looked at for one line: a birth date that stands for none is on many.
const CARDS_MAX: u32 = 5_000;

/// Columns of a card, as they are read.
const CARD: &str = "SELECT p.*, l.guid AS lpu FROM main.patient p CROSS JOIN main.lpu l ON l.id = p.lpu_id";

/// A resource of the database.
#[derive(Clone, Debug)]
pub struct KnownResource {
    /// Its GUID.
    pub guid: Uuid,
    /// What is known of it.
    pub row: ResourceRow,
    /// An import has removed it, and visits may still name it.
    pub removed: bool,
}

/// A card of the database.
#[derive(Clone, Debug)]
pub struct KnownCard {
    /// Its GUID.
    pub guid: Uuid,
    /// What is known of it.
    pub row: PatientRow,
}

/// Returns the word of a column that the schema bounds.
fn word(row: &Row, column: &str, words: &[&'static str]) -> rusqlite::Result<&'static str> {
    let text: String = row.get(column)?;
    let known = words.iter().find(|word| **word == text);
    Ok(known.copied().unwrap_or_default())
}

fn resource(row: &Row) -> rusqlite::Result<KnownResource> {
    Ok(KnownResource {
        guid: row.get("guid")?,
        removed: row.get("removed")?,
        row: ResourceRow {
            lpu: row.get("lpu")?,
            kind: word(row, "type", &["doctor", "room", "equipment"])?,
            family: row.get("family")?,
            name: row.get("name")?,
            patronymic: row.get("patronymic")?,
            title: row.get("title")?,
            role: row.get("role")?,
            uchastok_nums: row.get("uchastok_nums")?,
            speciality: row.get("speciality")?,
            room: row.get("room")?,
            flat: row.get("flat")?,
            age_from: row.get("age_from")?,
            age_to: row.get("age_to")?,
            dispensary_only: row.get("dispensary_only")?,
            shown: row.get("shown")?,
        },
    })
}

fn card(row: &Row) -> rusqlite::Result<KnownCard> {
    Ok(KnownCard {
        guid: row.get("guid")?,
        row: PatientRow {
            lpu: row.get("lpu")?,
            person_guid: row.get("person_guid")?,
            family: row.get("family")?,
            name: row.get("name")?,
            patronymic: row.get("patronymic")?,
            birth_date: row.get("birth_date")?,
            sex: word(row, "sex", &["m", "f"])?,
            policy_series: row.get("policy_series")?,
            policy_number: row.get("policy_number")?,
            snils: row.get("snils")?,
            passport_series: row.get("passport_series")?,
            passport_number: row.get("passport_number")?,
            phone: None,
            email: None,
            email_confirm_agree: None,
            uchastok_num: row.get("uchastok_num")?,
            self_booking_banned: row.get("self_booking_banned")?,
            closed: row.get("closed")?,
        },
    })
}

impl Staging<'_> {
    /// Returns the clinic's clock.
    pub fn zone(&self) -> Zone {
        self.store.zone
    }

    /// Returns GUID and name of each clinic.
    pub fn known_clinics(&self) -> Result<Vec<(Uuid, String)>, Fault> {
        let sql = "SELECT guid, name FROM main.lpu ORDER BY id";
        self.store
            .all("lpu", sql, [], |row| Ok((row.get("guid")?, row.get("name")?)))
    }

    /// Returns code and name of each speciality.
    pub fn known_specialities(&self) -> Result<Vec<(String, String)>, Fault> {
        let sql = "SELECT code, name FROM main.speciality ORDER BY id";
        self.store.all("speciality", sql, [], |row| {
            Ok((row.get("code")?, row.get("name")?))
        })
    }

    /// Returns all resources, with those that were removed.
    pub fn known_resources(&self) -> Result<Vec<KnownResource>, Fault> {
        let sql = "SELECT r.*, l.guid AS lpu, p.code AS speciality
                   FROM main.resource r
                   CROSS JOIN main.lpu l ON l.id = r.lpu_id
                   CROSS JOIN main.speciality p ON p.id = r.speciality_id
                   ORDER BY r.id";
        self.store.all("resource", sql, [], resource)
    }

    /// Returns the card with this GUID.
    pub fn known_card(&self, guid: Uuid) -> Result<Option<KnownCard>, Fault> {
        let sql = format!("{CARD} WHERE p.guid = :value");
        Ok(self.cards(&sql, &guid)?.pop())
    }

    /// Returns the cards with this SNILS, without blanks and hyphens.
    pub fn cards_of_snils(&self, snils: &str) -> Result<Vec<KnownCard>, Fault> {
        self.cards(
            &format!("{CARD} WHERE p.snils = :value AND p.snils <> ''"),
            &snils,
        )
    }

    /// Returns the cards with this number of a policy, as a card keeps it.
    pub fn cards_of_policy(&self, number: &str) -> Result<Vec<KnownCard>, Fault> {
        let sql = format!("{CARD} WHERE p.policy_number = :value AND p.policy_number <> ''");
        self.cards(&sql, &number)
    }

    /// Returns the cards with this birth date.
    pub fn cards_born(&self, date: NaiveDate) -> Result<Vec<KnownCard>, Fault> {
        self.cards(&format!("{CARD} WHERE p.birth_date = :value"), &date)
    }

    fn cards(&self, sql: &str, value: &dyn ToSql) -> Result<Vec<KnownCard>, Fault> {
        let sql = format!("{sql} LIMIT :limit");
        let parameters = named_params! { ":value": value, ":limit": CARDS_MAX };
        self.store.all("patient", &sql, parameters, card)
    }

    /// Returns the cell of a resource that begins at this moment; of several, one with visits.
    pub fn known_cell(&self, resource: Uuid, begin_at: i64) -> Result<Option<(Uuid, SlotRow)>, Fault> {
        let sql = "SELECT c.*, r.guid AS resource
                   FROM main.resource r
                   CROSS JOIN main.slot c ON c.resource_id = r.id AND c.begin_at = :begin
                   WHERE r.guid = :resource
                   ORDER BY c.used_count = 0, c.id LIMIT 1";
        let parameters = named_params! { ":resource": resource, ":begin": begin_at };
        self.store.optional("slot", sql, parameters, |row| {
            let cell = SlotRow {
                resource: row.get("resource")?,
                begin_at: row.get("begin_at")?,
                end_at: row.get("end_at")?,
                plan_count: row.get("plan_count")?,
                flag_access: row.get("flag_access")?,
                busy_type: row.get("busy_type")?,
                busy_code: row.get("busy_code")?,
                busy_name: row.get("busy_name")?,
                room: row.get("room")?,
                age_from: row.get("age_from")?,
                age_to: row.get("age_to")?,
                owner: None,
            };
            Ok((row.get("guid")?, cell))
        })
    }

    /// Returns whether there is a cell with this GUID.
    pub fn has_cell(&self, guid: Uuid) -> Result<bool, Fault> {
        let sql = "SELECT 1 FROM main.slot WHERE guid = :guid";
        self.store.exists(sql, named_params! { ":guid": guid })
    }
}
