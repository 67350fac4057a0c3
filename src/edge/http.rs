//! The HTTP server behind the gate: tiny_http on private connections, and the loop in which the engine runs batches.

use super::EndsWithPanic;
use super::answer::{Date, rendered};
use super::head::{After, BODY_BYTES_MAX, Body, CLIENT_FIELD, Framing, decoded};
use super::line::Line;
use super::relay::LINES;
use super::service::Watchdog;
use super::spare::Spare;
use crate::engine::Engine;
use crate::refusal::HttpError;
use crate::route::{Read, Route, Write};
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

/// How long the engine's thread looks for the next request before it sleeps. A client with one connection asks again within
/// this time, and waking a processor that has gone to sleep costs more: measured, a booking of 450 us takes 60 less.
const LOOK_FOR_NEXT: Duration = Duration::from_micros(200);
/// Quiet for so long, the engine may rest.
const QUIET: Duration = Duration::from_millis(40);
/// Rested, it looks up this often all the same.
const LOOK_UP: Duration = Duration::from_secs(1);

/// tiny_http, listening on nothing but the private connections that [`Http::open`] gave out.
pub struct Http {
    server: tiny_http::Server,
    /// The gate has closed: no request will come any more.
    closed: AtomicBool,
}

/// Where the answer to a request goes.
struct Reply {
    writer: Box<dyn io::Write + Send>,
    head_only: bool,
}

/// Requests that wait for the engine, with the destinations of their answers.
#[derive(Default)]
struct Waiting {
    writers: Vec<(Request, Write)>,
    writer_replies: Vec<Reply>,
    readers: VecDeque<(Request, Read, Reply)>,
    date: Date,
}

impl Http {
    /// Starts tiny_http on a socket in a fresh folder of this user alone, opens and tries the private connections one
    /// by one (connections that come in a burst may stay unanswered), and removes the folder: nobody else can connect.
    pub fn open() -> io::Result<(Self, Vec<Line>)> {
        let folder = std::env::temp_dir().join(format!("infomat-{}", Uuid::now_v7()));
        DirBuilder::new().mode(0o700).create(&folder)?;
        let path = folder.join("http");
        let opened = UnixListener::bind(&path).and_then(|listener| {
            let server = tiny_http::Server::from_listener(listener, None).map_err(io::Error::other)?;
            let lines = (0..LINES)
                .map(|_| opened_line(&server, &path))
                .collect::<io::Result<_>>()?;
            Ok((server, lines))
        });
        std::fs::remove_dir_all(&folder)?;
        let (server, lines) = opened?;
        let closed = AtomicBool::new(false);
        Ok((Http { server, closed }, lines))
    }

    /// No request will come any more: [`Http::serve`] returns.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.server.unblock();
    }

    /// Takes batches until [`Http::close`]. A batch answers all writers that wait, then at most one reader, so that no
    /// booking waits for more than one reading. A panic of the engine ends the process: its transaction is rolled back,
    /// and a server without an engine would only hang.
    pub fn serve(&self, engine: &mut Engine, batch_requests_max: usize) -> io::Result<()> {
        let _ends = EndsWithPanic;
        let mut waiting = Waiting::default();
        let mut rested = false;
        let mut watchdog = Watchdog::wanted();
        let look_up = watchdog.every().map_or(LOOK_UP, |every| every.min(LOOK_UP));
        while !self.closed.load(Ordering::Acquire) {
            watchdog.feed();
            let patience = if rested { look_up } else { QUIET.min(look_up) };
            if !self.gather(&mut waiting, engine, batch_requests_max, patience)? {
                if rested {
                    engine.tick();
                } else {
                    engine.checkpoint_when_idle();
                }
                rested = true;
                continue;
            }
            rested = false;
            if !waiting.writers.is_empty() {
                let answers = engine.answer_batch(&waiting.writers);
                assert_eq!(
                    answers.len(),
                    waiting.writers.len(),
                    "every request of a batch has one answer"
                );
                waiting.writers.clear();
                for (reply, answer) in waiting.writer_replies.drain(..).zip(&answers) {
                    reply.send(answer, &mut waiting.date);
                }
            }
            if let Some((request, read, reply)) = waiting.readers.pop_front() {
                reply.send(&engine.read(&request, &read), &mut waiting.date);
            }
        }
        Ok(())
    }

    /// Waits for one request.
    fn wait(&self, patience: Duration) -> io::Result<Option<tiny_http::Request>> {
        let began = Instant::now();
        while began.elapsed() < LOOK_FOR_NEXT {
            if let Some(incoming) = self.server.try_recv()? {
                return Ok(Some(incoming));
            }
            thread::yield_now();
        }
        self.server.recv_timeout(patience)
    }

    /// Waits for a request unless some wait already, then takes without waiting what else has come; whether there is
    /// something to do.
    fn gather(
        &self,
        waiting: &mut Waiting,
        engine: &Engine,
        batch_requests_max: usize,
        patience: Duration,
    ) -> io::Result<bool> {
        let mut next = if waiting.is_empty() {
            self.wait(patience)?
        } else {
            self.server.try_recv()?
        };
        while let Some(incoming) = next {
            waiting.add(incoming, engine)?;
            if waiting.writers.len() == batch_requests_max {
                break;
            }
            next = self.server.try_recv()?;
        }
        Ok(!waiting.is_empty())
    }
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.writers.is_empty() && self.readers.is_empty()
    }

    fn add(&mut self, incoming: tiny_http::Request, engine: &Engine) -> io::Result<()> {
        let (request, reply) = received(incoming)?;
        match engine.route(&request) {
            Ok(Route::Write(write)) => {
                self.writers.push((request, write));
                self.writer_replies.push(reply);
            }
            Ok(Route::Read(read)) => self.readers.push_back((request, read, reply)),
            Err(error) => reply.send(&Answer::from(error), &mut self.date),
        }
        Ok(())
    }
}

impl Reply {
    /// One write. That the other end is gone is no fault of ours: the gate is closing.
    fn send(mut self, answer: &Answer, date: &mut Date) {
        let bytes = rendered(answer, self.head_only, date);
        if let Err(error) = self.writer.write_all(&bytes).and_then(|()| self.writer.flush()) {
            log::warn!("an answer could not be handed to the gate: {error}");
        }
    }
}

/// A private connection, tried with one request and its answer.
fn opened_line(server: &tiny_http::Server, path: &std::path::Path) -> io::Result<Line> {
    const TRIAL: Framing = Framing {
        body: Body::Plain(0),
        expects_continue: false,
        after: After::Stay,
        safe: true,
        head_only: true,
    };
    const TRIAL_SECONDS_MAX: u64 = 10;
    let mut line = Line::new(UnixStream::connect(path)?);
    line.send(b"HEAD / HTTP/1.1\r\n\r\n")?;
    let incoming = server
        .recv_timeout(Duration::from_secs(TRIAL_SECONDS_MAX))?
        .ok_or_else(|| io::Error::new(io::ErrorKind::TimedOut, "a private connection was not served"))?;
    let (_, reply) = received(incoming)?;
    reply.send(&Answer::from(HttpError::UnknownPath), &mut Date::default());
    line.receive(TRIAL, None, None, &Spare::new(0), &mut Vec::new())?;
    Ok(line)
}

/// The request as the engine takes it, whole: the gate has sent its body along with its head.
fn received(mut incoming: tiny_http::Request) -> io::Result<(Request, Reply)> {
    let mut body = vec![0; incoming.body_length().unwrap_or(0).min(BODY_BYTES_MAX)];
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
        head_only: request.method == "HEAD",
        writer: incoming.into_writer(),
    };
    Ok((request, reply))
}
