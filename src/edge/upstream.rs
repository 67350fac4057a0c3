//! One upstream connection: a request goes out in one write, its answer comes back whole.

use super::answer::{PREFIX_BYTES, Prefix, write_begin};
use super::head::Framing;
use super::memory::{MemoryBudget, Reservation};
use super::record::{RequestId, RequestOutcome};
use super::spin::spin_wait;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// Bytes of an answer that need no reservation.
pub const ANSWER_FREE_BYTES: usize = 8 * 1024;

/// How long a thread spins for an answer before it sleeps: the time of a booking where a flush is quick.
const ANSWER_SPIN: Duration = Duration::from_micros(500);

/// One private connection to tiny_http.
#[derive(Debug)]
pub struct Upstream(UnixStream);

impl Upstream {
    pub fn new(stream: UnixStream) -> Self {
        Upstream(stream)
    }

    pub fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.0.write_all(message)
    }

    /// Reads one answer, and writes the client's response in place of the content of `out`. Returns the memory reserved, and
    /// the outcome. Without memory the answer to a request that only reads is dropped: `None`.
    pub fn receive(
        &mut self,
        framing: Framing,
        connection: Option<&str>,
        id: Option<RequestId>,
        budget: &MemoryBudget,
        out: &mut Vec<u8>,
    ) -> io::Result<Option<(Reservation, RequestOutcome)>> {
        let Prefix { outcome, rest_bytes } = self.receive_prefix()?;
        let reserved = match budget.reserve(rest_bytes, ANSWER_FREE_BYTES) {
            None if framing.safe => {
                let rest_bytes = u64::try_from(rest_bytes).expect("a length fits");
                io::copy(&mut Read::by_ref(&mut self.0).take(rest_bytes), &mut io::sink())?;
                return Ok(None);
            }
            // The client of a write learns its outcome, at any cost.
            reserved => reserved.or_else(|| budget.reserve(0, 0)),
        };
        write_begin(outcome.status, id, connection, rest_bytes, out);
        let begin_bytes = out.len();
        out.resize(begin_bytes + rest_bytes, 0);
        self.0.read_exact(&mut out[begin_bytes..])?;
        Ok(reserved.map(|reserved| (reserved, outcome)))
    }

    fn receive_prefix(&mut self) -> io::Result<Prefix> {
        let mut bytes = [0; PREFIX_BYTES];
        let spun = spin_wait(ANSWER_SPIN, || {
            match recv(&self.0, &mut bytes[..], RecvFlags::DONTWAIT) {
                Err(Errno::AGAIN) => None,
                // The next read meets the end of the connection too.
                read => Some(read.map_or(0, |(count, _)| count)),
            }
        });
        self.0.read_exact(&mut bytes[spun.unwrap_or(0)..])?;
        Ok(Prefix::from_bytes(bytes))
    }
}
