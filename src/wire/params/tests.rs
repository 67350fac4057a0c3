//! Each place a parameter can come from, what is refused there, and each getter's bounds.

use super::*;
use std::net::{IpAddr, Ipv4Addr};

mod bodies;

const KNOWN: &[&str] = &["a", "b", "timeTable"];
const GUID: &str = "11111111-2222-4333-8444-abcdefabcdef";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

fn request(query: &str, content_types: &[&str], body: &[u8]) -> Request {
    let headers = content_types
        .iter()
        .map(|value| ("content-type".to_owned(), (*value).to_owned()));
    Request {
        method: "POST".to_owned(),
        target: format!("/visit/x?{query}"),
        headers: headers.collect(),
        body: body.to_vec(),
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

fn query(query: &str) -> Result<Params, Refusal> {
    Params::collect(&request(query, &[], b""), KNOWN)
}

fn form(body: &[u8]) -> Result<Params, Refusal> {
    Params::collect(&request("", &[FORM], body), KNOWN)
}

fn json(body: &str) -> Result<Params, Refusal> {
    Params::collect(&request("", &[JSON], body.as_bytes()), KNOWN)
}

fn a(params: Result<Params, Refusal>) -> Result<Option<String>, Refusal> {
    params?.text("a", 100).map(|text| text.map(str::to_owned))
}

fn no<T>(name: &'static str, fault: ParameterFault) -> Result<T, Refusal> {
    Err(bad(name, fault))
}

#[test]
fn nothing_given() {
    for text in ["", "&", "&&", "a", "a=", "A=&b=x", "c=1", "=1", "ab=1"] {
        assert_eq!(a(query(text)), Ok(None), "{text}");
    }
    for body in ["{}", " {} ", r#"{"a":null}"#, r#"{"a":""}"#, r#"{"c":[{}]}"#] {
        assert_eq!(a(json(body)), Ok(None), "{body}");
    }
}

#[test]
fn percent_encoding() {
    for (encoded, plain) in [
        ("a=x", "x"),
        ("A=x", "x"),
        ("%61=x", "x"),
        ("b=1&a=x=y&c=2", "x=y"),
        ("a=%D0%98+%d0%b2%20.", "И в ."),
        ("a=%2B7", "+7"),
        ("a=%25%26", "%&"),
        ("a=?/;:@!$'()*,-._~", "?/;:@!$'()*,-._~"),
    ] {
        assert_eq!(a(query(encoded)), Ok(Some(plain.to_owned())), "{encoded}");
        assert_eq!(
            a(form(encoded.as_bytes())),
            Ok(Some(plain.to_owned())),
            "{encoded}"
        );
    }
    assert_eq!(a(form("a=Имя".as_bytes())), Ok(Some("Имя".to_owned())));
}

#[test]
fn bad_percent_encoding() {
    for bad in [
        "a=%",
        "a=%4",
        "a=%4g",
        "a=%%41",
        "a=%+1",
        "a=%FF",
        "a=%C0%80",
        "a=%ED%A0%80",
        "a=%D0",
    ] {
        assert_eq!(a(query(bad)), no("a", ParameterFault::Encoding), "{bad}");
    }
    for bad in ["a=%00", "a=x%0Ay", "a=%7f", "a=%C2%85"] {
        assert_eq!(a(query(bad)), no("a", ParameterFault::Control), "{bad}");
    }
    assert_eq!(a(form(b"a=\xff")), no("a", ParameterFault::Encoding));
    assert_eq!(a(form(b"a=x\r\n")), no("a", ParameterFault::Control));

    // A parameter that the method does not know, or does not ask for, does no harm.
    assert_eq!(a(query("c=%&a=x")), Ok(Some("x".to_owned())));
    assert_eq!(a(query("b=%&a=x")), Ok(Some("x".to_owned())));
    // A name that cannot be read is none that the method knows.
    for name in ["%", "z%zz", "%EF%F0", "a%0A", "%61%00"] {
        for pair in [name.to_owned(), format!("{name}=1"), format!("{name}=%")] {
            let text = format!("{pair}&a=x&{pair}");
            assert_eq!(a(query(&text)), Ok(Some("x".to_owned())), "{text}");
            assert_eq!(a(form(text.as_bytes())), Ok(Some("x".to_owned())), "{text}");
            let all = repeated(&request(&text, &[], b""), "a", 1, 1);
            assert_eq!(all, Ok(vec!["x".to_owned()]), "{text}");
        }
    }
    assert_eq!(a(form(b"a=x&\xff")), Ok(Some("x".to_owned())));
}

#[test]
fn given_twice() {
    let doubled = || no("a", ParameterFault::Doubled);
    for text in [
        "a=x&a=x",
        "a=x&A=y",
        "a=x&%61",
        "a&a",
        "a=&a=x",
        "a=%&a=x",
        "a=x&a=x&a=x",
    ] {
        assert_eq!(a(query(text)), doubled(), "{text}");
        assert_eq!(a(form(text.as_bytes())), doubled(), "{text}");
    }
    for body in [r#"{"a":1,"a":1}"#, r#"{"a":1,"A":2}"#, r#"{"a":1,"\u0061":null}"#] {
        assert_eq!(a(json(body)), doubled(), "{body}");
    }
    let both = |content_type, body: &[u8]| a(Params::collect(&request("a=x", &[content_type], body), KNOWN));
    assert_eq!(both(FORM, b"A=x"), doubled());
    assert_eq!(both(JSON, br#"{"a":"x"}"#), doubled());
    assert_eq!(both(JSON, br#"{"b":"x","c":1,"c":1}"#), Ok(Some("x".to_owned())));
    assert_eq!(a(query("c=1&c=2&a=x")), Ok(Some("x".to_owned())));

    let params = query("b=%&timeTable=1&timeTable=2").unwrap();
    assert_eq!(params.not_doubled("a"), Ok(()));
    assert_eq!(params.not_doubled("b"), Ok(()));
    assert_eq!(
        params.not_doubled("timeTable"),
        no("timeTable", ParameterFault::Doubled)
    );
}

#[test]
fn json_values() {
    for (body, text) in [
        (r#"{"a":"x"}"#, "x"),
        (
            r#" { "b" : [ ] , "A" : "\u0418\n" } "#.replace("\\n", "").as_str(),
            "И",
        ),
        (r#"{"a":0}"#, "0"),
        (
            r#"{"a": 123456789012345678901234567890 }"#,
            "123456789012345678901234567890",
        ),
        (r#"{"a":-1.50}"#, "-1.50"),
        (r#"{"a":true}"#, "true"),
        (r#"{"a":false}"#, "false"),
        (r#"{"a":"null"}"#, "null"),
    ] {
        assert_eq!(a(json(body)), Ok(Some(text.to_owned())), "{body}");
    }
    for body in [r#"{"a":[]}"#, r#"{"a":{"a":"x"}}"#, r#"{"a":["x"]}"#] {
        assert_eq!(a(json(body)), no("a", ParameterFault::Scalar), "{body}");
    }
    let half = r#"{"a":"\ud800"}"#;
    assert_eq!(a(json(half)), no("a", ParameterFault::Encoding), "{half}");
    for body in [r#"{"a":"\n"}"#, r#"{"a":"\u0000"}"#, r#"{"a":"\u0085"}"#] {
        assert_eq!(a(json(body)), no("a", ParameterFault::Control), "{body}");
    }
}

#[test]
fn text_is_bounded_in_characters() {
    let params = query("a=%D0%98%D0%98%D0%98").unwrap();
    assert_eq!(params.text("a", 3), Ok(Some("ИИИ")));
    assert_eq!(params.text("a", 2), no("a", ParameterFault::TooLong(2)));
}

#[test]
fn guids() {
    let of = |value: &str| query(&format!("timetable={value}")).and_then(|params| params.guid("timeTable"));
    assert_eq!(of(""), Ok(None));
    assert_eq!(of(GUID), Ok(Some(GUID.parse().unwrap())));
    assert_eq!(of(&GUID.to_uppercase()), Ok(Some(GUID.parse().unwrap())));
    for other in [
        GUID.replace('-', ""),
        format!("%7B{GUID}%7D"),
        format!("urn:uuid:{GUID}"),
        format!("{GUID}+"),
        GUID.replace('f', "g"),
        GUID.replacen('-', "1", 1),
        "0".to_owned(),
    ] {
        assert_eq!(of(&other), no("timeTable", ParameterFault::Guid), "{other}");
    }
}

#[test]
fn words() {
    let of = |value: &str| {
        query(&format!("a={value}"))
            .and_then(|params| params.word("a", &[("one", 1), ("two", 2)], "one, two"))
    };
    assert_eq!(of(""), Ok(None));
    assert_eq!(of("one"), Ok(Some(1)));
    assert_eq!(of("TWO"), Ok(Some(2)));
    for other in ["on", "one,two", "+one", "1"] {
        assert_eq!(of(other), no("a", ParameterFault::Unknown("one, two")), "{other}");
    }
}

#[test]
fn dates_with_times() {
    let of = |value: &str| query(&format!("a={value}")).and_then(|params| params.date_time("a"));
    let day = NaiveDate::from_ymd_opt(2019, 4, 18).unwrap();
    for (text, second, nanosecond) in [
        ("2019-04-18 08:45:00.000", 0, 0),
        ("2019-04-18+08:45", 0, 0),
        ("2019-04-18T08:45", 0, 0),
        ("2019-04-18T08:45:59", 59, 0),
        ("2019-04-18%2008:45:07.5", 7, 500_000_000),
        ("2019-04-18T08:45:07.1234567", 7, 123_456_700),
        ("2019-04-18T08:45:07.0000001", 7, 100),
    ] {
        let moment = day.and_hms_nano_opt(8, 45, second, nanosecond);
        assert_eq!(of(text), Ok(moment), "{text}");
    }
    assert_eq!(
        of("2020-02-29T23:59"),
        Ok(NaiveDate::from_ymd_opt(2020, 2, 29)
            .unwrap()
            .and_hms_opt(23, 59, 0))
    );
    for other in [
        "2019-04-18",
        "2019-04-18T",
        "2019-04-18T08",
        "2019-04-18T8:45",
        "2019-4-18T08:45",
        "19-04-18T08:45",
        "12019-04-18T08:45",
        "%2B019-04-18T08:45",
        "2019-04-18t08:45",
        "2019-04-18++08:45",
        "2019-04-18T08:45:",
        "2019-04-18T08:45.5",
        "2019-04-18T08:45:00.",
        "2019-04-18T08:45:00.12345678",
        "2019-04-18T08:45:00.-1",
        "2019-04-18T08:45:00.%2B1",
        "2019-04-18T08:45:00.0.0",
        "2019-04-18T08:45:00Z",
        "2019-04-18T08:45:00%2B03:00",
        "2019-04-18T08:45:60",
        "2019-04-18T08:60",
        "2019-04-18T24:00",
        "2019-02-29T08:45",
        "2019-13-01T08:45",
        "2019-00-01T08:45",
        "18.04.2019+08:45",
        "2019-04-18T%D9%A08:45",
    ] {
        assert_eq!(of(other), no("a", ParameterFault::DateTime), "{other}");
    }
}
