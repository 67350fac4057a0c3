//! Goal: requests and answers are read strictly, as they were printed, and told by the field that is bad.

use super::{Answer, Header, Malformed, Request, Sent, TailItem, field};
use crate::exchange::{Message, MessagePoint, NOTHING, Owner};
use crate::model::record::{NO_RECORD, Record, RecordKind, Unchained};
use serde_json::value::RawValue;
use uuid::Uuid;

const LIFE: Uuid = Uuid::from_u128(2);

fn records(count: u64) -> Vec<Sent> {
    let mut before = NO_RECORD;
    let record = |seq| {
        let record = Unchained {
            incarnation: LIFE,
            seq,
            at: 0,
            kind: RecordKind::Booked,
            subject: Uuid::from_u128(seq.into()),
            content: "{}".to_owned(),
            salt: [0; 16],
        };
        let record = Record::following(&before, record);
        before = record.hash;
        Sent::of(record).unwrap()
    };
    (1..=count).map(record).collect()
}

fn request() -> Request {
    let records = records(2);
    let mut header = Header::new(
        Uuid::from_u128(1),
        LIFE,
        (2, records[1].hash),
        MessagePoint::START,
    );
    (header.first, header.count) = (1, 2);
    header.request = "r".to_owned();
    Request { header, records }
}

#[test]
fn a_request_is_read_as_it_was_printed() {
    let request = request();
    let read = Request::parse(&request.print().unwrap()).unwrap();
    assert!(read == request);
    assert!(read.records.iter().all(|sent| sent.record.is_some()));
}

#[test]
fn a_request_that_is_cut_anywhere_is_none() {
    let bytes = request().print().unwrap();
    for end in 0..bytes.len() {
        assert!(Request::parse(&bytes[..end]).is_err(), "{end} bytes");
    }
}

#[test]
fn a_bad_request_is_told_by_its_field() {
    let cases: [(&str, &str, &str); 9] = [
        ("\"v\":1,\"box\"", "\"v\":2,\"box\"", "v: must be 1"),
        (
            "\"count\":2",
            "\"count\":1",
            "count: must be the number of records",
        ),
        ("\"count\":2", "\"count\":5001", "count: must be at most 5000"),
        ("\"first\":1", "\"first\":2", "seq: must go up by one from first"),
        (
            "\"first\":1",
            "\"first\":0",
            "first: must be from 1 to lastSeq + 1",
        ),
        (
            "\"lastSeq\":2",
            "\"lastSeq\":1",
            "lastSeq: must not be before the last record",
        ),
        (
            "\"request\":\"r\"",
            "\"request\":\"\"",
            "request: must not be empty",
        ),
        ("\"lastSeq\":2", "\"lastSeq\":-2", "line 1, column 167: no header"),
        ("\"seq\":2", "\"seq\":0", "line 3, column 1: no record"),
    ];
    let text = String::from_utf8(request().print().unwrap()).unwrap();
    for (from, to, told) in cases {
        // The last one: that of a record.
        let place = text.rfind(from).unwrap();
        let changed = format!("{}{to}{}", &text[..place], &text[place + from.len()..]);
        let error = Request::parse(changed.as_bytes()).err().unwrap();
        assert_eq!(error.to_string(), told, "{to}");
    }
    let long = "x".repeat(129);
    let changed = text.replacen("\"r\"", &format!("\"{long}\""), 1);
    let error = Request::parse(changed.as_bytes()).err();
    assert_eq!(error, Some(field("request", "must have at most 128 characters")));
    assert_eq!(Request::parse(b"\xff\n").err(), Some(Malformed::NotText));
}

#[test]
fn a_record_of_another_version_is_kept_as_it_came() {
    let line = &records(1)[0].text;
    for (from, to) in [
        ("\"v\":1", "\"v\":2"),
        ("\"booked\"", "\"sung\""),
        ("\"at\":0", "\"at\":0,\"more\":1"),
    ] {
        let text = line.replacen(from, to, 1);
        let sent = Sent::parse(&text).unwrap();
        assert!(
            sent.record.is_none() && sent.text == text && sent.seq == 1,
            "{text}"
        );
    }
    assert!(Sent::parse(&line.replacen("\"hash\":\"", "\"hash\":\"0", 1)).is_none());
}

#[test]
fn an_answer_is_read_as_it_was_printed_and_strictly() {
    let mut answer = Answer::to(&request().header, "1".to_owned());
    answer
        .messages
        .push(Message::behind(MessagePoint::START, "{}".to_owned()));
    answer.lost_tail = vec![
        TailItem::Record {
            arrival: 1,
            line: RawValue::from_string(records(1)[0].text.clone()).unwrap(),
        },
        TailItem::Owner {
            slot: LIFE,
            owner: Owner::Nobody,
        },
    ];
    let text = String::from_utf8(answer.print().unwrap()).unwrap();
    let read = Answer::parse(text.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(read.print().unwrap()).unwrap(), text);
    for end in 0..text.len() {
        assert!(Answer::parse(&text.as_bytes()[..end]).is_err(), "{end} bytes");
    }
    for (from, to) in [
        ("\"v\":1", "\"v\":2"),
        ("\"generation\":\"1\"", "\"generation\":\"\""),
        ("\"state\":\"serve\"", "\"state\":\"served\""),
        ("\"owner\":\"nobody\"", "\"owner\":\"Nobody\""),
        ("\"more\":false", "\"more\":false,\"most\":0"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert!(
            changed != text && Answer::parse(changed.as_bytes()).is_err(),
            "{to}"
        );
    }
}

#[test]
fn a_message_of_the_greatest_size_fits_into_a_request_as_a_record() {
    let lines = "\"\\\u{1}".repeat(super::MESSAGE_BYTES_MAX / 3);
    let message = Message::behind(MessagePoint::START, lines);
    let content = serde_json::json!({"kind": "message", "seq": 1, "lines": message.lines});
    let line = serde_json::to_string(&content.to_string()).unwrap();
    assert!(
        line.len() < super::RECORDS_BYTES_MAX - (64 << 10),
        "{}",
        line.len()
    );
    assert_ne!(message.hash, NOTHING);
}
