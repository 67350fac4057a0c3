use super::super::head::{After, Body};
use super::super::line::ANSWER_FREE_BYTES;
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
    head_only: false,
};
const POST: Framing = Framing { safe: false, ..GET };
const PATIENCE: Duration = Duration::from_secs(20);
const BIG_BYTES: usize = ANSWER_FREE_BYTES * 2;

/// A relay, and the other ends of its lines.
fn relay(lines: usize, spare_bytes: usize) -> (Arc<Relay>, Vec<UnixStream>) {
    let pairs = (0..lines).map(|_| UnixStream::pair().unwrap());
    let (lines, ends): (Vec<_>, Vec<_>) = pairs.map(|(line, end)| (Line::new(line), end)).unzip();
    (Arc::new(Relay::new(lines, Spare::new(spare_bytes))), ends)
}

fn asks(relay: &Arc<Relay>, framing: Framing) -> JoinHandle<Result<Vec<u8>, HttpError>> {
    let relay = relay.clone();
    thread::spawn(move || {
        let mut out = b"what was here before".to_vec();
        let taken = relay.exchange(b"?", framing, Some("close"), None, PATIENCE, &mut out);
        taken.map(|_| out)
    })
}

/// Answers the one request that has come on this line.
fn answer(mut end: &UnixStream, body_bytes: usize) {
    end.set_nonblocking(false).unwrap();
    end.read_exact(&mut [0]).unwrap();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {body_bytes}\r\n\r\n");
    end.write_all(head.as_bytes()).unwrap();
    end.write_all(&vec![b'x'; body_bytes]).unwrap();
}

/// Waits until so many lines are taken.
fn wait_for_taken(relay: &Relay, count: usize, lines: usize) {
    while lines - relay.locked().idle.len() < count {
        thread::yield_now();
    }
}

/// Goal: an answer comes whole, with its Connection field, whatever its size; HEAD has no body.
#[test]
fn answers_come_whole() {
    let (relay, ends) = relay(1, BIG_BYTES);
    for body_bytes in [0, 1, BIG_BYTES] {
        let asked = asks(&relay, GET);
        answer(&ends[0], body_bytes);
        let expected = format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {body_bytes}\r\n\r\n{}",
            "x".repeat(body_bytes)
        );
        assert_eq!(asked.join().unwrap().unwrap(), expected.as_bytes());
    }
    let asked = asks(
        &relay,
        Framing {
            head_only: true,
            ..GET
        },
    );
    let mut end = &ends[0];
    end.read_exact(&mut [0]).unwrap();
    end.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        .unwrap();
    let sent = asked.join().unwrap().unwrap();
    assert!(sent.ends_with(b"Content-Length: 5\r\n\r\n"));
}

/// Goal: without memory for large answers a reader is told to come again, on a line that stays in step; a booking
/// gets its answer all the same.
#[test]
fn large_answers_wait_for_memory() {
    let (relay, ends) = relay(1, 0);
    let asked = asks(&relay, GET);
    answer(&ends[0], BIG_BYTES);
    assert_eq!(asked.join().unwrap(), Err(HttpError::Unavailable(RETRY_SECONDS)));
    let asked = asks(&relay, POST);
    answer(&ends[0], BIG_BYTES);
    assert!(asked.join().unwrap().unwrap().len() > BIG_BYTES);
}

/// Goal: readers leave half of the lines to writers, and take them up again when readers go.
#[test]
fn readers_leave_way_for_writers() {
    let (relay, ends) = relay(LINES, 0);
    let began = Instant::now();
    let readers: Vec<_> = (0..LINES).map(|_| asks(&relay, GET)).collect();
    wait_for_taken(&relay, READER_LINES_MAX, LINES);
    let writer = asks(&relay, POST);
    wait_for_taken(&relay, READER_LINES_MAX + 1, LINES);
    let mut answered = 0;
    while answered <= LINES {
        for end in &ends {
            end.set_nonblocking(true).unwrap();
            let waits = rustix::io::ioctl_fionread(end).unwrap() > 0;
            if waits {
                assert!(relay.locked().readers <= READER_LINES_MAX);
                answer(end, 0);
                answered += 1;
            }
        }
    }
    assert!(writer.join().unwrap().is_ok());
    assert!(readers.into_iter().all(|reader| reader.join().unwrap().is_ok()));
    assert_eq!(relay.locked().idle.len(), LINES);
    assert!(
        began.elapsed() < PATIENCE,
        "a reader was told of a free line, and did not find it by the clock"
    );
}

/// Goal: whoever finds no line in time is told so, and nothing was handed over.
#[test]
fn patience_ends() {
    let (relay, ends) = relay(1, 0);
    let first = asks(&relay, POST);
    wait_for_taken(&relay, 1, 1);
    let second = relay.exchange(b"?", POST, None, None, Duration::from_millis(1), &mut Vec::new());
    assert_eq!(second.err(), Some(HttpError::Unavailable(RETRY_SECONDS)));
    assert!(relay.locked().writers_waiting.is_empty());
    answer(&ends[0], 0);
    assert!(first.join().unwrap().is_ok());
    let mut end = &ends[0];
    end.set_nonblocking(true).unwrap();
    assert_eq!(end.read(&mut [0]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

/// Goal: whoever waits is not overtaken: a line goes from hand to hand, in the order of waiting, writers first.
#[test]
fn nobody_is_overtaken() {
    let (relay, _ends) = relay(1, 0);
    let mut switchboard = relay.locked();
    let line = switchboard.take(false).unwrap();
    let reader = switchboard.take(true).unwrap_err();
    let first = switchboard.take(false).unwrap_err();
    let leaves = switchboard.take(false).unwrap_err();
    let second = switchboard.take(false).unwrap_err();
    switchboard.leave(leaves, false);
    let third = switchboard.take(false).unwrap_err();
    switchboard.give(line, false);
    for waiter in [first, second, third, reader] {
        let line = switchboard.fetch(waiter).unwrap();
        switchboard.give(line, waiter == reader);
    }
    assert_eq!(switchboard.idle.len(), 1);
    assert_eq!(switchboard.readers, 0);
}
