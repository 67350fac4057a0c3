//! Requests and answers of an exchange are read as they were printed. Of a batch with a byte changed, either the change is
//! refused, or its sums do not fit, or it says what was sent. A sealed file with a byte changed, or cut, is not opened.

#![no_main]

use infomat::exchange::stick::{Direction, StickKey};
use infomat::exchange::wire::{Answer, Header, Request, Sent};
use infomat::exchange::{Message, MessagePoint};
use infomat::model::record::{NO_RECORD, Record, RecordKind, Unchained};
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

const SITE: Uuid = Uuid::from_u128(1);
const LIFE: Uuid = Uuid::from_u128(2);

fuzz_target!(|data: &[u8]| {
    let Some((way, rest)) = data.split_first() else {
        return;
    };
    match way % 4 {
        0 => {
            if let Ok(request) = Request::parse(rest) {
                let printed = request.print().unwrap();
                let again = Request::parse(&printed).unwrap();
                assert!(again == request && again.print().unwrap() == printed);
            }
        }
        1 => {
            if let Ok(answer) = Answer::parse(rest) {
                let printed = answer.print().unwrap();
                assert_eq!(Answer::parse(&printed).unwrap().print().unwrap(), printed);
            }
        }
        2 => records(rest),
        _ => sealed(rest),
    }
});

/// Which byte is changed, into which other, and what is left.
fn change(bytes: &[u8]) -> Option<(usize, u8, &[u8])> {
    let [high, low, turned, rest @ ..] = bytes else {
        return None;
    };
    Some((
        usize::from(*high) * 256 + usize::from(*low),
        (*turned).max(1),
        rest,
    ))
}

fn records(bytes: &[u8]) {
    let Some((place, turned, rest)) = change(bytes) else {
        return;
    };
    let (mut previous, mut records) = (NO_RECORD, Vec::new());
    for (seq, content) in (1..).zip(rest.chunks(24)) {
        let record = Unchained {
            incarnation: LIFE,
            seq,
            at: i64::from(content[0]) - 100,
            kind: RecordKind::WORDS[usize::from(content[0]) % RecordKind::WORDS.len()].1,
            subject: Uuid::from_u128(seq.into()),
            content: String::from_utf8_lossy(&content[1..]).into_owned(),
            salt: [content[0]; 16],
        };
        let record = Record::following(&previous, record);
        previous = record.hash;
        records.push(Sent::of(record).unwrap());
    }
    let last = (records.len() as u64, previous);
    let lines = String::from_utf8_lossy(rest).into_owned();
    let message = Message::behind(MessagePoint::START, lines);
    assert!(message.is_behind(MessagePoint::START));
    let mut header = Header::new(SITE, LIFE, last, message.point());
    "r".clone_into(&mut header.request);
    (header.first, header.count) = (1, records.len());
    let request = Request { header, records };
    let mut printed = request.print().unwrap();
    assert!(Request::parse(&printed).unwrap() == request);

    let place = place % printed.len();
    let is_header = !printed[..place].contains(&b'\n');
    printed[place] ^= turned;
    let Ok(read) = Request::parse(&printed) else {
        return;
    };
    if is_header {
        return;
    }
    let mut previous = NO_RECORD;
    let is_proved = read.records.iter().all(|sent| {
        let record = sent.record.as_ref();
        let follows = record.is_some_and(|record| record.follows(&previous));
        previous = sent.hash;
        follows
    });
    let same = request
        .records
        .iter()
        .zip(&read.records)
        .all(|(sent, read)| sent.record == read.record);
    assert!(
        !is_proved || same && read.records.len() == request.records.len(),
        "a change that nobody sees"
    );
}

fn sealed(bytes: &[u8]) {
    let Some((place, turned, text)) = change(bytes) else {
        return;
    };
    let key = StickKey::of_secret(&[7; 32]);
    let direction = if turned & 1 == 0 {
        Direction::Out
    } else {
        Direction::In
    };
    let mut file = key.seal(direction, SITE, [turned; 24], text);
    assert_eq!(key.open(direction, SITE, &file), Ok(text.to_vec()));
    let place = place % file.len();
    assert!(key.open(direction, SITE, &file[..place]).is_err(), "cut");
    file[place] ^= turned;
    assert!(key.open(direction, SITE, &file).is_err(), "changed");
}
