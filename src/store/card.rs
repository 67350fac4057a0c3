//! What every request of a patient begins with: the clinic, the open card, the client application.

use super::identification::CARDS_MAX;
use super::{Fault, Store, rows};
use crate::model::{Bearer, CardFace, ClientApplication, Lpu, LpuId, OpenCard, Patient, PatientId};
use crate::refusal::Refusal;
use rusqlite::named_params;
use uuid::Uuid;

impl Store {
    /// Returns the card that a token opens in a clinic.
    ///
    /// # Errors
    /// [`Refusal::LpuUnknown`]; [`Refusal::CardUnknown`] also when the token is for another clinic ([crate::contract::booking]).
    pub(crate) fn open_card(&self, bearer: &Bearer, lpu: Uuid) -> Result<Result<OpenCard, Refusal>, Fault> {
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

    /// Returns a clinic by its GUID.
    pub fn find_lpu(&self, guid: Uuid) -> Result<Option<Lpu>, Fault> {
        let sql = "SELECT id, is_children, model FROM lpu WHERE guid = :guid";
        self.optional("lpu", sql, named_params! { ":guid": guid }, rows::lpu)
    }

    /// Returns an open card of a clinic by its GUID.
    pub fn find_open_patient(&self, guid: Uuid, lpu_id: LpuId) -> Result<Option<Patient>, Fault> {
        let parameters = named_params! { ":guid": guid, ":lpu": lpu_id };
        let sql = include_str!("card/find_open_patient.sql");
        let found = self.optional("patient", sql, parameters, |row| {
            let id = row.get("id")?;
            let patient = Patient {
                id,
                cards: vec![id],
                birth_date: row.get("birth_date")?,
                uchastok_num: row.get("uchastok_num")?,
                self_booking_banned: row.get("self_booking_banned")?,
            };
            Ok((patient, row.get("person_guid")?))
        })?;
        let Some((mut patient, person)) = found else {
            return Ok(None);
        };
        if let Some(person) = person {
            let others = self.cards_of_person(person, lpu_id, patient.id)?;
            patient.cards.extend(others);
        }
        Ok(Some(patient))
    }

    /// Returns the other cards of a person in a clinic; none when there are more than one person has.
    fn cards_of_person(&self, person: Uuid, lpu_id: LpuId, card: PatientId) -> Result<Vec<PatientId>, Fault> {
        let mut cards = self.all(
            "patient",
            include_str!("card/cards_of_person.sql"),
            named_params! { ":person": person, ":lpu": lpu_id, ":card": card, ":limit": CARDS_MAX },
            |row| row.get(0),
        )?;
        if cards.len() >= CARDS_MAX as usize {
            cards.clear();
        }
        Ok(cards)
    }

    /// Returns what `read` gives for each card of the patient, card by card.
    pub(super) fn of_all_cards<T>(
        patient: &Patient,
        read: impl Fn(PatientId) -> Result<Vec<T>, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut all = Vec::new();
        for card in &patient.cards {
            all.extend(read(*card)?);
        }
        Ok(all)
    }

    /// Returns what stands on a card, in any clinic, closed or not.
    pub(crate) fn card_face(&self, guid: Uuid) -> Result<Option<CardFace>, Fault> {
        let parameters = named_params! { ":guid": guid };
        self.optional("patient", include_str!("card/card_face.sql"), parameters, |row| {
            Ok(CardFace {
                patient: rows::patient_name(row)?,
                policy_number: row.get("policy_number")?,
                birth_date: row.get("birth_date")?,
            })
        })
    }

    /// Returns a client application by its mnemonic; an unknown one counts as `Internet` ([crate::contract::applications]).
    pub fn find_application(&self, mnem: &str) -> Result<ClientApplication, Fault> {
        self.one(
            "client_application",
            include_str!("card/find_application.sql"),
            named_params! { ":mnem": mnem },
            rows::application,
        )
    }
}
