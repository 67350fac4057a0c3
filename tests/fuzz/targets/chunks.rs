//! A chunked body that is accepted has the content that a naive reader of the whole finds, ends where that one sees its end, stays
//! within its bound, and is the same in any pieces. What was written in chunks is read as it was.

#![no_main]

use infomat::fuzzing::Chunked;
use infomat::refusal::HttpError;
use libfuzzer_sys::fuzz_target;

/// Content, bytes of the body, and whether it has ended.
type Taken = Result<(Vec<u8>, usize, bool), HttpError>;

fuzz_target!(|data: &[u8]| {
    let [piece, bound, bytes @ ..] = data else { return };
    let bytes_max = usize::from(*bound) * 8;
    let whole = take(bytes, bytes_max, bytes.len());
    assert_eq!(
        take(bytes, bytes_max, usize::from(*piece)),
        whole,
        "in pieces of {piece}"
    );
    if let Ok((content, count, is_done)) = whole {
        assert!(content.len() <= bytes_max && count <= bytes.len());
        assert!(is_done || count == bytes.len());
        let read = naive(bytes);
        assert_eq!(is_done.then_some((content, count)), read);
    }

    let chunk = usize::from(*piece) % 40 + 1;
    let mut written = Vec::new();
    for part in bytes.chunks(chunk) {
        written.extend(format!("{:x}\r\n", part.len()).bytes());
        written.extend(part);
        written.extend(b"\r\n");
    }
    written.extend(b"0\r\n\r\n");
    let length = written.len();
    written.extend(b"GET / HTTP/1.1\r\n");
    let read = take(&written, bytes_max, usize::from(*bound) + 1);
    match bytes.len() <= bytes_max {
        true => assert_eq!(read, Ok((bytes.to_vec(), length, true))),
        false => assert_eq!(read, Err(HttpError::BodyTooLarge)),
    }
});

fn take(bytes: &[u8], bytes_max: usize, piece: usize) -> Taken {
    let mut chunked = Chunked::new(bytes_max);
    let (mut content, mut count) = (Vec::new(), 0);
    for part in bytes.chunks(piece.max(1)) {
        let taken = chunked.take(part, &mut content)?;
        count += taken;
        if taken < part.len() {
            assert!(chunked.is_done());
            break;
        }
    }
    Ok((content, count, chunked.is_done()))
}

/// The content of a whole body and its length; none while something is missing. Lines end with CR and LF, sizes are digits.
fn naive(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let line = |at: usize| {
        let length = bytes[at..].windows(2).position(|pair| pair == b"\r\n")?;
        let line = &bytes[at..at + length];
        assert!(
            !line.contains(&b'\n') && !line.contains(&b'\r'),
            "a bare line end"
        );
        Some((line, at + length + 2))
    };
    let (mut content, mut at) = (Vec::new(), 0);
    loop {
        let (size, after) = line(at)?;
        let digits = size
            .iter()
            .position(|byte| !byte.is_ascii_hexdigit())
            .unwrap_or(size.len());
        assert!((1..=16).contains(&digits));
        assert!(
            size[digits..]
                .trim_ascii_start()
                .first()
                .is_none_or(|byte| *byte == b';')
        );
        let size = usize::from_str_radix(str::from_utf8(&size[..digits]).unwrap(), 16).unwrap();
        at = after;
        if size == 0 {
            break;
        }
        content.extend(bytes.get(at..at + size)?);
        assert!(b"\r\n".starts_with(&bytes[at + size..bytes.len().min(at + size + 2)]));
        at += size + 2;
        bytes.get(at - 1)?;
    }
    loop {
        let (trailer, after) = line(at)?;
        at = after;
        if trailer.is_empty() {
            return Some((content, at));
        }
        assert!(
            trailer
                .iter()
                .position(|byte| *byte == b':')
                .is_some_and(|colon| colon > 0)
        );
    }
}
