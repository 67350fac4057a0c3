//! The engine: the only part that decides. It answers requests as plain structs, without sockets, in batches.
//!
//! The requests of a batch may write. They share one transaction and one flush. Their answers go out only after it: a 200
//! means that the booking is on the disk. If the commit fails, no request of the batch was booked.
//!
//! # The way of a booking through the engine
//!
//! | step | function |
//! |---|---|
//! | find the route, look at `Host` | [`Engine::route`] |
//! | begin the batch, read the clock | [`Engine::answer_batch`] |
//! | verify the token | [`crate::token::KeyRing::verify`] |
//! | parse the parameters into a wish | [`crate::wire::wish::wish`] |
//! | begin one write transaction for the batch | [`Store::write`] |
//! | gather what the rules ask | [`Store::facts`] |
//! | decide, purely | [`crate::rules::decide`] |
//! | write visit, history, card, journal | [`crate::store::WriteTx::book`] |
//! | render the ticket | [`crate::wire::ticket::TicketVisitWithLpu`] |
//! | commit: one flush for the whole batch | [`crate::store::WriteTx::commit`] |
//!
//! [`booking::book`] holds the steps from gathering to rendering; a refusal ends it at any of them.

mod batch;
mod booking;
mod clock;
mod desk;
mod failing;
mod holds;
mod host;
mod identification;
mod jobs;
mod keys;
mod numbers;
mod outcome;
mod page;
mod password;
mod reading;
mod ready;
mod refusals;
mod reprint;
mod terminal;
mod tickets;
mod waiting;

pub use clock::{
    Clock, ClockState, EARLIEST_SECONDS, JUMP_SECONDS_MIN, Jump, SLACK_SECONDS, is_plausible,
    is_synchronised, now,
};
pub use desk::DeskSettings;
pub use identification::Trusted;
pub use jobs::Maintenance;
pub use keys::SharedKeys;
pub use password::{PasswordWork, new_password};
pub use tickets::cancel;

use crate::metrics::Metrics;
use crate::model::{Bearer, Moment, Zone};
use crate::refusal::{HttpError, Refusal};
use crate::route::{Route, Write, route};
use crate::rules::Policy;
use crate::store::{Fault, Store};
use crate::token::bearer_of;
use crate::wire::message::Request;
use chrono::TimeDelta;
use desk::{Booked, Sessions};
use holds::Holds;
use host::host_is_ours;
use jobs::Jobs;
use numbers::Counted;
use ready::Readiness;
use refusals::RefusalCounts;
use std::cell::RefCell;
use std::net::IpAddr;
use std::sync::Arc;
use terminal::Terminals;

/// Most requests that are decided in one batch, with one commit.
pub const BATCH_REQUESTS_MAX: usize = 64;

/// Pages in the write-ahead log from which an idle engine makes a checkpoint: more than a proof of readiness writes. Pages
/// in the database file cannot be lost with the log.
const IDLE_WAL_PAGES_MIN: u32 = 2;

/// The same with less than [`IDLE_FREE_BYTES_MIN`] free on the disk: the database may not take the pages.
const IDLE_WAL_PAGES_MIN_ON_FULL_DISK: u32 = 64;
const IDLE_FREE_BYTES_MIN: u64 = 8 << 20;

/// Timetables that an idle engine reads into memory, half a millisecond each: at first, so that the lists of a large clinic are
/// ready within a second of the start, and each second later. Each commit of another program makes all forgotten.
const READ_AHEAD_MAX: u32 = 2_000;
const READ_AHEAD_A_SECOND: u32 = 40;

/// Where a request comes from that neither shows a token nor names a client application ([crate::contract::identification], [crate::contract::reading]).
const DEFAULT_SOURCE: &str = "Internet";

/// `Retry-After` of a 503, in seconds.
const RETRY_SECONDS: u32 = 2;

/// The same while the clock is wrong: it is set right within minutes, or by hand.
const CLOCK_RETRY_SECONDS: u32 = 10;

/// The engine's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The clinic's local time.
    pub zone: Zone,
    /// Keys of tokens.
    pub keys: SharedKeys,
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
    /// The reception.
    pub desk: DeskSettings,
    /// Where the reception is, for who calls somebody at a terminal; empty for untold.
    pub reception_place: String,
    /// The terminal's languages besides the page's own.
    pub languages: crate::page::File,
    /// What the commands do, for the status page.
    pub maintenance: Arc<dyn Maintenance>,
}

/// The deciding part of the server. Lives on one thread.
pub struct Engine {
    store: Store,
    settings: Settings,
    clock: Clock,
    started: Moment,
    metrics: Arc<Metrics>,
    readiness: Readiness,
    counted: Counted,
    sessions: RefCell<Sessions>,
    holds: RefCell<Holds>,
    /// Timetables that may still be read ahead of the lists that ask for them.
    read_ahead_left: u32,
    terminals: RefCell<Terminals>,
    jobs: Jobs,
    refusals: RefusalCounts,
    booked: RefCell<Booked>,
    /// The last commit failed, and none has succeeded since.
    has_failed_commit: bool,
    /// A request met damaged values.
    damaged: bool,
    /// The files are not those that were opened: the engine leaves them alone.
    lost: bool,
}

impl Engine {
    /// Makes an engine over an open store.
    pub fn new(mut store: Store, settings: Settings) -> Result<Self, Fault> {
        store.watch_files()?;
        store.start_checkpointer()?;
        store.keep_cache_small()?;
        let mut clock = Clock::new(&store)?;
        let started = clock.read(&store).moment;
        let holds = RefCell::new(Holds::of(&store)?);
        let jobs = Jobs::new(Arc::clone(&settings.maintenance), settings.zone, &store.path());
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
            sessions: RefCell::default(),
            holds,
            read_ahead_left: READ_AHEAD_MAX,
            terminals: RefCell::default(),
            jobs,
            refusals: RefusalCounts::default(),
            booked: RefCell::default(),
            has_failed_commit: false,
            damaged: !damaged_base.is_empty(),
            lost: false,
        })
    }

    /// Whether the clock is plausible, and how it has jumped.
    pub fn clock(&self) -> ClockState {
        self.clock.state()
    }

    /// Returns the counters of this server's requests.
    pub fn metrics(&self) -> Arc<Metrics> {
        self.metrics.clone()
    }

    /// Finds the route of a request, if the request is meant for this server. An HTTP/1.0 request without `Host` does not
    /// come from a browser, so no foreign page can have sent it. A booking needs a token, which a foreign page cannot get:
    /// the vendor's clients book under any name of this server.
    pub fn route(&self, request: &Request) -> Result<Route, HttpError> {
        let route = route(&request.method, request.path())?;
        let mut hosts = request.headers("Host");
        let is_booking = matches!(route, Route::Write(Write::Book { .. }));
        if is_booking || hosts.all(|host| host_is_ours(host, &self.settings.hosts)) {
            Ok(route)
        } else {
            Err(HttpError::ForeignHost)
        }
    }

    /// Reads the clock and looks at the files. To be called every second or so without requests.
    pub fn tick(&mut self) {
        self.clock.read(&self.store);
        if let Err(fault) = self.store.look_at_files() {
            self.abandon_replaced_files(&fault);
        }
        self.overwrite_failed_commit();
        self.end_holds();
        self.read_ahead_left = (self.read_ahead_left + READ_AHEAD_A_SECOND).min(READ_AHEAD_MAX);
        self.write_refusals();
    }

    /// Reads one piece of what the next lists will ask for. To be called when nothing waits. Returns whether there was a piece.
    pub fn read_ahead(&mut self) -> bool {
        if self.lost || self.read_ahead_left == 0 {
            return false;
        }
        let now = self.clock.read(&self.store).moment;
        // A fault is told to whoever asks for the list.
        let is_read = self.store.read_ahead(now).unwrap_or(false);
        self.read_ahead_left -= u32::from(is_read);
        is_read
    }

    /// Lets the write-ahead log be copied into the database file. To be called when nothing waits.
    pub fn copy_log_when_idle(&mut self) {
        let free = self.store.disk_free_bytes();
        let pages_min = if free.is_none_or(|free| free >= IDLE_FREE_BYTES_MIN) {
            IDLE_WAL_PAGES_MIN
        } else {
            IDLE_WAL_PAGES_MIN_ON_FULL_DISK
        };
        if self.store.waiting_pages() >= pages_min {
            let copied = self.store.copy_log_beside();
            self.tell_copied(copied);
        }
    }

    /// Keeps the write-ahead log short while bookings go on.
    fn copy_log_between_batches(&mut self) {
        let copied = self.store.keep_log_short();
        self.tell_copied(copied);
    }

    /// Looks at what kept the log from being copied. The store has told it.
    fn tell_copied(&mut self, copied: Result<(), Fault>) {
        if let Err(fault) = copied {
            self.abandon_replaced_files(&fault);
        }
    }
}

/// Returns the bearer of the request's token ([crate::contract::tokens]).
fn authenticate(request: &Request, settings: &Settings, now: Moment) -> Result<Bearer, Refusal> {
    let token = bearer_of(request.headers("Authorization"))?;
    settings.keys.ring().verify(token, now, settings.leeway)
}
