//! What every request of a patient begins with: the clinic, the open card, the client application.

use super::{Fault, Store, rows};
use crate::refusal::Refusal;
use crate::visit::{Bearer, CardFace, ClientApplication, Lpu, OpenCard, Patient};
use rusqlite::{OptionalExtension, named_params};
use uuid::Uuid;

impl Store {
    /// The card that a token opens in a clinic.
    ///
    /// # Errors
    /// [`Refusal::LpuUnknown`]; [`Refusal::CardUnknown`] also when the token is for another clinic (contract 2).
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
        let lpu = statement.query_row(named_params! { ":guid": guid }, rows::lpu);
        Ok(lpu.optional()?)
    }

    /// An open card by its GUID, in one clinic.
    pub fn find_open_patient(&self, guid: Uuid, lpu_id: i64) -> Result<Option<Patient>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_open_patient.sql"))?;
        let patient = statement.query_row(named_params! { ":guid": guid, ":lpu": lpu_id }, |row| {
            Ok(Patient {
                id: row.get("id")?,
                birth_date: row.get("birth_date")?,
                uchastok_num: row.get("uchastok_num")?,
                self_booking_banned: row.get("self_booking_banned")?,
            })
        });
        Ok(patient.optional()?)
    }

    /// What stands on a card, in any clinic, closed or not.
    pub fn card_face(&self, guid: Uuid) -> Result<Option<CardFace>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/card_face.sql"))?;
        let face = statement.query_row(named_params! { ":guid": guid }, |row| {
            Ok(CardFace {
                patient: rows::patient_name(row)?,
                policy_number: row.get("policy_number")?,
                birth_date: row.get("birth_date")?,
            })
        });
        Ok(face.optional()?)
    }

    /// A client application by its mnemonic; an unknown one counts as `Internet` (contract 4).
    pub fn find_application(&self, mnem: &str) -> Result<ClientApplication, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_application.sql"))?;
        Ok(statement.query_row(named_params! { ":mnem": mnem }, rows::application)?)
    }
}
