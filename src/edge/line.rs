//! One private connection: a request goes out in one write, its response comes back whole.

use super::answer::{ANSWER_FIELDS_MAX, with_connection};
use super::head::Framing;
use super::look::look;
use super::spare::{Spare, Taken};
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
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

    /// Reads one response into `out`, in the place of what that holds. Gives the spare memory that it takes, or `None` if
    /// there is not so much, and the response to what only read is passed over.
    pub fn receive(
        &mut self,
        framing: Framing,
        connection: Option<&str>,
        spare: &Spare,
        out: &mut Vec<u8>,
    ) -> io::Result<Option<Taken>> {
        let (filled, head_bytes, body_bytes) = self.receive_head()?;
        let body_bytes = if framing.head_only { 0 } else { body_bytes };
        let rest_bytes = (head_bytes + body_bytes)
            .checked_sub(filled)
            .ok_or_else(|| io::Error::other("more bytes than one answer"))?;
        let taken = match spare.take(head_bytes + body_bytes, ANSWER_FREE_BYTES) {
            None if framing.safe => {
                let rest = u64::try_from(rest_bytes).expect("a length fits");
                io::copy(&mut Read::by_ref(&mut self.stream).take(rest), &mut io::sink())?;
                return Ok(None);
            }
            // What writes is told its outcome, whatever that takes.
            taken => taken.or_else(|| spare.take(0, 0)),
        };
        with_connection(&self.scratch[..filled], connection, rest_bytes, out);
        let begun_bytes = out.len();
        out.resize(begun_bytes + rest_bytes, 0);
        self.stream.read_exact(&mut out[begun_bytes..])?;
        Ok(taken)
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

    /// Reads until the head is whole: bytes read, length of the head, length of the body.
    fn receive_head(&mut self) -> io::Result<(usize, usize, usize)> {
        let mut filled = self.look_for_answer();
        loop {
            let mut fields = [httparse::EMPTY_HEADER; ANSWER_FIELDS_MAX];
            let mut response = httparse::Response::new(&mut fields);
            let status = response
                .parse(&self.scratch[..filled])
                .map_err(io::Error::other)?;
            if let httparse::Status::Complete(head_bytes) = status {
                return Ok((filled, head_bytes, content_length(response.headers)?));
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

/// The length of an answer's body; none stated means none (204, 304).
fn content_length(fields: &[httparse::Header]) -> io::Result<usize> {
    let Some(field) = fields.iter().find(|field| field.name == "Content-Length") else {
        return Ok(0);
    };
    let digits = str::from_utf8(field.value).map_err(io::Error::other)?;
    digits.parse().map_err(io::Error::other)
}
