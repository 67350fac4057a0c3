//! The engine: the one place that decides. It answers requests on plain structs, without sockets, in batches.
//!
//! A batch is a handful of requests that may write. They share one transaction and one flush; their answers are given only
//! after it, so a 200 means that the booking is on the disk. If the commit fails, nobody in the batch was booked.

mod booking;
mod change;
mod clock;
mod failing;
mod identification;
mod keys;
mod numbers;
mod page;
mod reading;
mod ready;
mod tickets;
mod waiting;

pub use clock::{
    Clock, ClockState, EARLIEST_SECONDS, JUMP_SECONDS_MIN, Jump, SLACK_SECONDS, is_plausible,
    is_synchronised, now,
};
pub use identification::Trusted;
pub use keys::Keys;
pub use tickets::cancel;

use crate::metrics::Metrics;
use crate::model::{Bearer, Moment, Wish, Zone};
use crate::page::host_is_ours;
use crate::refusal::{HttpError, Refusal, Trouble};
use crate::route::{Route, Routed, route};
use crate::rules::Policy;
use crate::store::{Fault, Happened, Store};
use crate::token::bearer_of;
use crate::wire::message::{Answer, Request};
use crate::wire::openapi;
use crate::wire::ready::alive;
use crate::wire::wish::wish;
use chrono::TimeDelta;
use clock::Now;
use identification::Asked;
use numbers::Counted;
use ready::Readiness;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

/// Most requests that are decided in one batch, with one commit.
pub const BATCH_REQUESTS_MAX: usize = 64;

/// Pages in the write-ahead log from which a quiet moment is used to copy them into the database file: more than a proof of
/// readiness writes. What has been copied cannot be lost with the log.
const REST_WAL_PAGES_MIN: u32 = 2;

/// The same with less than this free on the disk.
const REST_WAL_PAGES: u32 = 64;
const REST_FREE_BYTES_MIN: u64 = 8 << 20;

/// Pages in the write-ahead log at which they are copied between two batches, quiet or not: 4 MiB.
const WAL_PAGES_MAX: u32 = 4096;

/// Where a request comes from that neither shows a token nor names a client application ([crate::contract::identification], [crate::contract::reading]).
const DEFAULT_SOURCE: &str = "Internet";

/// `Retry-After` of a 503, in seconds.
const RETRY_SECONDS: u32 = 2;

/// The same while the clock is wrong: it is set right within minutes, or by hand.
const CLOCK_RETRY_SECONDS: u32 = 10;

/// What the engine goes by.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The clinic's local time.
    pub zone: Zone,
    /// Keys of tokens.
    pub keys: Keys,
    /// Widens both ends of a token's life.
    pub leeway: TimeDelta,
    /// Life of a token that is given out.
    pub lifetime: TimeDelta,
    /// Client applications that may prove themselves.
    pub trusted: Vec<Trusted>,
    /// Addresses of kiosks.
    pub kiosk_addresses: Vec<IpAddr>,
    /// Addresses that are told the server's numbers, this machine's own besides.
    pub metrics_addresses: Vec<IpAddr>,
    /// The rules.
    pub policy: Policy,
    /// How many hours before the begin of a visit the patient may be marked as come.
    pub checkin_hours_before: i64,
    /// Names in `Host` besides addresses and `localhost`.
    pub hosts: Vec<String>,
}

/// The one place that decides. Lives on one thread.
pub struct Engine {
    store: Store,
    settings: Settings,
    clock: Clock,
    started: Moment,
    metrics: Arc<Metrics>,
    readiness: Readiness,
    counted: Counted,
    /// The last commit failed, and none has succeeded since.
    unsettled: bool,
    /// Damaged values have been met.
    damaged: bool,
    /// The files are not those that were opened, and are left alone.
    lost: bool,
}

/// A request that may write, as far as it can be understood without the store.
enum Work {
    Book(Wish),
    Identify(Asked),
    Change(change::Wanted),
    Ready,
}

/// A request as far as it was understood, or its answer.
type Understood = Result<Work, Answer>;

impl Engine {
    /// An engine over an open store.
    pub fn new(mut store: Store, settings: Settings) -> Result<Self, Fault> {
        store.watch_files()?;
        let mut clock = Clock::new(&store)?;
        let started = clock.look(&store).moment;
        let damaged_base = store.damaged_base();
        for fault in &damaged_base {
            log::error!("what all requests need was read: {fault}");
        }
        Ok(Engine {
            store,
            settings,
            clock,
            started,
            metrics: Arc::new(Metrics::new(started.timestamp())),
            readiness: Readiness::default(),
            counted: Counted::default(),
            unsettled: false,
            damaged: !damaged_base.is_empty(),
            lost: false,
        })
    }

    /// Whether the clock can be believed, and how it has jumped.
    pub fn clock(&self) -> ClockState {
        self.clock.state()
    }

    /// Where this server's requests are counted.
    pub fn metrics(&self) -> Arc<Metrics> {
        self.metrics.clone()
    }

    /// Whether the request may write: such requests share a batch and its commit.
    pub fn writes(&self, request: &Request) -> bool {
        matches!(
            route(&request.method, request.path()),
            Ok(Routed {
                route: Route::Book | Route::Change(_) | Route::Identify | Route::Ready,
                ..
            })
        )
    }

    /// Answers requests that may write, in order, with one commit; at most [`BATCH_REQUESTS_MAX`]. The answers may go
    /// out when this returns: what they promise is on the disk.
    pub fn answer_batch(&mut self, requests: &[Request]) -> Vec<Answer> {
        let now = self.clock.look(&self.store);
        let works: Vec<_> = requests
            .iter()
            .map(|request| self.understand(request, now))
            .collect();
        if works.iter().all(Result::is_err) {
            return works.into_iter().filter_map(Result::err).collect();
        }
        if self.store.wal_pages() > WAL_PAGES_MAX {
            self.checkpoint();
        }
        let answers = self.perform(&works, now.moment);
        let mut outcomes = works.iter().zip(&answers);
        if let Some((_, answer)) = outcomes.find(|(work, _)| matches!(work, Ok(Work::Ready))) {
            self.readiness.keep(answer.clone());
        }
        answers
    }

    /// As far as it needs no store.
    fn understand(&self, request: &Request, now: Now) -> Understood {
        match understand(request, &self.settings, now)? {
            Work::Ready => self.readiness.known().cloned().map_or(Ok(Work::Ready), Err),
            work => Ok(work),
        }
    }

    /// Does what was understood. When something of ours fails, the whole batch is undone; if that is no matter of the disk,
    /// each request is then tried alone, so that a mistake of this program over one does not touch the others.
    fn perform(&mut self, works: &[Understood], now: Moment) -> Vec<Answer> {
        let fault = match self.attempt(works, now) {
            Ok(answers) => return answers,
            Err(fault) => fault,
        };
        if !self.leaves(&fault) {
            log::error!("a batch of {} requests was not done: {fault}", works.len());
        }
        self.settle();
        if works.len() > 1 && fault.is_of_one_request() {
            return works.chunks(1).flat_map(|one| self.perform(one, now)).collect();
        }
        let undone = self.failed(&fault);
        let answer = |work: &Understood| match work {
            Ok(Work::Ready) => ready::no(fault.trouble()),
            Ok(_) => undone.clone(),
            Err(answer) => answer.clone(),
        };
        works.iter().map(answer).collect()
    }

    /// Does what was understood, in one transaction. What was not is answered already.
    fn attempt(&mut self, works: &[Understood], now: Moment) -> Result<Vec<Answer>, Fault> {
        let Engine {
            store,
            settings,
            started,
            clock,
            metrics,
            unsettled,
            damaged,
            ..
        } = self;
        let tx = store.write()?;
        let answer = |work: &Understood| {
            let done = match work {
                Ok(Work::Book(wish)) => booking::book(&tx, wish, &settings.policy, now)?
                    .map(|ticket| booking::shown(&ticket, wish, *started)),
                Ok(Work::Identify(asked)) => Ok(identification::identify(&tx, asked, settings, now)?),
                Ok(Work::Change(wanted)) => change::perform(&tx, wanted, settings, *started, now)?,
                Ok(Work::Ready) => {
                    tx.prove()?;
                    Ok(if *damaged {
                        ready::no(Trouble::DamagedValues)
                    } else {
                        ready::yes(&tx, clock.state(), now)?
                    })
                }
                Err(answer) => Ok(answer.clone()),
            };
            Ok(done.unwrap_or_else(|refusal| Answer::from(&refusal)))
        };
        let answers = works.iter().map(answer).collect::<Result<_, Fault>>()?;
        let Happened {
            bookings,
            cancellations,
        } = tx.happened();
        let commit = Instant::now();
        *unsettled = true;
        tx.commit()?;
        *unsettled = false;
        clock.committed(now);
        metrics.committed(works.len(), commit.elapsed(), bookings, cancellations);
        Ok(answers)
    }

    /// Answers one request that only reads.
    pub fn read(&mut self, request: &Request) -> Answer {
        let now = self.clock.look(&self.store);
        match routed(request, &self.settings) {
            Ok(routed) => match routed.route {
                Route::Page => page::serve(request),
                // Who shows a token is not known; what anybody may read is.
                Route::Reading(_)
                    if !now.is_plausible && request.headers("Authorization").next().is_some() =>
                {
                    Answer::from(HttpError::ClockWrong(CLOCK_RETRY_SECONDS))
                }
                Route::OpenApi => openapi::document(),
                Route::Reading(_) | Route::Metrics if let Err(fault) = self.store.look_at_files() => {
                    self.unread(&fault)
                }
                Route::Reading(reading) => {
                    let engine = reading::Reader {
                        store: &self.store,
                        settings: &self.settings,
                        started: self.started,
                        now: now.moment,
                        request,
                        arguments: &routed.arguments,
                    };
                    engine.answer(reading).unwrap_or_else(|fault| self.unread(&fault))
                }
                Route::Metrics => numbers::text(
                    request,
                    &self.store,
                    &self.settings,
                    &self.metrics,
                    self.clock.state(),
                    now.moment,
                    &mut self.counted,
                )
                .unwrap_or_else(Answer::from),
                Route::Health => alive(),
                Route::Book | Route::Change(_) | Route::Identify | Route::Ready => {
                    unreachable!("what writes is answered in a batch")
                }
            },
            Err(http_error) => Answer::from(http_error),
        }
    }

    /// To be called every second or so when nothing is asked: a clock that has become right, or has jumped, is noticed.
    pub fn look_up(&mut self) {
        self.clock.look(&self.store);
        if let Err(fault) = self.store.look_at_files() {
            self.leaves(&fault);
        }
        self.settle();
    }

    /// Nothing waits: time to copy the write-ahead log into the database file.
    pub fn rest(&mut self) {
        // Where room is short, the database may not take what is in the log: it is not tried for a few pages.
        let has_room = self
            .store
            .disk_free_bytes()
            .is_none_or(|free| free >= REST_FREE_BYTES_MIN);
        let few = if has_room {
            REST_WAL_PAGES_MIN
        } else {
            REST_WAL_PAGES
        };
        if self.store.wal_pages() >= few {
            self.checkpoint();
        }
    }

    fn checkpoint(&mut self) {
        if let Err(fault) = self.store.checkpoint()
            && !self.leaves(&fault)
        {
            log::error!("the write-ahead log could not be copied into the database: {fault}");
        }
    }
}

/// What the request asks for, if it is meant for this server. Without `Host` (HTTP/1.0) it does not come from a browser,
/// and no foreign page can have sent it. A booking needs a token, which a foreign page cannot get: the vendor's clients
/// book under whatever name they know this server by.
fn routed(request: &Request, settings: &Settings) -> Result<Routed, HttpError> {
    let routed = route(&request.method, request.path())?;
    let mut hosts = request.headers("Host");
    if routed.route == Route::Book || hosts.all(|host| host_is_ours(host, &settings.hosts)) {
        Ok(routed)
    } else {
        Err(HttpError::ForeignHost)
    }
}

/// Routes, authenticates and parses: all that needs no store.
fn understand(request: &Request, settings: &Settings, now: Now) -> Understood {
    let Routed { route, arguments } = routed(request, settings)?;
    if !now.is_plausible {
        return Err(match route {
            Route::Ready => ready::no(Trouble::ClockWrong),
            _ => HttpError::ClockWrong(CLOCK_RETRY_SECONDS).into(),
        });
    }
    let now = now.moment;
    let work = match route {
        Route::Book => authenticate(request, settings, now)
            .and_then(|bearer| wish(request, &arguments[0], bearer))
            .map(Work::Book),
        Route::Identify => identification::understand(request, &arguments[0], settings).map(Work::Identify),
        Route::Change(change) => authenticate(request, settings, now)
            .and_then(|bearer| change::understand(change, request, &arguments, bearer, now))
            .map(Work::Change),
        Route::Ready => Ok(Work::Ready),
        Route::Reading(_) | Route::Page | Route::Health | Route::Metrics | Route::OpenApi => {
            unreachable!("what only reads takes no part in a batch")
        }
    };
    work.map_err(|refusal| Answer::from(&refusal))
}

/// Whom the request's token names ([crate::contract::tokens]).
fn authenticate(request: &Request, settings: &Settings, now: Moment) -> Result<Bearer, Refusal> {
    let token = bearer_of(request.headers("Authorization"))?;
    settings.keys.ring().verify(token, now, settings.leeway)
}
