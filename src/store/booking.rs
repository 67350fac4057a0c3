//! Booking: gathering what the rules ask, and writing what they approved.

use super::damage::BoundedCount;
use super::{Fault, Store, WriteTx, rows};
use crate::model::record::{ContactGiven, Content, RecordKind, VisitState};
use crate::model::{
    Access, Cell, CellName, ClientApplication, Contact, DoneToday, Earlier, Exam, Facts, Held, HistoryEntry,
    LpuId, Moment, OpenCard, PatientId, Referral, ResourceId, Stamp, Standing, Ticket, VisitId, VisitStatus,
    Wish,
};
use crate::refusal::Refusal;
use crate::rules::Booking;
use chrono::{Days, NaiveDate};
use rusqlite::named_params;
use uuid::Uuid;

impl Store {
    /// Returns everything that the rules ask about a wish. Gathering stops where the first refusal is certain.
    pub fn facts(&self, wish: &Wish, now: Moment) -> Result<Facts, Fault> {
        let mut facts = Facts {
            lpu_known: false,
            standing: None,
            cell: None,
            referral: None,
            exam: None,
            earlier: None,
        };
        let card = match self.open_card(&wish.bearer, wish.lpu)? {
            Ok(card) => card,
            // The rules come to the same refusal from the facts that are missing.
            Err(refusal) => {
                facts.lpu_known = refusal != Refusal::LpuUnknown;
                return Ok(facts);
            }
        };
        facts.lpu_known = true;
        facts.earlier = wish
            .idempotency_key
            .as_deref()
            .map_or(Ok(None), |key| self.find_earlier(key))?;
        facts.cell = self.find_cell(wish.cell, card.lpu.id, &card.application, facts.earlier)?;
        self.leave_out_own_hold(&mut facts.cell, &card.patient)?;
        let since = facts.cell.as_ref().map_or(now, |cell| cell.begin.min(now));
        facts.standing = Some(self.standing(card, since, now)?);
        if let Some(named) = &wish.referral {
            facts.referral = self.find_referral(&named.number)?;
        }
        if let Some(guid) = wish.exam {
            facts.exam = self.find_exam(guid)?;
        }
        Ok(facts)
    }

    /// Returns what the rules ask about a patient, for cells that begin at `since` or later.
    pub(crate) fn standing(&self, card: OpenCard, since: Moment, now: Moment) -> Result<Standing, Fault> {
        let OpenCard {
            lpu,
            patient,
            application,
        } = card;
        let registered_with = Store::of_all_cards(&patient, |card| self.registered_with(card))?;
        let mut held = Store::of_all_cards(&patient, |card| self.held_visits(card, since))?;
        held.sort_by_key(|(visit, held)| (held.begin, *visit));
        let today = self.done_today(&application, now, |from, until| {
            let counted = |card: &PatientId| self.bookings_between(*card, from, until);
            patient.cards.iter().map(counted).sum()
        })?;
        Ok(Standing {
            lpu,
            patient,
            application,
            today,
            registered_with,
            held: held.into_iter().map(|(_, held)| held).collect(),
        })
    }

    /// Returns how often something was done today, as `count` counts between two moments. Rows that a clock which ran ahead
    /// dated later do not count.
    pub(super) fn done_today(
        &self,
        application: &ClientApplication,
        now: Moment,
        count: impl FnOnce(Moment, Moment) -> Result<i64, Fault>,
    ) -> Result<DoneToday, Fault> {
        let (from, until) = self.zone.day_of(now);
        let count = if application.self_service {
            count(from, until)?
        } else {
            0
        };
        Ok(DoneToday { count, until })
    }

    fn bookings_between(&self, patient: PatientId, from: Moment, until: Moment) -> Result<i64, Fault> {
        self.one(
            "visit",
            include_str!("booking/bookings_between.sql"),
            named_params! { ":patient": patient, ":from": from.timestamp(), ":until": until.timestamp() },
            |row| row.get(0),
        )
    }

    fn find_earlier(&self, key: &str) -> Result<Option<Earlier>, Fault> {
        self.optional(
            "visit",
            "SELECT id, patient_id, slot_id FROM visit WHERE idempotency_key = :key AND status = 'active'",
            named_params! { ":key": key },
            |row| {
                Ok(Earlier {
                    visit_id: row.get("id")?,
                    patient_id: row.get("patient_id")?,
                    cell_id: row.get("slot_id")?,
                })
            },
        )
    }

    fn find_cell(
        &self,
        name: CellName,
        lpu_id: LpuId,
        application: &ClientApplication,
        earlier: Option<Earlier>,
    ) -> Result<Option<Cell>, Fault> {
        match name {
            CellName::Guid(guid) => self.find_cell_by_guid(guid, lpu_id),
            CellName::Begin(resource, local) => {
                let begin = self
                    .zone
                    .from_local(local)
                    .filter(|begin| begin.timestamp_subsec_nanos() == 0);
                let Some(begin) = begin else { return Ok(None) };
                self.find_cell_by_begin(resource, begin, lpu_id, application.access, earlier)
            }
        }
    }

    fn find_cell_by_begin(
        &self,
        resource: Uuid,
        begin: Moment,
        lpu_id: LpuId,
        access: Access,
        earlier: Option<Earlier>,
    ) -> Result<Option<Cell>, Fault> {
        let parameters = named_params! {
            ":resource": resource,
            ":begin_at": begin.timestamp(),
            ":lpu": lpu_id,
            ":earlier": earlier.and_then(|earlier| earlier.cell_id),
            ":access": access,
        };
        let sql = include_str!("booking/find_cell_by_begin.sql");
        self.optional("slot", sql, parameters, |row| self.cell(row))
    }

    /// Returns a cell of a clinic by its GUID. The row has to bear it too: a damaged index leads to another cell.
    pub(crate) fn find_cell_by_guid(&self, guid: Uuid, lpu_id: LpuId) -> Result<Option<Cell>, Fault> {
        self.optional(
            "slot",
            "SELECT * FROM cell WHERE id = (SELECT id FROM slot WHERE guid = :guid) AND +guid = :guid AND lpu_id = :lpu",
            named_params! { ":guid": guid, ":lpu": lpu_id },
            |row| self.cell(row),
        )
    }

    fn registered_with(&self, patient_id: PatientId) -> Result<Vec<ResourceId>, Fault> {
        self.all(
            "dispensary_registration",
            "SELECT patient_id, resource_id FROM dispensary_registration WHERE patient_id = :patient",
            named_params! { ":patient": patient_id },
            |row| row.get("resource_id"),
        )
    }

    /// Returns active visits that end after `since`, each with its row.
    fn held_visits(&self, patient_id: PatientId, since: Moment) -> Result<Vec<(VisitId, Held)>, Fault> {
        let parameters = named_params! { ":patient": patient_id, ":since": since.timestamp() };
        self.all(
            "visit",
            include_str!("booking/held_visits.sql"),
            parameters,
            |row| {
                let held = Held {
                    cell_id: row.get("slot_id")?,
                    speciality_id: row.get("speciality_id")?,
                    doc_fio: rows::row_doc_fio(row)?,
                    begin: self.moment(row, "begin_at")?,
                    end: self.moment(row, "end_at")?,
                };
                Ok((row.get("id")?, held))
            },
        )
    }

    fn find_referral(&self, number: &str) -> Result<Option<Referral>, Fault> {
        self.optional(
            "referral",
            "SELECT id, type, patient_id FROM referral WHERE number = :number",
            named_params! { ":number": number },
            |row| {
                Ok(Referral {
                    id: row.get("id")?,
                    kind: row.get("type")?,
                    patient_id: row.get("patient_id")?,
                })
            },
        )
    }

    fn find_exam(&self, guid: Uuid) -> Result<Option<Exam>, Fault> {
        self.optional(
            "exam",
            "SELECT id, patient_id FROM exam WHERE guid = :guid",
            named_params! { ":guid": guid },
            |row| {
                Ok(Exam {
                    id: row.get("id")?,
                    patient_id: row.get("patient_id")?,
                })
            },
        )
    }
}

impl WriteTx<'_> {
    /// Writes an approved visit, the card's new contacts and the journal. The patient's entry in the waiting list ends.
    /// Returns the ticket as [`Store::ticket`] would read it.
    pub fn book(&self, wish: &Wish, booking: &Booking, stamp: &Stamp) -> Result<Ticket, Fault> {
        self.use_hold(booking.cell, &booking.standing.patient)?;
        let num = self.next_num(booking.cell.resource.id, booking.cell.begin.date_naive())?;
        let visit = self.insert_visit(wish, booking, num, stamp)?;
        let patient = &booking.standing.patient;
        let at = stamp.now.timestamp();
        let state = booked_state(num, wish, booking, stamp);
        self.record(RecordKind::Booked, stamp.ticket, &Content::Visit(state), at)?;
        self.update_contact(patient.id, wish.bearer.mkab, &wish.contact, at)?;
        self.end_waiting(patient, booking.cell.resource.speciality_id, at)?;
        Ok(made(visit, num, wish, booking, stamp))
    }

    /// Writes the visit's row, which the next record tells.
    fn insert_visit(
        &self,
        wish: &Wish,
        booking: &Booking,
        num: i64,
        stamp: &Stamp,
    ) -> Result<VisitId, Fault> {
        let cell = booking.cell;
        let parameters = named_params! {
            ":guid": stamp.ticket,
            ":patient": booking.standing.patient.id,
            ":slot": cell.id,
            ":resource": cell.resource.id,
            ":day": cell.begin.date_naive(),
            ":num": num,
            ":begin_at": cell.begin.timestamp(),
            ":end_at": cell.end.timestamp(),
            ":made_at": stamp.now.timestamp(),
            ":application": booking.standing.application.id,
            ":login": wish.bearer.login,
            ":referral": booking.referral.map(|referral| referral.id),
            ":exam": booking.exam.map(|exam| exam.id),
            ":external_user": wish.external_user,
            ":idempotency_key": wish.idempotency_key,
            ":phone": wish.contact.phone,
            ":email": wish.contact.email,
            ":record_seq": self.next_seq()?,
        };
        self.run(include_str!("booking/insert_visit.sql"), parameters)?;
        Ok(VisitId(self.connection.last_insert_rowid()))
    }

    /// Returns the next number of a resource's visits of a day. Cancelled visits keep theirs.
    pub(super) fn next_num(&self, resource_id: ResourceId, day: NaiveDate) -> Result<i64, Fault> {
        let parameters = named_params! {
            ":resource": resource_id,
            ":day": day,
            ":from": self.zone.start_of(day).timestamp(),
            ":until": self.zone.start_of(day + Days::new(1)).timestamp(),
        };
        let last = self.all("visit", include_str!("booking/next_num.sql"), parameters, |row| {
            Ok(row.get::<_, BoundedCount>("num")?.0)
        })?;
        let after = self.own_tip()?.num_after;
        Ok(last.into_iter().max().unwrap_or(0).max(after) + 1)
    }

    /// Writes new contacts to a card, by its row and GUID. What is not given stays.
    pub(crate) fn update_contact(
        &self,
        patient_id: PatientId,
        mkab: Uuid,
        contact: &Contact,
        at: i64,
    ) -> Result<(), Fault> {
        if *contact == Contact::default() {
            return Ok(());
        }
        let parameters = named_params! {
            ":patient": patient_id,
            ":email": contact.email,
            ":email_confirm_agree": contact.email_confirm_agree,
            ":phone": contact.phone,
        };
        self.run(include_str!("booking/update_contact.sql"), parameters)?;
        let given = ContactGiven {
            phone: contact.phone.clone(),
            email: contact.email.clone(),
            email_confirm_agree: contact.email_confirm_agree,
        };
        self.record(RecordKind::Contact, mkab, &Content::Contact(given), at)
    }
}

/// A visit that was just written, as records tell it.
fn booked_state(num: i64, wish: &Wish, booking: &Booking, stamp: &Stamp) -> VisitState {
    let Booking {
        standing,
        cell,
        referral,
        exam,
    } = *booking;
    VisitState {
        lpu: wish.lpu,
        patient: Some(wish.bearer.mkab),
        slot: Some(cell.guid),
        resource: cell.resource.guid,
        begin: cell.begin.timestamp(),
        end: cell.end.timestamp(),
        status: VisitStatus::Active,
        num,
        num_day: cell.begin.date_naive(),
        num_resource: None,
        made: stamp.now.timestamp(),
        source: standing.application.mnem.clone(),
        login: wish.bearer.login.clone(),
        phone: wish.contact.phone.clone().unwrap_or_default(),
        email: wish.contact.email.clone().unwrap_or_default(),
        external_user: wish.external_user.clone(),
        referral: referral
            .and(wish.referral.as_ref())
            .map(|named| named.number.clone()),
        exam: exam.and(wish.exam),
        idempotency_key: wish.idempotency_key.clone(),
        checked_in: None,
        history: Vec::new(),
    }
}

/// The ticket of a visit that was just written: everything in it is known already.
fn made(visit: VisitId, num: i64, wish: &Wish, booking: &Booking, stamp: &Stamp) -> Ticket {
    let Booking {
        standing, cell, exam, ..
    } = *booking;
    let (resource, application) = (&cell.resource, &standing.application);
    let ClientApplication {
        mnem,
        name,
        description,
        ..
    } = application;
    Ticket {
        id: visit,
        guid: stamp.ticket,
        lpu: wish.lpu,
        lpu_model: standing.lpu.model.clone(),
        num,
        uchastok_num: standing.patient.uchastok_num.clone(),
        room: cell.room().to_owned(),
        flat: resource.flat,
        busy_type: Some(cell.busy_type.clone()),
        cell: Some(cell.guid),
        doc_fio: resource.doc_fio.clone(),
        resource: resource.guid,
        role: resource.role.clone(),
        speciality: resource.speciality.clone(),
        begin: cell.begin,
        end: cell.end,
        made: stamp.now,
        plan_count: cell.plan_count,
        used_count: cell.used_count + 1,
        source: application.source,
        source_name: mnem.clone(),
        login: wish.bearer.login.clone(),
        exam: exam.and(wish.exam),
        status: VisitStatus::Active,
        checked_in: None,
        history: vec![HistoryEntry::making(
            stamp.now,
            mnem.clone(),
            name.clone(),
            description.clone(),
        )],
    }
}
