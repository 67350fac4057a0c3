//! The pool of upstream connections from the gate to tiny_http: a fixed number, opened once, each with one request at a
//! time. Their number bounds the requests that wait for the engine.

use super::EndsWithPanic;
use super::head::Framing;
use super::memory::{MemoryBudget, Reservation};
use super::record::{RequestId, RequestOutcome};
use super::upstream::Upstream;
use crate::engine::BATCH_REQUESTS_MAX;
use crate::refusal::HttpError;
use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Upstream connections: as many as a batch holds.
pub const UPSTREAMS: usize = BATCH_REQUESTS_MAX;
/// Most upstream connections that readers may hold at a time: a crowd of readers leaves way for bookings.
const READERS_MAX: usize = UPSTREAMS / 2;
/// `Retry-After` without a free upstream connection, in seconds.
const RETRY_SECONDS: u32 = 2;

#[derive(Debug)]
pub struct Pool {
    state: Mutex<PoolState>,
    /// Memory for large answers.
    budget: MemoryBudget,
}

/// What a request does with the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Reader,
    Writer,
}
use Role::{Reader, Writer};

/// The holders of connections, and the waiters. A connection given back goes to the longest waiter, writers first: a
/// newcomer does not overtake a waiter.
#[derive(Debug, Default)]
struct PoolState {
    idle: Vec<Upstream>,
    readers: usize,
    writers_waiting: VecDeque<Waiter>,
    readers_waiting: VecDeque<Waiter>,
    /// Waiters so far: the number of the next.
    waiters: u64,
    /// Connections that waiters have not fetched yet, with the waiters' numbers.
    given: Vec<(u64, Upstream)>,
}

/// A thread that waits for a connection.
#[derive(Debug)]
struct Waiter {
    number: u64,
    thread: Thread,
}

impl Pool {
    /// A pool of these connections, with a budget for large answers.
    pub fn new(upstreams: Vec<Upstream>, budget: MemoryBudget) -> Self {
        let state = PoolState {
            idle: upstreams,
            ..PoolState::default()
        };
        Pool {
            state: Mutex::new(state),
            budget,
        }
    }

    /// Hands a whole request over and writes the client's response in place of the content of `out`. Returns the memory
    /// reserved, and the outcome. The wait for a free connection ends after `timeout`. The wait for the engine has no timeout:
    /// the engine has bounds of its own, and another answer would have to tell whether the engine booked.
    ///
    /// # Errors
    /// 503: no free connection in time, and nothing was done; or no memory for a large answer to a request that only read.
    pub fn exchange(
        &self,
        message: &[u8],
        framing: Framing,
        connection: Option<&str>,
        id: Option<RequestId>,
        timeout: Duration,
        out: &mut Vec<u8>,
    ) -> Result<(Reservation, RequestOutcome), HttpError> {
        let _ends = EndsWithPanic;
        let unavailable = HttpError::Unavailable(RETRY_SECONDS);
        let role = if framing.safe { Reader } else { Writer };
        let mut upstream = self.take(role, timeout).ok_or(unavailable)?;
        let sent = upstream.send(message);
        match sent.and_then(|()| upstream.receive(framing, connection, id, &self.budget, out)) {
            Ok(received) => {
                self.locked().give(upstream, role);
                received.ok_or(unavailable)
            }
            Err(error) => lost(&error),
        }
    }

    fn take(&self, role: Role, timeout: Duration) -> Option<Upstream> {
        let number = match self.locked().take(role) {
            Ok(upstream) => return Some(upstream),
            Err(number) => number,
        };
        let deadline = Instant::now() + timeout;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            thread::park_timeout(left);
            let mut state = self.locked();
            let upstream = state.fetch(number);
            if upstream.is_none() && left.is_zero() {
                state.leave(number, role);
            }
            if upstream.is_some() || left.is_zero() {
                return upstream;
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, PoolState> {
        self.state.lock().expect("nothing under this lock panics")
    }
}

impl PoolState {
    /// Returns a connection at once, or the number of this thread as a waiter: it is unparked with its connection.
    fn take(&mut self, role: Role) -> Result<Upstream, u64> {
        let may = role == Writer || self.readers < READERS_MAX;
        if may && let Some(upstream) = self.idle.pop() {
            self.readers += usize::from(role == Reader);
            return Ok(upstream);
        }
        let number = self.waiters;
        self.waiters += 1;
        let thread = thread::current();
        self.waiting(role).push_back(Waiter { number, thread });
        Err(number)
    }

    /// Takes a connection back and gives it to the next waiter.
    fn give(&mut self, upstream: Upstream, from: Role) {
        self.readers -= usize::from(from == Reader);
        let next = self.writers_waiting.pop_front().or_else(|| {
            let reader = (self.readers < READERS_MAX).then(|| self.readers_waiting.pop_front())?;
            self.readers += usize::from(reader.is_some());
            reader
        });
        match next {
            Some(waiter) => {
                self.given.push((waiter.number, upstream));
                waiter.thread.unpark();
            }
            None => self.idle.push(upstream),
        }
    }

    /// Returns the connection given to this waiter, if there is one.
    fn fetch(&mut self, number: u64) -> Option<Upstream> {
        let at = self.given.iter().position(|(waiter, _)| *waiter == number)?;
        Some(self.given.swap_remove(at).1)
    }

    fn leave(&mut self, number: u64, role: Role) {
        self.waiting(role).retain(|waiter| waiter.number != number);
    }

    fn waiting(&mut self, role: Role) -> &mut VecDeque<Waiter> {
        match role {
            Reader => &mut self.readers_waiting,
            Writer => &mut self.writers_waiting,
        }
    }
}

/// Ends the process after a broken upstream connection: no client can bring this about, and the request on it has no answer.
/// The journal puts the database right at the next start.
fn lost(error: &io::Error) -> ! {
    log::error!("a private connection between gate and server broke: {error}");
    std::process::exit(1)
}

#[cfg(test)]
mod tests;
