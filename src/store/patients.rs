//! Finding a patient at the reception ([crate::contract::desk]).

use super::{Fault, Store, rows};
use crate::model::typed::sort_key;
use crate::model::{DeskPatient, DocumentKind, PatientId};
use chrono::NaiveDate;
use rusqlite::{Params, named_params};
use uuid::Uuid;

/// Most patients that are found at once; more are told of.
pub(crate) const FOUND_MAX: u32 = 50;

/// Most cards that are looked through for beginnings of several names, or for one birth date.
const NAMES_MAX: u32 = 20_000;

/// Most ways of writing the beginning of a surname that are looked for.
const BEGINNINGS_MAX: usize = 256;

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
        if let Some(day) = born {
            found.extend(self.names_born(day, &typed)?);
        } else {
            for from in self.beginnings(family)? {
                found.extend(self.names_from(&from, &typed)?);
            }
        }
        found.sort();
        found.truncate(FOUND_MAX as usize + 1);
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    /// Returns the cards with this birth date whose names begin as typed.
    fn names_born(&self, day: NaiveDate, typed: &[String]) -> Result<Vec<Named>, Fault> {
        let parameters = named_params! { ":born": day, ":limit": NAMES_MAX };
        self.names(include_str!("patients/names_born.sql"), parameters, typed)
    }

    /// Returns the cards whose surname begins with these very letters and whose names begin as typed.
    fn names_from(&self, from: &str, typed: &[String]) -> Result<Vec<Named>, Fault> {
        // Where a surname alone was typed, every card that begins so is one.
        let limit = if typed.len() == 1 {
            FOUND_MAX + 1
        } else {
            NAMES_MAX
        };
        let parameters = named_params! { ":from": from, ":until": after(from), ":limit": limit };
        self.names(include_str!("patients/names_from.sql"), parameters, typed)
    }

    /// Returns the cards of a statement whose names begin as typed.
    fn names(&self, sql: &str, parameters: impl Params, typed: &[String]) -> Result<Vec<Named>, Fault> {
        let read = self.all("patient", sql, parameters, |row| {
            let names = [
                rows::text(row, "family")?,
                rows::text(row, "name")?,
                rows::text(row, "patronymic")?,
            ];
            let key = sort_key(&names.join("\n"));
            // A surname of several words may be typed whole.
            let fits = begin(typed, key.0.split('\n')) || begin(typed, key.0.split_whitespace());
            Ok(if fits { Some((key, row.get("id")?)) } else { None })
        })?;
        Ok(read.into_iter().flatten().collect())
    }

    /// Returns every way in which a card writes the beginning of a surname: each letter in either case, е also as ё. The index
    /// knows only what is written, so each letter leaves the ways that some card has.
    fn beginnings(&self, key: &str) -> Result<Vec<String>, Fault> {
        let mut all = vec![String::new()];
        for letter in key.chars() {
            let ways = ways(letter);
            let longer = |begin: &String| ways.iter().map(|way| format!("{begin}{way}")).collect::<Vec<_>>();
            let mut written = Vec::new();
            for begin in all.iter().flat_map(longer).take(BEGINNINGS_MAX) {
                let parameters = named_params! { ":from": begin, ":until": after(&begin) };
                if self.exists(
                    "SELECT 1 FROM patient WHERE family >= :from AND family < :until",
                    parameters,
                )? {
                    written.push(begin);
                }
            }
            all = written;
        }
        Ok(all)
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
            "SELECT id, patient_id FROM visit WHERE id = (SELECT id FROM visit WHERE guid = :guid) AND +guid = :guid",
            named_params! { ":guid": ticket },
            |row| row.get(1),
        )?;
        Ok(found.flatten())
    }

    /// Returns the row of a card, closed or not, by its GUID.
    pub(crate) fn patient_row(&self, mkab: Uuid) -> Result<Option<PatientId>, Fault> {
        self.optional(
            "patient",
            "SELECT id FROM patient WHERE id = (SELECT id FROM patient WHERE guid = :guid) AND +guid = :guid",
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

/// A card and what its names are sorted by.
type Named = ((String, String), PatientId);

/// What names are compared by.
fn key(name: &str) -> String {
    sort_key(name).0
}

/// Whether names begin as typed, one after the other.
fn begin<'n>(typed: &[String], mut names: impl Iterator<Item = &'n str>) -> bool {
    typed
        .iter()
        .all(|typed| names.next().is_some_and(|name| name.starts_with(&**typed)))
}

/// Returns the ways in which a small letter may be written: in either case, е also as ё.
fn ways(letter: char) -> Vec<String> {
    let small = if letter == '\u{435}' {
        vec![letter, '\u{451}']
    } else {
        vec![letter]
    };
    let mut ways: Vec<String> = small.iter().map(|sign| sign.to_uppercase().collect()).collect();
    ways.extend(small.iter().map(char::to_string));
    ways.dedup();
    ways
}

/// Returns the end of what begins with a text, in the order of the index.
fn after(begin: &str) -> String {
    format!("{begin}\u{10ffff}")
}

#[cfg(test)]
mod tests {
    use super::ways;

    #[test]
    fn a_letter_in_every_way() {
        assert_eq!(ways('\u{435}'), ["\u{415}", "\u{401}", "\u{435}", "\u{451}"]);
        assert_eq!(ways('\u{43f}').len(), 2);
        assert_eq!(ways('\''), ["'"]);
    }
}
