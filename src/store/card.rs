//! What every request of a patient begins with: the clinic, the open card, the client application.

use super::damage::named;
use super::identification::CARDS_MAX;
use super::{Fault, Store, rows};
use crate::model::{Bearer, CardFace, ClientApplication, Lpu, OpenCard, Patient};
use crate::refusal::Refusal;
use rusqlite::{OptionalExtension, named_params};
use uuid::Uuid;

impl Store {
    /// The card that a token opens in a clinic.
    ///
    /// # Errors
    /// [`Refusal::LpuUnknown`]; [`Refusal::CardUnknown`] also when the token is for another clinic ([crate::contract::booking]).
    pub fn open_card(&self, bearer: &Bearer, lpu: Uuid) -> Result<Result<OpenCard, Refusal>, Fault> {
        let Some(found) = self.find_lpu(lpu)? else {
            return Ok(Err(Refusal::LpuUnknown));
        };
        let own = (bearer.lpu == lpu).then(|| self.find_open_patient(bearer.mkab, found.id));
        let Some(patient) = own.transpose()?.flatten() else {
            return Ok(Err(Refusal::CardUnknown {
                mkab: bearer.mkab,
                lpu,
            }));
        };
        Ok(Ok(OpenCard {
            lpu: found,
            patient,
            application: self.find_application(&bearer.source)?,
        }))
    }

    /// A clinic by its GUID.
    pub fn find_lpu(&self, guid: Uuid) -> Result<Option<Lpu>, Fault> {
        let mut statement = self.connection.prepare_cached(include_str!("sql/find_lpu.sql"))?;
        let lpu = statement.query_row(named_params! { ":guid": guid }, named("lpu", rows::lpu));
        Ok(lpu.optional()?)
    }

    /// An open card by its GUID, in one clinic.
    pub fn find_open_patient(&self, guid: Uuid, lpu_id: i64) -> Result<Option<Patient>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_open_patient.sql"))?;
        let found = named("patient", |row| {
            let id = row.get("id")?;
            let patient = Patient {
                id,
                cards: vec![id],
                birth_date: row.get("birth_date")?,
                uchastok_num: row.get("uchastok_num")?,
                self_booking_banned: row.get("self_booking_banned")?,
            };
            Ok((patient, row.get("person_guid")?))
        });
        let found = statement.query_row(named_params! { ":guid": guid, ":lpu": lpu_id }, found);
        let Some((mut patient, person)) = found.optional()? else {
            return Ok(None);
        };
        if let Some(person) = person {
            patient
                .cards
                .extend(self.cards_of_person(person, lpu_id, patient.id)?);
        }
        Ok(Some(patient))
    }

    /// The other cards of a person in a clinic; none when there are more than one person has.
    fn cards_of_person(&self, person: Uuid, lpu_id: i64, card: i64) -> Result<Vec<i64>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/cards_of_person.sql"))?;
        let parameters =
            named_params! { ":person": person, ":lpu": lpu_id, ":card": card, ":limit": CARDS_MAX };
        let cards = statement.query_map(parameters, named("patient", |row| row.get(0)))?;
        let cards: Vec<i64> = cards.collect::<Result<_, _>>()?;
        Ok(if cards.len() < CARDS_MAX as usize {
            cards
        } else {
            Vec::new()
        })
    }

    /// What `read` gives for each card of the patient, card by card.
    pub(super) fn of_all_cards<T>(
        patient: &Patient,
        read: impl Fn(i64) -> Result<Vec<T>, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let lists = patient.cards.iter().map(|card| read(*card));
        Ok(lists
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect())
    }

    /// What stands on a card, in any clinic, closed or not.
    pub fn card_face(&self, guid: Uuid) -> Result<Option<CardFace>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/card_face.sql"))?;
        let face = named("patient", |row| {
            Ok(CardFace {
                patient: rows::patient_name(row)?,
                policy_number: row.get("policy_number")?,
                birth_date: row.get("birth_date")?,
            })
        });
        let face = statement.query_row(named_params! { ":guid": guid }, face);
        Ok(face.optional()?)
    }

    /// A client application by its mnemonic; an unknown one counts as `Internet` ([crate::contract::applications]).
    pub fn find_application(&self, mnem: &str) -> Result<ClientApplication, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_application.sql"))?;
        Ok(statement.query_row(
            named_params! { ":mnem": mnem },
            named("client_application", rows::application),
        )?)
    }
}
