//! Booking: gathering what the rules ask, and writing what they approved.

use super::damage::{Count, named};
use super::{Fault, Store, WriteTx, rows};
use crate::model::{
    Cell, CellName, Change, ClientApplication, Contact, DoneToday, Earlier, Exam, Facts, Held, Moment,
    OpenCard, Referral, Stamp, Standing, Ticket, Wish,
};
use crate::refusal::Refusal;
use crate::rules::Booking;
use chrono::Days;
use rusqlite::{OptionalExtension, named_params};
use uuid::Uuid;

/// What the journal tells of a visit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Booked,
    Cancelled,
    Moved,
}

impl Store {
    /// Everything the rules ask about a wish. Stops gathering where the first refusal is already certain.
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
            // The rules come to the same refusal from what is missing here.
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

    /// What the rules ask about a patient, for cells that begin at `since` or later.
    pub fn standing(&self, card: OpenCard, since: Moment, now: Moment) -> Result<Standing, Fault> {
        let OpenCard {
            lpu,
            patient,
            application,
        } = card;
        let registered_with = Store::of_all_cards(&patient, |card| self.registered_with(card))?;
        let mut held = Store::of_all_cards(&patient, |card| self.held_visits(card, since))?;
        held.sort_by_key(|(visit, held)| (held.begin, *visit));
        let today = self.done_today(&application, now, |from, until| {
            let counted = |card: &i64| self.bookings_between(*card, from, until);
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

    /// How often something was done today, as `count` counts it between two moments. What a clock that ran ahead dated
    /// later does not count.
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

    fn bookings_between(&self, patient: i64, from: Moment, until: Moment) -> Result<i64, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/bookings_between.sql"))?;
        let parameters =
            named_params! { ":patient": patient, ":from": from.timestamp(), ":until": until.timestamp() };
        Ok(statement.query_row(parameters, |row| row.get(0))?)
    }

    fn find_earlier(&self, key: &str) -> Result<Option<Earlier>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_earlier.sql"))?;
        let earlier = named("visit", |row| {
            Ok(Earlier {
                visit_id: row.get("id")?,
                patient_id: row.get("patient_id")?,
                cell_id: row.get("slot_id")?,
            })
        });
        let earlier = statement.query_row(named_params! { ":key": key }, earlier);
        Ok(earlier.optional()?)
    }

    fn find_cell(
        &self,
        name: CellName,
        lpu_id: i64,
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
        lpu_id: i64,
        access: i64,
        earlier: Option<Earlier>,
    ) -> Result<Option<Cell>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_cell_by_begin.sql"))?;
        let parameters = named_params! {
            ":resource": resource,
            ":begin_at": begin.timestamp(),
            ":lpu": lpu_id,
            ":earlier": earlier.and_then(|earlier| earlier.cell_id),
            ":access": access,
        };
        Ok(statement
            .query_row(parameters, named("slot", |row| self.cell(row)))
            .optional()?)
    }

    /// A cell by its GUID, in one clinic.
    pub fn find_cell_by_guid(&self, guid: Uuid, lpu_id: i64) -> Result<Option<Cell>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_cell_by_guid.sql"))?;
        let parameters = named_params! { ":guid": guid, ":lpu": lpu_id };
        Ok(statement
            .query_row(parameters, named("slot", |row| self.cell(row)))
            .optional()?)
    }

    fn registered_with(&self, patient_id: i64) -> Result<Vec<i64>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/registered_with.sql"))?;
        let resources = statement.query_map(
            named_params! { ":patient": patient_id },
            named("dispensary_registration", |row| row.get("resource_id")),
        )?;
        Ok(resources.collect::<Result<_, _>>()?)
    }

    /// Visits with their rows.
    fn held_visits(&self, patient_id: i64, since: Moment) -> Result<Vec<(i64, Held)>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/held_visits.sql"))?;
        let parameters = named_params! { ":patient": patient_id, ":since": since.timestamp() };
        let held = named("visit", |row| {
            let held = Held {
                cell_id: row.get("slot_id")?,
                speciality_id: row.get("speciality_id")?,
                doc_fio: rows::row_doc_fio(row)?,
                begin: self.moment(row, "begin_at")?,
                end: self.moment(row, "end_at")?,
            };
            Ok((row.get("id")?, held))
        });
        let held = statement.query_map(parameters, held)?;
        Ok(held.collect::<Result<_, _>>()?)
    }

    fn find_referral(&self, number: &str) -> Result<Option<Referral>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_referral.sql"))?;
        let referral = named("referral", |row| {
            Ok(Referral {
                id: row.get("id")?,
                kind: rows::referral_type(row)?,
                patient_id: row.get("patient_id")?,
            })
        });
        let referral = statement.query_row(named_params! { ":number": number }, referral);
        Ok(referral.optional()?)
    }

    fn find_exam(&self, guid: Uuid) -> Result<Option<Exam>, Fault> {
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/find_exam.sql"))?;
        let exam = named("exam", |row| {
            Ok(Exam {
                id: row.get("id")?,
                patient_id: row.get("patient_id")?,
            })
        });
        let exam = statement.query_row(named_params! { ":guid": guid }, exam);
        Ok(exam.optional()?)
    }
}

impl WriteTx<'_> {
    /// Writes an approved visit, the card's new contacts and the journal; who waited for it waits no more. Returns what reading
    /// the visit would.
    pub fn book(&self, wish: &Wish, booking: &Booking, stamp: &Stamp) -> Result<Ticket, Fault> {
        let num = self.next_num(booking.cell.resource.id, booking.cell.begin.date_naive())?;
        let visit = self.insert_visit(wish, booking, num, stamp)?;
        let patient = &booking.standing.patient;
        self.update_contact(patient.id, &wish.contact)?;
        self.end_waiting(patient, booking.cell.resource.speciality_id)?;
        self.insert_journal(Event::Booked, stamp.ticket, stamp.now)?;
        Ok(made(visit, num, wish, booking, stamp))
    }

    fn insert_visit(&self, wish: &Wish, booking: &Booking, num: i64, stamp: &Stamp) -> Result<i64, Fault> {
        let cell = booking.cell;
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/insert_visit.sql"))?;
        Ok(statement.insert(named_params! {
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
        })?)
    }

    /// The next running number of a resource's bookings for a day. Cancelled visits keep theirs.
    fn next_num(&self, resource_id: i64, day: chrono::NaiveDate) -> Result<i64, Fault> {
        let mut statement = self.connection.prepare_cached(include_str!("sql/next_num.sql"))?;
        let parameters = named_params! {
            ":resource": resource_id,
            ":day": day,
            ":from": self.zone.start_of(day).timestamp(),
            ":until": self.zone.start_of(day + Days::new(1)).timestamp(),
        };
        let last = statement.query_map(parameters, named("visit", |row| row.get("num")))?;
        let last: Vec<Count> = last.collect::<Result<_, _>>()?;
        Ok(last.into_iter().map(|Count(num)| num).max().unwrap_or(0) + 1)
    }

    fn update_contact(&self, patient_id: i64, contact: &Contact) -> Result<(), Fault> {
        if *contact == Contact::default() {
            return Ok(());
        }
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/update_contact.sql"))?;
        statement.execute(named_params! {
            ":patient": patient_id,
            ":email": contact.email,
            ":email_confirm_agree": contact.email_confirm_agree,
            ":phone": contact.phone,
        })?;
        Ok(())
    }

    /// Adds to the journal what happened to a visit.
    pub(super) fn insert_journal(&self, event: Event, visit: Uuid, now: Moment) -> Result<(), Fault> {
        let mut happened = self.happened.get();
        let word = match event {
            Event::Booked => {
                happened.bookings += 1;
                "booked"
            }
            Event::Cancelled => {
                happened.cancellations += 1;
                "cancelled"
            }
            Event::Moved => "moved",
        };
        let mut statement = self
            .connection
            .prepare_cached(include_str!("sql/insert_journal.sql"))?;
        statement.execute(named_params! { ":at": now.timestamp(), ":event": word, ":visit_guid": visit })?;
        self.happened.set(happened);
        Ok(())
    }
}

/// The ticket of a visit that was just written: everything in it is known already.
fn made(visit: i64, num: i64, wish: &Wish, booking: &Booking, stamp: &Stamp) -> Ticket {
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
        is_active: true,
        checked_in: None,
        history: vec![Change::making(
            stamp.now,
            mnem.clone(),
            name.clone(),
            description.clone(),
        )],
    }
}
