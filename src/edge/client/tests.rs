use super::super::answer::Prefix;
use super::super::connections::Connections;
use super::super::head::BODY_BYTES_MAX;
use super::super::record::ID_FIELD;
use super::super::upstream::Upstream;
use super::*;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
/// A deadline that a test waits for.
const SHORT: Duration = Duration::from_millis(300);
/// Between the bytes of a trickle.
const TRICKLE: Duration = Duration::from_millis(20);
const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// A served connection: the client's end, the engine's end of the one upstream connection, and the serving thread.
struct Served {
    client: TcpStream,
    engine: UnixStream,
    connections: Arc<Connections>,
    thread: JoinHandle<()>,
}

fn patient() -> Limits {
    Limits {
        head: PATIENCE,
        body: PATIENCE,
        answer: PATIENCE,
        idle: PATIENCE,
        linger: PATIENCE,
        upstream_wait: PATIENCE,
        stop: PATIENCE,
        batch_requests: 1,
        ..Limits::default()
    }
}

/// A body that does not come is soon given up.
fn short_of_bodies() -> Limits {
    Limits {
        body: SHORT,
        linger: SHORT,
        ..patient()
    }
}

fn served(limits: Limits, budget_bytes: usize) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    let (stream, peer) = listener.accept().unwrap();
    let connections = Connections::new(1, Proxies::default());
    let slot = connections.admit(stream, peer).unwrap();
    let (upstream, engine) = UnixStream::pair().unwrap();
    let shared = Shared {
        limits,
        pool: Pool::new(vec![Upstream::new(upstream)], MemoryBudget::new(usize::MAX / 2)),
        budget: MemoryBudget::new(budget_bytes),
        proxies: Proxies::default(),
        metrics: Arc::new(Metrics::new(0)),
        pace: Mutex::new(Pace::new(Instant::now())),
    };
    let thread = thread::spawn(move || serve(&slot, &shared));
    Served {
        client,
        engine,
        connections,
        thread,
    }
}

/// All that the client gets until its connection ends, at least when it stops sending too; the numbers of its requests,
/// which no two runs have alike, are left out.
fn rest(mut client: &TcpStream) -> String {
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !line.starts_with(ID_FIELD)).collect()
}

/// Reads what the engine gets until it ends with `end`.
fn handed_over(mut engine: &UnixStream, end: &str) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end.as_bytes()) {
        let mut byte = [0];
        engine.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).unwrap()
}

/// The engine answers, with these bytes behind the first line.
fn answers(mut engine: &UnixStream, status: u16, rest: &[u8]) {
    let prefix = Prefix {
        outcome: RequestOutcome { status, code: None },
        rest_bytes: rest.len(),
    };
    engine.write_all(&[&prefix.to_bytes(), rest].concat()).unwrap();
}

/// Sends bytes slowly until the connection ends; how long that took.
fn trickle(mut client: &TcpStream, first: &[u8]) -> Duration {
    let began = Instant::now();
    client.write_all(first).unwrap();
    client.set_read_timeout(Some(TRICKLE)).unwrap();
    while let Err(error) = client.peek(&mut [0]) {
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert!(began.elapsed() < PATIENCE, "a trickle goes on and on");
        client.write_all(b"a").unwrap();
    }
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    began.elapsed()
}

/// Goal: a connection opened ahead, or kept, is closed without a word when nothing comes; an empty line is nothing.
#[test]
fn silence_ends_in_silence() {
    for sent in ["", "\r\n"] {
        let limits = Limits {
            idle: SHORT,
            head: SHORT,
            ..patient()
        };
        let mut served = served(limits, 0);
        let began = Instant::now();
        served.client.write_all(sent.as_bytes()).unwrap();
        assert_eq!(rest(&served.client), "");
        assert!(began.elapsed() >= SHORT);
        served.thread.join().unwrap();
    }
}

/// Goal: a head has to be whole in its time, however steadily it trickles.
#[test]
fn a_trickled_head_meets_its_deadline() {
    let served = served(
        Limits {
            head: SHORT,
            linger: SHORT,
            ..patient()
        },
        0,
    );
    let took = trickle(&served.client, b"GET /");
    assert!(took >= SHORT, "{took:?}");
    let text = rest(&served.client);
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    assert!(text.contains("\r\nConnection: close\r\n"), "{text}");
    served.thread.join().unwrap();
}

/// Goal: so has a body; nothing of it reaches the engine.
#[test]
fn a_trickled_body_meets_its_deadline() {
    let served = served(short_of_bodies(), usize::MAX / 2);
    let took = trickle(
        &served.client,
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n",
    );
    assert!(took >= SHORT, "{took:?}");
    assert!(rest(&served.client).starts_with("HTTP/1.1 408 "));
    served.thread.join().unwrap();
    let mut engine = &served.engine;
    assert_eq!(engine.read(&mut [0]).unwrap(), 0);
}

/// Goal: a refusal of HEAD has no body (RFC 9110, 9.3.2), also when the head is long read.
#[test]
fn a_refused_head_gets_no_body() {
    let served = served(short_of_bodies(), usize::MAX / 2);
    let mut client = &served.client;
    client
        .write_all(b"HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
        .unwrap();
    let answer = rest(client);
    assert!(
        answer.starts_with("HTTP/1.1 408 ") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
    served.thread.join().unwrap();
}

/// Goal: a client that does not take its answer is let go. Method: an answer larger than what the system buffers.
#[test]
fn an_answer_never_read_meets_its_deadline() {
    const ANSWER_BYTES: usize = 32 * 1024 * 1024;
    let mut served = served(
        Limits {
            answer: SHORT,
            ..patient()
        },
        0,
    );
    served.client.write_all(GET).unwrap();
    handed_over(&served.engine, "\r\n\r\n");
    let head = format!("Content-Length: {ANSWER_BYTES}\r\n\r\n");
    answers(
        &served.engine,
        200,
        &[head.as_bytes(), &vec![b'x'; ANSWER_BYTES]].concat(),
    );
    let began = Instant::now();
    served.thread.join().unwrap();
    assert!(began.elapsed() < PATIENCE);
}

/// Goal: the client is asked for a body that it holds back, and the engine gets the request in one piece.
#[test]
fn a_body_held_back_is_asked_for() {
    let mut served = served(patient(), 0);
    let head = "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    served.client.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0; 25];
    served.client.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    served.client.write_all(b"hello").unwrap();
    let message = handed_over(&served.engine, "hello");
    assert!(message.starts_with("PUT /a HTTP/1.1\r\n"), "{message}");
    assert!(
        message.ends_with("\r\nContent-Length: 5\r\n\r\nhello"),
        "{message}"
    );
    // With the body at hand there is nothing to ask for.
    answers(&served.engine, 204, b"\r\n");
    served
        .client
        .write_all(format!("{head}hello").as_bytes())
        .unwrap();
    handed_over(&served.engine, "hello");
    answers(&served.engine, 204, b"\r\n");
    served.client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(rest(&served.client), "HTTP/1.1 204 No Content\r\n\r\n".repeat(2));
    served.thread.join().unwrap();
}

/// A chunked request whose body is "hello world", with all that may stand in one.
const CHUNKED: &str = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n\
                       5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n";

/// Goal: the engine gets a chunked request as a plain one, and what follows it as another. Method: it comes in two pieces, cut
/// at each byte, on one connection, with another request behind it.
#[test]
fn a_chunked_body_is_handed_over_plain() {
    let mut served = served(patient(), 0);
    served.client.set_nodelay(true).unwrap();
    for cut in 1..CHUNKED.len() {
        let (first, second) = CHUNKED.as_bytes().split_at(cut);
        served.client.write_all(first).unwrap();
        thread::yield_now();
        served.client.write_all(&[second, GET].concat()).unwrap();
        let message = handed_over(&served.engine, "hello world");
        assert_eq!(
            message,
            "POST /a HTTP/1.1\r\nHost: a\r\nInfomat-Client: 127.0.0.1\r\nContent-Length: 11\r\n\r\nhello world"
        );
        answers(&served.engine, 204, b"\r\n");
        let message = handed_over(&served.engine, "\r\n\r\n");
        assert!(message.starts_with("GET / HTTP/1.1\r\n"), "{message}");
        answers(&served.engine, 204, b"\r\n");
    }
    served.client.shutdown(Shutdown::Write).unwrap();
    let answers = 2 * (CHUNKED.len() - 1);
    assert_eq!(
        rest(&served.client),
        "HTTP/1.1 204 No Content\r\n\r\n".repeat(answers)
    );
    served.thread.join().unwrap();
}

/// Goal: a client that waits to be asked for its chunks is asked, once.
#[test]
fn chunks_held_back_are_asked_for() {
    let mut served = served(patient(), 0);
    let (head, body) = CHUNKED.split_at(CHUNKED.find("\r\n\r\n").unwrap() + 2);
    let head = format!("{head}Expect: 100-continue\r\n\r\n");
    served.client.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0; 25];
    served.client.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, CONTINUE);
    for byte in body.trim_start_matches("\r\n").bytes() {
        served.client.write_all(&[byte]).unwrap();
    }
    handed_over(&served.engine, "Content-Length: 11\r\n\r\nhello world");
    answers(&served.engine, 204, b"\r\n");
    served.client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(rest(&served.client), "HTTP/1.1 204 No Content\r\n\r\n");
    served.thread.join().unwrap();
}

/// Goal: chunks have the bounds of a plain body: in time, in bytes and in memory. Nothing of them reaches the engine.
#[test]
fn chunks_have_the_bounds_of_a_body() {
    const HEAD: &str = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let whole = |size: usize| format!("{HEAD}{size:x}\r\n{}\r\n0\r\n\r\n", "a".repeat(size));
    let chunks = |count: usize| format!("{HEAD}{}0\r\n\r\n", "1\r\na\r\n".repeat(count));
    let memory = usize::MAX / 2;
    for (sent, budget_bytes, expected) in [
        (whole(BODY_BYTES_MAX + 1), memory, "HTTP/1.1 413 "),
        (chunks(BODY_BYTES_MAX + 1), memory, "HTTP/1.1 413 "),
        (whole(FREE_BYTES), 1_000, "HTTP/1.1 503 "),
        (format!("{HEAD}z"), memory, "HTTP/1.1 400 "),
        (format!("{HEAD}1\na"), memory, "HTTP/1.1 400 "),
    ] {
        let served = served(short_of_bodies(), budget_bytes);
        (&served.client).write_all(sent.as_bytes()).unwrap();
        let text = rest(&served.client);
        assert!(text.starts_with(expected), "{text}");
        served.thread.join().unwrap();
        assert_eq!((&served.engine).read(&mut [0]).unwrap(), 0);
    }
    let trickled = served(short_of_bodies(), memory);
    let took = trickle(&trickled.client, format!("{HEAD}ffff\r\n").as_bytes());
    assert!(took >= SHORT, "{took:?}");
    assert!(rest(&trickled.client).starts_with("HTTP/1.1 408 "));
    trickled.thread.join().unwrap();
    assert_eq!((&trickled.engine).read(&mut [0]).unwrap(), 0);

    let mut large = served(patient(), BODY_BYTES_MAX * 2);
    large.client.write_all(whole(BODY_BYTES_MAX).as_bytes()).unwrap();
    handed_over(
        &large.engine,
        &format!(
            "\r\nContent-Length: {BODY_BYTES_MAX}\r\n\r\n{}",
            "a".repeat(BODY_BYTES_MAX)
        ),
    );
    answers(&large.engine, 204, b"\r\n");
    large.client.shutdown(Shutdown::Write).unwrap();
    rest(&large.client);
    large.thread.join().unwrap();
}

/// Goal: while there is no spare memory, large requests are told to come again and small ones go on.
#[test]
fn large_requests_wait_for_memory() {
    let long_head = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}", "a".repeat(FREE_BYTES));
    let long_body = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n";
    for large in [&*long_head, long_body] {
        let mut served = served(patient(), FREE_BYTES / 8);
        served.client.write_all(GET).unwrap();
        handed_over(&served.engine, "\r\n\r\n");
        answers(&served.engine, 204, b"\r\n");
        served.client.write_all(large.as_bytes()).unwrap();
        served.client.shutdown(Shutdown::Write).unwrap();
        let text = rest(&served.client);
        assert!(
            text.starts_with("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 503 "),
            "{text}"
        );
        assert!(text.contains("\r\nRetry-After: "), "{text}");
        assert!(text.contains("\r\nRefresh: "), "{text}");
        served.thread.join().unwrap();
    }
}

/// Goal: memory for a large head is given back with it. Method: as much as one of them takes, and many in a row.
#[test]
fn memory_is_given_back() {
    let long = format!(
        "GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n",
        "a".repeat(FREE_BYTES * 2)
    );
    let mut served = served(patient(), HEAD_BYTES_MAX + long.len());
    for _ in 0..10 {
        served.client.write_all(long.as_bytes()).unwrap();
        handed_over(&served.engine, "\r\n\r\n");
        answers(&served.engine, 204, b"\r\n");
    }
    served.client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(rest(&served.client), "HTTP/1.1 204 No Content\r\n\r\n".repeat(10));
    served.thread.join().unwrap();
}

/// Goal: at closing time requests that have come whole are answered, and the last answer that follows says so.
#[test]
fn closing_time_answers_what_has_come() {
    let mut served = served(patient(), 0);
    served.client.write_all(&GET.repeat(3)).unwrap();
    handed_over(&served.engine, "\r\n\r\n");
    served.connections.stop();
    answers(&served.engine, 204, b"\r\n");
    handed_over(&served.engine, "\r\n\r\n");
    answers(&served.engine, 204, b"\r\n");
    let expected = "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    assert_eq!(rest(&served.client), expected);
    served.thread.join().unwrap();
}
