//! Goal: whatever a client sends, the server answers as the document says, and never with a fault. Method: schemathesis
//! makes some two thousand requests from the document, whole ones and malformed ones, to the server with the demo clinic.
//! `tests/openapi` has its settings, and what it is told of the clinic: so a hundred and more of its calls really book.

use crate::harness::{Client, KEY, Site, claims, lacks, now, sign};
use crate::reading::demo::{self, DAYS};
use chrono::Days;
use infomat::demo::POLYCLINIC;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Fewest bookings that schemathesis has to make.
const BOOKINGS_MIN: i64 = 100;

/// Bookings that it is offered.
const BOOKINGS_OFFERED: usize = 260;

/// Documents that it is offered.
const DOCUMENTS_OFFERED: usize = 40;

/// The run's longest time: it takes half a minute on a quiet machine.
const SECONDS_MAX: &str = "240";

/// A patient of the first card has the token of the run; the example of `ticketsOfOther` has its login.
const LOGIN: &str = "account-7";

/// Specialities in which each patient is booked, on days of their own.
const SPECIALITIES: [(&str, u64); 2] = [("11", 1), ("43", 3)];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi")
}

/// The program of a package that is installed as `tests/openapi/requirements.txt` says.
fn program(name: &str) -> PathBuf {
    folder().join("venv/bin").join(name)
}

/// The lines of patients who may book for themselves in the polyclinic.
fn patients() -> Vec<Value> {
    let lines = infomat::demo::base(now().date_naive());
    let lines = lines.map(|line| serde_json::from_str::<Value>(&line).unwrap());
    let may_book = |line: &Value| {
        let is_free = line["closed"] != true && line["selfBookingBanned"] != true;
        line["kind"] == "patient" && line["lpu"] == json!(POLYCLINIC) && is_free
    };
    lines.filter(may_book).collect()
}

fn token(patient: &Value, login: &str) -> String {
    let mut claims = claims(
        &POLYCLINIC.to_string(),
        patient["guid"].as_str().unwrap(),
        "Infomat",
    );
    claims["login"] = json!(login);
    sign(&claims, KEY)
}

/// Cells that are free, each with the token of a patient who may book it, as the schedule shows them to that patient.
fn bookings(client: &mut Client, patients: &[Value]) -> Vec<Value> {
    let mut taken = BTreeSet::new();
    let mut bookings = Vec::new();
    for (nth, patient) in (0..).zip(patients) {
        let bearer = token(patient, "");
        for (speciality, ahead) in SPECIALITIES {
            let day = now().date_naive() + Days::new(ahead + nth % 5);
            let path = format!("/lpu/{POLYCLINIC}/speciality/{speciality}/schedule/{day}/{day}");
            let authorization = format!("Bearer {bearer}");
            let cells = client
                .ask("GET", &path, &[("Authorization", &authorization)], b"")
                .json();
            let mut free = cells.as_array().unwrap().iter();
            let free =
                free.find(|cell| cell["status"] == "Available" && !taken.contains(&cell["guid"].to_string()));
            if let Some(cell) = free {
                taken.insert(cell["guid"].to_string());
                bookings.push(json!({"lpuGuid": POLYCLINIC, "timeTable": cell["guid"], "token": bearer}));
            }
        }
        if bookings.len() >= BOOKINGS_OFFERED {
            break;
        }
    }
    bookings
}

/// Writes what schemathesis is told of this clinic, and its settings with what is only known now.
fn write_settings(site: &Site, client: &mut Client) {
    let patients = patients();
    let documents = patients
        .iter()
        .filter(|patient| patient.get("policySeries").is_none());
    let documents = documents.take(DOCUMENTS_OFFERED).map(|patient| {
        json!({"lpuGuid": POLYCLINIC, "n_pol": patient["policyNumber"], "Birthday": patient["birthDate"]})
    });
    let token = token(&patients[0], LOGIN);
    let clinic = json!({"token": token, "bookings": bookings(client, &patients[1..]),
                        "documents": documents.collect::<Vec<_>>()});
    fs::write(site.path("clinic.json"), clinic.to_string()).unwrap();
    let days = now().date_naive().iter_days().take(DAYS as usize);
    let days: Vec<_> = days.map(|day| day.to_string()).collect();
    let settings = fs::read_to_string(folder().join("schemathesis.toml")).unwrap();
    let known_now = format!(
        "[auth.openapi]\npatient = {{ bearer = {token:?} }}\n[dictionaries.days]\nvalues = {days:?}\n"
    );
    fs::write(site.path("schemathesis.toml"), settings + "\n" + &known_now).unwrap();
}

#[test]
fn no_request_is_answered_otherwise_than_described() {
    let schemathesis = program("schemathesis");
    if lacks(
        "schemathesis (pip install -r tests/openapi/requirements.txt)",
        schemathesis.exists(),
    ) {
        return;
    }
    let site = demo::site();
    let server = site.serve();
    write_settings(&site, &mut server.client());
    let output = Command::new("timeout")
        .arg(SECONDS_MAX)
        .arg(schemathesis)
        .args([
            "--no-color",
            "run",
            &format!("http://{}/openapi.json", server.address),
        ])
        .current_dir(site.path(""))
        .env("SCHEMATHESIS_HOOKS", folder().join("hooks.py"))
        .env("INFOMAT_CLINIC", site.path("clinic.json"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let count = "SELECT count(*) FROM visit";
    let bookings: i64 = database.query_row(count, [], |row| row.get(0)).unwrap();
    println!("schemathesis booked {bookings} times\n{said}");
    assert!(bookings >= BOOKINGS_MIN, "{bookings} bookings\n{said}");
}

/// The document is one that other programs can read: the published schema of OpenAPI 3.1 says so.
#[test]
fn the_document_is_openapi() {
    let validator = program("openapi-spec-validator");
    if lacks(
        "openapi-spec-validator (pip install -r tests/openapi/requirements.txt)",
        validator.exists(),
    ) {
        return;
    }
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wire/openapi.json");
    let output = Command::new(validator).arg(document).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}
