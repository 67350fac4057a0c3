//! Goal: `infomat demo` serves a clinic that can be tried at once, and started again it goes on with what is there, whatever
//! day it is and whatever was changed meanwhile. Method: the real binary in a folder of its own; what it prints is held
//! against the database and against what the server answers.

use crate::harness::{Client, program};
use chrono::{Local, NaiveDate, TimeDelta};
use infomat::demo::{self, POLYCLINIC};
use infomat::model::Zone;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use tempfile::TempDir;

/// The words with which the demo's list of patients begins.
const PATIENTS: &str = "Patients";

/// Days of the demo's timetable.
const DAYS: u32 = 14;

/// A doctor of the demo.
const DIABETOLOGIST: &str = "20000000-0000-4000-8000-000000000182";

/// The card of one of the demo's patients whom the doctor on duty takes.
const ANOTHER_CARD: &str = "30000000-0000-4000-8000-000000000004";

/// A demo that serves, with all that it printed.
struct Demo {
    child: Child,
    printed: Vec<String>,
}

impl Demo {
    /// Starts it in a folder, new or not, and reads up to the line that books, which is the last.
    fn start(folder: &Path) -> Demo {
        let log = folder.join("log");
        let mut child = program()
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut printed = Vec::new();
        for line in lines.map(Result::unwrap) {
            let is_last = line.starts_with("curl ");
            printed.push(line);
            if is_last {
                return Demo { child, printed };
            }
        }
        let log = fs::read_to_string(log).unwrap();
        panic!(
            "the demo printed {printed:?}, logged {log:?} and ended with {:?}",
            child.wait()
        )
    }

    /// A client, and of the line that books the target and the header `Authorization`.
    fn trial(&self) -> (Client, String, String) {
        let quoted: Vec<_> = self.printed.last().unwrap().split('\'').collect();
        let (address, target) = quoted[1]
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let authorization = quoted[3].strip_prefix("Authorization: ").unwrap();
        let client = Client::connect(address.parse().unwrap());
        (client, format!("/{target}"), authorization.to_owned())
    }

    /// The patients: policy number, birth date and name.
    fn patients(&self) -> Vec<(&str, NaiveDate, &str)> {
        let lines = self.printed.iter().skip_while(|line| !line.starts_with(PATIENTS));
        let lines = lines.skip(1).take_while(|line| !line.is_empty());
        lines.map(|line| patient(line)).collect()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs another command beside the demo, with this on standard input; what it printed.
fn run(folder: &TempDir, arguments: &[&str], input: &str) -> String {
    let mut child = program()
        .args(arguments)
        .arg("--config")
        .arg(folder.path().join("infomat.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The header `Authorization` of the patient of the polyclinic with this card.
fn authorization(folder: &TempDir, card: &str) -> String {
    let lpu = POLYCLINIC.to_string();
    let token = run(folder, &["token", "--lpu", &lpu, "--mkab", card], "");
    format!("Bearer {}", token.trim())
}

/// Every cell with all that is known of it, but for its row's number.
fn cells(database: &Connection) -> Vec<Vec<rusqlite::types::Value>> {
    let mut statement = database.prepare("SELECT * FROM slot ORDER BY guid").unwrap();
    let columns = statement.column_count();
    let cells = statement.query_map([], |row| (1..columns).map(|column| row.get(column)).collect());
    cells.unwrap().map(Result::unwrap).collect()
}

fn patient(line: &str) -> (&str, NaiveDate, &str) {
    let [policy, born, who] = line.trim_start().split("  ").collect::<Vec<_>>()[..] else {
        panic!("{line:?} shows no patient")
    };
    let (name, _story) = who.split_once(':').unwrap();
    (policy, NaiveDate::parse_from_str(born, "%d.%m.%Y").unwrap(), name)
}

fn database(folder: &TempDir) -> Connection {
    Connection::open(folder.path().join("infomat.db")).unwrap()
}

#[test]
fn the_demo_prints_a_line_that_books_and_goes_on_with_what_is_there() {
    let folder = TempDir::new().unwrap();
    for start in ["first", "second"] {
        let served = Demo::start(folder.path());
        let (mut client, target, authorization) = served.trial();
        let answer = client.ask("POST", &target, &[("Authorization", &authorization)], b"");
        assert_eq!(answer.status, 200, "{start} start: {}", answer.json());
        assert!(
            client.ask("GET", "/", &[], b"").status == 200,
            "the terminal's page is there"
        );
    }
    let visits: i64 = database(&folder)
        .query_row("SELECT count(*) FROM visit", [], |row| row.get(0))
        .unwrap();
    assert_eq!(
        visits, 2,
        "the second start kept the first one's booking and found another patient"
    );
}

/// The cards are dated back as those of a first start in another year; then one gets another policy and name by an import,
/// and one is removed.
#[test]
fn on_a_later_day_the_demo_prints_what_the_cards_hold() {
    let folder = TempDir::new().unwrap();
    let shown_at_first = Demo::start(folder.path()).patients().len();
    let database = database(&folder);
    let dated = database.execute(
        "UPDATE patient SET birth_date = date(birth_date, '-1 year', '-3 days')",
        [],
    );
    assert!(dated.unwrap() > shown_at_first);
    database
        .execute_batch(
            "UPDATE patient SET policy_number = '1111222233334444', family = 'Иванова' WHERE policy_number = '0012345678121232';
             DELETE FROM patient WHERE policy_number = '0012345678121836';",
        )
        .unwrap();

    let served = Demo::start(folder.path());
    let patients = served.patients();
    for (policy, birth_date, name) in &patients {
        let held: (NaiveDate, String) = database
            .query_row(
                "SELECT birth_date, family || ' ' || name || ' ' || patronymic FROM patient WHERE policy_number = ?1",
                [policy],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!(held, (*birth_date, (*name).to_owned()));
    }

    assert_eq!(patients.len(), shown_at_first - 1);
    assert!(patients.iter().any(|(_, _, name)| name.starts_with("Иванова ")));

    let (policy, birth_date, _) = patients[0];
    let (mut client, target, _) = served.trial();
    let lpu = target.split(['/', '?']).nth(4).unwrap();
    let identify = format!("/auth/{lpu}/token?n_pol={policy}&Birthday={birth_date}");
    let answer = client.ask("GET", &identify, &[], b"");
    assert_eq!(answer.status, 200, "{}", answer.json());
}

/// The cell that the demo books gets two more places, of which one is taken; a doctor is removed; and the cells from the day
/// after tomorrow on are taken away, as if those days had not been in reach at the first start.
#[test]
fn a_second_start_adds_the_cells_that_are_missing_and_changes_none() {
    let folder = TempDir::new().unwrap();
    let served = Demo::start(folder.path());
    let (mut client, target, first) = served.trial();
    let mut cells_of_demo = demo::cells(Local::now().date_naive(), DAYS, Zone::System);
    let booked = |cell: &demo::DemoCell| target.ends_with(&format!("={}", cell.guid));
    let mut cell: Value = serde_json::from_str(&cells_of_demo.find(booked).unwrap().line).unwrap();
    cell["planCount"] = json!(3);
    let doctor = json!({"kind": "resource", "guid": DIABETOLOGIST, "deleted": true});
    run(&folder, &["import", "-"], &format!("{cell}\n{doctor}"));
    for authorization in [first, authorization(&folder, ANOTHER_CARD)] {
        let answer = client.ask("POST", &target, &[("Authorization", &authorization)], b"");
        assert_eq!(answer.status, 200, "{}", answer.json());
    }
    drop(served);

    let database = database(&folder);
    let before = cells(&database);
    let reach = (Local::now() + TimeDelta::days(2)).timestamp();
    let taken_away = database.execute("DELETE FROM slot WHERE begin_at > ?1", [reach]);
    assert!(taken_away.unwrap() > 1_000);

    Demo::start(folder.path());
    let after = cells(&database);
    assert_eq!(after.len(), before.len());
    assert!(after == before, "a cell was changed");
}
