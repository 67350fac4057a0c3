//! The day, as the reception sees it.

use crate::engine::Engine;
use crate::engine::outcome::RequestError;
use crate::model::Moment;
use crate::page::{etag, is_named};
use crate::refusal::{ParameterFault, Refusal};
use crate::store::DAY_VISITS_MAX;
use crate::wire::day::DayAtDesk;
use crate::wire::message::{Answer, Request};
use crate::wire::params::{Params, date};
use chrono::Days;

impl Engine {
    /// Returns the visits of a day, today's without one; 304 where nothing in the database has changed since the client asked.
    pub(super) fn desk_day(&self, request: &Request, now: Moment) -> Result<Answer, RequestError> {
        let params = Params::of_query(request, &["date", "resource"]);
        let day = params.parsed("date", date, ParameterFault::Date)?;
        let resource = params.guid("resource")?;
        let day = day.unwrap_or(now.date_naive());
        let (by_others, own) = self.store.change_mark()?;
        let of = resource.unwrap_or_default();
        let seen = format!("{} {by_others} {own} {day} {of}", self.started.timestamp());
        let tag = etag(seen.as_bytes());
        if request
            .headers("If-None-Match")
            .any(|known| is_named(known, &tag))
        {
            return Ok(Answer {
                status: 304,
                headers: vec![("ETag", tag)],
                ..Answer::ok("", Vec::new())
            });
        }
        let zone = self.settings.zone;
        let (from, until) = (zone.start_of(day), zone.start_of(day + Days::new(1)));
        let visits = self.store.whole_day(from, until, resource)?;
        if visits.len() > DAY_VISITS_MAX as usize {
            let cells_max = DAY_VISITS_MAX;
            return Err(Refusal::TooManyCells { cells_max }.into());
        }
        let mut answer = Answer::json(&DayAtDesk::new(day, &self.store.desk_resources()?, &visits));
        answer.headers.push(("ETag", tag));
        Ok(answer)
    }
}
