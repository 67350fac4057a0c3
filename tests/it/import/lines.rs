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
            "a byte order mark in the middle of the file, where files were joined: save each without it",
        ),
    ];
    // A file that begins with one of them might be taken for something else as a whole.
    let good = clinic::speciality("x").to_string();
    let mut bytes = good.into_bytes();
    bytes.push(b'\n');
    for (line, _) in &cases {
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
    }
    let before = dump(&site);
    std::fs::write(site.path("hostile"), bytes).unwrap();
    let output = site.run(&["import", site.path("hostile").to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    let expected = (2..).zip(&cases);
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

/// Goal: one try tells all that is wrong with a line. Method: lines that are bad in several fields, in the key and in an
/// object within.
#[test]
fn every_bad_field_of_a_line_is_told() {
    let site = site();
    let lines = [
        json!({"kind": "slot", "guid": "x", "begin": "tomorrow", "planCount": -1, "busyType": {"type": "x", "kind": 1},
               "ageFrom": 9, "ageTo": 8, "plancount": 1}),
        json!({"kind": "patient", "guid": guid(9), "lpu": 1, "family": "Тайнов", "name": 5, "birthDate": "1.1.1990",
               "sex": "м"}),
        json!({"kind": "lpu", "guid": guid(10), "parent": {"guid": 1}, "worktimes": {"mon": ""}}),
        json!({"kind": "exam", "deleted": "yes"}),
        json!({"kind": "speciality", "deleted": true}),
    ];
    let said = refused(&site, &file(&lines));
    let fields = |line: &str| -> Vec<String> {
        let (_, told) = line.split_once(": ").unwrap();
        let fields = told.split("; ");
        fields
            .map(|told| told.split(": ").next().unwrap().to_owned())
            .collect()
    };
    let fields: Vec<Vec<String>> = said.iter().map(|line| fields(line)).collect();
    let told = [
        &[
            "slot.guid",
            "slot.resource",
            "slot.begin",
            "slot.end",
            "slot.busyType.type",
            "slot.busyType.kind",
            "slot.ageTo",
            "slot.planCount",
            "slot.plancount",
        ][..],
        &["patient.lpu", "patient.name", "patient.birthDate", "patient.sex"],
        &["lpu.name", "lpu.parent.guid", "lpu.worktimes.mon"],
        &["exam.guid", "exam.deleted", "exam.patient", "exam.name"],
        &["speciality.code"],
    ];
    assert_eq!(fields, told);
}

/// A file with a mistake in each line does not flood whoever imports it.
#[test]
fn a_hundred_bad_lines_are_told_and_the_rest_counted() {
    let site = site();
    let bad = json!({"kind": "slot", "guid": guid(9), "resource": 1, "begin": 1, "end": clinic::moment(1, "10:00")});
    for (lines, rest) in [
        (100, None),
        (101, Some("and 1 more bad line")),
        (350, Some("and 250 more bad lines")),
    ] {
        let mut said = refused(&site, &file(&vec![bad.clone(); lines]));
        if let Some(rest) = rest {
            assert_eq!(said.pop().as_deref(), Some(rest));
        }
        assert_eq!(said.len(), 100);
        assert!(said[99].starts_with("line 100: slot.resource: "), "{}", said[99]);
    }
    // The checks with other lines and the database count alike.
    let nowhere: Vec<Value> = (0..120)
        .map(|n| clinic::slot(1_000 + n, 99, 1, "10:00"))
        .collect();
    let said = refused(&site, &file(&nowhere));
    assert_eq!((said.len(), &*said[100]), (101, "and 20 more bad lines"));
}
