//! The exchange that goes on: each second and at once after a booking, more rarely while there is no connection.

use super::ExchangeError;
use super::network::{Done, Exchanger};
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
    let work = [
        exchanger.map(|mut exchanger| worker("exchange", move || run(&mut exchanger))),
        standby.map(|mut standby| worker("standby", move || follow_to(&mut standby))),
    ];
    for (name, mut work) in work.into_iter().flatten() {
        let (told, mut end) = (
            Arc::clone(&fault),
            end.try_clone().map_err(|error| Failure::of(name, error))?,
        );
        let worker = thread::Builder::new().name(name.into()).spawn(move || {
            let error = work();
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            let _ = end.write_all(b"!");
        });
        worker.map_err(|error| Failure::of(name, error))?;
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

type Work = Box<dyn FnMut() -> ExchangeError + Send>;

fn worker(name: &'static str, work: impl FnMut() -> ExchangeError + Send + 'static) -> (&'static str, Work) {
    (name, Box::new(work))
}

/// Lets the standby follow for ever. Returns what cannot be mended by waiting.
fn follow_to(standby: &mut Standby) -> ExchangeError {
    let mut pause = IDLE;
    let mut last_told = String::new();
    loop {
        let seen = standby.store.data_version();
        match standby.step() {
            Ok(()) => {
                if !last_told.is_empty() {
                    log::info!("the standby follows again");
                    last_told.clear();
                }
                pause = IDLE;
                wait_for_news(&standby.store, seen.ok());
            }
            Err(error @ ExchangeError::Store(Fault::Unavailable(Trouble::Replaced, _))) => return error,
            Err(error) => {
                let text = format!("the standby: {error}");
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

/// Exchanges for ever. Returns what cannot be mended by waiting.
fn run(exchanger: &mut Exchanger) -> ExchangeError {
    let mut pause = IDLE;
    let mut last_told = String::new();
    loop {
        let seen = exchanger.store.data_version();
        match exchanger.complete() {
            Ok(done) => {
                tell(&mut last_told, &done);
                pause = IDLE;
                wait_for_news(&exchanger.store, seen.ok());
            }
            Err(error @ ExchangeError::Store(Fault::Unavailable(Trouble::Replaced, _))) => return error,
            Err(error) => {
                let text = error.to_string();
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

/// The log tells what changed: the first complete exchange, one after a failure, and the end of this life.
fn tell(last_told: &mut String, done: &Done) {
    let text = if done.is_stopped {
        "this life has stopped: `infomat issues` tells why"
    } else {
        "the exchange is complete"
    };
    if *last_told != text {
        log::info!("{text}");
        text.clone_into(last_told);
    }
}

/// Waits for [`IDLE`], or until another program has committed.
fn wait_for_news(store: &Store, seen: Option<i64>) {
    let began = Instant::now();
    while began.elapsed() < IDLE {
        thread::sleep(LOOK);
        if store.data_version().ok() != seen {
            return;
        }
    }
}
