//! The exchange that goes on: each second and at once after a booking, more rarely while there is no connection.

use super::ExchangeError;
use super::network::Exchanger;
use super::standby::Standby;
use crate::command::Failure;
use crate::refusal::Trouble;
use crate::store::{Fault, Store};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Time between two exchanges when nothing happens.
const IDLE: Duration = Duration::from_secs(1);

/// Time between two looks for something new: they read one number of the log's index.
const LOOK: Duration = Duration::from_millis(50);

/// Rest after a step, in parts of the time that it took: who books without a pause is not held up by one step after the other.
const REST: u32 = 4;

/// Longest pause without a connection.
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// Exchanges until SIGTERM or SIGINT, which end it between two transactions, or until the database's file is another one: then the
/// service manager starts it anew.
pub fn follow(
    exchanger: Option<Exchanger<'static>>,
    standby: Option<Standby>,
    at_work: &Mutex<()>,
) -> Result<(), Failure> {
    let (mut ended, end) = UnixStream::pair().map_err(|error| Failure::of("SIGTERM", error))?;
    let registered = [SIGTERM, SIGINT]
        .into_iter()
        .try_for_each(|signal| signal_hook::low_level::pipe::register(signal, end.try_clone()?).map(|_| ()));
    registered.map_err(|error: io::Error| Failure::of("SIGTERM", error))?;
    let fault = Arc::new(Mutex::new(None));
    // A slow centre does not hold up the standby, nor the other way round.
    if let Some(exchanger) = exchanger {
        start(exchanger, &fault, &end)?;
    }
    if let Some(standby) = standby {
        start(standby, &fault, &end)?;
    }
    while let Err(error) = ended.read(&mut [0]) {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(Failure::of("SIGTERM", error));
        }
    }
    // A transaction is ended first. A request under way is not waited for: its answer would be asked for again.
    let _at_rest = at_work.lock();
    let fault = fault.lock().unwrap_or_else(PoisonError::into_inner).take();
    fault.map_or(Ok(()), |error| Err(error.into()))
}

/// Starts a thread that follows. Its end is told by a byte, after the fault.
fn start<F: Follower>(
    follower: F,
    fault: &Arc<Mutex<Option<ExchangeError>>>,
    end: &UnixStream,
) -> Result<(), Failure> {
    let told = Arc::clone(fault);
    let mut end = end.try_clone().map_err(|error| Failure::of(F::NAME, error))?;
    let thread = thread::Builder::new().name(F::NAME.into()).spawn(move || {
        let error = follow_for_ever(follower);
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        let _ = end.write_all(b"!");
    });
    thread.map(drop).map_err(|error| Failure::of(F::NAME, error))
}

/// Who does something with each change of the database.
trait Follower: Send + 'static {
    /// Name of its thread.
    const NAME: &str;
    /// What the log's lines about a failure begin with.
    const ABOUT: &str;
    /// What the log need not tell at first.
    const UNTOLD: &str;

    fn store(&self) -> &Store;

    /// Does what there is to do. Returns what the log tells then, unless it told it last.
    fn step(&mut self) -> Result<&'static str, ExchangeError>;
}

impl Follower for Exchanger<'static> {
    const NAME: &str = "exchange";
    const ABOUT: &str = "";
    const UNTOLD: &str = "";

    fn store(&self) -> &Store {
        &self.store
    }

    fn step(&mut self) -> Result<&'static str, ExchangeError> {
        let done = self.complete()?;
        Ok(if done.is_stopped {
            "this life has stopped: `infomat issues` tells why"
        } else {
            "the exchange is complete"
        })
    }
}

/// What the log tells when the standby follows after a failure.
const FOLLOWS: &str = "the standby follows again";

impl Follower for Standby {
    const NAME: &str = "standby";
    const ABOUT: &str = "the standby: ";
    const UNTOLD: &str = FOLLOWS;

    fn store(&self) -> &Store {
        &self.store
    }

    fn step(&mut self) -> Result<&'static str, ExchangeError> {
        self.write_news().map(|()| FOLLOWS)
    }
}

/// Follows for ever. Returns what cannot be mended by waiting. The log tells what changed: the first success, one after a failure, and
/// each other failure.
fn follow_for_ever<F: Follower>(mut follower: F) -> ExchangeError {
    let mut pause = IDLE;
    let mut last_told = F::UNTOLD.to_owned();
    loop {
        let (seen, began) = (follower.store().data_version(), Instant::now());
        match follower.step() {
            Ok(text) => {
                if text != last_told {
                    log::info!("{text}");
                    text.clone_into(&mut last_told);
                }
                pause = IDLE;
                wait_for_news(follower.store(), seen.ok(), began.elapsed() * REST);
            }
            Err(error @ ExchangeError::Store(Fault::Unavailable(Trouble::Replaced, _))) => return error,
            Err(error) => {
                let text = format!("{}{error}", F::ABOUT);
                if text != last_told {
                    log::warn!("{text}");
                    last_told = text;
                }
                thread::sleep(pause);
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}

/// Waits for [`IDLE`], or, after a rest, until another program has committed.
fn wait_for_news(store: &Store, seen: Option<i64>, rest: Duration) {
    let began = Instant::now();
    thread::sleep(rest.clamp(LOOK, IDLE));
    while began.elapsed() < IDLE && store.data_version().ok() == seen {
        thread::sleep(LOOK);
    }
}
