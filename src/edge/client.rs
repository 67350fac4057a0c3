//! One client's connection: each request is read whole under deadlines, handed over and answered.

use super::Limits;
use super::answer::{refused, write_response};
use super::chunked::Chunked;
use super::connections::ConnectionSlot;
use super::deadline::{receive, send};
use super::head::{After, AnswerParts, Body, Framing, HEAD_BYTES_MAX, Head, NO_FIELDS, Scan, end_head};
use super::memory::{MemoryBudget, Reservation};
use super::pace::Pace;
use super::pool::Pool;
use super::proxies::Proxies;
use super::record::{Record, RequestOutcome};
use super::upstream::ANSWER_FREE_BYTES;
use crate::metrics::Metrics;
use crate::refusal::HttpError;
use crate::route::{Read, Route};
use crate::wire::ready::alive;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Received bytes that every connection may hold. More needs a reservation.
const FREE_BYTES: usize = 4 * 1024;
/// The answer to a client that holds its body back.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
/// Bytes still read from a client after the last answer.
const LINGER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// `Retry-After` without memory for a request, in seconds.
const RETRY_SECONDS: u32 = 2;

pub struct Shared {
    pub limits: Limits,
    pub pool: Pool,
    pub budget: MemoryBudget,
    pub proxies: Proxies,
    pub metrics: Arc<Metrics>,
    pub pace: Mutex<Pace>,
}

struct ClientConnection<'a> {
    slot: &'a ConnectionSlot,
    shared: &'a Shared,
    inbox: Inbox,
    /// The buffers of request and response. Small ones are kept for the next request.
    message: Vec<u8>,
    response: Vec<u8>,
    requests: u64,
    /// The request without an answer yet, after its head.
    record: Option<Record>,
    /// The parts of its answer.
    parts: AnswerParts,
}

struct Inbox {
    bytes: Vec<u8>,
    filled: usize,
    reserved: Option<Reservation>,
}

/// Why a connection ends.
enum End {
    /// The client gets no answer.
    Silent,
    /// The client gets this answer.
    Refused(HttpError),
    /// The last answer announced the end.
    Agreed,
}

pub fn serve(slot: &ConnectionSlot, shared: &Shared) {
    let _connected = shared.metrics.connected();
    let mut client = ClientConnection {
        slot,
        shared,
        inbox: Inbox::new(),
        message: Vec::new(),
        response: Vec::new(),
        requests: 0,
        record: None,
        parts: AnswerParts::Whole,
    };
    let end = loop {
        if let Err(end) = client.exchange() {
            break end;
        }
    };
    match end {
        End::Silent => {}
        End::Agreed => client.linger(),
        End::Refused(http_error) => {
            let (record, parts) = match client.record.take() {
                Some(record) => (record, client.parts),
                None if client.inbox.filled().starts_with(b"HEAD ") => {
                    (begun(slot, &mut client.requests, None), AnswerParts::Head)
                }
                None => (begun(slot, &mut client.requests, None), AnswerParts::Whole),
            };
            let sent = client.send(&refused(http_error, parts, Some(record.id)));
            record.close(http_error.into(), &shared.metrics, &shared.pace);
            if sent.is_ok() {
                client.linger();
            }
        }
    }
}

impl ClientConnection<'_> {
    fn exchange(&mut self) -> Result<(), End> {
        let (framing, mut reserved) = self.receive_head()?;
        match framing.body {
            Body::Plain(bytes) => self.receive_body(bytes, framing.expects_continue)?,
            Body::Chunked => reserved = self.receive_chunks(framing.expects_continue, reserved)?,
        }
        if !self.slot.begin() {
            return Err(End::Silent);
        }
        let after = if self.slot.stopping() {
            After::Close
        } else {
            framing.after
        };
        let answered = self.answer(framing, after);
        self.slot.end();
        // A client may read the answer slowly: the memory of its request is not kept until then.
        give_back(&mut self.message, FREE_BYTES);
        drop(reserved);
        let (reserved, outcome) = answered?;
        let sent = self.send(&self.response);
        if let Some(record) = self.record.take() {
            record.close(outcome, &self.shared.metrics, &self.shared.pace);
        }
        sent?;
        give_back(&mut self.response, ANSWER_FREE_BYTES);
        drop(reserved);
        if after == After::Close {
            Err(End::Agreed)
        } else {
            Ok(())
        }
    }

    /// Puts the answer to the whole request into the response. Health is answered here: the engine may wait for another
    /// program.
    fn answer(
        &mut self,
        framing: Framing,
        after: After,
    ) -> Result<(Option<Reservation>, RequestOutcome), HttpError> {
        let Shared { pool, limits, .. } = self.shared;
        let id = self.record.as_ref().map(|record| record.id);
        let route = self.record.as_ref().and_then(|record| record.route.as_ref());
        if route == Some(&Route::Read(Read::Health)) {
            let answer = alive();
            write_response(&answer, framing.parts, id, after.word(), &mut self.response);
            return Ok((None, RequestOutcome::from(&answer)));
        }
        let _queued = self.shared.metrics.queued();
        let (message, response) = (&self.message, &mut self.response);
        let (reserved, outcome) =
            pool.exchange(message, framing, after.word(), id, limits.upstream_wait, response)?;
        Ok((Some(reserved), outcome))
    }

    /// Waits for a whole head and puts it into the message.
    fn receive_head(&mut self) -> Result<(Framing, Reservation), End> {
        let head_bytes = self.wait_for_head()?;
        let mut fields = NO_FIELDS;
        let head = Head::parse(
            &self.inbox.bytes[..head_bytes],
            self.shared.limits.body_bytes,
            &mut fields,
        )?;
        let record = self
            .record
            .insert(begun(self.slot, &mut self.requests, head.route()));
        let framing = head.framing();
        self.parts = framing.parts;
        let reserved = self.shared.budget.reserve(head.message_bytes(), FREE_BYTES);
        let reserved = reserved.ok_or(HttpError::Unavailable(RETRY_SECONDS))?;
        record.client = head.client(self.slot.peer(), &self.shared.proxies)?;
        head.forward(record.client, &mut self.message);
        self.inbox.consume(head_bytes);
        Ok((framing, reserved))
    }

    /// Waits for the end of a head and returns its length. The deadline runs from its first byte.
    fn wait_for_head(&mut self) -> Result<usize, End> {
        let limits = &self.shared.limits;
        let mut scan = Scan::default();
        let mut deadline = None;
        loop {
            if let Some(head_bytes) = scan.head_end(self.inbox.filled())? {
                return Ok(head_bytes);
            }
            if self.inbox.filled > 0 && deadline.is_none() {
                deadline = Some(Instant::now() + limits.head);
            }
            self.inbox.grow_if_full(&self.shared.budget)?;
            let until = deadline.unwrap_or_else(|| Instant::now() + limits.idle);
            let room = &mut self.inbox.bytes[self.inbox.filled..];
            match receive(self.slot.stream(), room, until) {
                Ok(0) => return Err(End::Silent),
                Ok(count) => self.inbox.filled += count,
                Err(error) if error.kind() == io::ErrorKind::TimedOut && self.inbox.holds_words() => {
                    return Err(HttpError::TooSlow.into());
                }
                Err(_) => return Err(End::Silent),
            }
        }
    }

    /// Reads a body of so many bytes into the message, behind the head.
    fn receive_body(&mut self, bytes: usize, expects_continue: bool) -> Result<(), End> {
        let here = bytes.min(self.inbox.filled);
        self.message.extend_from_slice(&self.inbox.filled()[..here]);
        self.inbox.consume(here);
        if here == bytes {
            return Ok(());
        }
        if expects_continue {
            self.send(CONTINUE)?;
        }
        let deadline = Instant::now() + self.shared.limits.body;
        let mut filled = self.message.len();
        self.message.resize(filled + bytes - here, 0);
        while filled < self.message.len() {
            filled += receive_of_body(self.slot.stream(), &mut self.message[filled..], deadline)?;
        }
        Ok(())
    }

    /// Reads a chunked body, puts its content into the message behind the head, and ends the head with the length. Takes the
    /// reservation of the head and returns that of the whole message.
    fn receive_chunks(
        &mut self,
        mut expects_continue: bool,
        mut reserved: Reservation,
    ) -> Result<Reservation, End> {
        const HEAD_END_BYTES: usize = 32;
        let head_bytes = self.message.len();
        let most_bytes = head_bytes + HEAD_END_BYTES + self.shared.limits.body_bytes;
        let deadline = Instant::now() + self.shared.limits.body;
        let mut chunked = Chunked::new(self.shared.limits.body_bytes);
        let mut is_large = false;
        loop {
            // All received bytes may be content.
            if !is_large && self.message.len() + self.inbox.filled > FREE_BYTES {
                let more = self.shared.budget.reserve(most_bytes, FREE_BYTES);
                reserved = more.ok_or(HttpError::Unavailable(RETRY_SECONDS))?;
                self.message.reserve_exact(most_bytes - self.message.len());
                is_large = true;
            }
            let count = chunked.take(self.inbox.filled(), &mut self.message)?;
            self.inbox.consume(count);
            if chunked.is_done() {
                break;
            }
            if std::mem::take(&mut expects_continue) {
                self.send(CONTINUE)?;
            }
            self.inbox.filled = receive_of_body(self.slot.stream(), &mut self.inbox.bytes, deadline)?;
        }
        let body_bytes = self.message.len() - head_bytes;
        end_head(&mut self.message, head_bytes, body_bytes);
        Ok(reserved)
    }

    /// Sends all bytes before the deadline for answers.
    fn send(&self, bytes: &[u8]) -> Result<(), End> {
        let deadline = Instant::now() + self.shared.limits.answer;
        send(self.slot.stream(), bytes, deadline).map_err(|_| End::Silent)
    }

    /// Ends our side and reads on for a short time: a close at once could destroy the last answer (RFC 9112, 9.6).
    fn linger(&mut self) {
        let stream = self.slot.stream();
        let deadline = Instant::now() + self.shared.limits.linger;
        let mut left = LINGER_BYTES_MAX;
        if stream.shutdown(Shutdown::Write).is_err() {
            return;
        }
        while let Ok(count @ 1..) = receive(stream, &mut self.inbox.bytes, deadline) {
            left = left.saturating_sub(count);
            if left == 0 {
                return;
            }
        }
    }
}

fn begun(slot: &ConnectionSlot, requests: &mut u64, route: Option<Route>) -> Record {
    *requests += 1;
    Record {
        id: slot.request_id(*requests),
        client: slot.peer(),
        since: Instant::now(),
        route,
    }
}

impl Inbox {
    fn new() -> Self {
        Inbox {
            bytes: vec![0; FREE_BYTES],
            filled: 0,
            reserved: None,
        }
    }

    fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    /// Whether there is more than the empty line allowed before a request.
    fn holds_words(&self) -> bool {
        self.filled().iter().any(|byte| !byte.is_ascii_whitespace())
    }

    /// Reserves memory for a head that is larger than usual.
    fn grow_if_full(&mut self, budget: &MemoryBudget) -> Result<(), HttpError> {
        if self.filled == self.bytes.len() {
            let reserved = budget.reserve(HEAD_BYTES_MAX, FREE_BYTES);
            self.reserved = Some(reserved.ok_or(HttpError::Unavailable(RETRY_SECONDS))?);
            self.bytes.resize(HEAD_BYTES_MAX, 0);
        }
        Ok(())
    }

    /// Drops the first `count` bytes, and gives back memory that is not needed any more.
    fn consume(&mut self, count: usize) {
        self.bytes.copy_within(count..self.filled, 0);
        self.filled -= count;
        if self.reserved.is_some() && self.filled <= FREE_BYTES {
            self.bytes.truncate(FREE_BYTES);
            self.bytes.shrink_to_fit();
            self.reserved = None;
        }
    }
}

/// Empties a buffer, and frees a large one.
fn give_back(buffer: &mut Vec<u8>, kept_bytes_max: usize) {
    buffer.clear();
    buffer.shrink_to(kept_bytes_max);
}

impl From<HttpError> for End {
    fn from(http_error: HttpError) -> Self {
        End::Refused(http_error)
    }
}

fn receive_of_body(stream: &TcpStream, room: &mut [u8], deadline: Instant) -> Result<usize, End> {
    match receive(stream, room, deadline) {
        Ok(0) => Err(End::Silent),
        Ok(count) => Ok(count),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(HttpError::TooSlow.into()),
        Err(_) => Err(End::Silent),
    }
}

#[cfg(test)]
mod tests;
