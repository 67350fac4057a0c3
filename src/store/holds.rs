//! Holds: places that are kept for a patient while somebody confirms ([crate::contract::holds]). How long is the engine's matter:
//! triggers of the schema take the place and give it back.

use super::{Fault, Store, WriteTx, rows};
use crate::model::{
    Cell, CellId, DoneToday, HoldId, Moment, NewHold, Offer, Patient, PatientId, Standing, WaitingEntryId,
};
use chrono::TimeDelta;
use rusqlite::named_params;
use uuid::Uuid;

/// Most ended holds of days before that one new hold takes away.
const SWEPT_MAX: u32 = 64;

impl Store {
    /// Returns the holds that have not ended, each with its full length in seconds.
    pub(crate) fn live_holds(&self) -> Result<Vec<(HoldId, u32)>, Fault> {
        self.all(
            "hold",
            "SELECT id, seconds FROM hold INDEXED BY hold_live WHERE live = 1",
            [],
            |row| Ok((row.get("id")?, row.get("seconds")?)),
        )
    }

    /// Lets the patient's own hold of a cell not stand in the way.
    pub(super) fn leave_out_own_hold(&self, cell: &mut Option<Cell>, patient: &Patient) -> Result<(), Fault> {
        if let Some(cell) = cell.as_mut().filter(|cell| cell.held_count > 0) {
            let own = Store::of_all_cards(patient, |card| self.own_holds(card, cell.id))?;
            cell.has_own_hold = !own.is_empty();
            cell.held_count -= i64::from(cell.has_own_hold);
        }
        Ok(())
    }

    /// Returns the hold that a patient's card has, and more than one of a file that another program has written.
    fn holds_of(&self, card: PatientId) -> Result<Vec<HoldId>, Fault> {
        self.all(
            "hold",
            "SELECT id FROM hold WHERE patient_id = :patient AND live = 1",
            named_params! { ":patient": card },
            |row| row.get("id"),
        )
    }

    fn own_holds(&self, card: PatientId, cell: CellId) -> Result<Vec<HoldId>, Fault> {
        self.all(
            "hold",
            "SELECT id FROM hold WHERE slot_id = :slot AND patient_id = :patient AND live = 1",
            named_params! { ":slot": cell, ":patient": card },
            |row| row.get("id"),
        )
    }

    /// Returns how many holds the patient has taken today by self-service, ended ones too.
    pub(crate) fn holds_today(&self, standing: &Standing, now: Moment) -> Result<DoneToday, Fault> {
        self.done_today(&standing.application, now, |from, until| {
            let counted = |row: &PatientId| self.holds_between(*row, from, until);
            standing.patient.cards.iter().map(counted).sum()
        })
    }

    fn holds_between(&self, patient: PatientId, from: Moment, until: Moment) -> Result<i64, Fault> {
        self.one(
            "hold",
            include_str!("holds/holds_between.sql"),
            named_params! { ":patient": patient, ":from": from.timestamp(), ":until": until.timestamp() },
            |row| row.get(0),
        )
    }

    /// Returns a hold of this patient by its GUID, with whether it has not ended.
    pub(crate) fn find_hold(&self, guid: Uuid, patient: &Patient) -> Result<Option<(HoldId, bool)>, Fault> {
        let found: Option<(HoldId, bool, PatientId)> = self.optional(
            "hold",
            "SELECT id, live, patient_id FROM hold WHERE guid = :guid",
            named_params! { ":guid": guid },
            |row| Ok((row.get("id")?, row.get("live")?, row.get("patient_id")?)),
        )?;
        let own = found.filter(|(_, _, card)| patient.has_card(*card));
        Ok(own.map(|(hold, is_live, _)| (hold, is_live)))
    }
}

impl Store {
    /// Returns the places that are held for entries of the waiting list.
    pub(crate) fn offers(&self) -> Result<Vec<Offer>, Fault> {
        self.all("hold", include_str!("holds/offers.sql"), [], |row| {
            let seconds: i64 = row.get("seconds")?;
            Ok(Offer {
                entry: row.get("waiting_entry_id")?,
                cell: row.get("slot_guid")?,
                begin: self.moment(row, "begin_at")?,
                doc_fio: rows::row_doc_fio(row)?,
                until: self.moment(row, "made_at")? + TimeDelta::seconds(seconds),
                login: row.get("login")?,
            })
        })
    }
}

impl WriteTx<'_> {
    /// Ends the holds for an entry of the waiting list.
    pub(crate) fn end_offers(&self, entry: WaitingEntryId, now: Moment) -> Result<(), Fault> {
        let offers: Vec<HoldId> = self.all(
            "hold",
            "SELECT id FROM hold WHERE waiting_entry_id = :entry AND live = 1",
            named_params! { ":entry": entry },
            |row| row.get("id"),
        )?;
        offers.into_iter().try_for_each(|offer| self.end_hold(offer, now))
    }

    /// Holds a place for a patient; the patient's other hold ends. Ended holds of days before go.
    pub(crate) fn hold(&self, patient: &Patient, hold: &NewHold, now: Moment) -> Result<HoldId, Fault> {
        if let Some(trouble) = self.reads_only()? {
            return Err(Fault::Unavailable(trouble, "no place was held".to_owned()));
        }
        self.sweep_holds(now)?;
        let mut left = Vec::new();
        for hold in Store::of_all_cards(patient, |card| self.holds_of(card))? {
            left.extend(self.leave(hold)?);
        }
        self.run(
            include_str!("holds/hold.sql"),
            named_params! {
                ":guid": hold.guid,
                ":slot": hold.cell,
                ":patient": patient.id,
                ":made_at": now.timestamp(),
                ":seconds": hold.seconds,
                ":self_service": hold.self_service,
                ":entry": hold.waiting_entry,
                ":login": hold.login,
            },
        )?;
        let hold = HoldId(self.connection.last_insert_rowid());
        // Only now: it may be the same cell.
        left.into_iter().try_for_each(|cell| self.seat_in(cell, now))?;
        Ok(hold)
    }

    fn sweep_holds(&self, now: Moment) -> Result<(), Fault> {
        let (today, _) = self.zone.day_of(now);
        self.run(
            include_str!("holds/sweep_holds.sql"),
            named_params! { ":today": today.timestamp(), ":limit": SWEPT_MAX },
        )?;
        Ok(())
    }

    /// Ends a hold: a displaced visit of its cell takes the place, if there is one. A hold that has ended stays as it is.
    pub(crate) fn end_hold(&self, hold: HoldId, now: Moment) -> Result<(), Fault> {
        self.leave(hold)?.map_or(Ok(()), |cell| self.seat_in(cell, now))
    }

    /// Ends a hold. Returns the cell of the place, unless it had ended before.
    fn leave(&self, hold: HoldId) -> Result<Option<Uuid>, Fault> {
        self.optional(
            "hold",
            include_str!("holds/leave.sql"),
            named_params! { ":hold": hold },
            |row| row.get("cell"),
        )
    }

    /// Uses up the patient's own hold of a cell, before the place is taken.
    pub(crate) fn use_hold(&self, cell: &Cell, patient: &Patient) -> Result<(), Fault> {
        if cell.has_own_hold {
            for hold in Store::of_all_cards(patient, |card| self.own_holds(card, cell.id))? {
                self.leave(hold)?;
            }
        }
        Ok(())
    }
}
