//! A head that the gate accepts is forwarded as somebody reads it who splits it at its line ends: method, target, fields, one
//! length. The search for its end finds the same in any pieces.

#![no_main]

use infomat::fuzzing::{Body, HEAD_BYTES_MAX, Head, NO_FIELDS, Scan, end_head};
use libfuzzer_sys::fuzz_target;
use std::net::{IpAddr, Ipv4Addr};

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Fields that end at the gate.
const KEPT_BACK: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "infomat-client",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-forwarded-for",
];

type Fields = Vec<(String, Vec<u8>)>;

fuzz_target!(|data: &[u8]| {
    let Some((piece, bytes)) = data.split_first() else {
        return;
    };
    let whole = Scan::default().head_end(bytes);
    let mut scan = Scan::default();
    let piece = usize::from(*piece).max(1);
    let ends = (piece..bytes.len()).step_by(piece).chain([bytes.len()]);
    let found = ends
        .map(|end| scan.head_end(&bytes[..end]))
        .find(|found| !matches!(found, Ok(None)));
    assert_eq!(found.unwrap_or(Ok(None)), whole, "in pieces of {piece}");
    let Ok(Some(end)) = whole else { return };
    assert!(end <= HEAD_BYTES_MAX && bytes[..end].ends_with(b"\r\n\r\n"));

    let mut fields = NO_FIELDS;
    let Ok(head) = Head::parse(&bytes[..end], BODY_BYTES_MAX, &mut fields) else {
        return;
    };
    let (method, target, fields) = naive(&bytes[..end]);
    let framing = head.framing();
    let of = |name: &str| {
        fields
            .iter()
            .filter(|field| field.0 == name)
            .map(|field| &field.1)
            .collect::<Vec<_>>()
    };
    let (lengths, codings) = (of("content-length"), of("transfer-encoding"));
    assert!(
        of("host").len() <= 1 && lengths.len() <= 1,
        "two of what there is one of"
    );
    let body_bytes = match framing.body {
        Body::Plain(count) => {
            assert!(codings.is_empty() && count <= BODY_BYTES_MAX);
            let length = lengths
                .first()
                .map_or("0", |length| str::from_utf8(length).unwrap());
            assert!(length.bytes().all(|byte| byte.is_ascii_digit()));
            assert_eq!(length.parse::<u128>().unwrap(), count as u128);
            count
        }
        Body::Chunked => {
            assert!(lengths.is_empty() && codings.len() == 1, "two framings");
            assert!(codings[0].trim_ascii().eq_ignore_ascii_case(b"chunked"));
            7
        }
    };
    assert_eq!(framing.safe, method == "GET" || method == "HEAD");

    let mut out = Vec::new();
    head.forward(CLIENT, &mut out);
    if framing.body == Body::Chunked {
        let head_bytes = out.len();
        end_head(&mut out, head_bytes, body_bytes);
    } else {
        assert!(
            out.len() + body_bytes
                <= head.message_bytes()
                    + 2 * bytes
                        .iter()
                        .filter(|byte| **byte == b'%' || !byte.is_ascii())
                        .count()
        );
    }
    assert!(out.is_ascii() && out.ends_with(b"\r\n\r\n"));
    let (told_method, told_target, told) = naive(&out);
    assert_eq!(told_method, method);
    let (authority, path) = match target.strip_prefix('/') {
        Some(_) => (None, target.as_str()),
        None => {
            assert!(target[..7].eq_ignore_ascii_case("http://"));
            let slash = 7 + target[7..].find('/').unwrap();
            (Some(&target[7..slash]), &target[slash..])
        }
    };
    assert_eq!(told_target, path);
    let mut expected: Fields = authority
        .map(|host| ("host".to_owned(), host.into()))
        .into_iter()
        .collect();
    expected.extend(
        fields
            .into_iter()
            .filter(|(name, _)| !KEPT_BACK.contains(&&**name) && !(authority.is_some() && name == "host")),
    );
    expected.push(("infomat-client".to_owned(), CLIENT.to_string().into()));
    if body_bytes > 0 {
        expected.push(("content-length".to_owned(), body_bytes.to_string().into()));
    }
    let decoded: Fields = told
        .into_iter()
        .map(|(name, value)| (name, percent_encoding::percent_decode(&value).collect()))
        .collect();
    assert_eq!(decoded, expected);
});

/// Method, target, and fields with names in lower case, of a head that is taken for well-formed.
fn naive(head: &[u8]) -> (String, String, Fields) {
    let head = head.strip_prefix(b"\r\n").unwrap_or(head);
    let head = head.strip_suffix(b"\r\n\r\n").unwrap();
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut rest = head;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
        lines.push(&rest[..at]);
        rest = &rest[at + 2..];
    }
    lines.push(rest);
    let words: Vec<&str> = str::from_utf8(lines[0]).unwrap().split(' ').collect();
    assert!(words.len() == 3 && words[2].starts_with("HTTP/1."), "{words:?}");
    let fields = lines[1..].iter().map(|line| {
        let colon = line.iter().position(|byte| *byte == b':').unwrap();
        let name = str::from_utf8(&line[..colon]).unwrap();
        assert!(!name.is_empty() && !name.contains([' ', '\t']), "{name:?}");
        (name.to_ascii_lowercase(), line[colon + 1..].trim_ascii().to_vec())
    });
    (words[0].to_owned(), words[1].to_owned(), fields.collect())
}
