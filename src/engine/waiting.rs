//! The waiting list ([crate::contract::waiting_list]).

use super::outcome::RequestError;
use super::reading::Reader;
use crate::model::{
    Bearer, Moment, OpenCard, Patient, ResourceId, Speciality, WaitingEntry, WaitingStatus, WaitingWish,
};
use crate::refusal::Refusal;
use crate::rules::{Policy, may_wait};
use crate::store::{Store, WriteTx};
use crate::wire::message::Answer;
use crate::wire::waiting::WaitingListEntry;
use uuid::Uuid;

/// An entry of the waiting list as its owner names it.
pub struct EntryName {
    /// The token's bearer.
    pub bearer: Bearer,
    pub entry: Uuid,
}

impl Reader<'_> {
    /// Returns the patient's entries, ended ones too. Those that nobody has ended come first.
    pub(super) fn waiting_list(&self) -> Result<Answer, RequestError> {
        let bearer = self.needed_bearer()?;
        let card = self.store.open_card(bearer, bearer.lpu)??;
        let entries = self.store.waiting_entries(&card.patient)?;
        let shown = entries.iter().map(|entry| WaitingListEntry::new(entry, self.now));
        Ok(Answer::json(&shown.collect::<Vec<_>>()))
    }
}

/// Puts the patient on the list. An entry whose last day is over is ended first: it does not count as waiting.
pub fn wait(tx: &WriteTx, wish: &WaitingWish, policy: &Policy, now: Moment) -> Result<Answer, RequestError> {
    let card = tx.open_card(&wish.bearer, wish.lpu)??;
    may_wait(&tx.waiting_entries_today(&card, now)?, policy, now)?;
    let speciality = tx.find_speciality(&wish.speciality)?;
    let speciality = speciality.ok_or(Refusal::SpecialityUnknown)?;
    let resource = resource(tx, wish, &card, &speciality)?;
    let patient = &card.patient;
    tx.end_past_waiting_entries(patient, speciality.id, now)?;
    if tx.is_waiting(patient, speciality.id)? {
        return Err(Refusal::AlreadyWaiting.into());
    }
    let guid = Uuid::now_v7();
    tx.insert_waiting_entry(guid, wish, &card, &speciality, resource, now)?;
    Ok(shown(&entry(tx, guid, patient)?, now))
}

/// Returns the row of the doctor, room or equipment in the wish. It has to be of the speciality.
fn resource(
    store: &Store,
    wish: &WaitingWish,
    card: &OpenCard,
    speciality: &Speciality,
) -> Result<Option<ResourceId>, RequestError> {
    let Some(guid) = wish.resource else {
        return Ok(None);
    };
    let listed = store.find_resource(guid, card.lpu.id)?;
    let resource = listed.ok_or(Refusal::ResourceUnknown)?.resource;
    if resource.speciality_id != speciality.id {
        return Err(Refusal::OtherSpeciality.into());
    }
    Ok(Some(resource.id))
}

/// Ends an entry. An ended entry stays as it is: a repeated request gets the same answer.
pub fn stop_waiting(tx: &WriteTx, name: &EntryName, now: Moment) -> Result<Answer, RequestError> {
    let card = tx.open_card(&name.bearer, name.bearer.lpu)??;
    let mut entry = entry(tx, name.entry, &card.patient)?;
    tx.end_waiting_entry(entry.id, now.timestamp())?;
    entry.status = WaitingStatus::Ended;
    Ok(shown(&entry, now))
}

fn entry(store: &Store, guid: Uuid, patient: &Patient) -> Result<WaitingEntry, RequestError> {
    let entry = store.find_waiting_entry(guid, patient)?;
    Ok(entry.ok_or(Refusal::WaitingUnknown)?)
}

fn shown(entry: &WaitingEntry, now: Moment) -> Answer {
    Answer::json(&WaitingListEntry::new(entry, now))
}
