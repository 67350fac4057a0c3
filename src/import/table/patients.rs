//! Records of patients' cards. Without a GUID, a card is found by what identifies its patient.

use super::cells::{Cells, Part, Trouble};
use super::doctors::guid;
use super::town::{Town, made_guid};
use super::values::{date, flag, passport, policy, sex, snils, unspoilt};
use super::words::{Column, folded};
use crate::import::reason::Reason;
use crate::store::import::{KnownCard, Named, PatientRow, Row, RowKey, Staging};
use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// The cards that the records before have added, by what identifies their patients.
#[derive(Default)]
pub struct NewCards {
    by_document: HashMap<String, Uuid>,
    /// With the SNILS of each.
    by_person: HashMap<String, Vec<(Uuid, String)>>,
}

/// Reads a record. What it has no value for stays as it is. Returns the fields whose value means "none" too.
pub fn rows(
    staging: &Staging,
    town: &Town,
    new: &mut NewCards,
    cells: &Cells,
    today: NaiveDate,
) -> Result<(Vec<Part>, Vec<&'static str>), Trouble> {
    let mut bad = Vec::new();
    let lpu = match town.clinic(cells) {
        Ok(lpu) => lpu,
        Err(field) => {
            bad.push(field);
            Uuid::max()
        }
    };
    let given = guid(cells)?;
    let Some([family, name, patronymic]) = cells.person() else {
        bad.push(cells.bad(cells.naming(), Reason::Missing));
        return Err(Trouble::Bad(bad));
    };
    let (passport_series, passport_number) = passport(
        cells.get(Column::PassportSeries).unwrap_or_default(),
        &cells
            .read(Column::PassportNumber, &mut bad, unspoilt)
            .unwrap_or_default(),
    );
    let members = json!({
        "guid": given.unwrap_or(Uuid::max()),
        "lpu": lpu,
        "family": family,
        "name": name,
        "patronymic": patronymic,
        "birthDate": cells.required(Column::BirthDate, &mut bad, date),
        "sex": cells.read(Column::Sex, &mut bad, sex),
        "policySeries": cells.get(Column::PolicySeries),
        "policyNumber": cells.read(Column::PolicyNumber, &mut bad, |text| policy(text, cells.has(Column::PolicySeries))),
        "snils": cells.read(Column::Snils, &mut bad, snils),
        "passportSeries": passport_series,
        "passportNumber": passport_number,
        "phone": cells.read(Column::Phone, &mut bad, unspoilt),
        "email": cells.get(Column::Email),
        "uchastokNum": cells.get(Column::Districts),
        "selfBookingBanned": cells.read(Column::Banned, &mut bad, flag),
        "closed": cells.read(Column::Closed, &mut bad, flag),
    });
    let members = match members {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let (_, Row::Patient(mut row), nothing_in) = cells.row("patient", members, today, bad)? else {
        unreachable!("a line is of its kind")
    };
    let known = match given {
        Some(guid) => staging.known_card(guid)?,
        None => match find(staging, &row)? {
            Ok(known) => known,
            Err((column, reason)) => return Err(cells.bad(column.unwrap_or(cells.naming()), reason).into()),
        },
    };
    let guid = match (known, given) {
        (Some(known), _) => {
            merge(&mut row, &known.row, cells);
            known.guid
        }
        (None, Some(given)) => given,
        (None, None) => new.guid(staging, &row)?,
    };
    let part = Part {
        number: 0,
        key: RowKey::Guid(guid),
        row: Row::Patient(row),
    };
    Ok((vec![part], nothing_in))
}

/// Keeps what the record has no value for. A number that means "none" takes the old one away.
fn merge(row: &mut PatientRow, known: &PatientRow, cells: &Cells) {
    // A name by which somebody was found may be short.
    let is_short = |part: &str| folded(part).chars().count() <= 1;
    if folded(&row.family) == folded(&known.family) {
        if is_short(&row.name) {
            row.name.clone_from(&known.name);
        }
        if is_short(&row.patronymic) {
            row.patronymic.clone_from(&known.patronymic);
        }
    }
    if !cells.has(Column::PassportNumber) {
        row.passport_series.clone_from(&known.passport_series);
    }
    if !cells.has(Column::PolicyNumber) {
        row.policy_series.clone_from(&known.policy_series);
    }
    row.person_guid = known.person_guid;
    keep_unsaid!(row, known, cells:
        lpu by Clinic, sex by Sex, policy_number by PolicyNumber, snils by Snils, passport_number by PassportNumber,
        uchastok_num by Districts, self_booking_banned by Banned, closed by Closed);
}

/// The whole name of a card, as it is compared.
fn name(row: &PatientRow) -> String {
    folded(&[&*row.family, &row.name, &row.patronymic].concat())
}

/// Returns whether two cards cannot be of one patient: a SNILS is for life.
fn have_other_snils(one: &PatientRow, other: &PatientRow) -> bool {
    !one.snils.is_empty() && !other.snils.is_empty() && one.snils != other.snils
}

/// What is in the way of finding a card, with the column where that is one.
type Doubt = (Option<Column>, Reason);

/// Finds the card of a row's patient: by SNILS or policy, else by name and birth date.
fn find(
    staging: &Staging,
    row: &PatientRow,
) -> Result<Result<Option<KnownCard>, Doubt>, crate::store::Fault> {
    let documents = [
        (Column::Snils, staging.cards_of_snils(&row.snils)?),
        (Column::PolicyNumber, staging.cards_of_policy(&row.policy_number)?),
    ];
    let mut found: Vec<KnownCard> = Vec::new();
    for (column, cards) in documents {
        let cards = open(cards, row);
        let is_one = |card: &KnownCard| {
            (card.row.birth_date == row.birth_date || name(&card.row) == name(row))
                && !have_other_snils(&card.row, row)
        };
        let (same, others): (Vec<_>, Vec<_>) = cards.into_iter().partition(is_one);
        if same.is_empty() && !others.is_empty() {
            return Ok(Err((Some(column), Reason::OtherPerson)));
        }
        for card in same {
            if found.iter().all(|known| known.guid != card.guid) {
                found.push(card);
            }
        }
    }
    if found.is_empty() {
        let same = |card: &KnownCard| name(&card.row) == name(row) && !have_other_snils(&card.row, row);
        let born = staging.cards_born(row.birth_date)?;
        found = open(born.into_iter().filter(same).collect(), row);
    }
    if found.len() > 1 {
        return Ok(Err((None, Reason::Ambiguous(Named::Patient))));
    }
    Ok(Ok(found.pop()))
}

/// Returns the cards of the row's clinic: the open ones, where there are some.
fn open(mut cards: Vec<KnownCard>, row: &PatientRow) -> Vec<KnownCard> {
    cards.retain(|card| card.row.lpu == row.lpu);
    if cards.iter().any(|card| !card.row.closed) {
        cards.retain(|card| !card.row.closed);
    }
    cards
}

impl NewCards {
    /// Returns the GUID of a card that is not in the database: the same for every record about its patient.
    fn guid(&mut self, staging: &Staging, row: &PatientRow) -> Result<Uuid, crate::store::Fault> {
        let lpu = row.lpu.to_string();
        let person = format!("{lpu} {} {}", name(row), row.birth_date);
        let documents = [("snils", &row.snils), ("policy", &row.policy_number)];
        let documents = documents.into_iter().filter(|(_, number)| !number.is_empty());
        let documents: Vec<String> = documents
            .map(|(kind, number)| format!("{lpu} {kind} {number}"))
            .collect();
        let by_document = documents
            .iter()
            .find_map(|document| self.by_document.get(document));
        let same = self.by_person.get(&person).into_iter().flatten();
        let mut same =
            same.filter(|(_, snils)| snils.is_empty() || row.snils.is_empty() || *snils == row.snils);
        let guid = match (by_document, same.next()) {
            (Some(guid), _) | (None, Some((guid, _))) => *guid,
            (None, None) => free(staging, documents.first().unwrap_or(&person))?,
        };
        for document in documents {
            self.by_document.entry(document).or_insert(guid);
        }
        let persons = self.by_person.entry(person).or_default();
        if persons.iter().all(|(known, _)| *known != guid) {
            persons.push((guid, row.snils.clone()));
        }
        Ok(guid)
    }
}

/// Returns a GUID of no card.
fn free(staging: &Staging, identity: &str) -> Result<Uuid, crate::store::Fault> {
    for number in 0.. {
        let guid = made_guid(&["patient", identity], number);
        if staging.known_card(guid)?.is_none() {
            return Ok(guid);
        }
    }
    unreachable!("there are more numbers than cards")
}
