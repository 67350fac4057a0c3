//! Clients that mean no good, or know no better: whatever one does, another's bookings go on, and nothing has to be
//! restarted afterwards.

mod siege;

use crate::clinic::{Ask, guid};
use crate::harness::Client;
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};
use serde_json::Value;
use siege::{LPU, PATIENCE, PATIENTS_AFTER, SLOT, Siege, clinic, prepare_for_crowds, rest, sent};
use std::io::{ErrorKind, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A request as far as its further fields.
const POST: &str = "POST /api/v2/visit HTTP/1.1\r\nHost: localhost\r\n";

/// Patients of the clinic where nobody attacks.
const PATIENTS: u32 = 1000;

/// What each malformed request gets: its name, its bytes, the answer's status.
fn malformed() -> Vec<(&'static str, Vec<u8>, u16)> {
    let with = |field: &str| format!("{POST}{field}\r\n\r\n").into_bytes();
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
    vec![
        (
            "an enormous length",
            with("Content-Length: 4611686018427387904"),
            413,
        ),
        ("a length over the bound", with("Content-Length: 65537"), 413),
        (
            "a list of lengths",
            [with("Content-Length: 5,5"), smuggled.into()].concat(),
            400,
        ),
        (
            "a negative length",
            [with("Content-Length: -1"), smuggled.into()].concat(),
            400,
        ),
        (
            "no number as length",
            [with("Content-Length: abc"), smuggled.into()].concat(),
            400,
        ),
        ("two lengths", with("Content-Length: 5\r\nContent-Length: 5"), 400),
        (
            "another coding",
            [with("Transfer-Encoding: gzip, chunked"), smuggled.into()].concat(),
            501,
        ),
        (
            "chunks that are not the last coding",
            [with("Transfer-Encoding: chunked, gzip"), smuggled.into()].concat(),
            400,
        ),
        (
            "chunks without sizes",
            [with("Transfer-Encoding: chunked"), smuggled.into()].concat(),
            400,
        ),
        (
            "an enormous chunk",
            [
                with("Transfer-Encoding: chunked"),
                b"7fffffffffffffff\r\n".to_vec(),
                smuggled.into(),
            ]
            .concat(),
            413,
        ),
        (
            "length and encoding",
            with("Content-Length: 5\r\nTransfer-Encoding: chunked"),
            400,
        ),
        (
            "an endless header line",
            format!("{POST}X: {}", "a".repeat(3_000_000)).into(),
            431,
        ),
        (
            "200,000 headers",
            format!("{POST}{}", "X: a\r\n".repeat(200_000)).into(),
            431,
        ),
        (
            "HTTP/2.0",
            b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n".to_vec(),
            505,
        ),
        (
            "the preface of HTTP/2",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            505,
        ),
        (
            "a TLS hello",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
            400,
        ),
        (
            "NUL in the path",
            b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
            400,
        ),
        ("an unknown expectation", with("Expect: more"), 417),
        ("two hosts", with("Host: b"), 400),
    ]
}

/// Goal: what is no request gets the standard answer that says why, and the end of its connection; what follows it is
/// never taken for another request. Method: each from one client while another books.
#[test]
fn malformed_requests_are_refused() {
    let siege = Siege::new();
    for (name, bytes, status) in malformed() {
        siege.attack(name, || {
            let text = rest(&siege.sent(&bytes));
            assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {text}");
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.contains("\r\nConnection: close"), "{name}: {head}");
            assert!(
                head.contains("\r\nContent-Type: application/json; charset=utf-8"),
                "{name}: {head}"
            );
            let body: Value =
                serde_json::from_str(body).unwrap_or_else(|error| panic!("{name}: {error}: {body}"));
            assert_eq!(body["code"], status, "{name}");
            assert_eq!(body["message_code"], "5000", "{name}");
        });
    }
    siege.end_and_tell("malformed requests and smuggled ones, of 19 kinds");
}

/// What is a request by its form and asks for too much, or for what nobody may have: its name, its bytes, the answer's status.
fn excessive() -> Vec<(&'static str, Vec<u8>, u16)> {
    const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
    const JSON: &str = "Content-Type: application/json";
    let get = |target: &str, fields: &str| {
        format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n").into_bytes()
    };
    let post = |kind: &str, body: &[u8]| {
        let (ask, length) = (Ask::new(LPU, PATIENTS_AFTER, SLOT), body.len());
        let head = format!(
            "POST {}{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {}\r\n\
             {kind}\r\nContent-Length: {length}\r\n\r\n",
            ask.base,
            ask.lpu,
            ask.authorization.unwrap()
        );
        [head.as_bytes(), body].concat()
    };
    let ranges: Vec<_> = (0..1_000).map(|from| format!("{from}-")).collect();
    let names: Vec<_> = (0..2_500).map(|name| format!("n{name}=1")).collect();
    vec![
        (
            "a thousand ranges",
            get("/", &format!("Range: bytes={}\r\n", ranges.join(","))),
            200,
        ),
        (
            "a path out of the folder",
            get("/../../../../etc/passwd", ""),
            404,
        ),
        (
            "the same, written otherwise",
            get("/..%2f..%2f..%2fetc%2fpasswd", ""),
            404,
        ),
        (
            "a field put into an answer",
            get("/lpu%0d%0aSet-Cookie:%20a=b", ""),
            404,
        ),
        (
            "a very large cookie",
            get("/", &format!("Cookie: {}\r\n", "a=b; ".repeat(3_000))),
            200,
        ),
        (
            "an address with many parameters",
            get(&format!("/lpu?{}", names[..1_500].join("&")), ""),
            200,
        ),
        (
            "a form with many parameters",
            post(FORM, names.join("&").as_bytes()),
            400,
        ),
        (
            "an upgrade to another protocol",
            get(
                "/",
                "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
            ),
            200,
        ),
        ("lists in lists", post(JSON, "[".repeat(60_000).as_bytes()), 400),
        (
            "objects in objects",
            post(JSON, "{\"a\":".repeat(12_000).as_bytes()),
            400,
        ),
        (
            "an enormous number",
            post(
                JSON,
                format!("{{\"timeTable\":1{}}}", "0".repeat(60_000)).as_bytes(),
            ),
            400,
        ),
        (
            "a name given thousands of times",
            post(
                JSON,
                format!("{{{}\"a\":1}}", "\"a\":1,".repeat(9_000)).as_bytes(),
            ),
            400,
        ),
        (
            "a body that says it is packed",
            post("Content-Encoding: gzip", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
            400,
        ),
    ]
}

/// Goal: what is a request and asks for too much costs no more than another, and gets nothing that is not for it. Method: each
/// from one client while another books.
#[test]
fn excessive_requests_are_bounded() {
    let siege = Siege::new();
    for (name, bytes, status) in excessive() {
        siege.attack(name, || {
            let text = rest(&siege.sent(&bytes));
            assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {text}");
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(!head.contains("Set-Cookie: a"), "{name}: {head}");
            assert!(!body.contains("root:"), "{name}: {body}");
        });
    }
    siege.end_and_tell("requests that ask for too much, of 13 kinds");
}

/// Goal: who is slow is let go at a deadline that no trickle moves. Method: all kinds of slowness at once, while
/// another books.
#[test]
fn slow_clients_meet_their_deadlines() {
    const HEAD_SECONDS: u64 = 10;
    const BODY_SECONDS: u64 = 15;
    let siege = Siege::new();
    let body = format!("{POST}Content-Length: 60000\r\n\r\na");
    let stalls = |bytes: &[u8]| rest(&siege.sent(bytes));
    let trickles = |bytes: &[u8]| trickled(siege.sent(bytes));
    siege.attack("slow clients", || {
        thread::scope(|scope| {
            scope.spawn(|| assert_late(HEAD_SECONDS, || stalls(b"GET / HT")));
            scope.spawn(|| assert_late(HEAD_SECONDS, || trickles(b"GET / HTTP/1.1\r\nX: ")));
            scope.spawn(|| assert_late(BODY_SECONDS, || stalls(body.as_bytes())));
            scope.spawn(|| assert_late(BODY_SECONDS, || trickles(body.as_bytes())));
            scope.spawn(|| wait_for_reset(&piled_up(siege.sent(b"")), PATIENCE));
        });
    });
    siege.end_and_tell("slow clients: heads and bodies that stall or trickle, answers that nobody reads");
}

/// Runs until the server says that time is over, which has to be soon after so many seconds.
fn assert_late(seconds: u64, attack: impl FnOnce() -> String) {
    let began = Instant::now();
    let text = attack();
    let took = began.elapsed();
    let least = Duration::from_secs(seconds);
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    assert!((least..PATIENCE).contains(&took), "{took:?}");
}

/// Sends a byte now and then until the server answers; its answer.
fn trickled(mut stream: TcpStream) -> String {
    const TRICKLE: Duration = Duration::from_millis(100);
    let deadline = Instant::now() + PATIENCE;
    stream.set_read_timeout(Some(TRICKLE)).unwrap();
    while let Err(error) = stream.peek(&mut [0]) {
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert!(Instant::now() < deadline, "a trickle goes on and on");
        let _ = stream.write_all(b"a");
    }
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    rest(&stream)
}

/// A connection with requests sent one after the other and no answer read, until the server takes no more. The answers are large:
/// few of them fill what the system keeps for a reader, also where each takes its time.
fn piled_up(mut stream: TcpStream) -> TcpStream {
    const STUCK: Duration = Duration::from_millis(500);
    let requests = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1000);
    stream.set_write_timeout(Some(STUCK)).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while stream.write_all(requests.as_bytes()).is_ok() {
        assert!(Instant::now() < deadline, "the server takes requests without end");
    }
    stream
}

/// Waits, reading nothing, until the server has torn the connection down.
fn wait_for_reset(mut stream: &TcpStream, patience: Duration) {
    const LOOK: Duration = Duration::from_millis(50);
    let deadline = Instant::now() + patience;
    stream.set_write_timeout(Some(LOOK)).unwrap();
    loop {
        match stream.write(b"a") {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return,
            Ok(_) => {}
        }
        assert!(Instant::now() < deadline, "the server waits for ever");
    }
}

/// Goal: however many connections one client opens, and whatever it lets them wait with, another keeps its own and a
/// newcomer finds room. Method: more than the gate has places for; each crowd stays while the others book.
#[test]
fn crowds_leave_room() {
    prepare_for_crowds();
    let siege = Siege::new();
    let body = format!("{POST}Content-Length: 65000\r\n\r\n{}", "a".repeat(60_000));
    let crowds = [
        ("1,000 idle connections", 1000, String::new()),
        ("more idle connections than places", 1500, String::new()),
        ("stalled heads", 1500, "GET /".to_owned()),
        (
            "large stalled heads",
            1500,
            format!("{POST}X: {}", "a".repeat(14_000)),
        ),
        ("stalled bodies", 1500, body),
        ("answers never read", 300, format!("{POST}\r\n").repeat(100)),
    ];
    for (name, size, bytes) in crowds {
        let crowd: Vec<_> = (0..size).map(|_| siege.sent(bytes.as_bytes())).collect();
        siege.attack(name, || siege.newcomer_books());
        drop(crowd);
    }
    siege.end_and_tell("connections of crowds that stay, of 6 kinds");
}

/// Goal: when the system has no descriptor left, the server does not end, and goes on as soon as it can.
/// Method: take the right to open files from it while it serves, knock, give the right back.
#[test]
fn a_shortage_of_descriptors_passes() {
    const CROWD: usize = 50;
    const SPARE: u64 = 2;
    let siege = Siege::new();
    let pid = Pid::from_raw(siege.pid().try_into().unwrap());
    let crowd = || -> Vec<_> { (0..CROWD).map(|_| siege.sent(b"")).collect() };
    let first_crowd = crowd();
    siege.newcomer_books();
    let open = std::fs::read_dir(format!("/proc/{}/fd", siege.pid()))
        .unwrap()
        .count() as u64;
    let short = Rlimit {
        current: Some(open + SPARE),
        maximum: getrlimit(Resource::Nofile).maximum,
    };
    let usual = prlimit(pid, Resource::Nofile, short).unwrap();
    let second_crowd = crowd();
    siege.attack("no descriptors", || siege.newcomer_books());
    prlimit(pid, Resource::Nofile, usual).unwrap();
    siege.attack("descriptors again", || siege.newcomer_books());
    drop((first_crowd, second_crowd));
    siege.end_and_tell("connections to a server that has no descriptor left");
}

/// Goal: the neighbour would see a server that lets others wait. Method: the server is stopped for a moment, again and again.
#[test]
fn a_server_that_stands_still_is_seen() {
    // On a busy machine it has to stand still for longer.
    const SECONDS: [u64; 4] = [1, 2, 4, 8];
    const BOOKINGS_BETWEEN: usize = 20;
    let siege = Siege::new();
    let pid = Pid::from_raw(siege.pid().try_into().unwrap()).unwrap();
    let is_seen = |seconds| {
        let stands_still = || {
            kill_process(pid, Signal::STOP).unwrap();
            thread::sleep(Duration::from_secs(seconds));
            kill_process(pid, Signal::CONT).unwrap();
            (0..BOOKINGS_BETWEEN).for_each(|_| siege.newcomer_books());
        };
        siege
            .pace_during("a server that stands still", stands_still)
            .is_err()
    };
    assert!(SECONDS.into_iter().any(is_seen));
    siege.end();
}

/// A booking of this patient as text, with further header fields.
fn booking(number: u32, version: &str, fields: &str) -> String {
    let ask = Ask::new(LPU, PATIENTS_AFTER + number, SLOT);
    let target = format!("{}{}?timeTable={}", ask.base, ask.lpu, guid(SLOT));
    let authorization = ask.authorization.unwrap();
    format!("POST {target} {version}\r\nHost: localhost\r\nAuthorization: {authorization}\r\n{fields}\r\n")
}

/// Goal: requests in a row on one connection are answered in order; one without a length has no body, as `curl -X POST`
/// sends it. Method: four at once, then the client's end of the connection.
#[test]
fn requests_in_a_row_are_answered_in_order() {
    let site = clinic(PATIENTS);
    let server = site.serve();
    let one = booking(1, "HTTP/1.1", "");
    let absolute = "GET http://localhost/nowhere HTTP/1.1\r\nHost: b\r\n\r\n";
    let head = "HEAD /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut client = server.client();
    let text = [&one, &one, absolute, head, &booking(2, "HTTP/1.1", "")].concat();
    client.send(text.as_bytes()).unwrap();
    client.finish();
    assert_eq!(client.read(false).unwrap().status, 200);
    assert_eq!(client.read(false).unwrap().json()["message_code"], "4848");
    assert_eq!(client.read(false).unwrap().status, 404);
    let without_body = client.read(true).unwrap();
    assert_eq!(without_body.status, 404);
    assert_ne!(without_body.header("content-length"), Some("0"));
    let last = client.read(false).unwrap();
    assert_eq!(last.status, 200);
    assert_eq!(last.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(last.header("cache-control"), Some("no-store"));
    assert!(last.header("date").is_some_and(|date| date.ends_with(" GMT")));
    assert_eq!(last.header("server"), None);
    assert_eq!(client.read(false).unwrap_err().kind(), ErrorKind::UnexpectedEof);
}

/// Goal: connections stay or end as the client's version and its `Connection` field say (RFC 9112, 9.3).
#[test]
fn connections_end_as_agreed() {
    let site = clinic(PATIENTS);
    let server = site.serve();
    let cases = [
        (booking(1, "HTTP/1.1", "Connection: close\r\n"), Some("close")),
        (booking(2, "HTTP/1.0", ""), Some("close")),
        (
            booking(3, "HTTP/1.0", "Connection: keep-alive\r\n"),
            Some("keep-alive"),
        ),
        (booking(4, "HTTP/1.1", ""), None),
    ];
    for (text, word) in cases {
        let mut client = server.client();
        client.send(text.as_bytes()).unwrap();
        let answer = client.read(false).unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("connection"), word);
        if word == Some("close") {
            assert_eq!(client.read(false).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        } else {
            assert_eq!(client.ask("GET", "/nowhere", &[], b"").status, 404);
        }
    }
}

/// Goal: bodies of every size reach the engine whole, also from a client that waits to be asked for them (curl does over
/// 1 MiB, others always). Method: the cell named at the very end of a form.
#[test]
fn bodies_arrive_whole() {
    let site = clinic(PATIENTS);
    let server = site.serve();
    let mut client = server.client();
    for (number, padding_bytes) in (1..).zip([0, 1000, 5000, 60_000]) {
        let body = format!("x={}&timeTable={}", "a".repeat(padding_bytes), guid(SLOT));
        let ask = Ask::new(LPU, PATIENTS_AFTER + number, SLOT);
        let head = format!(
            "POST /visit/{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\nExpect: 100-continue\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            ask.lpu,
            ask.authorization.unwrap(),
            body.len()
        );
        client.send(head.as_bytes()).unwrap();
        assert_eq!(client.read(true).unwrap().status, 100);
        client.send(body.as_bytes()).unwrap();
        let answer = client.read(false).unwrap();
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }
}

/// Goal: SIGTERM ends the server with status 0, and every booking that was made has been answered. Method: clients that
/// book as fast as they can, idle and stalled ones beside them; the tickets given out are those in the database.
#[test]
fn the_end_answers_what_was_accepted() {
    const CLIENTS: usize = 8;
    const BOOKED_BEFORE: u32 = 40;
    let site = clinic(PATIENTS);
    let server = site.serve();
    let address = server.address;
    let _idle = sent(address, b"");
    let _stalled = sent(address, b"POST /");
    let (next, booked) = (AtomicU32::new(1), AtomicU32::new(0));
    let books = || {
        let mut client = Client::connect(address);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let text = booking(number, "HTTP/1.1", "");
            if client.send(text.as_bytes()).is_err() {
                return;
            }
            let Ok(answer) = client.read(false) else { return };
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            booked.fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(books);
        }
        while booked.load(Ordering::Relaxed) < BOOKED_BEFORE {
            thread::yield_now();
        }
        let began = Instant::now();
        assert!(server.terminate().success());
        assert!(began.elapsed() < PATIENCE, "the end took {:?}", began.elapsed());
    });
    let database = rusqlite::Connection::open(site.path("infomat.db")).unwrap();
    let visits: u32 = database
        .query_one("SELECT count(*) FROM visit", [], |row| row.get(0))
        .unwrap();
    assert_eq!(booked.into_inner(), visits);
}
