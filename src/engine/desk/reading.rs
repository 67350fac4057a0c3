//! What the reception reads: each needs a right of who is signed in.

use super::patients::Bookable;
use super::{DOCUMENT, Visitor, closures, signed_in};
use crate::engine::clock::Now;
use crate::engine::outcome::RequestError;
use crate::engine::{CLOCK_RETRY_SECONDS, Engine, page};
use crate::model::Right;
use crate::refusal::HttpError;
use crate::route::DeskRead;
use crate::wire::desk::StaffShown;
use crate::wire::message::{Answer, Request};

impl Engine {
    /// Answers what the reception reads.
    pub(in crate::engine) fn read_desk(
        &self,
        request: &Request,
        read: &DeskRead,
        now: Now,
    ) -> Result<Answer, RequestError> {
        let visitor = Visitor::of(request, &self.settings.desk, false);
        visitor.admitted()?;
        if *read == DeskRead::Page {
            return Ok(page::serve_at(request, DOCUMENT));
        }
        if !now.is_plausible {
            return Err(HttpError::ClockWrong(CLOCK_RETRY_SECONDS).into());
        }
        self.store.look_at_files()?;
        let _snapshot = self.store.snapshot()?;
        match read {
            DeskRead::Page | DeskRead::Session => {
                let staff = signed_in(&self.store, &visitor, &self.settings.desk, &self.sessions)?;
                Ok(Answer::json(&self.settings.desk.shown_to(&staff)))
            }
            DeskRead::Staff => {
                self.staff_with(&visitor, Right::Staff)?;
                let all = self.store.all_staff()?;
                Ok(Answer::json(
                    &all.iter().map(StaffShown::from).collect::<Vec<_>>(),
                ))
            }
            DeskRead::Day => {
                self.staff_with(&visitor, Right::Day)?;
                self.desk_day(request, now.moment)
            }
            DeskRead::Closures => {
                self.staff_with(&visitor, Right::Timetable)?;
                self.closures(now.moment)
            }
            DeskRead::Closure { closure } => {
                self.staff_with(&visitor, Right::Timetable)?;
                Ok(closures::shown(
                    &self.store,
                    &closures::find(&self.store, closure)?,
                )?)
            }
            DeskRead::Status => {
                self.staff_with(&visitor, Right::Status)?;
                self.status(now.moment)
            }
            DeskRead::Month => {
                self.staff_with(&visitor, Right::Status)?;
                self.month(now.moment)
            }
            DeskRead::Issues => {
                self.staff_with(&visitor, Right::Status)?;
                self.issues()
            }
            DeskRead::Waiting => self.who_waits(request, &visitor, now.moment),
            DeskRead::FittingCells { entry } => self.fitting_cells(&visitor, entry, now.moment),
            DeskRead::FindPatients => {
                self.staff_with(&visitor, Right::Patients)?;
                self.find_patients(request, now.moment)
            }
            DeskRead::Patient { mkab } => {
                self.staff_with(&visitor, Right::Patients)?;
                self.card(mkab, now.moment)
            }
            DeskRead::Specialities { mkab } => {
                self.bookable(request, &visitor, mkab, &Bookable::Specialities, now.moment)
            }
            DeskRead::Resources { mkab } => {
                self.bookable(request, &visitor, mkab, &Bookable::Resources, now.moment)
            }
            DeskRead::Cells { mkab, resource, days } => {
                let cells = Bookable::Cells(resource, days);
                self.bookable(request, &visitor, mkab, &cells, now.moment)
            }
        }
    }
}
