use super::super::answer::Prefix;
use super::super::head::{After, AnswerParts, Body};
use super::super::upstream::ANSWER_FREE_BYTES;
use super::*;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

const GET: Framing = Framing {
    body: Body::Plain(0),
    expects_continue: false,
    after: After::Stay,
    safe: true,
    parts: AnswerParts::Whole,
};
const POST: Framing = Framing { safe: false, ..GET };
const TIMEOUT: Duration = Duration::from_secs(20);
const BIG_BYTES: usize = ANSWER_FREE_BYTES * 2;

/// A pool, and the other ends of its connections.
fn pool(count: usize, budget_bytes: usize) -> (Arc<Pool>, Vec<UnixStream>) {
    let pairs = (0..count).map(|_| UnixStream::pair().unwrap());
    let (upstreams, ends): (Vec<_>, Vec<_>) = pairs.map(|(stream, end)| (Upstream::new(stream), end)).unzip();
    (
        Arc::new(Pool::new(upstreams, MemoryBudget::new(budget_bytes))),
        ends,
    )
}

fn asks(pool: &Arc<Pool>, framing: Framing) -> JoinHandle<Result<Vec<u8>, HttpError>> {
    let pool = pool.clone();
    thread::spawn(move || {
        let mut out = b"what was here before".to_vec();
        let taken = pool.exchange(b"?", framing, Some("close"), None, TIMEOUT, &mut out);
        taken.map(|_| out)
    })
}

/// Sends an answer with these bytes behind its first line.
fn send(mut end: &UnixStream, rest: &[u8]) {
    let outcome = RequestOutcome {
        status: 200,
        code: None,
    };
    let prefix = Prefix {
        outcome,
        rest_bytes: rest.len(),
    };
    end.write_all(&[&prefix.to_bytes(), rest].concat()).unwrap();
}

/// Answers the one request that has come on this connection.
fn answer(mut end: &UnixStream, body_bytes: usize) {
    end.set_nonblocking(false).unwrap();
    end.read_exact(&mut [0]).unwrap();
    let head = format!("Content-Length: {body_bytes}\r\n\r\n");
    send(end, &[head.as_bytes(), &vec![b'x'; body_bytes]].concat());
}

/// Waits until so many connections are taken.
fn wait_for_taken(pool: &Pool, count: usize, all: usize) {
    while all - pool.locked().idle.len() < count {
        thread::yield_now();
    }
}

/// Goal: an answer comes whole, with its Connection field, whatever its size; HEAD has no body.
#[test]
fn answers_come_whole() {
    let (pool, ends) = pool(1, BIG_BYTES);
    for body_bytes in [0, 1, BIG_BYTES] {
        let asked = asks(&pool, GET);
        answer(&ends[0], body_bytes);
        let expected = format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {body_bytes}\r\n\r\n{}",
            "x".repeat(body_bytes)
        );
        assert_eq!(asked.join().unwrap().unwrap(), expected.as_bytes());
    }
    let asked = asks(
        &pool,
        Framing {
            parts: AnswerParts::Head,
            ..GET
        },
    );
    (&ends[0]).read_exact(&mut [0]).unwrap();
    send(&ends[0], b"Content-Length: 5\r\n\r\n");
    let sent = asked.join().unwrap().unwrap();
    assert!(sent.ends_with(b"Content-Length: 5\r\n\r\n"));
}

/// Goal: without memory for large answers a reader is told to come again, on a connection that stays in step; a booking
/// gets its answer all the same.
#[test]
fn large_answers_wait_for_memory() {
    let (pool, ends) = pool(1, 0);
    let asked = asks(&pool, GET);
    answer(&ends[0], BIG_BYTES);
    assert_eq!(asked.join().unwrap(), Err(HttpError::Unavailable(RETRY_SECONDS)));
    let asked = asks(&pool, POST);
    answer(&ends[0], BIG_BYTES);
    assert!(asked.join().unwrap().unwrap().len() > BIG_BYTES);
}

/// Goal: readers leave half of the connections to writers, and take them up again when readers go.
#[test]
fn readers_leave_way_for_writers() {
    let (pool, ends) = pool(UPSTREAMS, 0);
    let began = Instant::now();
    let readers: Vec<_> = (0..UPSTREAMS).map(|_| asks(&pool, GET)).collect();
    wait_for_taken(&pool, READERS_MAX, UPSTREAMS);
    let writer = asks(&pool, POST);
    wait_for_taken(&pool, READERS_MAX + 1, UPSTREAMS);
    let mut answered = 0;
    while answered <= UPSTREAMS {
        for end in &ends {
            end.set_nonblocking(true).unwrap();
            let waits = rustix::io::ioctl_fionread(end).unwrap() > 0;
            if waits {
                assert!(pool.locked().readers <= READERS_MAX);
                answer(end, 0);
                answered += 1;
            }
        }
    }
    assert!(writer.join().unwrap().is_ok());
    assert!(readers.into_iter().all(|reader| reader.join().unwrap().is_ok()));
    assert_eq!(pool.locked().idle.len(), UPSTREAMS);
    assert!(
        began.elapsed() < TIMEOUT,
        "a reader was told of a free connection, and did not find it by the clock"
    );
}

/// Goal: whoever finds no connection in time is told so, and nothing was handed over.
#[test]
fn the_wait_ends() {
    let (pool, ends) = pool(1, 0);
    let first = asks(&pool, POST);
    wait_for_taken(&pool, 1, 1);
    let second = pool.exchange(b"?", POST, None, None, Duration::from_millis(1), &mut Vec::new());
    assert_eq!(second.err(), Some(HttpError::Unavailable(RETRY_SECONDS)));
    assert!(pool.locked().writers_waiting.is_empty());
    answer(&ends[0], 0);
    assert!(first.join().unwrap().is_ok());
    let mut end = &ends[0];
    end.set_nonblocking(true).unwrap();
    assert_eq!(end.read(&mut [0]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

/// Goal: whoever waits is not overtaken: a connection goes from hand to hand, in the order of waiting, writers first.
#[test]
fn nobody_is_overtaken() {
    let (pool, _ends) = pool(1, 0);
    let mut state = pool.locked();
    let upstream = state.take(Writer).unwrap();
    let reader = state.take(Reader).unwrap_err();
    let first = state.take(Writer).unwrap_err();
    let leaves = state.take(Writer).unwrap_err();
    let second = state.take(Writer).unwrap_err();
    state.leave(leaves, Writer);
    let third = state.take(Writer).unwrap_err();
    state.give(upstream, Writer);
    for waiter in [first, second, third, reader] {
        let upstream = state.fetch(waiter).unwrap();
        state.give(upstream, if waiter == reader { Reader } else { Writer });
    }
    assert_eq!(state.idle.len(), 1);
    assert_eq!(state.readers, 0);
}
