//! The same parameters mean the same in a query, a form and a JSON body. What a getter returns is within its bounds, and is read
//! again as it was.

#![no_main]

use infomat::fuzzing::{Json, Params};
use infomat::refusal::Refusal;
use infomat::wire::message::Request;
use libfuzzer_sys::fuzz_target;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};
use std::net::{IpAddr, Ipv4Addr};

const KNOWN: [&str; 3] = ["timeTable", "phone", "n_pol"];
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json; charset=utf-8";
const CHARS_MAX: usize = 24;

fuzz_target!(|data: &[u8]| {
    let Some((way, rest)) = data.split_first() else {
        return;
    };
    match way % 5 {
        0 => forms(rest),
        1 => within(Params::collect(
            &request(&percent_encode(rest, NON_ALPHANUMERIC).to_string(), "", b""),
            &KNOWN,
        )),
        2 => within(Params::collect(&request("", FORM, rest), &KNOWN)),
        3 => within(Params::collect(&request("", JSON, rest), &KNOWN)),
        _ => {
            let kinds = [Json::Text, Json::Lines, Json::Scalar];
            let known: Vec<_> = KNOWN.into_iter().zip(kinds).collect();
            let Ok(params) = Params::of_json(&request("", JSON, rest), &known) else {
                return;
            };
            if let Ok(Some(text)) = params.text(KNOWN[0], CHARS_MAX) {
                assert!(!text.contains(char::is_control) && text.chars().count() <= CHARS_MAX);
            }
            if let Ok(Some(text)) = params.text(KNOWN[1], CHARS_MAX) {
                let lines = text.replace(['\n', '\r', '\t'], "");
                assert!(!lines.contains(char::is_control) && text.chars().count() <= CHARS_MAX);
            }
        }
    }
});

fn request(query: &str, content_type: &str, body: &[u8]) -> Request {
    Request {
        method: "POST".to_owned(),
        target: format!("/visit/x?{query}"),
        headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
        body: body.to_vec(),
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
    }
}

/// All that getters say of the known parameters.
fn said(params: &Params) -> Vec<String> {
    let of = |name: &'static str| {
        format!(
            "{:?} {:?} {:?} {:?} {:?}",
            params.is_given(name),
            params.text(name, CHARS_MAX),
            params.guid(name),
            params.date_time(name),
            params.not_doubled(name),
        )
    };
    KNOWN.map(of).into()
}

/// Names and values, in three forms.
fn forms(bytes: &[u8]) {
    let mut pairs = Vec::new();
    for part in bytes.split(|byte| *byte == 0xff) {
        let Some((which, value)) = part.split_first() else {
            continue;
        };
        let mut name = KNOWN[usize::from(which % 3)].to_owned();
        if which & 0x80 > 0 {
            name = name.to_uppercase();
        }
        pairs.push((name, String::from_utf8_lossy(value).into_owned()));
    }
    if pairs.is_empty() {
        return;
    }
    let encoded = |text: &str| {
        utf8_percent_encode(text, NON_ALPHANUMERIC)
            .to_string()
            .replace("%20", "+")
    };
    let form: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    let form = form.join("&");
    let string = |text: &str| serde_json::to_string(text).unwrap();
    let members: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{}:{}", string(name), string(value)))
        .collect();
    let json = format!("{{{}}}", members.join(","));
    let requests = [
        request(&form, "", b""),
        request("", FORM, form.as_bytes()),
        request("", JSON, json.as_bytes()),
    ];
    let read = requests.map(|request| said(&Params::collect(&request, &KNOWN).unwrap()));
    assert!(read[0] == read[1] && read[1] == read[2], "{read:#?}");
}

/// What getters return of any bytes.
fn within(params: Result<Params, Refusal>) {
    let Ok(params) = params else { return };
    for name in KNOWN {
        if let Ok(Some(text)) = params.text(name, CHARS_MAX) {
            assert!(
                !text.is_empty() && !text.contains(char::is_control) && text.chars().count() <= CHARS_MAX
            );
        }
        let again = |text: &str| {
            let query = format!("{name}={}", utf8_percent_encode(text, NON_ALPHANUMERIC));
            Params::of_query(&request(&query, "", b""), &KNOWN)
        };
        if let Ok(Some(guid)) = params.guid(name) {
            assert_eq!(again(&guid.to_string()).guid(name), Ok(Some(guid)));
        }
        if let Ok(Some(moment)) = params.date_time(name) {
            let text = moment.format("%Y-%m-%dT%H:%M:%S%.f").to_string();
            // Seven digits of a fraction are read, nine are written.
            let text = if text.contains('.') {
                text[..text.len() - 2].to_owned()
            } else {
                text
            };
            let read = again(&text).date_time(name);
            assert!(read == Ok(Some(moment)) || text.len() < 21, "{text}: {read:?}");
        }
    }
}
