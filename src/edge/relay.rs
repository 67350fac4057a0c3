//! The private connections from the gate to tiny_http: a fixed number, opened once, each with one request at a time.
//! Their number bounds what can wait for the desk.

use super::EndsWithPanic;
use super::answer::{ANSWER_FIELDS_MAX, with_connection};
use super::head::Framing;
use super::spare::{Spare, Taken};
use crate::desk::TURN_REQUESTS_MAX;
use crate::refusal::Transport;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Private connections: as many as a turn holds.
pub const LINES: usize = TURN_REQUESTS_MAX;
/// Most of them that requests which only read may hold at a time: a crowd of readers leaves way for bookings.
const READER_LINES_MAX: usize = LINES / 2;
/// Bytes of an answer's head at most.
const ANSWER_HEAD_BYTES_MAX: usize = 8 * 1024;
/// Bytes of an answer that need no asking for spare memory.
const ANSWER_FREE_BYTES: usize = 8 * 1024;
/// Seconds after which a client may try again when there was no room.
const RETRY_SECONDS: u32 = 2;

/// All private connections.
#[derive(Debug)]
pub struct Relay {
    idle: Mutex<Idle>,
    writer_freed: Condvar,
    reader_freed: Condvar,
    /// Memory for large answers.
    spare: Spare,
}

#[derive(Debug)]
struct Idle {
    lines: Vec<Line>,
    readers: usize,
    writers_waiting: usize,
}

/// One private connection.
#[derive(Debug)]
pub struct Line {
    stream: UnixStream,
    /// Where the beginning of an answer is read into.
    scratch: Vec<u8>,
}

/// A response on its way to the client, with the memory it takes.
#[derive(Debug)]
pub struct Response {
    /// The bytes to send.
    pub bytes: Vec<u8>,
    _taken: Option<Taken>,
}

impl Relay {
    /// A relay over these private connections, with so much memory for large answers.
    pub fn new(lines: Vec<Line>, spare: Spare) -> Self {
        Relay {
            idle: Mutex::new(Idle {
                lines,
                readers: 0,
                writers_waiting: 0,
            }),
            writer_freed: Condvar::new(),
            reader_freed: Condvar::new(),
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
        let outcome = line.exchange(message, framing, connection, &self.spare);
        match outcome {
            Ok(response) => {
                self.give_back(line, framing.safe);
                response.ok_or(unavailable)
            }
            Err(error) => lost(&error),
        }
    }

    fn take(&self, reader: bool, patience: Duration) -> Option<Line> {
        let deadline = Instant::now() + patience;
        let mut idle = self.locked();
        while idle.lines.is_empty() || reader && idle.readers >= READER_LINES_MAX {
            let left = deadline.checked_duration_since(Instant::now())?;
            let freed = if reader {
                &self.reader_freed
            } else {
                &self.writer_freed
            };
            idle.writers_waiting += usize::from(!reader);
            idle = freed.wait_timeout(idle, left).expect(UNPOISONED).0;
            idle.writers_waiting -= usize::from(!reader);
        }
        idle.readers += usize::from(reader);
        idle.lines.pop()
    }

    fn give_back(&self, line: Line, reader: bool) {
        let mut idle = self.locked();
        idle.lines.push(line);
        idle.readers -= usize::from(reader);
        if idle.writers_waiting > 0 {
            self.writer_freed.notify_one();
        } else {
            self.reader_freed.notify_one();
        }
    }

    fn locked(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().expect(UNPOISONED)
    }
}

const UNPOISONED: &str = "nothing under this lock panics";

/// A private connection broke: nothing that a client does can bring this about, and no request on it has an answer.
/// The process stops, and the journal puts the database right at the next start.
fn lost(error: &io::Error) -> ! {
    log::error!("a private connection between gate and server broke: {error}");
    std::process::exit(1)
}

impl Line {
    /// A line over this connection.
    pub fn new(stream: UnixStream) -> Self {
        Line {
            stream,
            scratch: vec![0; ANSWER_HEAD_BYTES_MAX],
        }
    }

    /// Sends one request without waiting for its answer; for the trial at the start.
    pub fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.stream.write_all(message)
    }

    /// Reads one answer; `None` if it is large, may be asked for again, and no memory is left for it.
    pub fn receive(
        &mut self,
        framing: Framing,
        connection: Option<&str>,
        spare: &Spare,
    ) -> io::Result<Option<Response>> {
        let (filled, head_bytes, body_bytes) = self.receive_head()?;
        let body_bytes = if framing.head_only { 0 } else { body_bytes };
        let taken = spare.take(head_bytes + body_bytes, ANSWER_FREE_BYTES);
        let begun = &self.scratch[..filled];
        let rest_bytes = (head_bytes + body_bytes)
            .checked_sub(filled)
            .ok_or_else(|| io::Error::other("more bytes than one answer"))?;
        if framing.safe && taken.is_none() {
            let rest = u64::try_from(rest_bytes).expect("a length fits");
            io::copy(&mut Read::by_ref(&mut self.stream).take(rest), &mut io::sink())?;
            return Ok(None);
        }
        let mut bytes = with_connection(begun, connection, rest_bytes);
        let begun_bytes = bytes.len();
        bytes.resize(begun_bytes + rest_bytes, 0);
        self.stream.read_exact(&mut bytes[begun_bytes..])?;
        Ok(Some(Response { bytes, _taken: taken }))
    }

    fn exchange(
        &mut self,
        message: &[u8],
        framing: Framing,
        connection: Option<&str>,
        spare: &Spare,
    ) -> io::Result<Option<Response>> {
        self.send(message)?;
        self.receive(framing, connection, spare)
    }

    /// Reads until the head is whole: bytes read, length of the head, length of the body.
    fn receive_head(&mut self) -> io::Result<(usize, usize, usize)> {
        let mut filled = 0;
        loop {
            match self.stream.read(&mut self.scratch[filled..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            let mut fields = [httparse::EMPTY_HEADER; ANSWER_FIELDS_MAX];
            let mut response = httparse::Response::new(&mut fields);
            let status = response
                .parse(&self.scratch[..filled])
                .map_err(io::Error::other)?;
            if let httparse::Status::Complete(head_bytes) = status {
                return Ok((filled, head_bytes, content_length(response.headers)?));
            }
        }
    }
}

/// The length of an answer's body; none stated means none (204, 304).
fn content_length(fields: &[httparse::Header]) -> io::Result<usize> {
    let Some(field) = fields.iter().find(|field| field.name == "Content-Length") else {
        return Ok(0);
    };
    let digits = str::from_utf8(field.value).map_err(io::Error::other)?;
    digits.parse().map_err(io::Error::other)
}

#[cfg(test)]
mod tests;
