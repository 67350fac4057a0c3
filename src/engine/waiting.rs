//! The waiting list ([crate::contract::waiting_list]).

use super::change::EntryName;
use super::reading::{End, Reader};
use crate::model::{Bearer, Moment, OpenCard, Patient, Speciality, WaitingEntry, WaitingWish};
use crate::refusal::Refusal;
use crate::rules::{Policy, too_many_waiting_entries};
use crate::store::{Fault, Store, WriteTx};
use crate::wire::message::Answer;
use crate::wire::waiting::WaitingListEntry;
use uuid::Uuid;

impl Reader<'_> {
    /// The patient's entries, ended ones too; those that nobody has ended first.
    pub(super) fn waiting_list(&self, bearer: &Bearer) -> Result<Answer, End> {
        let card = self.store.open_card(bearer, bearer.lpu)??;
        let entries = self.store.waiting_entries(&card.patient)?;
        let shown = entries.iter().map(|entry| WaitingListEntry::new(entry, self.now));
        Ok(Answer::json(&shown.collect::<Vec<_>>()))
    }
}

/// Puts the patient on the list. An entry whose last day is over stands in nobody's way: it is ended now.
pub fn wait(
    tx: &WriteTx,
    wish: &WaitingWish,
    policy: &Policy,
    now: Moment,
) -> Result<Result<Answer, Refusal>, Fault> {
    let card = match tx.open_card(&wish.bearer, wish.lpu)? {
        Ok(card) => card,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let today = tx.waiting_entries_today(&card, now)?;
    if let Some(refusal) = too_many_waiting_entries(&today, policy, now) {
        return Ok(Err(refusal));
    }
    let Named { speciality, resource } = match named(tx, wish, &card)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let patient = &card.patient;
    tx.end_past_waiting_entries(patient, speciality.id, now.date_naive())?;
    if tx.is_waiting(patient, speciality.id)? {
        return Ok(Err(Refusal::AlreadyWaiting));
    }
    let guid = Uuid::now_v7();
    tx.insert_waiting_entry(guid, wish, &card, &speciality, resource, now)?;
    Ok(entry(tx, guid, patient)?.map(|entry| shown(&entry, now)))
}

/// What a request to wait names.
struct Named {
    speciality: Speciality,
    /// Row of the doctor, room or equipment.
    resource: Option<i64>,
}

/// Looks it up. The doctor has to be of the speciality.
fn named(store: &Store, wish: &WaitingWish, card: &OpenCard) -> Result<Result<Named, Refusal>, Fault> {
    let Some(speciality) = store.find_speciality(&wish.speciality)? else {
        return Ok(Err(Refusal::SpecialityUnknown));
    };
    let mut resource = None;
    if let Some(guid) = wish.resource {
        let Some(listed) = store.find_resource(guid, card.lpu.id)? else {
            return Ok(Err(Refusal::ResourceUnknown));
        };
        if listed.resource.speciality_id != speciality.id {
            return Ok(Err(Refusal::OtherSpeciality));
        }
        resource = Some(listed.resource.id);
    }
    Ok(Ok(Named { speciality, resource }))
}

/// Ends an entry. One that has ended already stays as it is, so that a repeated request has the same answer.
pub fn stop_waiting(tx: &WriteTx, name: &EntryName, now: Moment) -> Result<Result<Answer, Refusal>, Fault> {
    let patient = match tx.open_card(&name.bearer, name.bearer.lpu)? {
        Ok(card) => card.patient,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut entry = match entry(tx, name.entry, &patient)? {
        Ok(entry) => entry,
        Err(refusal) => return Ok(Err(refusal)),
    };
    tx.end_waiting_entry(entry.id)?;
    entry.is_active = false;
    Ok(Ok(shown(&entry, now)))
}

fn entry(store: &Store, guid: Uuid, patient: &Patient) -> Result<Result<WaitingEntry, Refusal>, Fault> {
    let entry = store.find_waiting_entry(guid, patient)?;
    Ok(entry.ok_or(Refusal::WaitingUnknown))
}

fn shown(entry: &WaitingEntry, now: Moment) -> Answer {
    Answer::json(&WaitingListEntry::new(entry, now))
}
