//! The thread on which passwords are checked and made, one at a time: each takes a tenth of a second and some memory, and the
//! engine's thread must not wait for that.

use super::EndsWithPanic;
use crate::engine::PasswordWork;
use crate::model::PasswordFound;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::thread;

/// Requests that may wait for the thread; more are told to come again.
const WAITING_MAX: usize = 16;

/// The way to the thread and back, for requests that wait as `T`.
pub struct Passwords<T> {
    jobs: SyncSender<(PasswordWork, T)>,
    done: Receiver<(PasswordFound, T)>,
}

impl<T: Send + 'static> Passwords<T> {
    /// Starts the thread. It calls `wake` when it has done something, and ends with the returned value.
    pub fn start(wake: impl Fn() + Send + 'static) -> io::Result<Self> {
        let (jobs, taken) = sync_channel::<(PasswordWork, T)>(WAITING_MAX);
        let (finished, done) = channel();
        thread::Builder::new().name("passwords".into()).spawn(move || {
            let _ends = EndsWithPanic;
            for (work, waiting) in taken {
                if finished.send((work.run(), waiting)).is_err() {
                    break;
                }
                wake();
            }
        })?;
        Ok(Passwords { jobs, done })
    }

    /// Hands over a request; returns it when too many wait.
    pub fn hand_over(&self, work: PasswordWork, waiting: T) -> Result<(), T> {
        self.jobs.try_send((work, waiting)).map_err(|error| match error {
            TrySendError::Full((_, waiting)) | TrySendError::Disconnected((_, waiting)) => waiting,
        })
    }

    /// Returns a request whose work is done, with what it came to.
    pub fn done(&self) -> Option<(PasswordFound, T)> {
        self.done.try_recv().ok()
    }
}
