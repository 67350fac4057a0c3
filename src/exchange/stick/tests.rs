//! Goal: a file is opened by whom it is for, whole and unchanged, or it is said why not. Method: one sealed file, changed in
//! every byte, cut at every length, and asked for wrongly.

use super::*;

const SITE: Uuid = Uuid::from_u128(0x0b0c_0000_0000_4000_8000_0000_0000_0001);
const OTHER: Uuid = Uuid::from_u128(0x0b0c_0000_0000_4000_8000_0000_0000_0002);
const SECRET: &[u8] = b"a secret of the tests, 32 bytes..";
const TEXT: &[u8] = b"{\"v\":1}\n";

fn sealed() -> Vec<u8> {
    StickKey::of_secret(SECRET).seal(Direction::Out, SITE, [7; NONCE_BYTES], TEXT)
}

#[test]
fn a_sealed_file_is_opened_by_whom_it_is_for() {
    let key = StickKey::of_secret(SECRET);
    let file = sealed();
    assert_eq!(key.open(Direction::Out, SITE, &file).unwrap(), TEXT);
    assert!(!file.windows(TEXT.len()).any(|piece| piece == TEXT));
    assert_eq!(
        key.open(Direction::In, SITE, &file).unwrap_err(),
        NotOpened::OtherWay
    );
    assert_eq!(
        key.open(Direction::Out, OTHER, &file).unwrap_err(),
        NotOpened::OtherBox(SITE)
    );
    let other = StickKey::of_secret(b"another secret of the tests......");
    assert_eq!(
        other.open(Direction::Out, SITE, &file).unwrap_err(),
        NotOpened::WrongSeal
    );
    assert_eq!(format!("{key:?}"), "StickKey");
    // The longest answer fits into the bound of a file.
    let long = key.seal(
        Direction::In,
        SITE,
        [0; NONCE_BYTES],
        &vec![b' '; ANSWER_BYTES_MAX],
    );
    assert!(long.len() <= FILE_BYTES_MAX, "{}", long.len());
    assert_eq!(
        key.open(Direction::In, SITE, &long).unwrap().len(),
        ANSWER_BYTES_MAX
    );
}

/// Neither another byte anywhere, nor an end too early or too late.
#[test]
fn a_changed_file_is_not_opened() {
    let key = StickKey::of_secret(SECRET);
    let file = sealed();
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 1;
        key.open(Direction::Out, SITE, &changed).unwrap_err();
    }
    let line = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for length in 0..file.len() {
        let refused = key.open(Direction::Out, SITE, &file[..length]).unwrap_err();
        let expected = if length < line {
            NotOpened::Foreign
        } else {
            NotOpened::Cut(length, file.len())
        };
        assert_eq!(refused, expected, "{length}");
    }
    // A request under an answer's line.
    let line_of_answer = format!("{MARK} in {SITE} {}\n", TEXT.len());
    let turned = [line_of_answer.as_bytes(), &file[line..]].concat();
    assert_eq!(
        key.open(Direction::In, SITE, &turned).unwrap_err(),
        NotOpened::WrongSeal
    );
    let longer = [&file[..], b"x"].concat();
    assert_eq!(
        key.open(Direction::Out, SITE, &longer).unwrap_err(),
        NotOpened::WrongSeal
    );
    // A foreign file may say anything.
    for foreign in [
        "infomat stick 2 out 0b0c0000-0000-4000-8000-000000000001 8\n",
        "infomat stick 1 up 0b0c0000-0000-4000-8000-000000000001 8\n",
        "infomat stick 1 out x 8\n",
        "infomat stick 1 out 0b0c0000-0000-4000-8000-000000000001 99999999999\n",
        "infomat stick 1 out 0b0c0000-0000-4000-8000-000000000001 8 8\n",
    ] {
        let foreign = [foreign.as_bytes(), &[0; 100]].concat();
        assert_eq!(
            key.open(Direction::Out, SITE, &foreign).unwrap_err(),
            NotOpened::Foreign
        );
    }
}

#[test]
fn names_say_what_is_in_a_file_and_stand_in_its_order() {
    let name = |first, last| StickName {
        direction: Direction::Out,
        site: SITE,
        incarnation: OTHER,
        first,
        last,
    };
    let text = "out-0b0c0000-0000-4000-8000-000000000001-0b0c0000-0000-4000-8000-000000000002-1-5000";
    assert_eq!(name(1, 5_000).to_string(), text);
    assert_eq!(StickName::parse(text), Some(name(1, 5_000)));
    assert!(name(5_001, 6_000) < name(10_001, 11_000));
    for other in [
        "",
        "out",
        "up-0b0c0000-0000-4000-8000-000000000001-0b0c0000-0000-4000-8000-000000000002-1-5000",
        "out-0b0c0000-0000-4000-8000-000000000001-0b0c0000-0000-4000-8000-000000000002-1",
        "out-0b0c0000-0000-4000-8000-000000000001-0b0c0000-0000-4000-8000-000000000002-01-5000",
        "out-0b0c0000-0000-4000-8000-000000000001-0b0c0000-0000-4000-8000-000000000002-1-5000.new",
        "out-ыыыыыыыыыыыыыыыыыыыыыыыыыыыыыыыыыыыыы",
    ] {
        assert_eq!(StickName::parse(other), None, "{other}");
    }
}
