//! Finding a patient at the reception ([crate::contract::desk]).

use super::{Fault, Store, rows};
use crate::model::typed::sort_key;
use crate::model::{DeskPatient, DocumentKind, PatientId};
use chrono::NaiveDate;
use rusqlite::named_params;
use uuid::Uuid;

/// Most patients that are found at once; more are told of.
pub(crate) const FOUND_MAX: u32 = 50;

/// Most cards that are looked through for one beginning of a surname.
const NAMES_MAX: u32 = 20_000;

/// Letters of a surname by which the index is asked; the rest is compared.
const INDEXED_LETTERS: usize = 3;

impl Store {
    /// Returns the cards whose names begin as typed: surname, name, patronymic. Neither case counts nor the points over ё. Of
    /// those alone that have the birth date, if one is given.
    pub(crate) fn patients_by_name(
        &self,
        typed: &[String],
        born: Option<NaiveDate>,
    ) -> Result<Vec<PatientId>, Fault> {
        let typed: Vec<String> = typed.iter().map(|part| key(part)).collect();
        let Some(family) = typed.first().filter(|family| !family.is_empty()) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for from in beginnings(family) {
            found.extend(self.names_from(&from, &typed, born)?);
        }
        found.sort();
        found.truncate(FOUND_MAX as usize + 1);
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    /// Returns the cards whose surname begins with these very letters and whose names fit, each with what it is sorted by.
    fn names_from(
        &self,
        from: &str,
        typed: &[String],
        born: Option<NaiveDate>,
    ) -> Result<Vec<(SortKey, PatientId)>, Fault> {
        let parameters = named_params! {
            ":from": from, ":until": format!("{from}\u{10ffff}"), ":born": born, ":limit": NAMES_MAX,
        };
        let sql = include_str!("patients/names_from.sql");
        let read = self.all("patient", sql, parameters, |row| {
            let names = [
                rows::text(row, "family")?,
                rows::text(row, "name")?,
                rows::text(row, "patronymic")?,
            ];
            let fits = |(typed, name): (&String, &str)| key(name).starts_with(&**typed);
            if !typed.iter().zip(names).all(fits) {
                return Ok(None);
            }
            Ok(Some((sort_key(&names.join(" ")), row.get("id")?)))
        })?;
        Ok(read.into_iter().flatten().collect())
    }

    /// Returns the cards with a document of this number.
    pub(crate) fn patients_of_number(&self, typed: &str) -> Result<Vec<PatientId>, Fault> {
        let parameters = named_params! {
            ":policy": DocumentKind::Policy.kept_number(typed),
            ":snils": DocumentKind::Snils.kept_number(typed),
            ":passport": DocumentKind::Passport.kept_number(typed),
            ":limit": FOUND_MAX + 1,
        };
        self.all(
            "patient",
            include_str!("patients/patients_of_number.sql"),
            parameters,
            |row| row.get(0),
        )
    }

    /// Returns the cards with this birth date.
    pub(crate) fn patients_born(&self, day: NaiveDate) -> Result<Vec<PatientId>, Fault> {
        self.all(
            "patient",
            "SELECT id FROM patient WHERE birth_date = :day ORDER BY id LIMIT :limit",
            named_params! { ":day": day, ":limit": FOUND_MAX + 1 },
            |row| row.get(0),
        )
    }

    /// Returns the cards of the active visits of a day with this number.
    pub(crate) fn patients_of_ticket(&self, num: i64, day: NaiveDate) -> Result<Vec<PatientId>, Fault> {
        let parameters = named_params! { ":num": num, ":day": day, ":limit": FOUND_MAX + 1 };
        self.all(
            "visit",
            include_str!("patients/patients_of_ticket.sql"),
            parameters,
            |row| row.get(0),
        )
    }

    /// Returns the card of a visit, by the ticket's GUID.
    pub(crate) fn patient_of_visit(&self, ticket: Uuid) -> Result<Option<PatientId>, Fault> {
        let found = self.optional(
            "visit",
            "SELECT id, patient_id FROM visit WHERE guid = :guid",
            named_params! { ":guid": ticket },
            |row| row.get(1),
        )?;
        Ok(found.flatten())
    }

    /// Returns the row of a card, closed or not, by its GUID.
    pub(crate) fn patient_row(&self, mkab: Uuid) -> Result<Option<PatientId>, Fault> {
        self.optional(
            "patient",
            "SELECT id FROM patient WHERE guid = :guid",
            named_params! { ":guid": mkab },
            |row| row.get(0),
        )
    }

    /// Returns what the reception sees of a card.
    pub(crate) fn patient_at_desk(&self, patient: PatientId) -> Result<DeskPatient, Fault> {
        let parameters = named_params! { ":patient": patient };
        self.one(
            "patient",
            include_str!("patients/patient_at_desk.sql"),
            parameters,
            |row| {
                Ok(DeskPatient {
                    id: row.get("id")?,
                    mkab: row.get("guid")?,
                    lpu: row.get("lpu_guid")?,
                    lpu_name: row.get("lpu_name")?,
                    name: rows::patient_name(row)?,
                    birth_date: row.get("birth_date")?,
                    policy_series: row.get("policy_series")?,
                    policy_number: row.get("policy_number")?,
                    snils: row.get("snils")?,
                    phone: row.get("phone")?,
                    email: row.get("email")?,
                    uchastok_num: row.get("uchastok_num")?,
                    self_booking_banned: row.get("self_booking_banned")?,
                    closed: row.get("closed")?,
                    provisional: row.get("provisional")?,
                })
            },
        )
    }
}

/// What a name is sorted by.
type SortKey = (String, String);

/// What names are compared by.
fn key(name: &str) -> String {
    sort_key(name).0
}

/// Returns every way in which the first letters of a surname may be written: each in both cases, е also as ё. The index knows
/// only what is written.
fn beginnings(key: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for letter in key.chars().take(INDEXED_LETTERS) {
        let mut ways = Vec::with_capacity(4);
        for small in if letter == '\u{435}' {
            vec![letter, '\u{451}']
        } else {
            vec![letter]
        } {
            let large: String = small.to_uppercase().collect();
            if large != small.to_string() {
                ways.push(large);
            }
            ways.push(small.to_string());
        }
        let longer = |begin: &String| ways.iter().map(|way| format!("{begin}{way}")).collect::<Vec<_>>();
        all = all.iter().flat_map(longer).collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::beginnings;

    #[test]
    fn the_first_letters_in_every_way() {
        let written = |key: &str| beginnings(key).len();
        assert_eq!(written("пет"), 16);
        assert_eq!(written("ееее"), 64);
        assert_eq!(written("о'к"), 4);
        assert!(beginnings("пет").contains(&"П\u{451}Т".to_owned()));
    }
}
