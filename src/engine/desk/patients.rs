//! Patients and their cards, as the reception finds and sees them.

use super::Visitor;
use crate::engine::Engine;
use crate::engine::outcome::RequestError;
use crate::engine::reading::Reader;
use crate::model::{Bearer, Contact, DeskPatient, Moment, Patient, RECEPTION, Right, Ticket};
use crate::refusal::{DeskRefusal, Refusal};
use crate::route::PathDays;
use crate::store::{FOUND_MAX, Store, WriteTx};
use crate::wire::desk::patient::{CardShown, PatientsShown, Sought, sought};
use crate::wire::message::{Answer, Request};
use crate::wire::params::Params;
use crate::wire::reading::path_guid;
use chrono::{Days, TimeDelta};
use uuid::Uuid;

/// The parameter that names a visit that is to be put off.
const PUT_OFF: &str = "putOff";

/// Days before today whose visits a card shows.
const PAST_DAYS: u64 = 366;

/// Days after today whose visits a card shows.
const AHEAD_DAYS: i64 = 400;

impl Engine {
    /// Returns the patients that were typed for.
    pub(super) fn find_patients(&self, request: &Request, now: Moment) -> Result<Answer, RequestError> {
        let store = &self.store;
        let rows = match sought(request)? {
            Sought::Guid(guid) => {
                let of_visit = store.patient_of_visit(guid)?;
                let of_card = store.patient_row(guid)?;
                of_visit.into_iter().chain(of_card).collect()
            }
            Sought::Receipt(receipt) => {
                let ticket = store.ticket_in_row(receipt.visit)?;
                match ticket.filter(|ticket| self.settings.keys.ring().proves(&receipt, ticket)) {
                    Some(ticket) => store.patient_of_visit(ticket.guid)?.into_iter().collect(),
                    None => Vec::new(),
                }
            }
            Sought::Born(day) => store.patients_born(day)?,
            Sought::Ticket(num) => store.patients_of_ticket(num, now.date_naive())?,
            Sought::Number(number) => store.patients_of_number(&number)?,
            Sought::Name(names, born) => store.patients_by_name(&names, born)?,
        };
        let found: Result<Vec<DeskPatient>, _> =
            rows.into_iter().map(|row| store.patient_at_desk(row)).collect();
        Ok(Answer::json(&PatientsShown::new(&found?, FOUND_MAX)))
    }

    /// Returns a card with its visits and entries of the waiting list.
    pub(super) fn card(&self, mkab: &str, now: Moment) -> Result<Answer, RequestError> {
        let store = &self.store;
        let patient = find(store, mkab)?;
        let whole = store.find_open_patient(patient.mkab, self.find_lpu_of(&patient)?)?;
        // A closed card may have visits all the same, which somebody has to look after.
        let whole = whole.unwrap_or_else(|| as_patient(&patient));
        let (from, until) = (now - Days::new(PAST_DAYS), now + TimeDelta::days(AHEAD_DAYS));
        let mut visits = store.tickets_between(&whole, from, until)?;
        visits.reverse();
        let waiting = store.waiting_entries(&whole)?;
        let mut doubles = Vec::new();
        for number in [&patient.policy_number, &patient.snils] {
            for row in store.patients_of_number(number)? {
                let other = store.patient_at_desk(row)?;
                let is_double = other.id != patient.id && !other.closed && other.lpu == patient.lpu;
                if is_double && !doubles.contains(&other) {
                    doubles.push(other);
                }
            }
        }
        let receipt = |ticket: &Ticket| self.settings.keys.ring().receipt(ticket);
        let shown = CardShown::new(&patient, &doubles, &visits, &waiting, receipt, self.started, now);
        Ok(Answer::json(&shown))
    }

    fn find_lpu_of(&self, patient: &DeskPatient) -> Result<crate::model::LpuId, RequestError> {
        Ok(self.store.find_lpu(patient.lpu)?.ok_or(Refusal::LpuUnknown)?.id)
    }

    /// Answers what can be booked for a patient, as the patient's own token would be answered, but for the reception.
    pub(super) fn bookable(
        &self,
        request: &Request,
        visitor: &Visitor,
        mkab: &str,
        what: &Bookable,
        now: Moment,
    ) -> Result<Answer, RequestError> {
        let staff = self.staff_with(visitor, Right::Visits)?;
        let patient = find(&self.store, mkab)?;
        let put_off = match Params::of_query(request, &[PUT_OFF]).guid(PUT_OFF)? {
            None => None,
            Some(guid) => self.store.find_ticket(guid, Some(&as_patient(&patient)))?,
        };
        let reader = Reader {
            store: &self.store,
            settings: &self.settings,
            started: self.started,
            now,
            request,
            bearer: Some(bearer(&patient, staff.login)),
            put_off,
        };
        let lpu = patient.lpu.to_string();
        match what {
            Bookable::Specialities => reader.specialities(&lpu),
            Bookable::Resources => reader.resources(&lpu),
            Bookable::Cells(resource, days) => reader.schedule(&lpu, resource, days),
        }
    }
}

/// What can be booked for a patient.
pub enum Bookable<'a> {
    Specialities,
    Resources,
    Cells(&'a str, &'a PathDays),
}

/// Writes new contacts to a card.
pub fn set_contact(tx: &WriteTx, mkab: &str, contact: &Contact, now: Moment) -> Result<Answer, RequestError> {
    let patient = find(tx, mkab)?;
    tx.update_contact(patient.id, patient.mkab, contact, now.timestamp())?;
    Ok(Answer::json(&serde_json::json!({})))
}

/// The bearer as whom the reception acts for a patient.
pub fn bearer(patient: &DeskPatient, login: String) -> Bearer {
    Bearer {
        lpu: patient.lpu,
        mkab: patient.mkab,
        login,
        source: RECEPTION.to_owned(),
        privilege: false,
    }
}

/// The patient of one card alone.
pub fn as_patient(card: &DeskPatient) -> Patient {
    Patient {
        id: card.id,
        cards: vec![card.id],
        birth_date: card.birth_date,
        uchastok_num: card.uchastok_num.clone(),
        self_booking_banned: card.self_booking_banned,
    }
}

/// Returns the card of a path.
pub fn find(store: &Store, mkab: &str) -> Result<DeskPatient, RequestError> {
    let guid: Uuid = path_guid(mkab, "mkab")?;
    let row = store.patient_row(guid)?.ok_or(DeskRefusal::PatientUnknown)?;
    Ok(store.patient_at_desk(row)?)
}
