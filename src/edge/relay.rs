//! The private connections from the gate to tiny_http: a fixed number, opened once, each with one request at a time.
//! Their number bounds what can wait for the desk.

use super::EndsWithPanic;
use super::head::Framing;
use super::line::{Line, Response};
use super::spare::Spare;
use crate::desk::TURN_REQUESTS_MAX;
use crate::refusal::Transport;
use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// Private connections: as many as a turn holds.
pub const LINES: usize = TURN_REQUESTS_MAX;
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
}

/// Where a line goes that somebody waits for.
#[derive(Debug)]
struct Waiter {
    number: u64,
    line: SyncSender<Line>,
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

    /// Hands over a whole request and waits for its response. Waiting for a free line ends after `patience`;
    /// waiting for the desk does not: it has bounds of its own, and an answer in its place would have to say whether
    /// it booked.
    ///
    /// # Errors
    /// 503: no free line in time, and nothing was done; or no memory for a large answer to a request that only read.
    pub fn exchange(
        &self,
        message: &[u8],
        framing: Framing,
        connection: Option<&str>,
        patience: Duration,
    ) -> Result<Response, Transport> {
        let _ends = EndsWithPanic;
        let unavailable = Transport::Unavailable(RETRY_SECONDS);
        let mut line = self.take(framing.safe, patience).ok_or(unavailable)?;
        let sent = line.send(message);
        match sent.and_then(|()| line.receive(framing, connection, &self.spare)) {
            Ok(response) => {
                self.locked().give(line, framing.safe);
                response.ok_or(unavailable)
            }
            Err(error) => lost(&error),
        }
    }

    fn take(&self, reader: bool, patience: Duration) -> Option<Line> {
        let (number, line) = match self.locked().take(reader) {
            Ok(line) => return Some(line),
            Err(waiting) => waiting,
        };
        match line.recv_timeout(patience) {
            Ok(line) => Some(line),
            // It may have been given in the last moment.
            Err(_) if self.locked().leave(number, reader) => None,
            Err(_) => line.try_recv().ok(),
        }
    }

    fn locked(&self) -> MutexGuard<'_, Switchboard> {
        self.switchboard.lock().expect("nothing under this lock panics")
    }
}

impl Switchboard {
    /// A line at once, or a number and where a line will come.
    fn take(&mut self, reader: bool) -> Result<Line, (u64, Receiver<Line>)> {
        let may = !reader || self.readers < READER_LINES_MAX;
        if may && let Some(line) = self.idle.pop() {
            self.readers += usize::from(reader);
            return Ok(line);
        }
        let (line, receiver) = sync_channel(1);
        let number = self.waiters;
        self.waiters += 1;
        self.waiting(reader).push_back(Waiter { number, line });
        Err((number, receiver))
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
            Some(waiter) => waiter
                .line
                .send(line)
                .expect("a waiter leaves its queue before it goes"),
            None => self.idle.push(line),
        }
    }

    /// Waits no longer; false if a line has been given already.
    fn leave(&mut self, number: u64, reader: bool) -> bool {
        let waiting = self.waiting(reader);
        let before = waiting.len();
        waiting.retain(|waiter| waiter.number != number);
        waiting.len() < before
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
