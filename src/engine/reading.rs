//! What a kiosk reads before a booking ([crate::contract::reading]): clinics, specialities, resources, cells, client applications.

use super::{DEFAULT_SOURCE, Settings, authenticate};
use crate::model::{Bearer, Cell, FreePlaces, ListedResource, Lpu, Moment, Speciality};
use crate::refusal::Refusal;
use crate::route::Reading;
use crate::rules::{Reach, Showing, Viewer, showing};
use crate::store::{CELLS_MAX, Fault, Store};
use crate::wire::application::ApplicationSettings;
use crate::wire::cell::ExtendedSlot;
use crate::wire::message::{Answer, Request};
use crate::wire::reading::{
    BusyTypes, Period, client_application, flag_access, path_guid, period, speciality,
};
use crate::wire::resource::Doctor;
use crate::wire::speciality::specialities;
use crate::wire::ticket::lpu_with_status;
use chrono::Days;
use uuid::Uuid;

/// One request that reads, with all that its answer depends on.
pub struct Reader<'a> {
    /// The database.
    pub store: &'a Store,
    /// What the engine goes by.
    pub settings: &'a Settings,
    /// When the server started.
    pub started: Moment,
    /// Now.
    pub now: Moment,
    /// The request.
    pub request: &'a Request,
    /// The arguments in its path.
    pub arguments: &'a [String],
}

/// Why a reading ends without what was asked for.
pub enum End {
    /// The request was refused.
    Refused(Refusal),
    /// Something of ours failed.
    Failed(Fault),
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        End::Refused(refusal)
    }
}

impl From<Fault> for End {
    fn from(fault: Fault) -> Self {
        End::Failed(fault)
    }
}

impl Reader<'_> {
    /// The answer.
    pub fn answer(&self, reading: Reading) -> Result<Answer, Fault> {
        match self.read(reading) {
            Ok(answer) => Ok(answer),
            Err(End::Refused(refusal)) => Ok(Answer::from(&refusal)),
            Err(End::Failed(fault)) => Err(fault),
        }
    }

    fn read(&self, reading: Reading) -> Result<Answer, End> {
        let bearer = self.bearer()?;
        let _snapshot = self.store.snapshot()?;
        match reading {
            Reading::Lpus => self.lpus(),
            Reading::Lpu => self.lpu(),
            Reading::Specialities => self.specialities(bearer),
            Reading::Resources => self.resources(bearer),
            Reading::Resource => self.resource(bearer),
            Reading::Schedule => self.schedule(bearer),
            Reading::SpecialitySchedule => self.speciality_schedule(bearer),
            Reading::ClientApplications => self.client_applications(),
            Reading::Tickets => self.tickets(&needed(bearer)?),
            Reading::Ticket => self.ticket(&needed(bearer)?),
            Reading::TicketsOfOther => self.tickets_of_other(&needed(bearer)?),
            Reading::WaitingList => self.waiting_list(&needed(bearer)?),
        }
    }

    /// Whom the token names, if there is one. A bad one is refused as in booking.
    fn bearer(&self) -> Result<Option<Bearer>, Refusal> {
        if self.request.headers("Authorization").next().is_none() {
            return Ok(None);
        }
        authenticate(self.request, self.settings, self.now).map(Some)
    }

    fn lpus(&self) -> Result<Answer, End> {
        let lpus = self.store.lpus()?;
        let shown = lpus.iter().map(|lpu| lpu_with_status(&lpu.model, self.started));
        Ok(Answer::json(&shown.collect::<Vec<_>>()))
    }

    fn lpu(&self) -> Result<Answer, End> {
        let lpu = self.find_lpu(self.lpu_guid()?)?;
        Ok(Answer::json(&lpu_with_status(&lpu.model, self.started)))
    }

    fn specialities(&self, bearer: Option<Bearer>) -> Result<Answer, End> {
        let (lpu, viewer) = self.lpu_and_viewer(bearer, self.now)?;
        let resources = self.with_free_places(self.store.shown_resources(lpu.id, None)?, &viewer)?;
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

    fn resources(&self, bearer: Option<Bearer>) -> Result<Answer, End> {
        let code = speciality(self.request)?;
        let (lpu, viewer) = self.lpu_and_viewer(bearer, self.now)?;
        let speciality = code.map(|code| self.find_speciality(&code)).transpose()?;
        let resources = self.store.shown_resources(lpu.id, speciality.as_ref())?;
        let resources = self.with_free_places(resources, &viewer)?;
        let shown = resources.iter().map(|(listed, free)| Doctor::new(listed, free));
        Ok(Answer::json(&shown.collect::<Vec<_>>()))
    }

    fn resource(&self, bearer: Option<Bearer>) -> Result<Answer, End> {
        let guid = path_guid(&self.arguments[1], "docGuid")?;
        let (lpu, viewer) = self.lpu_and_viewer(bearer, self.now)?;
        let listed = self.find_resource(guid, &lpu)?;
        let free = self
            .store
            .free_places(listed.resource.id, &self.reach(&viewer), self.now)?;
        Ok(Answer::json(&Doctor::new(&listed, &free)))
    }

    fn schedule(&self, bearer: Option<Bearer>) -> Result<Answer, End> {
        let guid = path_guid(&self.arguments[1], "docGuid")?;
        let (from, until) = self.period()?;
        let busy_types = BusyTypes::of(self.request)?;
        let (lpu, viewer) = self.lpu_and_viewer(bearer, from)?;
        self.find_resource(guid, &lpu)?;
        let cells = self.store.resource_cells(guid, lpu.id, from, until)?;
        self.cells(cells, &busy_types, &viewer)
    }

    fn speciality_schedule(&self, bearer: Option<Bearer>) -> Result<Answer, End> {
        let (from, until) = self.period()?;
        let busy_types = BusyTypes::of(self.request)?;
        let (lpu, viewer) = self.lpu_and_viewer(bearer, from)?;
        let speciality = self.find_speciality(&self.arguments[1])?;
        let cells = self.store.speciality_cells(&speciality, lpu.id, from, until)?;
        self.cells(cells, &busy_types, &viewer)
    }

    /// Cells as the viewer sees them.
    fn cells(&self, mut cells: Vec<Cell>, busy_types: &BusyTypes, viewer: &Viewer) -> Result<Answer, End> {
        if cells.len() > CELLS_MAX as usize {
            return Err(Refusal::TooManyCells { cells_max: CELLS_MAX }.into());
        }
        cells.retain(|cell| busy_types.take(cell));
        let mut seen = Vec::with_capacity(cells.len());
        for cell in &cells {
            let showing = showing(viewer, cell, &self.settings.policy, self.now);
            let last_source = match showing {
                Showing::Booked => self.store.last_source(cell.id)?,
                _ => None,
            };
            seen.push((cell, showing, last_source));
        }
        let shown = seen
            .iter()
            .map(|(cell, showing, last_source)| ExtendedSlot::new(cell, showing, last_source.as_deref()));
        Ok(Answer::json(&shown.collect::<Vec<_>>()))
    }

    fn client_applications(&self) -> Result<Answer, End> {
        let guid = path_guid(&self.arguments[0], "guid")?;
        let applications = if guid.is_nil() {
            self.store.applications()?
        } else {
            let found = self.store.find_application_by_guid(guid)?;
            vec![found.ok_or(Refusal::ApplicationUnknown { guid })?]
        };
        let shown = applications.iter().map(ApplicationSettings::from);
        Ok(Answer::json(&shown.collect::<Vec<_>>()))
    }

    /// The clinic in the path.
    pub(super) fn lpu_guid(&self) -> Result<Uuid, Refusal> {
        path_guid(&self.arguments[0], "lpuGuid")
    }

    /// The schedule's first moment and the first one after it. The days end the path.
    fn period(&self) -> Result<(Moment, Moment), Refusal> {
        const ARGUMENTS_BEFORE: usize = 2;
        let days_max = self.settings.policy.max_period_days;
        let Period { from, to } = period(&self.arguments[ARGUMENTS_BEFORE..], days_max)?;
        let zone = self.settings.zone;
        Ok((zone.start_of(from), zone.start_of(to + Days::new(1))))
    }

    /// The clinic in the path and who looks at it, with what the rules ask about cells that begin at `since` or later.
    fn lpu_and_viewer(&self, bearer: Option<Bearer>, since: Moment) -> Result<(Lpu, Viewer), End> {
        let guid = self.lpu_guid()?;
        let flag_access = flag_access(self.request)?;
        let named = client_application(self.request)?;
        let Some(bearer) = bearer else {
            let mut application = match named {
                None => self.store.find_application(DEFAULT_SOURCE)?,
                Some(guid) => self
                    .store
                    .find_application_by_guid(guid)?
                    .ok_or(Refusal::NotAuthorized)?,
            };
            application.access &= flag_access.unwrap_or(application.access);
            return Ok((self.find_lpu(guid)?, Viewer::Source(application)));
        };
        let mut card = self.store.open_card(&bearer, guid)??;
        card.application.access &= flag_access.unwrap_or(card.application.access);
        let lpu = card.lpu.clone();
        let standing = self.store.standing(card, since.min(self.now), self.now)?;
        Ok((lpu, Viewer::Patient(Box::new(standing))))
    }

    fn find_lpu(&self, guid: Uuid) -> Result<Lpu, End> {
        Ok(self.store.find_lpu(guid)?.ok_or(Refusal::LpuUnknown)?)
    }

    fn find_speciality(&self, code: &str) -> Result<Speciality, End> {
        let found = self.store.find_speciality(code)?;
        Ok(found.ok_or(Refusal::SpecialityUnknown)?)
    }

    fn find_resource(&self, guid: Uuid, lpu: &Lpu) -> Result<ListedResource, End> {
        let found = self.store.find_resource(guid, lpu.id)?;
        Ok(found.ok_or(Refusal::ResourceUnknown)?)
    }

    /// Which cells the viewer's client application may book at all.
    fn reach(&self, viewer: &Viewer) -> Reach {
        Reach::of(viewer.application(), &self.settings.policy, self.now.date_naive())
    }

    fn with_free_places(
        &self,
        resources: Vec<ListedResource>,
        viewer: &Viewer,
    ) -> Result<Vec<(ListedResource, FreePlaces)>, Fault> {
        let reach = self.reach(viewer);
        let counted = |listed: ListedResource| {
            let free = self.store.free_places(listed.resource.id, &reach, self.now)?;
            Ok((listed, free))
        };
        resources.into_iter().map(counted).collect()
    }
}

/// The bearer where nothing can be answered without one.
fn needed(bearer: Option<Bearer>) -> Result<Bearer, Refusal> {
    bearer.ok_or(Refusal::NoBearer)
}
