//! The answer with the metrics ([crate::contract::monitoring]).

use super::outcome::RequestError;
use super::ready::problems;
use super::{Engine, Settings};
use crate::metrics::{Outlook, TEXT};
use crate::model::{Moment, Supply};
use crate::refusal::HttpError;
use crate::rules::Reach;
use crate::store::{Fault, Store};
use crate::wire::message::{Answer, Request};
use std::time::{Duration, Instant};

/// The client application of the terminals.
const TERMINALS: &str = "Infomat";

/// How long a count of the timetable holds: frequent questions cost bookings no more than one.
const COUNT_HOLDS: Duration = Duration::from_secs(15);

/// The last count of the timetable, with its time.
#[derive(Debug, Default)]
pub struct Counted(Option<(Instant, Vec<Supply>)>);

impl Engine {
    /// Returns all metrics, to this machine and to the addresses that may read them.
    pub(super) fn metrics_text(&mut self, request: &Request, now: Moment) -> Result<Answer, RequestError> {
        self.store.look_at_files()?;
        let client = request.client;
        if !client.is_loopback() && !self.settings.metrics_addresses.contains(&client) {
            return Err(HttpError::NumbersElsewhere.into());
        }
        let store = &self.store;
        // Without the count the other metrics are still shown, and tell why.
        let supplies = self
            .counted
            .supplies(store, &self.settings, now)
            .unwrap_or_else(|fault| {
                log::error!("free places were not counted: {fault}");
                &[]
            });
        let clock = self.clock.state();
        // Unreadable facts are no problem: `/readyz` tells why.
        let terminals = self.terminals.borrow();
        let problems = problems(store, clock, terminals.problems(), now).unwrap_or_default();
        let printers: Vec<_> = terminals.printers().collect();
        let outlook = Outlook {
            log_bytes: store.log_bytes(),
            log_waiting_pages: store.waiting_pages(),
            disk_free_bytes: store.disk_free_bytes(),
            // An unreadable backup counts as a missing one: both need a look.
            last_backup: store.last_backup().ok().flatten().map(|at| at.timestamp()),
            clock_is_plausible: clock.is_plausible,
            clock_jumps: clock.jumps,
            problems: &problems,
            supplies,
            printers: &printers,
        };
        Ok(Answer::ok(TEXT, self.metrics.text(&outlook).into_bytes()))
    }
}

impl Counted {
    /// Returns the free places at a terminal from `now` on.
    fn supplies(&mut self, store: &Store, settings: &Settings, now: Moment) -> Result<&[Supply], Fault> {
        let holds = |(counted, _): &(Instant, _)| counted.elapsed() < COUNT_HOLDS;
        if !self.0.as_ref().is_some_and(holds) {
            let terminals = store.find_application(TERMINALS)?;
            let reach = Reach::of(&terminals, &settings.policy, now.date_naive());
            self.0 = Some((Instant::now(), store.supplies(&reach, now)?));
        }
        Ok(self.0.as_ref().map_or(&[], |(_, supplies)| supplies))
    }
}
