//! The private connections from the gate to tiny_http: a fixed number, opened once, each with one request at a time.
//! Their number bounds what can wait for the engine.

use super::EndsWithPanic;
use super::head::Framing;
use super::line::Line;
use super::record::{Outcome, RequestId};
use super::spare::{Spare, Taken};
use crate::engine::BATCH_REQUESTS_MAX;
use crate::refusal::HttpError;
use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Private connections: as many as a batch holds.
pub const LINES: usize = BATCH_REQUESTS_MAX;
/// Most of them that requests which only read may hold at a time: a crowd of readers leaves way for bookings.
const READER_LINES_MAX: usize = LINES / 2;
/// Seconds after which a client may try again when there was no room.
const RETRY_SECONDS: u32 = 2;

/// All private connections.
#[derive(Debug)]
pub struct Relay {
    switchboard: Mutex<Switchboard>,
    /// Memory for large answers.
    spare: Spare,
}

/// Who has a line, and who waits for one. A line given back goes to whoever waits longest, writers first; so nobody who
/// asks again and again overtakes those who wait.
#[derive(Debug, Default)]
struct Switchboard {
    idle: Vec<Line>,
    /// Lines that readers hold.
    readers: usize,
    writers_waiting: VecDeque<Waiter>,
    readers_waiting: VecDeque<Waiter>,
    /// Waiters so far: the number of the next.
    waiters: u64,
    /// Lines that waiters have not fetched yet, with the waiters' numbers.
    given: Vec<(u64, Line)>,
}

/// A thread that waits for a line.
#[derive(Debug)]
struct Waiter {
    number: u64,
    thread: Thread,
}

impl Relay {
    /// A relay over these private connections, with so much memory for large answers.
    pub fn new(lines: Vec<Line>, spare: Spare) -> Self {
        let switchboard = Switchboard {
            idle: lines,
            ..Switchboard::default()
        };
        Relay {
            switchboard: Mutex::new(switchboard),
            spare,
        }
    }

    /// Hands over a whole request and waits for its response, which goes to `out` as the client with this request gets it;
    /// says how it ended, and gives the spare memory that it takes. Waiting for a free line ends after `patience`; waiting for the engine does not: it has bounds of its own,
    /// and an answer in its place would have to say whether it booked.
    ///
    /// # Errors
    /// 503: no free line in time, and nothing was done; or no memory for a large answer to a request that only read.
    pub fn exchange(
        &self,
        message: &[u8],
        framing: Framing,
        connection: Option<&str>,
        id: Option<RequestId>,
        patience: Duration,
        out: &mut Vec<u8>,
    ) -> Result<(Taken, Outcome), HttpError> {
        let _ends = EndsWithPanic;
        let unavailable = HttpError::Unavailable(RETRY_SECONDS);
        let mut line = self.take(framing.safe, patience).ok_or(unavailable)?;
        let sent = line.send(message);
        match sent.and_then(|()| line.receive(framing, connection, id, &self.spare, out)) {
            Ok(received) => {
                self.locked().give(line, framing.safe);
                received.ok_or(unavailable)
            }
            Err(error) => lost(&error),
        }
    }

    fn take(&self, reader: bool, patience: Duration) -> Option<Line> {
        let number = match self.locked().take(reader) {
            Ok(line) => return Some(line),
            Err(number) => number,
        };
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            thread::park_timeout(left);
            let mut switchboard = self.locked();
            let line = switchboard.fetch(number);
            if line.is_none() && left.is_zero() {
                switchboard.leave(number, reader);
            }
            if line.is_some() || left.is_zero() {
                return line;
            }
        }
    }

    fn locked(&self) -> MutexGuard<'_, Switchboard> {
        self.switchboard.lock().expect("nothing under this lock panics")
    }
}

impl Switchboard {
    /// A line at once, or the number under which this thread waits for one: it is unparked then.
    fn take(&mut self, reader: bool) -> Result<Line, u64> {
        let may = !reader || self.readers < READER_LINES_MAX;
        if may && let Some(line) = self.idle.pop() {
            self.readers += usize::from(reader);
            return Ok(line);
        }
        let number = self.waiters;
        self.waiters += 1;
        let thread = thread::current();
        self.waiting(reader).push_back(Waiter { number, thread });
        Err(number)
    }

    /// Takes a line back and gives it to whoever waits for it.
    fn give(&mut self, line: Line, from_reader: bool) {
        self.readers -= usize::from(from_reader);
        let next = self.writers_waiting.pop_front().or_else(|| {
            let reader = (self.readers < READER_LINES_MAX).then(|| self.readers_waiting.pop_front())?;
            self.readers += usize::from(reader.is_some());
            reader
        });
        match next {
            Some(waiter) => {
                self.given.push((waiter.number, line));
                waiter.thread.unpark();
            }
            None => self.idle.push(line),
        }
    }

    /// The line that was given to this waiter, if it was.
    fn fetch(&mut self, number: u64) -> Option<Line> {
        let at = self.given.iter().position(|(waiter, _)| *waiter == number)?;
        Some(self.given.swap_remove(at).1)
    }

    /// Waits no longer.
    fn leave(&mut self, number: u64, reader: bool) {
        self.waiting(reader).retain(|waiter| waiter.number != number);
    }

    fn waiting(&mut self, reader: bool) -> &mut VecDeque<Waiter> {
        if reader {
            &mut self.readers_waiting
        } else {
            &mut self.writers_waiting
        }
    }
}

/// A private connection broke: nothing that a client does can bring this about, and no request on it has an answer.
/// The process stops, and the journal puts the database right at the next start.
fn lost(error: &io::Error) -> ! {
    log::error!("a private connection between gate and server broke: {error}");
    std::process::exit(1)
}

#[cfg(test)]
mod tests;
