//! The life of one client's connection: request after request read whole under deadlines, handed over, answered.

use super::Limits;
use super::answer::{refused, write_response};
use super::chunked::Chunked;
use super::connections::ConnectionSlot;
use super::deadline::{receive, send};
use super::head::{After, BODY_BYTES_MAX, Body, Framing, HEAD_BYTES_MAX, Head, NO_FIELDS, Scan, end_head};
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

/// Bytes that every connection may hold of what it sends; more needs spare memory.
const FREE_BYTES: usize = 4 * 1024;
/// What a client is told that holds its body back.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
/// Bytes that are still read from a client that was told its connection ends.
const LINGER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Seconds after which a client may try again when there was no memory for its request.
const RETRY_SECONDS: u32 = 2;

/// What all connections share.
pub struct Shared {
    /// Deadlines.
    pub limits: Limits,
    /// The way to the engine.
    pub pool: Pool,
    /// Memory for large requests.
    pub budget: MemoryBudget,
    /// Who is believed about a client's address.
    pub proxies: Proxies,
    /// Where requests are counted.
    pub metrics: Arc<Metrics>,
    /// How many lines of the log they bring about.
    pub pace: Mutex<Pace>,
}

/// One connection while it is served.
struct ClientConnection<'a> {
    slot: &'a ConnectionSlot,
    shared: &'a Shared,
    inbox: Inbox,
    /// The request as it is handed over, and then its response: kept from one to the next, as long as they are small.
    message: Vec<u8>,
    response: Vec<u8>,
    /// Requests that have begun on this connection.
    requests: u64,
    /// The one that is not answered yet, since its head was whole.
    record: Option<Record>,
    /// Whether that one wants no body.
    head_only: bool,
}

/// Bytes that have come and are not used yet.
struct Inbox {
    bytes: Vec<u8>,
    filled: usize,
    reserved: Option<Reservation>,
}

/// Why a connection ends.
enum End {
    /// There is nobody to tell, or nothing to say.
    Silent,
    /// The client is told.
    Refused(HttpError),
    /// The last answer said so.
    Agreed,
}

/// Serves a connection until it ends.
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
        head_only: false,
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
            let (record, head_only) = match client.record.take() {
                Some(record) => (record, client.head_only),
                None => (
                    begun(slot, &mut client.requests, None),
                    client.inbox.filled().starts_with(b"HEAD "),
                ),
            };
            let sent = client.send(&refused(http_error, head_only, Some(record.id)));
            record.close(http_error.into(), &shared.metrics, &shared.pace);
            if sent.is_ok() {
                client.linger();
            }
        }
    }
}

impl ClientConnection<'_> {
    /// One request and its answer.
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
        // The client may take its time with the answer; memory for its request is not kept for so long.
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

    /// The answer to the whole request, put into the response. That the process lives is answered here: the engine may wait
    /// for another program.
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
            write_response(&answer, framing.head_only, id, after.word(), &mut self.response);
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
        let head = Head::parse(&self.inbox.bytes[..head_bytes], &mut fields)?;
        let record = self
            .record
            .insert(begun(self.slot, &mut self.requests, head.route()));
        let framing = head.framing();
        self.head_only = framing.head_only;
        let reserved = self.shared.budget.reserve(head.message_bytes(), FREE_BYTES);
        let reserved = reserved.ok_or(HttpError::Unavailable(RETRY_SECONDS))?;
        record.client = head.client(self.slot.peer(), &self.shared.proxies)?;
        head.forward(record.client, &mut self.message);
        self.inbox.consume(head_bytes);
        Ok((framing, reserved))
    }

    /// Waits for the end of a head; its length. Its time runs from its first byte.
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

    /// Reads a body of so many bytes behind the head in the message.
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

    /// Reads a chunked body and puts its content behind the head in the message, whose end then tells the length. Takes the
    /// memory of the head and returns that of the whole message.
    fn receive_chunks(
        &mut self,
        mut expects_continue: bool,
        mut reserved: Reservation,
    ) -> Result<Reservation, End> {
        const HEAD_END_BYTES: usize = 32;
        let head_bytes = self.message.len();
        let most_bytes = head_bytes + HEAD_END_BYTES + BODY_BYTES_MAX;
        let deadline = Instant::now() + self.shared.limits.body;
        let mut chunked = Chunked::new(BODY_BYTES_MAX);
        let mut is_large = false;
        loop {
            // All that has come may be content.
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

    /// Sends all of it before the deadline for answers.
    fn send(&self, bytes: &[u8]) -> Result<(), End> {
        let deadline = Instant::now() + self.shared.limits.answer;
        send(self.slot.stream(), bytes, deadline).map_err(|_| End::Silent)
    }

    /// Ends our side and reads what the client still sends, for a short time, so that closing does not tear the last
    /// answer from its hands (RFC 9112, 9.6).
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

/// A request has begun on a connection with so many before.
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

    /// Whether there is more than the empty line that may stand ahead of a request.
    fn holds_words(&self) -> bool {
        self.filled().iter().any(|byte| !byte.is_ascii_whitespace())
    }

    /// Takes spare memory for a head that is larger than usual.
    fn grow_if_full(&mut self, budget: &MemoryBudget) -> Result<(), HttpError> {
        if self.filled == self.bytes.len() {
            let reserved = budget.reserve(HEAD_BYTES_MAX, FREE_BYTES);
            self.reserved = Some(reserved.ok_or(HttpError::Unavailable(RETRY_SECONDS))?);
            self.bytes.resize(HEAD_BYTES_MAX, 0);
        }
        Ok(())
    }

    /// Forgets the first `count` bytes, and gives spare memory back that is not needed any more.
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

/// Empties a buffer, and frees it if it has grown large.
fn give_back(buffer: &mut Vec<u8>, kept_bytes_max: usize) {
    buffer.clear();
    buffer.shrink_to(kept_bytes_max);
}

impl From<HttpError> for End {
    fn from(http_error: HttpError) -> Self {
        End::Refused(http_error)
    }
}

/// One read of a body: some bytes, or the end of the connection.
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
