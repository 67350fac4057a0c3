//! Many keep-alive clients on one thread: each asks as soon as it has its answer. Threads would take processor time from the
//! server that is measured.

use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// First size of a buffer for answers.
const BUFFER_BYTES: usize = 16 << 10;
/// An answer has at most so many header fields.
const FIELDS_MAX: usize = 32;
/// A server that is silent for so long hangs.
const PATIENCE: Timespec = Timespec {
    tv_sec: 60,
    tv_nsec: 0,
};

/// An answer. Status 0: the connection ended without one.
pub struct Reply<'a> {
    pub status: u16,
    pub body: &'a [u8],
    /// From the request (the first one: from the connecting) to the whole answer.
    pub took: Duration,
}

/// A request.
pub enum Call<'r> {
    Given(&'r [u8]),
    Made(Vec<u8>),
}

/// Someone who asks on a connection of their own.
pub trait Person<'r> {
    /// Returns the next request, after this answer; nothing ends.
    fn next(&mut self, last: Option<Reply>) -> Option<Call<'r>>;
}

impl<'r, P: Person<'r> + ?Sized> Person<'r> for Box<P> {
    fn next(&mut self, last: Option<Reply>) -> Option<Call<'r>> {
        (**self).next(last)
    }
}

/// Lets everybody ask until they end. Returns how long that took.
pub fn crowd<'r>(address: SocketAddr, people: &mut [impl Person<'r>]) -> Duration {
    let poll = epoll::create(CreateFlags::CLOEXEC).unwrap();
    let began = Instant::now();
    let mut lines: Vec<Option<Line>> = Vec::with_capacity(people.len());
    for (number, person) in people.iter_mut().enumerate() {
        let since = Instant::now();
        let Some(call) = person.next(None) else {
            lines.push(None);
            continue;
        };
        let mut line = Line::open(address);
        let data = EventData::new_u64(u64::try_from(number).unwrap());
        epoll::add(&poll, &line.stream, data, EventFlags::IN).unwrap();
        line.send(&call);
        line.since = since;
        lines.push(Some(line));
    }
    let mut open = lines.iter().flatten().count();
    let mut events = Vec::with_capacity(people.len().max(1));
    while open > 0 {
        events.clear();
        epoll::wait(
            &poll,
            rustix::buffer::spare_capacity(&mut events),
            Some(&PATIENCE),
        )
        .unwrap();
        assert!(!events.is_empty(), "the server has been silent for a minute");
        for event in &events {
            let number = usize::try_from(event.data.u64()).unwrap();
            let Some(line) = &mut lines[number] else { continue };
            match line.receive(&mut people[number]) {
                Received::Part => {}
                Received::Whole(Some(call)) => line.send(&call),
                Received::Whole(None) => {
                    lines[number] = None;
                    open -= 1;
                }
            }
        }
    }
    began.elapsed()
}

/// One connection.
struct Line {
    stream: TcpStream,
    since: Instant,
    buffer: Vec<u8>,
    filled: usize,
    head: Option<Head>,
}

/// What has come on a connection.
enum Received<'r> {
    Part,
    /// A whole answer, and what the person asks next.
    Whole(Option<Call<'r>>),
}

/// The head of an answer that is on its way.
#[derive(Clone, Copy)]
struct Head {
    status: u16,
    bytes: usize,
    /// Absent where the body comes in chunks.
    length: Option<usize>,
}

impl Line {
    fn open(address: SocketAddr) -> Line {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_nonblocking(true).unwrap();
        Line {
            stream,
            since: Instant::now(),
            buffer: vec![0; BUFFER_BYTES],
            filled: 0,
            head: None,
        }
    }

    fn send(&mut self, call: &Call) {
        let bytes = match call {
            Call::Given(bytes) => bytes,
            Call::Made(bytes) => &bytes[..],
        };
        self.since = Instant::now();
        // A server that has ended the connection is noticed when its answer is read.
        let _ = self.stream.write_all(bytes);
    }

    /// Reads what has come. Once the answer is whole, asks the person for the next request.
    fn receive<'r>(&mut self, person: &mut impl Person<'r>) -> Received<'r> {
        loop {
            if self.filled == self.buffer.len() {
                self.buffer.resize(self.filled * 2, 0);
            }
            match self.stream.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Received::Part,
                Ok(bytes @ 1..) => {
                    self.filled += bytes;
                    if let Some((status, body)) = self.whole() {
                        let next = person.next(Some(Reply {
                            status,
                            body: &self.buffer[body],
                            took: self.since.elapsed(),
                        }));
                        self.filled = 0;
                        self.head = None;
                        return Received::Whole(next);
                    }
                }
                Ok(_) | Err(_) => {
                    person.next(Some(Reply {
                        status: 0,
                        body: &[],
                        took: self.since.elapsed(),
                    }));
                    return Received::Whole(None);
                }
            }
        }
    }

    /// Returns status and place of the body once the answer is whole.
    fn whole(&mut self) -> Option<(u16, std::ops::Range<usize>)> {
        let head = match self.head {
            Some(head) => head,
            None => *self.head.insert(read_head(&self.buffer[..self.filled])?),
        };
        if let Some(length) = head.length {
            let end = head.bytes + length;
            return (self.filled >= end).then_some((head.status, head.bytes..end));
        }
        // The last chunk is empty; nobody sends trailers.
        let body = &self.buffer[head.bytes..self.filled];
        if !body.ends_with(b"0\r\n\r\n") {
            return None;
        }
        let length = join_chunks(&mut self.buffer[head.bytes..self.filled])?;
        Some((head.status, head.bytes..head.bytes + length))
    }
}

fn read_head(bytes: &[u8]) -> Option<Head> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut answer = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(head) = answer.parse(bytes).unwrap() else {
        return None;
    };
    let length = answer
        .headers
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case("content-length"));
    Some(Head {
        status: answer.code.unwrap(),
        bytes: head,
        length: length.map(|field| std::str::from_utf8(field.value).unwrap().parse().unwrap()),
    })
}

/// Takes the frames of chunks out. Returns the body's length, or nothing while a chunk is missing.
fn join_chunks(body: &mut [u8]) -> Option<usize> {
    let (mut read, mut written) = (0, 0);
    let mut chunks = Vec::new();
    loop {
        let httparse::Status::Complete((begin, length)) = httparse::parse_chunk_size(&body[read..]).unwrap()
        else {
            return None;
        };
        let length = usize::try_from(length).unwrap();
        let from = read + begin;
        if from + length + 2 > body.len() {
            return None;
        }
        if length == 0 {
            break;
        }
        chunks.push(from..from + length);
        read = from + length + 2;
    }
    for chunk in chunks {
        let length = chunk.len();
        body.copy_within(chunk, written);
        written += length;
    }
    Some(written)
}
