//! What one line may say.

use super::{dump, file, imported, refused, site};
use crate::clinic::{self, guid, with};
use crate::harness::Site;
use serde_json::{Value, json};

/// Shown nowhere, whatever is wrong with the line that holds it.
const SECRET: &str = "Тайнова";

/// Lines, each spoilt in one field, and what is said of them.
fn spoilt() -> Vec<(Value, &'static str)> {
    let rows = include_str!("spoilt.txt").lines();
    rows.filter(|row| !row.is_empty() && !row.starts_with('#'))
        .map(|row| {
            let mut parts = row.split(" | ");
            let line = good(parts.next().unwrap());
            let changes: Value = serde_json::from_str(parts.next().unwrap()).unwrap();
            (with(line, &grown(changes)), parts.next().unwrap())
        })
        .collect()
}

/// A good line of each kind.
fn good(kind: &str) -> Value {
    match kind {
        "lpu" => clinic::lpu(100),
        "speciality" => clinic::speciality("x"),
        "resource" => clinic::doctor(101, 1, "27", SECRET),
        "slot" => {
            json!({"kind": "slot", "guid": guid(102), "resource": guid(2), "begin": "2030-01-01T12:00:00+03:00",
                         "end": "2030-01-01T12:15:00+03:00"})
        }
        "patient" => with(clinic::patient(103, 1), &json!({"patronymic": SECRET})),
        "referral" => clinic::referral("N", "duvisit", 4),
        "dispensaryRegistration" => clinic::registration(4, 2),
        "exam" => clinic::exam(104, 4),
        "clientApplication" => json!({"kind": "clientApplication", "mnem": "Shop"}),
        _ => panic!("no kind {kind}"),
    }
}

/// The same with texts like `я*65` written out.
fn grown(value: Value) -> Value {
    match value {
        Value::String(text) => match text.split_once('*') {
            Some((letter, times)) => json!(letter.repeat(times.parse().unwrap())),
            None => json!(text),
        },
        Value::Array(items) => items.into_iter().map(grown).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, grown(value)))
            .collect(),
        other => other,
    }
}

#[test]
fn each_spoilt_line_is_told_by_number_field_and_reason() {
    let site = site();
    // Good lines between the bad ones: they are not put in place either.
    let (mut lines, mut expected) = (Vec::new(), Vec::new());
    for (line, reason) in spoilt() {
        expected.push(format!("line {}: {reason}", lines.len() + 1));
        let number = u32::try_from(1_000 + lines.len()).unwrap();
        lines.extend([line, clinic::patient(number, 1)]);
    }
    let said = refused(&site, &file(&lines));
    for (said, expected) in said.iter().zip(&expected) {
        assert_eq!(said, expected);
    }
    assert_eq!(said.len(), expected.len());
    assert!(!said.concat().contains(SECRET), "no value is repeated");
}

#[test]
fn without_the_changes_these_lines_are_good() {
    let kinds = [
        "lpu",
        "speciality",
        "resource",
        "slot",
        "patient",
        "referral",
        "dispensaryRegistration",
        "exam",
    ];
    let lines: Vec<Value> = kinds.into_iter().chain(["clientApplication"]).map(good).collect();
    assert_eq!(imported(&site(), &lines).len(), lines.len());
}

#[test]
fn what_is_not_a_json_object_is_told_too() {
    let site = site();
    let too_long = format!("{{\"kind\": \"lpu\", \"name\": \"{}\"}}", "x".repeat(64 * 1024));
    let deep = format!("{{\"kind\": \"slot\", \"x\": {}", "[".repeat(60_000));
    let ratings = |value: &str| {
        format!(
            "{{\"kind\": \"lpu\", \"guid\": \"{}\", \"name\": \"x\", \"ratings\": {value}}}",
            guid(1)
        )
    };
    let deep_ratings = ratings(&("[".repeat(200) + &"]".repeat(200)));
    let huge_ratings = ratings("1e999");
    let cases: Vec<(&[u8], &str)> = vec![
        (b"[]", "not an object"),
        (b"\"kind\"", "not an object"),
        (b"null", "not an object"),
        (b"hello", "not JSON, from byte 1 on"),
        (b"{\"kind\": \"slot\"", "not JSON, from byte 15 on"),
        (b"{\"kind\": \"slot\"} {}", "not JSON, from byte 18 on"),
        (b"{\"kind\": \"slot\",}", "not JSON, from byte 17 on"),
        (b"{\"kind\": \"sl\x00ot\"}", "not JSON, from byte 12 on"),
        (b"{\"kind\": \"slot\", \"kind\": \"lpu\"}", "kind: given twice"),
        (
            b"{\"kind\": \"\\ud800\"}",
            "kind: not one of lpu, speciality, resource, slot, patient, referral, \
            dispensaryRegistration, exam, clientApplication",
        ),
        (b"\xff\xfe", "not UTF-8"),
        (b"{\"kind\": \"\xc3\x28\"}", "not UTF-8"),
        (too_long.as_bytes(), "longer than 65536 bytes"),
        (deep.as_bytes(), "not JSON, from byte 60022 on"),
        (
            deep_ratings.as_bytes(),
            "lpu.ratings: nested too deep, or a number out of range",
        ),
        (
            huge_ratings.as_bytes(),
            "lpu.ratings: nested too deep, or a number out of range",
        ),
        (
            "\u{feff}{\"kind\": \"lpu\"}".as_bytes(),
            "not JSON, from byte 1 on",
        ),
    ];
    let mut bytes = Vec::new();
    for (line, _) in &cases {
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
    }
    let before = dump(&site);
    std::fs::write(site.path("hostile"), bytes).unwrap();
    let output = site.run(&["import", site.path("hostile").to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let expected = (1..).zip(&cases);
    let expected: Vec<String> = expected
        .map(|(number, (_, reason))| format!("line {number}: {reason}"))
        .collect();
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(said[..said.len() - 1], expected);
    assert!(dump(&site) == before);
}

#[test]
fn a_name_that_the_file_chose_cannot_play_with_the_terminal() {
    let site = site();
    let name = format!("\u{1b}[2J{}", "x".repeat(1_000));
    let mut line = clinic::lpu(1);
    line[name] = json!(1);
    let shown = format!("lpu.\\u{{1b}}[2J{}", "x".repeat(36));
    assert_eq!(
        refused(&site, &file(&[line])),
        [format!("line 1: {shown}: no such field")]
    );
}

#[test]
fn a_day_of_birth_lies_between_1880_and_today() {
    let site = site();
    let born = |date: &str| with(clinic::patient(50, 1), &json!({"birthDate": date}));
    let today = crate::harness::now().date_naive();
    let reason = format!("line 1: patient.birthDate: not from 1880-01-01 to {today}");
    for date in ["1879-12-31".to_owned(), today.succ_opt().unwrap().to_string()] {
        assert_eq!(refused(&site, &file(&[born(&date)])), [&*reason]);
    }
    for date in ["1880-01-01".to_owned(), today.to_string()] {
        assert_eq!(imported(&site, &[born(&date)]), ["patient: 1"]);
    }
}

#[test]
fn marks_blank_lines_and_line_ends_of_other_systems_do_no_harm() {
    let site = Site::new("");
    let text = format!("\u{feff}{}\n \n\n", file(&clinic::small()).replace('\n', "\r\n"));
    site.run_well(&["import", "-"], &text);
    let plain = super::site();
    assert_eq!(dump(&site), dump(&plain));
    site.run_well(&["import", "-"], "");
    assert_eq!(dump(&site), dump(&plain), "an empty file is a good one");
}

#[test]
fn letters_of_guids_offsets_and_fractions_of_zero_make_no_difference() {
    let site = Site::new("");
    let mut lines = clinic::small();
    for line in &mut lines {
        for field in ["guid", "lpu", "resource"] {
            if let Some(value) = line[field].as_str() {
                line[field] = json!(value.to_uppercase());
            }
        }
    }
    let begin = lines[3]["begin"].as_str().unwrap();
    let in_utc = chrono::DateTime::parse_from_rfc3339(begin).unwrap().to_utc();
    lines[3]["begin"] = json!(in_utc.format("%Y-%m-%dT%H:%M:%S.000Z").to_string());
    site.import(&lines);
    assert_eq!(dump(&site), dump(&super::site()));
}
