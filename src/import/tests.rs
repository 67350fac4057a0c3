//! Goal: what is written of the format is what the reader of lines does: the table for people, the schema for programs, the
//! sample. Method: the fields that the reader asks for against both, and lines with all kinds of values that the schema and the
//! reader have to judge alike.

use super::kinds::{self, ParsedLine};
use super::reason::Reason;
use crate::model::typed::means_nothing;
use crate::store::import::Kind;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../packaging/import.md");
const SCHEMA: &str = include_str!("../../packaging/import.schema.json");
const SAMPLE: &str = include_str!("../../packaging/sample.ndjson");

/// The last day of birth: no value here is one after it.
const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2099, 1, 1).expect("a day of the calendar");

/// Objects within a line, so that the reader asks for what is in them.
fn with_objects(kind: &str) -> String {
    json!({"kind": kind, "parent": {}, "addressDetail": {}, "worktimes": {}, "busyType": {}}).to_string()
}

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// What the schema says of a line that does not remove its thing.
fn definition(kind: &str) -> Value {
    schema()["$defs"][kind]["anyOf"][1].clone()
}

/// The texts between backquotes.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The fields of a kind that the table has, and those of them that are required.
fn tabled(kind: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let section = TABLE
        .split("\n## ")
        .find(|section| section.starts_with(&format!("`{kind}`\n")))
        .unwrap();
    let (mut all, mut required) = (BTreeSet::new(), BTreeSet::new());
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let name = quoted(cells[1])[0];
        all.insert(format!("{kind}.{name}"));
        if cells[1].ends_with('*') {
            required.insert(name.to_owned());
        }
        if cells[2].starts_with("объект:") {
            all.extend(
                quoted(cells[2])
                    .iter()
                    .map(|inner| format!("{kind}.{name}.{inner}")),
            );
        }
    }
    (all, required)
}

/// The fields of a kind that the schema has, and those of them that are required.
fn described(kind: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    fn add(at: &str, properties: &Map<String, Value>, all: &mut BTreeSet<String>) {
        for (name, what) in properties {
            all.insert(format!("{at}.{name}"));
            if let Some(inner) = what["properties"].as_object() {
                add(&format!("{at}.{name}"), inner, all);
            }
        }
    }
    let definition = definition(kind);
    let mut all = BTreeSet::new();
    add(kind, definition["properties"].as_object().unwrap(), &mut all);
    for common in ["kind", "deleted"] {
        assert!(all.remove(&format!("{kind}.{common}")));
    }
    let required = definition["required"].as_array().unwrap().iter();
    (
        all,
        required.map(|name| name.as_str().unwrap().to_owned()).collect(),
    )
}

#[test]
fn table_and_schema_have_the_fields_that_the_reader_asks_for() {
    for (kind, _) in Kind::WORDS {
        let mut asked: BTreeSet<String> = kinds::asked(&with_objects(kind), TODAY).into_iter().collect();
        assert!(asked.remove(&format!("{kind}.deleted")));
        assert_eq!(tabled(kind).0, asked, "the table of {kind}");
        assert_eq!(described(kind).0, asked, "the schema of {kind}");
        assert_eq!(tabled(kind).1, described(kind).1, "what is required of {kind}");
    }
}

/// Whether the reader takes a line, but for what a schema cannot say: how two fields stand to each other.
fn is_taken(line: &str) -> bool {
    match kinds::parse(line, TODAY) {
        Ok(ParsedLine { says: Ok(_), .. }) => true,
        Ok(ParsedLine { says: Err(bad), .. }) | Err(bad) => bad.iter().all(|bad| {
            matches!(
                bad.reason,
                Reason::NotAfterBegin | Reason::LongerThanDay | Reason::BelowAgeFrom
            )
        }),
    }
}

/// Values of every shape, at the bounds of each.
fn values() -> Vec<Value> {
    let guid = "0e1a6f1c-7a0b-4a52-9a39-1d2c5a9b00ff";
    let mut values = vec![
        json!(null),
        json!(true),
        json!(false),
        json!([]),
        json!(["a"]),
        json!(["a", null]),
        json!(["a\u{1}"]),
        json!(1.5),
        json!(1.0),
        json!({}),
        json!({"x": 1}),
        json!({"type": 1, "code": "", "name": null}),
        json!({"guid": guid}),
        json!({"guid": "x", "name": 1}),
        json!({"monday": "8-18"}),
        json!({"street": 1}),
        json!("a\u{7}"),
        json!("a\u{9b}b"),
        json!(" "),
        json!("Ё"),
        json!("a b"),
        json!(guid),
        json!(guid.to_uppercase()),
        json!(guid.replace('-', "")),
        json!("00000000-0000-0000-0000-000000000000"),
        json!(vec!["a"; 33]),
        json!(1e300),
    ];
    for text in [
        "",
        "m",
        "x",
        "doctor",
        "room",
        "duvisit",
        "1950-12-31",
        "1950-02-30",
        "1880-01-01",
        "1879-12-31",
        "31.12.1950",
        "2027-01-11T08:05:00+03:00",
        "2027-01-11T08:05:00Z",
        "2027-01-11T08:05:00.000Z",
        "2027-01-11T08:05:00.5Z",
        "2027-01-11T08:05:60Z",
        "2027-02-30T08:05:00Z",
        "2027-01-11T24:00:00Z",
        "2027-01-11T08:05:00",
        "2027-01-11 08:05:00Z",
        "2200-06-01T00:00:00Z",
        "1969-06-01T00:00:00Z",
    ] {
        values.push(json!(text));
    }
    for bound in [0_i64, 127, 150, 200, 3_650, 10_000, i64::from(i32::MAX)] {
        values.extend([bound - 1, bound, bound + 1].map(|number| json!(number)));
    }
    values.extend([-10, -11].map(|number| json!(number)));
    for length in [32, 64, 254, 256, 1_000] {
        values.extend(
            [length, length + 1].map(|length| json!("яш".chars().cycle().take(length).collect::<String>())),
        );
    }
    values
}

#[test]
fn schema_and_reader_judge_alike() {
    let schema = schema();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let (mut good, mut bad) = (0, 0);
    let mut judge = |line: &Value| {
        let text = line.to_string();
        let is_valid = validator.is_valid(line);
        assert_eq!(
            is_taken(&text),
            is_valid,
            "{text}: {:?}",
            kinds::parse(&text, TODAY)
        );
        *(if is_valid { &mut good } else { &mut bad }) += 1;
    };
    for line in SAMPLE.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        judge(&line);
        let kind = line["kind"].as_str().unwrap();
        let definition = definition(kind);
        let names = definition["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str);
        for name in names.filter(|name| *name != "kind").chain(["unheardOf"]) {
            let mut without = line.clone();
            without.as_object_mut().unwrap().remove(name);
            judge(&without);
            for value in values() {
                // A schema cannot say which words of a name mean that there is none.
                if ["family", "name", "patronymic", "title"].contains(&name)
                    && value.as_str().is_some_and(means_nothing)
                {
                    continue;
                }
                let mut other = line.clone();
                other[name] = value;
                judge(&other);
            }
        }
        for kind in values() {
            let mut other = line.clone();
            other["kind"] = kind;
            judge(&other);
        }
    }
    assert!(good > 500 && bad > 500, "{good} good, {bad} bad");
}

#[test]
fn the_sample_has_every_kind() {
    for (kind, _) in Kind::WORDS {
        assert!(SAMPLE.contains(&format!("\"kind\": \"{kind}\"")), "{kind}");
    }
}
