//! What the server counts and measures, told to who may ask ([crate::contract::monitoring]).

use super::{ClockState, Settings};
use crate::metrics::{Metrics, Outlook, TEXT};
use crate::model::{Moment, Supply};
use crate::refusal::HttpError;
use crate::rules::Reach;
use crate::store::{Fault, Store};
use crate::wire::message::{Answer, Request};
use std::time::{Duration, Instant};

/// The client application of the terminals.
const TERMINALS: &str = "Infomat";

/// For so long what was counted in the timetable holds: many who ask cost bookings no more than one.
const COUNT_HOLDS: Duration = Duration::from_secs(15);

/// What was last counted in the timetable, and when.
#[derive(Debug, Default)]
pub struct Counted(Option<(Instant, Vec<Supply>)>);

/// Answers with all numbers.
///
/// # Errors
/// 403 for an address that may not ask.
pub fn text(
    request: &Request,
    store: &Store,
    settings: &Settings,
    metrics: &Metrics,
    clock: ClockState,
    now: Moment,
    counted: &mut Counted,
) -> Result<Answer, HttpError> {
    let client = request.client;
    if !client.is_loopback() && !settings.metrics_addresses.contains(&client) {
        return Err(HttpError::NumbersElsewhere);
    }
    // What cannot be counted is left out: the other numbers tell why.
    let supplies = counted.supplies(store, settings, now).unwrap_or_else(|fault| {
        log::error!("free places were not counted: {fault}");
        &[]
    });
    let outlook = Outlook {
        log_bytes: store.log_bytes(),
        log_waiting_pages: store.wal_pages(),
        disk_free_bytes: store.disk_free_bytes(),
        // What cannot be read counts as what is not there: whoever is told of it looks.
        last_backup: store.last_backup().ok().flatten().map(|at| at.timestamp()),
        clock_is_plausible: clock.is_plausible,
        clock_jumps: clock.jumps,
        supplies,
    };
    Ok(Answer {
        status: 200,
        content_type: TEXT,
        headers: Vec::new(),
        body: metrics.text(&outlook).into_bytes(),
        code: None,
    })
}

impl Counted {
    /// What can be booked at a terminal from `now` on.
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
