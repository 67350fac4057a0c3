//! The exchange by network: requests and answers until there is nothing more to say.

use super::ExchangeError;
use super::line::Line;
use crate::config::{Centre, Config};
use crate::engine;
use crate::exchange::MessagePoint;
use crate::exchange::site::{self, BoxRead, Memory, Mode, Taken};
use crate::exchange::wire::{Answer, Header};
use crate::import::{Asked, BoxTx};
use crate::model::{Moment, Zone};
use crate::store::{Store, random_guid};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Name of this program in a request.
pub const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// Most requests of one exchange: fifty million records.
const ROUNDS_MAX: u32 = 10_000;

/// Answers one after the other that change nothing, after which the centre is not asked again.
const STANDSTILL_ROUNDS: u32 = 8;

/// Time between two looks for cells that begin soon.
const RELEASE_PAUSE: Duration = Duration::from_mins(1);

/// Returns the time for records.
///
/// # Errors
/// [`ExchangeError::Clock`].
pub fn believed_now(zone: Zone, store: &Store) -> Result<Moment, ExchangeError> {
    let (now, last) = (engine::now(zone), store.last_moment()?);
    if engine::is_plausible(now.timestamp(), last) {
        Ok(now.max(zone.at(last)))
    } else {
        Err(ExchangeError::Clock)
    }
}

/// What a complete exchange did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Records that the centre was sent.
    pub sent: usize,
    /// Messages that are behind the box since.
    pub messages: u64,
    /// This life has ended.
    pub is_stopped: bool,
}

/// Where a box is. An answer that leaves it there gets nobody further.
#[derive(PartialEq, Eq)]
struct Place {
    memory: Memory,
    mode: Mode,
    last: u64,
    applied: MessagePoint,
}

/// A box and the line to its centre.
pub struct Exchanger<'a> {
    pub config: &'a Config,
    pub centre: &'a Centre,
    pub store: Store,
    pub line: Line,
    /// When cells were last given to the centre.
    pub released: Option<Instant>,
    /// Held while the database is worked on: who has it, ends the process between two transactions.
    pub at_work: &'a Mutex<()>,
}

impl Exchanger<'_> {
    /// Exchanges until there is nothing more to say, on either side. Cells whose time has come are given to the centre then.
    pub fn complete(&mut self) -> Result<Done, ExchangeError> {
        let mut done = self.talk()?;
        if self.release()? {
            let more = self.talk()?;
            done.sent += more.sent;
            done.messages += more.messages;
            done.is_stopped = more.is_stopped;
        }
        Ok(done)
    }

    fn talk(&mut self) -> Result<Done, ExchangeError> {
        let mut done = Done::default();
        let mut before: Option<Place> = None;
        let mut standstill = 0;
        for _ in 0..ROUNDS_MAX {
            let (header, taken, place) = self.round()?;
            done.sent += header.count;
            done.messages += place.applied.seq.saturating_sub(header.applied_message.seq);
            done.is_stopped = place.mode == Mode::Stopped;
            if taken == Taken::Complete {
                return Ok(done);
            }
            standstill = if before.as_ref() == Some(&place) {
                standstill + 1
            } else {
                0
            };
            if standstill == STANDSTILL_ROUNDS {
                break;
            }
            before = Some(place);
        }
        Err(ExchangeError::Standstill)
    }

    /// One request and its answer. Returns what was asked, and where the box is.
    fn round(&mut self) -> Result<(Header, Taken, Place), ExchangeError> {
        let zone = self.config.zone;
        let name = random_guid()?.to_string();
        let (asked, request) = {
            let _at_work = self.at_work.lock();
            let now = believed_now(zone, &self.store)?;
            Asked::of(&mut self.store, self.centre.guid, &name, PROGRAM, now)?
        };
        let answer = self.line.ask(&request.print()?)?;
        let answer = Answer::parse(&answer)?;
        if answer.request != name || answer.incarnation != request.header.incarnation {
            return Err(ExchangeError::OtherRequest);
        }
        let _at_work = self.at_work.lock();
        let now = believed_now(zone, &self.store)?;
        let mut tx = BoxTx::begin(&mut self.store, self.centre.guid, now)?.answering(asked);
        let taken = site::take(&mut tx, &answer)?;
        let site = tx.site()?;
        let mut memory = tx.memory()?;
        memory.requests.clear();
        let place = Place {
            memory,
            mode: site.mode,
            last: site.last.0,
            applied: site.applied,
        };
        tx.commit()?;
        Ok((request.header, taken, place))
    }

    /// Gives the centre the cells that begin soon. Returns whether there were any.
    fn release(&mut self) -> Result<bool, ExchangeError> {
        let hours = self.centre.release_hours_before;
        let is_due = self.released.is_none_or(|last| last.elapsed() > RELEASE_PAUSE);
        if hours == 0 || !is_due {
            return Ok(false);
        }
        self.released = Some(Instant::now());
        let mut is_any = false;
        loop {
            let _at_work = self.at_work.lock();
            let now = believed_now(self.config.zone, &self.store)?;
            let tx = BoxTx::begin(&mut self.store, self.centre.guid, now)?;
            if tx.release_before(hours)? == 0 {
                return Ok(is_any);
            }
            tx.commit()?;
            is_any = true;
        }
    }
}
