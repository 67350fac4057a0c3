//! The exchange that goes on: each second and at once after a booking, more rarely while there is no connection.

use super::ExchangeError;
use super::network::{Done, Exchanger};
use crate::command::Failure;
use crate::refusal::Trouble;
use crate::store::Fault;
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
pub fn follow(mut exchanger: Exchanger<'static>, at_work: &Mutex<()>) -> Result<(), Failure> {
    let (mut ended, end) = UnixStream::pair().map_err(|error| Failure::of("SIGTERM", error))?;
    let registered = [SIGTERM, SIGINT]
        .into_iter()
        .try_for_each(|signal| signal_hook::low_level::pipe::register(signal, end.try_clone()?).map(|_| ()));
    registered.map_err(|error: io::Error| Failure::of("SIGTERM", error))?;
    let fault = Arc::new(Mutex::new(None));
    let (told, mut end) = (Arc::clone(&fault), end);
    let worker = thread::Builder::new().name("exchange".into()).spawn(move || {
        let error = run(&mut exchanger);
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        let _ = end.write_all(b"!");
    });
    worker.map_err(|error| Failure::of("exchange", error))?;
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
                wait_for_news(exchanger, seen.ok());
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
fn wait_for_news(exchanger: &Exchanger, seen: Option<i64>) {
    let began = Instant::now();
    while began.elapsed() < IDLE {
        thread::sleep(LOOK);
        if exchanger.store.data_version().ok() != seen {
            return;
        }
    }
}
