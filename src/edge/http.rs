//! The HTTP server behind the gate: tiny_http on upstream connections, and the loop in which the engine runs batches.

use super::EndsWithPanic;
use super::answer::{Date, for_upstream};
use super::head::{After, AnswerParts, Body, CLIENT_FIELD, Framing, decoded};
use super::memory::MemoryBudget;
use super::passwords::Passwords;
use super::pool::UPSTREAMS;
use super::service::Watchdog;
use super::upstream::Upstream;
use crate::engine::Engine;
use crate::model::PasswordFound;
use crate::refusal::HttpError;
use crate::route::{DeskWrite, Read, Route, Write};
use crate::wire::message::{Answer, Request};
use std::collections::VecDeque;
use std::fs::DirBuilder;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long the engine's thread spins for the next request before it sleeps. A client with one connection asks again within
/// this time, and to wake a sleeping processor costs more: measured, a booking of 450 us takes 60 us less.
const REQUEST_SPIN: Duration = Duration::from_micros(200);
/// Without requests for so long the engine is idle.
const IDLE_AFTER: Duration = Duration::from_millis(40);
/// Time between two ticks of an idle engine.
const TICK: Duration = Duration::from_secs(1);

/// tiny_http on the upstream connections of [`Http::open`] alone.
pub struct Http {
    server: tiny_http::Server,
    closed: AtomicBool,
}

/// What the engine does while no request comes.
#[derive(Clone, Copy)]
enum Lull {
    /// The last request was a moment ago.
    NotYet,
    /// Reads ahead, a part at a time.
    ReadingAhead,
    /// Waits, and ticks.
    Idle,
}

/// Where the answer to a request goes.
pub struct Reply {
    writer: Box<dyn io::Write + Send>,
    parts: AnswerParts,
}

/// A request that waits for work on a password.
pub struct WaitingRequest {
    request: Request,
    write: Write,
    reply: Reply,
}

/// Requests that wait for the engine, with the destinations of their answers.
#[derive(Default)]
struct PendingRequests {
    writers: Vec<(Request, Write)>,
    writer_replies: Vec<Reply>,
    /// A request without a route waits here too: otherwise a crowd of them could keep [`Http::gather`] busy for ever.
    readers: VecDeque<(Request, Result<Read, HttpError>, Reply)>,
}

impl Http {
    /// Starts tiny_http on a socket in a fresh folder of this user alone, opens and tries the upstream connections one by
    /// one, and removes the folder: nobody else can connect. tiny_http may leave connections of a burst unanswered.
    pub fn open() -> io::Result<(Self, Vec<Upstream>)> {
        let folder = std::env::temp_dir().join(format!("infomat-{}", Uuid::now_v7()));
        DirBuilder::new().mode(0o700).create(&folder)?;
        let path = folder.join("http");
        let opened = UnixListener::bind(&path).and_then(|listener| {
            let server = tiny_http::Server::from_listener(listener, None).map_err(io::Error::other)?;
            let upstreams = (0..UPSTREAMS)
                .map(|_| opened_upstream(&server, &path))
                .collect::<io::Result<_>>()?;
            Ok((server, upstreams))
        });
        std::fs::remove_dir_all(&folder)?;
        let (server, upstreams) = opened?;
        let closed = AtomicBool::new(false);
        Ok((Http { server, closed }, upstreams))
    }

    /// Makes [`Http::serve`] return: no request will come any more.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.server.unblock();
    }

    /// Wakes the thread of [`Http::serve`]: somebody else has something for it.
    pub fn wake(&self) {
        self.server.unblock();
    }

    /// Runs batches until [`Http::close`]. After a batch of all waiting writers, at most one reader is answered: no booking
    /// waits for more than one reading. A panic of the engine ends the process: its transaction is rolled back, and a server
    /// without an engine would only hang.
    pub fn serve(
        &self,
        engine: &mut Engine,
        passwords: &Passwords<WaitingRequest>,
        batch_requests_max: usize,
    ) -> io::Result<()> {
        let _ends = EndsWithPanic;
        let mut waiting = PendingRequests::default();
        let mut date = Date::default();
        let mut lull = Lull::NotYet;
        let mut watchdog = Watchdog::wanted();
        let tick = watchdog.every().map_or(TICK, |every| every.min(TICK));
        while !self.closed.load(Ordering::Acquire) {
            watchdog.feed();
            let timeout = match lull {
                Lull::NotYet => IDLE_AFTER.min(tick),
                Lull::ReadingAhead => Duration::ZERO,
                Lull::Idle => tick,
            };
            if !self.gather(&mut waiting, engine, passwords, batch_requests_max, timeout)? {
                match lull {
                    Lull::NotYet => engine.copy_log_when_idle(),
                    Lull::ReadingAhead => (),
                    Lull::Idle => engine.tick(),
                }
                lull = if engine.read_ahead() {
                    Lull::ReadingAhead
                } else {
                    Lull::Idle
                };
                continue;
            }
            lull = Lull::NotYet;
            if !waiting.writers.is_empty() {
                let answers = engine.answer_batch(&waiting.writers);
                assert_eq!(
                    answers.len(),
                    waiting.writers.len(),
                    "every request of a batch has one answer"
                );
                waiting.writers.clear();
                for (reply, answer) in waiting.writer_replies.drain(..).zip(&answers) {
                    reply.send(answer, &mut date);
                }
            }
            if let Some((request, read, reply)) = waiting.readers.pop_front() {
                let answer = match read {
                    Ok(read) => engine.read(&request, &read),
                    Err(error) => Answer::from(error),
                };
                reply.send(&answer, &mut date);
            }
        }
        Ok(())
    }

    /// Answers one request after the other until [`Http::close`]. Several threads may do so at once.
    #[cfg(feature = "centre")]
    pub fn serve_with(&self, answer: &impl Fn(&Request) -> Answer) -> io::Result<()> {
        let _ends = EndsWithPanic;
        let mut date = Date::default();
        while !self.closed.load(Ordering::Acquire) {
            if let Some(incoming) = self.server.recv_timeout(TICK)? {
                let (request, reply) = received(incoming)?;
                reply.send(&answer(&request), &mut date);
            }
        }
        Ok(())
    }

    /// Waits for a request, or until something `has_come` from another thread. Its call to wake this one may be lost in the
    /// spinning: so it is looked for each time.
    fn wait(
        &self,
        timeout: Duration,
        mut has_come: impl FnMut() -> bool,
    ) -> io::Result<Option<tiny_http::Request>> {
        let began = Instant::now();
        while began.elapsed() < REQUEST_SPIN {
            if let Some(incoming) = self.server.try_recv()? {
                return Ok(Some(incoming));
            }
            if has_come() {
                return Ok(None);
            }
            thread::yield_now();
        }
        let incoming = self.server.recv_timeout(timeout)?;
        if incoming.is_none() {
            has_come();
        }
        Ok(incoming)
    }

    /// Waits for a request unless some wait already, then takes all others that have come. Returns whether there is work.
    fn gather(
        &self,
        waiting: &mut PendingRequests,
        engine: &mut Engine,
        passwords: &Passwords<WaitingRequest>,
        batch_requests_max: usize,
        timeout: Duration,
    ) -> io::Result<bool> {
        let mut next = if waiting.is_empty() {
            self.wait(timeout, || waiting.take_done(passwords))?
        } else {
            waiting.take_done(passwords);
            self.server.try_recv()?
        };
        while let Some(incoming) = next {
            waiting.add(incoming, engine, passwords)?;
            if waiting.writers.len() >= batch_requests_max {
                break;
            }
            next = self.server.try_recv()?;
        }
        Ok(!waiting.is_empty())
    }
}

impl PendingRequests {
    fn is_empty(&self) -> bool {
        self.writers.is_empty() && self.readers.is_empty()
    }

    /// Takes what has come back from the thread of passwords; returns whether there was something.
    fn take_done(&mut self, passwords: &Passwords<WaitingRequest>) -> bool {
        let before = self.writers.len();
        while let Some((found, waiting)) = passwords.done() {
            self.writers
                .push((waiting.request, with_found(waiting.write, found)));
            self.writer_replies.push(waiting.reply);
        }
        self.writers.len() > before
    }

    fn add(
        &mut self,
        incoming: tiny_http::Request,
        engine: &mut Engine,
        passwords: &Passwords<WaitingRequest>,
    ) -> io::Result<()> {
        let (request, reply) = received(incoming)?;
        match engine.route(&request) {
            Ok(Route::Write(write)) => {
                match engine.before_batch(&request, &write) {
                    None => {}
                    Some(Err(answer)) => {
                        reply.send(&answer, &mut Date::default());
                        return Ok(());
                    }
                    Some(Ok(work)) => {
                        let waiting = WaitingRequest {
                            request,
                            write,
                            reply,
                        };
                        if let Err(waiting) = passwords.hand_over(work, waiting) {
                            waiting
                                .reply
                                .send(&HttpError::Unavailable(1).into(), &mut Date::default());
                        }
                        return Ok(());
                    }
                }
                self.writers.push((request, write));
                self.writer_replies.push(reply);
            }
            Ok(Route::Read(read)) => self.readers.push_back((request, Ok(read), reply)),
            Err(error) => self.readers.push_back((request, Err(error), reply)),
        }
        Ok(())
    }
}

/// The operation with what the work on its password came to.
fn with_found(write: Write, found: PasswordFound) -> Write {
    let found = Some(found);
    Write::Desk(match write {
        Write::Desk(DeskWrite::AddStaff(_)) => DeskWrite::AddStaff(found),
        Write::Desk(DeskWrite::ResetStaff { login, .. }) => DeskWrite::ResetStaff { login, found },
        _ => DeskWrite::SignIn(found),
    })
}

impl Reply {
    /// Sends the answer in one write. A closing gate may be gone: that is no fault of ours.
    fn send(mut self, answer: &Answer, date: &mut Date) {
        let bytes = for_upstream(answer, self.parts, date);
        if let Err(error) = self.writer.write_all(&bytes).and_then(|()| self.writer.flush()) {
            log::warn!("an answer could not be handed to the gate: {error}");
        }
    }
}

/// Opens an upstream connection and tries it with one request and its answer.
fn opened_upstream(server: &tiny_http::Server, path: &std::path::Path) -> io::Result<Upstream> {
    const TRIAL: Framing = Framing {
        body: Body::Plain(0),
        expects_continue: false,
        after: After::Stay,
        safe: true,
        parts: AnswerParts::Head,
    };
    const TRIAL_SECONDS_MAX: u64 = 10;
    let mut upstream = Upstream::new(UnixStream::connect(path)?);
    upstream.send(b"HEAD / HTTP/1.1\r\n\r\n")?;
    let incoming = server
        .recv_timeout(Duration::from_secs(TRIAL_SECONDS_MAX))?
        .ok_or_else(|| io::Error::new(io::ErrorKind::TimedOut, "a private connection was not served"))?;
    let (_, reply) = received(incoming)?;
    reply.send(&Answer::from(HttpError::UnknownPath), &mut Date::default());
    upstream.receive(TRIAL, None, None, &MemoryBudget::new(0), &mut Vec::new())?;
    Ok(upstream)
}

/// Returns the request as the engine takes it. It is whole and bounded: the gate has sent its body along with its head.
fn received(mut incoming: tiny_http::Request) -> io::Result<(Request, Reply)> {
    let mut body = vec![0; incoming.body_length().unwrap_or(0)];
    incoming.as_reader().read_exact(&mut body)?;
    let mut client = None;
    let mut headers = Vec::with_capacity(incoming.headers().len());
    for header in incoming.headers() {
        let value = header.value.as_str();
        if header.field.equiv(CLIENT_FIELD) {
            client = value.parse().ok();
        } else {
            headers.push((header.field.as_str().to_string(), decoded(value)));
        }
    }
    let request = Request {
        method: incoming.method().to_string(),
        target: incoming.url().to_owned(),
        headers,
        body,
        client: client.unwrap_or(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)),
    };
    let reply = Reply {
        parts: AnswerParts::of(&request.method),
        writer: incoming.into_writer(),
    };
    Ok((request, reply))
}

#[cfg(test)]
mod tests;
