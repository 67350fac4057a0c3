//! One private connection: a request goes out in one write, its response comes back whole.

use super::answer::{ANSWER_FIELDS_MAX, CODE_FIELD, for_client};
use super::head::Framing;
use super::look::look;
use super::record::{Outcome, RequestId};
use super::spare::{Spare, Taken};
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use std::io::{self, Read, Write};
use std::num::ParseIntError;
use std::os::unix::net::UnixStream;
use std::str::FromStr;
use std::time::Duration;

/// Bytes of an answer's head at most.
const ANSWER_HEAD_BYTES_MAX: usize = 8 * 1024;
/// Bytes of an answer that need no asking for spare memory.
pub const ANSWER_FREE_BYTES: usize = 8 * 1024;

/// How long an answer is looked for before the thread sleeps: what a booking takes where a flush is quick.
const LOOK_FOR_ANSWER: Duration = Duration::from_micros(500);

/// One private connection.
#[derive(Debug)]
pub struct Line {
    stream: UnixStream,
    /// Where the beginning of an answer is read into.
    scratch: Vec<u8>,
}

/// The head of a response.
struct Head {
    /// Bytes read, of what follows it too.
    filled: usize,
    /// Its own bytes.
    bytes_count: usize,
    /// Bytes of the body.
    body_bytes: usize,
    /// What is told of it.
    outcome: Outcome,
}

impl Line {
    /// A line over this connection.
    pub fn new(stream: UnixStream) -> Self {
        Line {
            stream,
            scratch: vec![0; ANSWER_HEAD_BYTES_MAX],
        }
    }

    /// Sends one request.
    pub fn send(&mut self, message: &[u8]) -> io::Result<()> {
        self.stream.write_all(message)
    }

    /// Reads one response into `out`, in the place of what that holds, as the client gets it; says how the request ended.
    /// Gives the spare memory that it takes, or `None` if there is not so much, and the response to what only read is passed
    /// over.
    pub fn receive(
        &mut self,
        framing: Framing,
        connection: Option<&str>,
        id: Option<RequestId>,
        spare: &Spare,
        out: &mut Vec<u8>,
    ) -> io::Result<Option<(Taken, Outcome)>> {
        let head = self.receive_head()?;
        let body_bytes = if framing.head_only { 0 } else { head.body_bytes };
        let rest_bytes = (head.bytes_count + body_bytes)
            .checked_sub(head.filled)
            .ok_or_else(|| io::Error::other("more bytes than one answer"))?;
        let taken = match spare.take(head.bytes_count + body_bytes, ANSWER_FREE_BYTES) {
            None if framing.safe => {
                let rest = u64::try_from(rest_bytes).expect("a length fits");
                io::copy(&mut Read::by_ref(&mut self.stream).take(rest), &mut io::sink())?;
                return Ok(None);
            }
            // What writes is told its outcome, whatever that takes.
            taken => taken.or_else(|| spare.take(0, 0)),
        };
        for_client(&self.scratch[..head.filled], connection, id, rest_bytes, out);
        let begun_bytes = out.len();
        out.resize(begun_bytes + rest_bytes, 0);
        self.stream.read_exact(&mut out[begun_bytes..])?;
        Ok(taken.map(|taken| (taken, head.outcome)))
    }

    /// Reads what there is of an answer within [`LOOK_FOR_ANSWER`]; bytes read. What ends the connection is left to the
    /// next reading.
    fn look_for_answer(&mut self) -> usize {
        let read = look(LOOK_FOR_ANSWER, || {
            match recv(&self.stream, &mut self.scratch[..], RecvFlags::DONTWAIT) {
                Err(Errno::AGAIN) => None,
                read => Some(read.map_or(0, |(count, _)| count)),
            }
        });
        read.unwrap_or(0)
    }

    /// Reads until the head is whole.
    fn receive_head(&mut self) -> io::Result<Head> {
        let mut filled = self.look_for_answer();
        loop {
            let mut fields = [httparse::EMPTY_HEADER; ANSWER_FIELDS_MAX];
            let mut response = httparse::Response::new(&mut fields);
            let parsed = response
                .parse(&self.scratch[..filled])
                .map_err(io::Error::other)?;
            if let httparse::Status::Complete(bytes_count) = parsed {
                let status = response.code.expect("a complete head has a status");
                let code = number(response.headers, CODE_FIELD)?;
                return Ok(Head {
                    filled,
                    bytes_count,
                    // No length stated means no body (204, 304).
                    body_bytes: number(response.headers, "Content-Length")?.unwrap_or(0),
                    outcome: Outcome { status, code },
                });
            }
            match self.stream.read(&mut self.scratch[filled..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The number in the field of this name.
fn number<T: FromStr<Err = ParseIntError>>(fields: &[httparse::Header], name: &str) -> io::Result<Option<T>> {
    let Some(field) = fields.iter().find(|field| field.name == name) else {
        return Ok(None);
    };
    let digits = str::from_utf8(field.value).map_err(io::Error::other)?;
    digits.parse().map(Some).map_err(io::Error::other)
}
