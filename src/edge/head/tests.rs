use super::*;
use std::net::Ipv4Addr;

/// Scans and parses as the gate does, with nothing behind the head.
fn read(bytes: &[u8]) -> Result<Option<(Framing, String)>, HttpError> {
    let Some(end) = Scan::default().head_end(bytes)? else {
        return Ok(None);
    };
    assert_eq!(end, bytes.len(), "the head ends where its empty line does");
    let mut fields = NO_FIELDS;
    let head = Head::parse(bytes, BODY_BYTES_MAX, &mut fields)?;
    let forwarded = forward(&head);
    Ok(Some((head.framing(), forwarded)))
}

fn forward(head: &Head) -> String {
    let mut out = b"what was here before".to_vec();
    head.forward(Ipv4Addr::LOCALHOST.into(), &mut out);
    String::from_utf8(out).unwrap()
}

/// The framing of a head given as its lines, without line ends.
fn framing(lines: &[&str]) -> Result<Framing, HttpError> {
    let head = lines.join("\r\n") + "\r\n\r\n";
    read(head.as_bytes()).map(|read| read.expect("the head is whole").0)
}

fn forwarded(lines: &[&str]) -> String {
    let head = lines.join("\r\n") + "\r\n\r\n";
    read(head.as_bytes()).unwrap().unwrap().1
}

const PLAIN: Framing = Framing {
    body: Body::Plain(0),
    expects_continue: false,
    after: After::Stay,
    safe: true,
    parts: AnswerParts::Whole,
};

/// Goal: heads that RFC 9112 allows and clients send are taken for what they are.
#[test]
fn well_formed_heads_are_understood() {
    let post = Framing { safe: false, ..PLAIN };
    let close = After::Close;
    let good: &[(&[&str], Framing)] = &[
        (&["GET / HTTP/1.1", "Host: a"], PLAIN),
        (&["GET /?a=%20b HTTP/1.1", "host: [::1]:8080"], PLAIN),
        (&["", "GET / HTTP/1.1", "Host: a"], PLAIN),
        (&["GET http://a:80/x HTTP/1.1", "Host: b"], PLAIN),
        (
            &["HEAD / HTTP/1.1", "Host: a"],
            Framing {
                parts: AnswerParts::Head,
                ..PLAIN
            },
        ),
        (&["POST / HTTP/1.1", "Host: a"], post),
        (&["POST / HTTP/1.1", "Host: a", "Content-Length: 0"], post),
        (
            &["POST / HTTP/1.1", "Host: a", "Content-Length:\t7 "],
            Framing {
                body: Body::Plain(7),
                ..post
            },
        ),
        (
            &["POST / HTTP/1.1", "Host: a", "Content-Length: 65536"],
            Framing {
                body: Body::Plain(65_536),
                ..post
            },
        ),
        (
            &[
                "PUT / HTTP/1.1",
                "Host: a",
                "Content-Length: 7",
                "Expect: 100-Continue",
            ],
            Framing {
                body: Body::Plain(7),
                expects_continue: true,
                ..post
            },
        ),
        (
            &["GET / HTTP/1.1", "Host: a", "Connection: x, Close"],
            Framing {
                after: close,
                ..PLAIN
            },
        ),
        (
            &["GET / HTTP/1.1", "Host: a", "Connection: x", "Connection: close"],
            Framing {
                after: close,
                ..PLAIN
            },
        ),
        (&["GET / HTTP/1.1", "Host: a", "Connection: keep-alive"], PLAIN),
        (
            &["GET / HTTP/1.0"],
            Framing {
                after: close,
                ..PLAIN
            },
        ),
        (
            &["GET / HTTP/1.0", "Connection: Keep-Alive"],
            Framing {
                after: After::StayAndSay,
                ..PLAIN
            },
        ),
        (
            &["GET / HTTP/1.0", "Connection: keep-alive, close"],
            Framing {
                after: close,
                ..PLAIN
            },
        ),
        (
            &["GET / HTTP/1.0", "Expect: 100-continue"],
            Framing {
                after: close,
                ..PLAIN
            },
        ),
        (
            &[
                "GET / HTTP/1.1",
                "Host: a",
                "X-Empty:",
                "X-Tab: a\tb",
                "X-Byte: \u{e9}",
            ],
            PLAIN,
        ),
    ];
    for (lines, expected) in good {
        assert_eq!(framing(lines).as_ref(), Ok(expected), "{lines:?}");
    }
}

/// Goal: whatever else arrives is refused, with the status that says why. Method: one fault a head.
#[test]
fn each_malformed_head_has_its_refusal() {
    use HttpError::{BodyTooLarge, Expectation, HeadTooLarge, Malformed, Version};
    let with = |field: &'static str| vec!["POST / HTTP/1.1", "Host: a", field];
    let mut bad = vec![
        (vec!["GET / HTTP/2.0", "Host: a"], Version),
        (vec!["PRI * HTTP/2.0"], Version),
        (vec!["GET / HTTP/1.2", "Host: a"], Version),
        (vec!["GET / HTTP/0.9", "Host: a"], Version),
        (vec!["GET / HTTPS/1.1", "Host: a"], Malformed),
        (vec!["GET /", "Host: a"], Malformed),
        (vec!["GET  / HTTP/1.1", "Host: a"], Malformed),
        (vec!["GET / HTTP/1.1 ", "Host: a"], Malformed),
        (vec!["GET /a b HTTP/1.1", "Host: a"], Malformed),
        (vec![" GET / HTTP/1.1", "Host: a"], Malformed),
        (vec!["G(T / HTTP/1.1", "Host: a"], Malformed),
        (vec!["", "", "GET / HTTP/1.1", "Host: a"], Malformed),
        (vec!["GET * HTTP/1.1", "Host: a"], Malformed),
        (vec!["CONNECT a:80 HTTP/1.1", "Host: a"], Malformed),
        (vec!["GET ftp://a/ HTTP/1.1", "Host: a"], Malformed),
        (vec!["GET http://a HTTP/1.1", "Host: a"], Malformed),
        (vec!["GET http://u@a/ HTTP/1.1", "Host: a"], Malformed),
        (vec!["GET /\u{444} HTTP/1.1", "Host: a"], Malformed),
        (vec!["GET /\0 HTTP/1.1", "Host: a"], Malformed),
        (vec!["GET /\u{7f} HTTP/1.1", "Host: a"], Malformed),
        (vec!["GET / HTTP/1.1"], Malformed),
        (vec!["GET / HTTP/1.1", "Host: a", "Host: a"], Malformed),
        (vec!["GET / HTTP/1.0", "Host: a", "Host: b"], Malformed),
        (vec!["GET / HTTP/1.1", "Host:"], Malformed),
        (vec!["GET / HTTP/1.1", "Host: a/b"], Malformed),
        (vec!["GET / HTTP/1.1", "Host: a, b"], Malformed),
        (with(": x"), Malformed),
        (with("X : x"), Malformed),
        (with(" X: x"), Malformed),
        (vec!["GET / HTTP/1.1", " X: x", "Host: a"], Malformed),
        (with("X"), Malformed),
        (with("X: a\rb"), Malformed),
        (with("X: a\nb"), Malformed),
        (with("X: a\0b"), Malformed),
        (with("X\u{e9}: x"), Malformed),
        (vec!["POST / HTTP/1.0", "Transfer-Encoding: chunked"], Malformed),
        (
            vec![
                "POST / HTTP/1.1",
                "Host: a",
                "Content-Length: 5",
                "Transfer-Encoding: chunked",
            ],
            Malformed,
        ),
        (
            vec![
                "POST / HTTP/1.1",
                "Host: a",
                "Content-Length: 5",
                "Content-Length: 5",
            ],
            Malformed,
        ),
        (with("Content-Length: 65537"), BodyTooLarge),
        (with("Content-Length: 4611686018427387904"), BodyTooLarge),
        (with("Content-Length: 18446744073709551616"), Malformed),
        (with("Expect: 200-ok"), Expectation),
        (
            vec![
                "GET / HTTP/1.1",
                "Host: a",
                "Expect: 100-continue",
                "Expect: 100-continue",
            ],
            Expectation,
        ),
    ];
    for length in ["", "5,5", "5 5", "-1", "+5", "abc", "0x5", "5.0", "5;", "\u{665}"] {
        let field: &str = Box::leak(format!("Content-Length: {length}").into_boxed_str());
        bad.push((with(field), Malformed));
    }
    let mut many = vec!["GET / HTTP/1.1", "Host: a"];
    many.resize(FIELDS_MAX + 1, "X: x");
    assert_eq!(framing(&many), Ok(PLAIN));
    many.push("X: x");
    bad.push((many, HeadTooLarge));
    for (lines, expected) in bad {
        assert_eq!(framing(&lines), Err(expected), "{lines:?}");
    }
}

/// Goal: chunked is taken alone, once and as the last coding; others are told apart from what is malformed.
#[test]
fn chunked_is_the_only_coding() {
    use HttpError::{Coding, Malformed};
    let post = |field: &str| framing(&["POST / HTTP/1.1", "Host: a", field]);
    for expects_continue in [false, true] {
        let chunked = Framing {
            safe: false,
            body: Body::Chunked,
            expects_continue,
            ..PLAIN
        };
        let expect = ["", "\r\nExpect: 100-continue"][usize::from(expects_continue)];
        let taken = post(&format!("transfer-encoding:\tChunked {expect}"));
        assert_eq!(taken, Ok(chunked));
    }
    for (codings, expected) in [
        ("identity", Coding),
        ("gzip", Coding),
        ("gzip, Chunked", Coding),
        ("gzip\r\nTransfer-Encoding: chunked", Coding),
        ("gzip;q=1, chunked", Coding),
        ("xchunked", Coding),
        ("", Malformed),
        (",", Malformed),
        ("chunked,", Malformed),
        (", chunked", Malformed),
        ("chunked, gzip", Malformed),
        ("chunked, identity", Malformed),
        ("chunked, chunked", Malformed),
        ("chunked\r\nTransfer-Encoding: chunked", Malformed),
        ("chunked\r\nTransfer-Encoding:", Malformed),
        ("chunked\r\n gzip", Malformed),
        ("chunked\r\nContent-Length: 5", Malformed),
        ("chunked;a=b", Malformed),
        ("chunked;", Malformed),
        ("\"chunked\"", Malformed),
        ("chunked gzip", Malformed),
        ("chun\u{e9}ked", Malformed),
    ] {
        let field = format!("Transfer-Encoding: {codings}");
        assert_eq!(post(&field), Err(expected), "{codings:?}");
    }
    let old = ["POST / HTTP/1.0", "Transfer-Encoding: gzip"];
    assert_eq!(framing(&old), Err(Malformed));
}

/// Goal: the private connection gets one client, one length, nothing that tiny_http acts upon, and ASCII alone.
#[test]
fn what_is_forwarded_is_plain() {
    let sent = forwarded(&[
        "POST /a?b HTTP/1.0",
        "Content-Length: 03",
        "infomat-client: 10.0.0.1",
        "x-forwarded-for: 10.0.0.1",
        "TE: chunked",
        "Connection: upgrade",
        "Upgrade: x",
        "Expect: x",
        "Authorization: Bearer a",
        "X: 5%\u{e9}",
    ]);
    let expected = "POST /a?b HTTP/1.1\r\nAuthorization: Bearer a\r\nX: 5%25%C3%A9\r\n\
                    Infomat-Client: 127.0.0.1\r\nContent-Length: 3\r\n\r\n";
    assert_eq!(sent, expected);
    assert_eq!(decoded("5%25%C3%A9"), "5%\u{c3}\u{a9}");
    let chunked = forwarded(&[
        "POST / HTTP/1.1",
        "Host: a",
        "Transfer-Encoding: chunked",
        "Trailer: X-Sum",
    ]);
    let head = "POST / HTTP/1.1\r\nHost: a\r\nInfomat-Client: 127.0.0.1\r\n";
    assert_eq!(chunked, head, "its length comes with its body");
    for (body, end) in [("", "\r\n"), ("hello", "Content-Length: 5\r\n\r\n")] {
        let mut message = [head, body].concat().into_bytes();
        end_head(&mut message, head.len(), body.len());
        assert_eq!(String::from_utf8(message).unwrap(), [head, end, body].concat());
    }
    let absolute = forwarded(&["GET HTTP://a:80/x?y HTTP/1.1", "Host: b"]);
    assert_eq!(
        absolute,
        "GET /x?y HTTP/1.1\r\nHost: a:80\r\nInfomat-Client: 127.0.0.1\r\n\r\n"
    );
}

/// Goal: an end is found wherever the pieces break, and never before it is there.
#[test]
fn a_head_may_come_in_any_pieces() {
    let head = b"\r\nGET / HTTP/1.1\r\nHost: a\r\nX: \xe9\r\n\r\n";
    for first in 0..head.len() {
        let mut scan = Scan::default();
        assert_eq!(scan.head_end(&head[..first]), Ok(None), "{first}");
        assert_eq!(scan.head_end(head), Ok(Some(head.len())), "{first}");
    }
    let mut pipelined = head.to_vec();
    pipelined.extend_from_slice(b"GET /next");
    assert_eq!(Scan::default().head_end(&pipelined), Ok(Some(head.len())));
}

/// Goal: a head has an end in bytes, and what cannot become one is refused at its first bytes.
#[test]
fn size_and_garbage_end_the_reading_early() {
    let endless = [&b"GET / HTTP/1.1\r\nX: "[..], &[b'a'; HEAD_BYTES_MAX]].concat();
    assert_eq!(Scan::default().head_end(&endless[..HEAD_BYTES_MAX - 1]), Ok(None));
    assert_eq!(Scan::default().head_end(&endless), Err(HttpError::HeadTooLarge));
    for garbage in [
        &b"\x16\x03\x01\x02"[..],
        b"\x80\x2e",
        b"\n",
        b"\rG",
        b"G\xff",
        b"GET / HTTP/1.1\n",
    ] {
        assert_eq!(
            Scan::default().head_end(garbage),
            Err(HttpError::Malformed),
            "{garbage:?}"
        );
    }
}

/// Goal: nothing that arrives makes the parser panic, and what it lets in is plain. Method: a good head, mutated at
/// random places (a generator with a fixed seed), and the rules read off what would be forwarded.
#[test]
fn mutated_heads_are_refused_or_plain() {
    const ROUNDS: u32 = 60_000;
    let good =
        b"POST /a?b=%20 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 12\r\nConnection: close\r\nX: y\r\n\r\n";
    let spice = b"\r\n\r\n \t\0:,;%/\x7f\x80\xff0159+-aZ\"*HTTP/1.0Content-Length: Transfer-Encoding:Host: ";
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut let_in = 0;
    for _ in 0..ROUNDS {
        let mut bytes = good.to_vec();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            match random(3) {
                0 => bytes[at] = spice[random(spice.len())],
                1 => drop(bytes.remove(at)),
                _ => {
                    let from = random(spice.len());
                    let piece = &spice[from..spice.len().min(from + 1 + random(20))];
                    drop(bytes.splice(at..at, piece.iter().copied()));
                }
            }
        }
        let Ok(Some(end)) = Scan::default().head_end(&bytes) else {
            continue;
        };
        let mut fields = NO_FIELDS;
        if let Ok(head) = Head::parse(&bytes[..end], BODY_BYTES_MAX, &mut fields) {
            let_in += 1;
            assert!(matches!(
                head.framing().body,
                Body::Chunked | Body::Plain(..=BODY_BYTES_MAX)
            ));
            let sent = forward(&head);
            assert!(sent.is_ascii(), "{sent:?}");
            assert!(
                sent.split("\r\n").all(|line| !line.contains(['\r', '\n', '\0'])),
                "{sent:?}"
            );
            let lower = sent.to_ascii_lowercase();
            assert!(lower.matches("\r\ncontent-length:").count() <= 1, "{sent:?}");
            assert!(!lower.contains("\r\ntransfer-encoding:"), "{sent:?}");
            assert_eq!(lower.matches("\r\ninfomat-client:").count(), 1, "{sent:?}");
        }
    }
    assert!(
        let_in > ROUNDS / 20,
        "most mutations were fatal; the test sees too little: {let_in}"
    );
}
