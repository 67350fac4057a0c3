//! Provisional cards: made at the reception for somebody who has none ([crate::contract::desk]).

use super::{Fault, Store, WriteTx};
use crate::model::{LpuId, Moment, NewCard, ProvisionalCard};
use rusqlite::named_params;

/// Most provisional cards that the clinic's own system has not taken over.
pub(crate) const PROVISIONAL_MAX: i64 = 5_000;

impl Store {
    /// Returns all provisional cards, the oldest first.
    pub(crate) fn provisional_cards(&self) -> Result<Vec<ProvisionalCard>, Fault> {
        let sql = include_str!("provisional/provisional_cards.sql");
        self.all("patient", sql, [], |row| {
            Ok(ProvisionalCard {
                card: NewCard {
                    mkab: row.get("guid")?,
                    lpu: row.get("lpu_guid")?,
                    family: row.get("family")?,
                    name: row.get("name")?,
                    patronymic: row.get("patronymic")?,
                    birth_date: row.get("birth_date")?,
                    sex: row.get("sex")?,
                    policy_series: row.get("policy_series")?,
                    policy_number: row.get("policy_number")?,
                    snils: row.get("snils")?,
                    phone: row.get("phone")?,
                    email: row.get("email")?,
                },
                login: row.get("login")?,
                made: self.moment(row, "made_at")?,
            })
        })
    }

    /// Returns how many provisional cards there are.
    pub(crate) fn count_provisional(&self) -> Result<i64, Fault> {
        self.one("patient", "SELECT count(*) FROM provisional_card", [], |row| {
            row.get(0)
        })
    }
}

impl WriteTx<'_> {
    /// Writes a provisional card. Its GUID must be new.
    pub(crate) fn insert_card(
        &self,
        card: &NewCard,
        lpu: LpuId,
        login: &str,
        now: Moment,
    ) -> Result<(), Fault> {
        let parameters = named_params! {
            ":guid": card.mkab,
            ":lpu": lpu,
            ":family": card.family,
            ":name": card.name,
            ":patronymic": card.patronymic,
            ":birth_date": card.birth_date,
            ":sex": card.sex,
            ":policy_series": card.policy_series,
            ":policy_number": card.policy_number,
            ":snils": card.snils,
            ":phone": card.phone,
            ":email": card.email,
        };
        self.run(include_str!("provisional/insert_card.sql"), parameters)?;
        self.run(
            "INSERT INTO provisional_card (patient_id, login, made_at) VALUES (:patient, :login, :at)",
            named_params! {
                ":patient": self.connection.last_insert_rowid(), ":login": login, ":at": now.timestamp(),
            },
        )?;
        Ok(())
    }
}
