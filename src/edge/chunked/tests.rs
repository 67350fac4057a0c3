use super::*;

const BODY_BYTES_MAX: usize = 64 * 1024;

/// The content of `bytes`, and how many of them are the body; taken in pieces that end at `cuts`.
fn taken(bytes: &[u8], cuts: &[usize]) -> Result<(Vec<u8>, usize, bool), HttpError> {
    let mut chunked = Chunked::new(BODY_BYTES_MAX);
    let mut out = b"head".to_vec();
    let (mut from, mut count) = (0, 0);
    for upto in cuts.iter().copied().chain([bytes.len()]) {
        count += chunked.take(&bytes[from..upto], &mut out)?;
        from = upto;
    }
    assert!(out.starts_with(b"head"));
    Ok((out.split_off(4), count, chunked.is_done()))
}

/// Bodies, their content, and what follows them.
const GOOD: [(&str, &str, &str); 10] = [
    ("0\r\n\r\n", "", ""),
    ("5\r\nhello\r\n0\r\n\r\n", "hello", "GET / HTTP/1.1\r\n"),
    (
        "5\r\nhello\r\n6\r\n world\r\n000\r\n\r\n",
        "hello world",
        "0\r\n\r\n",
    ),
    (
        "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n",
        "01234567890123456789",
        "x",
    ),
    ("0000000000000002\r\nhi\r\n0\r\n\r\n", "hi", ""),
    ("2;a=b;c=\"d;\u{e9} e\"\r\nhi\r\n0;z\r\n\r\n", "hi", ""),
    ("2 \t; a\r\nhi\r\n0\r\n\r\n", "hi", ""),
    ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", "\r\n"),
    ("0\r\nX-Sum: 1\r\nContent-Length:\r\n\r\n", "", "rest"),
    ("7\r\n0\r\n\r\nGE\r\n0\r\n\r\n", "0\r\n\r\nGE", ""),
];

/// Goal: the content, the whole of it and nothing else is taken, however the bytes come. Method: each body with something
/// behind it, cut at every place, at every two, and byte by byte.
#[test]
fn a_body_is_the_same_however_it_is_cut() {
    for (body, content, rest) in GOOD {
        let bytes = [body, rest].concat().into_bytes();
        let expected = Ok((content.as_bytes().to_vec(), body.len(), true));
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                assert_eq!(
                    taken(&bytes, &[first, second]),
                    expected,
                    "{body:?} at {first}, {second}"
                );
            }
        }
        let single: Vec<_> = (0..bytes.len()).collect();
        assert_eq!(taken(&bytes, &single), expected, "{body:?} byte by byte");
    }
}

/// Goal: a body that goes on is not taken for whole. Method: every beginning of each.
#[test]
fn a_beginning_is_not_the_whole() {
    for (body, _, _) in GOOD {
        for end in 0..body.len() {
            let (_, count, is_done) = taken(&body.as_bytes()[..end], &[]).unwrap();
            assert!(!is_done && count == end, "{body:?} up to {end}");
        }
    }
}

#[test]
fn what_is_no_chunked_body_is_refused() {
    let long_size = format!("{}2\r\nhi\r\n0\r\n\r\n", "0".repeat(SIZE_DIGITS_MAX));
    let extension = format!("2;{}\r\n", "a".repeat(ASIDE_BYTES_MAX));
    let extensions = "1;aaaaaaa\r\nx\r\n".repeat(ASIDE_BYTES_MAX / 8 + 1);
    let trailer = format!("0\r\nX: {}", "a".repeat(ASIDE_BYTES_MAX));
    let trailers = format!("0\r\n{}", "X: a\r\n".repeat(ASIDE_BYTES_MAX));
    for bad in [
        "\r\n",
        "g\r\n",
        "-1\r\n",
        "+1\r\n",
        "0x2\r\nhi\r\n",
        " 2\r\nhi\r\n",
        "2 \r\nhi\r\n",
        "2\nhi\r\n",
        "2\r\rhi",
        "2\r\nhi0\r\n",
        "2\r\nhi\n0\r\n",
        "2\r\nhi\r0\r\n",
        "2\r\nhi\r\n\r\n",
        ";a\r\n",
        "2;a\nGET",
        "2;a\rb\r\n",
        "2;a\0\r\nhi",
        "0\r\n\n",
        "0\n\n",
        "0\r\n X: a\r\n\r\n",
        "0\r\n: a\r\n\r\n",
        "0\r\nX\r\n\r\n",
        "0\r\nX : a\r\n\r\n",
        "0\r\nX: a\n\r\n",
        "0\r\nX: a\r\n b\r\n\r\n",
        "0\r\nX: a\0\r\n\r\n",
        "0\r\nGET / HTTP/1.1\r\n",
        &long_size,
        &extension,
        &extensions,
        &trailer,
        &trailers,
    ] {
        let name: String = bad.chars().take(40).collect();
        assert_eq!(taken(bad.as_bytes(), &[]), Err(HttpError::Malformed), "{name:?}");
    }
}

/// Goal: the content is bounded in all, in one chunk or in many, and so is what is sent besides.
#[test]
fn content_is_bounded() {
    let chunk = |size: usize| format!("{size:x}\r\n{}\r\n", "x".repeat(size));
    let largest = chunk(BODY_BYTES_MAX) + "0\r\n\r\n";
    let (content, count, is_done) = taken(largest.as_bytes(), &[]).unwrap();
    assert_eq!(
        (content.len(), count, is_done),
        (BODY_BYTES_MAX, largest.len(), true)
    );
    let bytes = chunk(1).repeat(BODY_BYTES_MAX);
    assert_eq!(taken(bytes.as_bytes(), &[]).unwrap().0.len(), BODY_BYTES_MAX);
    let one_more = [bytes, "1\r\n".to_owned()].concat();
    for over in [
        &*one_more,
        "10001\r\n",
        "ffffffffffffffff\r\n",
        "7fffffffffffffff;a\r\n",
    ] {
        assert_eq!(taken(over.as_bytes(), &[]), Err(HttpError::BodyTooLarge));
    }
    let past = chunk(BODY_BYTES_MAX - 1) + "2\r\n";
    assert_eq!(taken(past.as_bytes(), &[]), Err(HttpError::BodyTooLarge));
}

/// Goal: nothing that is sent ends in a panic, in more content than there may be, or in another verdict when it comes in other
/// pieces. Method: random strings of what chunked bodies are made of, each whole and cut.
#[test]
fn random_bytes_have_one_verdict() {
    const PIECES: [&[u8]; 14] = [
        b"0",
        b"2",
        b"f",
        b"10000",
        b"\r\n",
        b"\r",
        b"\n",
        b";",
        b"a=b",
        b"X: y\r\n",
        b"hi",
        b"0\r\n\r\n",
        b" ",
        b"\0",
    ];
    let mut state = 20_261_128_u64;
    let mut roll = |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % sides
    };
    let mut whole = 0;
    for _ in 0..200_000 {
        let bytes: Vec<u8> = (0..=roll(12))
            .flat_map(|_| PIECES[roll(PIECES.len())])
            .copied()
            .collect();
        let cut = roll(bytes.len() + 1);
        let verdict = taken(&bytes, &[]);
        assert_eq!(
            verdict,
            taken(&bytes, &[cut]),
            "{:?} at {cut}",
            String::from_utf8_lossy(&bytes)
        );
        if let Ok((content, count, is_done)) = verdict {
            assert!(content.len() <= count && count <= bytes.len());
            whole += u32::from(is_done);
        }
    }
    assert!(whole > 1_000, "{whole} whole bodies");
}
