//! The readings of a kiosk before a booking ([crate::contract::reading]): clinics, specialities, resources, cells, client applications.

use super::clock::Now;
use super::outcome::{RequestError, answer_or_fault};
use super::{CLOCK_RETRY_SECONDS, DEFAULT_SOURCE, Engine, Settings, authenticate, page};
use crate::model::{Bearer, Cell, FreePlaces, ListedResource, Lpu, Moment, Speciality, Ticket};
use crate::refusal::{HttpError, Refusal};
use crate::route::{PathDays, Read};
use crate::rules::{Reach, Showing, Viewer, showing};
use crate::store::{CELLS_MAX, Fault, Store};
use crate::wire::application::ApplicationSettings;
use crate::wire::cell::ExtendedSlot;
use crate::wire::message::{Answer, Request};
use crate::wire::openapi;
use crate::wire::reading::{
    BusyTypes, Period, client_application, flag_access, path_guid, period, speciality,
};
use crate::wire::ready::alive;
use crate::wire::resource::Doctor;
use crate::wire::speciality::specialities;
use crate::wire::ticket::lpu_with_status;
use chrono::Days;
use std::iter;
use uuid::Uuid;

/// One request that reads, with all that its answer depends on.
pub struct Reader<'a> {
    pub store: &'a Store,
    pub settings: &'a Settings,
    /// When the server started.
    pub started: Moment,
    pub now: Moment,
    pub request: &'a Request,
    /// The token's bearer, if the request carries a token.
    pub bearer: Option<Bearer>,
    /// A visit of the bearer's that is to be put off.
    pub put_off: Option<Ticket>,
}

impl Engine {
    /// Answers one request that only reads.
    pub fn read(&mut self, request: &Request, read: &Read) -> Answer {
        self.end_holds();
        let now = self.clock.read(&self.store);
        let answer = match read {
            Read::Page => Ok(page::serve(request, &self.settings.languages)),
            Read::Health => Ok(alive()),
            Read::Terminal => Ok(self.terminal(request)),
            Read::TellPrinter => Ok(self.tell_printer(request)),
            Read::Desk(read) => self.read_desk(request, read, now),
            Read::OpenApi => Ok(openapi::document()),
            Read::Metrics => self.metrics_text(request, now.moment),
            Read::Lpus => self.with_reader(request, now, Reader::lpus),
            Read::Lpu { lpu } => self.with_reader(request, now, |reader| reader.lpu(lpu)),
            Read::Specialities { lpu } => self.with_reader(request, now, |reader| reader.specialities(lpu)),
            Read::Resources { lpu } => self.with_reader(request, now, |reader| reader.resources(lpu)),
            Read::Resource { lpu, resource } => {
                self.with_reader(request, now, |reader| reader.resource(lpu, resource))
            }
            Read::Schedule { lpu, resource, days } => {
                self.with_reader(request, now, |reader| reader.schedule(lpu, resource, days))
            }
            Read::SpecialitySchedule {
                lpu,
                speciality,
                days,
            } => self.with_reader(request, now, |reader| {
                reader.speciality_schedule(lpu, speciality, days)
            }),
            Read::ClientApplications { guid } => {
                self.with_reader(request, now, |reader| reader.client_applications(guid))
            }
            Read::Tickets { lpu } => self.with_reader(request, now, |reader| reader.tickets(lpu)),
            Read::Ticket { lpu, ticket } => {
                self.with_reader(request, now, |reader| reader.ticket(lpu, ticket))
            }
            Read::TicketsOfOther { lpu } => {
                self.with_reader(request, now, |reader| reader.tickets_of_other(lpu))
            }
            Read::WaitingList => self.with_reader(request, now, Reader::waiting_list),
        };
        answer_or_fault(answer).unwrap_or_else(|fault| self.failed_read(&fault))
    }

    /// Reads in one snapshot, for the bearer of the token if there is one. While the clock is wrong a token cannot be
    /// verified: requests with one are refused, anonymous ones still answered.
    fn with_reader<'a>(
        &'a self,
        request: &'a Request,
        now: Now,
        read: impl FnOnce(&Reader<'a>) -> Result<Answer, RequestError>,
    ) -> Result<Answer, RequestError> {
        let has_token = request.headers("Authorization").next().is_some();
        if has_token && !now.is_plausible {
            return Err(HttpError::ClockWrong(CLOCK_RETRY_SECONDS).into());
        }
        self.store.look_at_files()?;
        let now = now.moment;
        let authenticated = || authenticate(request, &self.settings, now);
        let bearer = has_token.then(authenticated).transpose()?;
        let _snapshot = self.store.snapshot()?;
        read(&Reader {
            store: &self.store,
            settings: &self.settings,
            started: self.started,
            now,
            request,
            bearer,
            put_off: None,
        })
    }
}

impl Reader<'_> {
    /// The bearer where nothing can be answered without one.
    pub(super) fn needed_bearer(&self) -> Result<&Bearer, Refusal> {
        self.bearer.as_ref().ok_or(Refusal::NoBearer)
    }

    pub(super) fn lpus(&self) -> Result<Answer, RequestError> {
        let lpus = self.store.lpus()?;
        let shown = lpus.iter().map(|lpu| lpu_with_status(&lpu.model, self.started));
        Ok(Answer::json(&shown.collect::<Vec<_>>()))
    }

    pub(super) fn lpu(&self, lpu: &str) -> Result<Answer, RequestError> {
        let lpu = self.find_lpu(path_guid(lpu, "lpuGuid")?)?;
        Ok(Answer::json(&lpu_with_status(&lpu.model, self.started)))
    }

    pub(super) fn specialities(&self, lpu: &str) -> Result<Answer, RequestError> {
        let (lpu, viewer) = self.lpu_and_viewer(lpu, self.now)?;
        let listed = self.store.shown_resources(lpu.id)?;
        let resources = self.with_free_places(listed.iter(), &viewer)?;
        let reach = self.reach(&viewer);
        let mut rows = specialities(&resources);
        if let Viewer::Patient(standing) = &viewer
            && self.settings.policy.switches.age_bounds
        {
            let today = self.now.date_naive();
            rows.retain(|row| {
                let mut its = resources.iter().filter(|(listed, _)| row.holds(listed));
                its.any(|(listed, _)| reach.is_of_age(&standing.patient, listed.resource.ages, today))
            });
        }
        Ok(Answer::json(&rows))
    }

    pub(super) fn resources(&self, lpu: &str) -> Result<Answer, RequestError> {
        let code = speciality(self.request)?;
        let (lpu, viewer) = self.lpu_and_viewer(lpu, self.now)?;
        let speciality = code.map(|code| self.find_speciality(&code)).transpose()?;
        let listed = self.store.shown_resources(lpu.id)?;
        let is_asked = |listed: &&ListedResource| {
            let asked = speciality.as_ref().map(|asked| asked.id);
            asked.is_none_or(|asked| listed.resource.speciality_id == asked)
        };
        let resources = self.with_free_places(listed.iter().filter(is_asked), &viewer)?;
        let shown = resources.iter().map(|(listed, free)| Doctor::new(listed, free));
        Ok(Answer::json(&shown.collect::<Vec<_>>()))
    }

    pub(super) fn resource(&self, lpu: &str, resource: &str) -> Result<Answer, RequestError> {
        let guid = path_guid(resource, "docGuid")?;
        let (lpu, viewer) = self.lpu_and_viewer(lpu, self.now)?;
        let listed = self.find_resource(guid, &lpu)?;
        let free = self.with_free_places(iter::once(&listed), &viewer)?;
        let mut shown = free.iter().map(|(listed, free)| Doctor::new(listed, free));
        Ok(Answer::json(&shown.next()))
    }

    pub(super) fn schedule(
        &self,
        lpu: &str,
        resource: &str,
        days: &PathDays,
    ) -> Result<Answer, RequestError> {
        let guid = path_guid(resource, "docGuid")?;
        let (from, until) = self.period(days)?;
        let busy_types = BusyTypes::of(self.request)?;
        let (lpu, viewer) = self.lpu_and_viewer(lpu, from)?;
        let listed = self.find_resource(guid, &lpu)?;
        let cells = self.store.resource_cells(&listed.resource, from, until)?;
        self.cells(cells, &busy_types, &viewer)
    }

    pub(super) fn speciality_schedule(
        &self,
        lpu: &str,
        speciality: &str,
        days: &PathDays,
    ) -> Result<Answer, RequestError> {
        let (from, until) = self.period(days)?;
        let busy_types = BusyTypes::of(self.request)?;
        let (lpu, viewer) = self.lpu_and_viewer(lpu, from)?;
        let speciality = self.find_speciality(speciality)?;
        let cells = self.store.speciality_cells(&speciality, lpu.id, from, until)?;
        self.cells(cells, &busy_types, &viewer)
    }

    fn cells(
        &self,
        mut cells: Vec<Cell>,
        busy_types: &BusyTypes,
        viewer: &Viewer,
    ) -> Result<Answer, RequestError> {
        if cells.len() > CELLS_MAX as usize {
            return Err(Refusal::TooManyCells { cells_max: CELLS_MAX }.into());
        }
        cells.retain(|cell| busy_types.take(cell));
        let mut seen = Vec::with_capacity(cells.len());
        for cell in &cells {
            let showing = showing(viewer, cell, &self.settings.policy, self.now);
            let last_source = match showing {
                Showing::Booked if cell.held_count == 0 => self.store.last_source(cell.id)?,
                _ => None,
            };
            seen.push((cell, showing, last_source));
        }
        let shown = seen
            .iter()
            .map(|(cell, showing, last_source)| ExtendedSlot::new(cell, showing, last_source.as_deref()));
        Ok(Answer::json(&shown.collect::<Vec<_>>()))
    }

    pub(super) fn client_applications(&self, guid: &str) -> Result<Answer, RequestError> {
        let guid = path_guid(guid, "guid")?;
        let applications = if guid.is_nil() {
            self.store.applications()?
        } else {
            let found = self.store.find_application_by_guid(guid)?;
            vec![found.ok_or(Refusal::ApplicationUnknown { guid })?]
        };
        let shown = applications.iter().map(ApplicationSettings::from);
        Ok(Answer::json(&shown.collect::<Vec<_>>()))
    }

    /// Returns the schedule's first moment and the first one after it.
    fn period(&self, days: &PathDays) -> Result<(Moment, Moment), Refusal> {
        let days_max = self.settings.policy.max_period_days;
        period(&days.from, days.to.as_deref(), days_max).map(|period| self.moments(period))
    }

    /// Returns the period's first moment and the first one after it.
    pub(super) fn moments(&self, Period { from, to }: Period) -> (Moment, Moment) {
        let zone = self.settings.zone;
        (zone.start_of(from), zone.start_of(to + Days::new(1)))
    }

    /// Returns the clinic and its viewer, with what the rules ask about cells that begin at `since` or later.
    fn lpu_and_viewer(&self, lpu: &str, since: Moment) -> Result<(Lpu, Viewer), RequestError> {
        let guid = path_guid(lpu, "lpuGuid")?;
        let flag_access = flag_access(self.request)?;
        let named = client_application(self.request)?;
        let Some(bearer) = &self.bearer else {
            let mut application = match named {
                None => self.store.find_application(DEFAULT_SOURCE)?,
                Some(guid) => self
                    .store
                    .find_application_by_guid(guid)?
                    .ok_or(Refusal::NotAuthorized)?,
            };
            application.access = application
                .access
                .shared_with(flag_access.unwrap_or(application.access));
            return Ok((self.find_lpu(guid)?, Viewer::Source(application)));
        };
        let mut card = self.store.open_card(bearer, guid)??;
        let access = card.application.access;
        card.application.access = access.shared_with(flag_access.unwrap_or(access));
        let lpu = card.lpu.clone();
        let mut standing = self.store.standing(card, since.min(self.now), self.now)?;
        if let Some(ticket) = &self.put_off {
            standing.put_off(ticket);
        }
        Ok((lpu, Viewer::Patient(Box::new(standing))))
    }

    fn find_lpu(&self, guid: Uuid) -> Result<Lpu, RequestError> {
        Ok(self.store.find_lpu(guid)?.ok_or(Refusal::LpuUnknown)?)
    }

    fn find_speciality(&self, code: &str) -> Result<Speciality, RequestError> {
        let found = self.store.find_speciality(code)?;
        Ok(found.ok_or(Refusal::SpecialityUnknown)?)
    }

    fn find_resource(&self, guid: Uuid, lpu: &Lpu) -> Result<ListedResource, RequestError> {
        let found = self.store.find_resource(guid, lpu.id)?;
        Ok(found.ok_or(Refusal::ResourceUnknown)?)
    }

    /// Returns the bounds of the viewer's client application.
    fn reach(&self, viewer: &Viewer) -> Reach {
        Reach::of(viewer.application(), &self.settings.policy, self.now.date_naive())
    }

    fn with_free_places<'a>(
        &self,
        resources: impl Iterator<Item = &'a ListedResource> + Clone,
        viewer: &Viewer,
    ) -> Result<Vec<(&'a ListedResource, FreePlaces)>, Fault> {
        let ids = resources.clone().map(|listed| listed.resource.id);
        let free = self.store.free_places(ids, &self.reach(viewer), self.now)?;
        Ok(resources.zip(free).collect())
    }
}
