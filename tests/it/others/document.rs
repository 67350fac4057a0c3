//! Goal: people who know OpenAPI find in the document what they look for. Method: Spectral and Redocly judge it by all their
//! rules, but for those that `tests/others` switches off with a reason.

use super::{folder, program};
use crate::harness::tried;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A judge: its program, and its arguments before the document.
const JUDGES: [(&str, [&str; 4]); 2] = [
    (
        "spectral",
        ["lint", "--fail-severity=hint", "--ruleset", "spectral.yaml"],
    ),
    (
        "redocly",
        ["lint", "--format=stylish", "--config", "redocly.yaml"],
    ),
];

/// What a judge says of a document, if it finds anything.
fn finding(judge: &Path, arguments: [&str; 4], document: &Path) -> Option<String> {
    let output = Command::new(judge)
        .args(arguments)
        .arg(document)
        .current_dir(folder())
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (!output.status.success()).then_some(said)
}

/// The document with one thing wrong.
fn spoilt(document: &Value) -> Vec<(&'static str, Value)> {
    let pointers = [
        (
            "a list without its items",
            "/paths/~1lpu/get/responses/200/content/application~1json/schema",
            json!({"type": "array"}),
        ),
        (
            "two operations of one name",
            "/paths/~1lpu/get/operationId",
            json!("book"),
        ),
        ("no summary", "/paths/~1lpu/get/summary", json!("")),
        (
            "a tag that is not listed",
            "/paths/~1lpu/get/tags",
            json!(["Nowhere"]),
        ),
        (
            "a reference to nothing",
            "/paths/~1lpu/get/responses/400",
            json!({"$ref": "#/components/responses/none"}),
        ),
        (
            "an argument that is not described",
            "/paths/~1lpu~1{lpuGuid}/get/parameters",
            json!([]),
        ),
        (
            "an example of another type",
            "/components/responses/405/headers/Allow/example",
            json!(5),
        ),
    ];
    pointers
        .into_iter()
        .map(|(name, pointer, value)| {
            let mut spoilt = document.clone();
            let place = spoilt.pointer_mut(pointer);
            *place.unwrap_or_else(|| panic!("no {pointer}")) = value;
            (name, spoilt)
        })
        .collect()
}

#[test]
fn two_judges_of_openapi_find_nothing_and_see_what_is_wrong() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wire/openapi.json");
    let document: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let spoilt = spoilt(&document);
    let scratch = TempDir::new().unwrap();
    let (mut seen, mut judges) = (vec![false; spoilt.len()], 0);
    for (name, arguments) in JUDGES {
        let Some(judge) = program(name) else { return };
        judges += 1;
        let found = finding(&judge, arguments, &path);
        assert!(found.is_none(), "{name}: {}", found.unwrap_or_default());
        for (at, (wrong, document)) in spoilt.iter().enumerate() {
            let file = scratch.path().join("openapi.json");
            fs::write(&file, document.to_string()).unwrap();
            let found = finding(&judge, arguments, &file);
            println!("{name}: {wrong}: {}", found.is_some());
            seen[at] |= found.is_some();
        }
    }
    for ((wrong, _), seen) in spoilt.iter().zip(&seen) {
        assert!(seen, "{wrong} is seen by nobody");
    }
    let operations = document["paths"].as_object().unwrap().values();
    let operations = operations.flat_map(|item| item.as_object().unwrap().values());
    tried(
        "judges of the OpenAPI document (Spectral, Redocly), of its methods",
        judges
            * operations
                .filter(|method| method.get("operationId").is_some())
                .count(),
        "nothing is found",
        &format!("{} documents with one thing wrong, each seen", seen.len()),
    );
}
