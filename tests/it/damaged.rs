//! Goal: a damaged value in a row costs the requests that need the row, and nothing else: they get 500, the log names table,
//! row and column, the process goes on, the rest is served, and `/readyz` tells. Method: every column of every table of a
//! serving server's database is given values that its schema forbids, by a connection for which the schema is loosened.

mod pages;
mod records;

use crate::clinic::{self, Ask, guid, with};
use crate::harness::{self, Client, Server, Site};
use crate::tickets::ticket_guid;
use rusqlite::config::DbConfig;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::fs;

const LPU: u32 = 1;
const DOCTOR: u32 = 2;
const CELL: u32 = 3;
const PATIENT: u32 = 4;
const POLICY: &str = "7700000000000011";
const OTHER_LPU: u32 = 11;
const OTHER_DOCTOR: u32 = 12;
const OTHER_CELL: u32 = 13;
const OTHER_PATIENT: u32 = 14;

/// What no column that holds something else takes: nothing, bytes, a word that is none of its words, bytes that are no UTF-8,
/// and numbers beyond all that is counted or dated.
const VALUES: [&str; 6] = [
    "NULL",
    "x'00'",
    "'wrong'",
    "CAST(x'ff41' AS TEXT)",
    "9223372036854775807",
    "-9223372036854775808",
];

/// Personal data of the site: the log repeats none of it.
const FAMILY: &str = "Тайнова";

/// Two clinics with nothing in common but the client applications; of the first, every table has a row.
fn site() -> (Site, Server, String) {
    let site = Site::new(clinic::RULES_OFF);
    let clinic = |lpu, code: &str, doctor, cell, patient| {
        vec![
            clinic::lpu(lpu),
            clinic::speciality(code),
            clinic::doctor(doctor, lpu, code, "Врачова"),
            with(
                clinic::slot(cell, doctor, 1, "10:00"),
                &json!({"planCount": 1000}),
            ),
            with(
                clinic::patient(patient, lpu),
                &json!({"family": FAMILY, "policyNumber": POLICY}),
            ),
        ]
    };
    let mut first = clinic(LPU, "27", DOCTOR, CELL, PATIENT);
    first.extend([
        clinic::referral("R-1", "consultation", PATIENT),
        clinic::exam(5, PATIENT),
        clinic::registration(PATIENT, DOCTOR),
    ]);
    site.import(&first);
    site.import(&clinic(OTHER_LPU, "7", OTHER_DOCTOR, OTHER_CELL, OTHER_PATIENT));
    site.run_well(&["backup"], "");
    let server = site.serve();
    let mut client = server.client();
    let ticket = ticket_guid(
        &Ask::new(LPU, PATIENT, CELL)
            .and("examGuid", &guid(5))
            .book(&mut client),
    );
    let second = ticket_guid(&Ask::new(LPU, PATIENT, CELL).book(&mut client));
    ask(
        &mut client,
        "DELETE",
        &format!("/visit/{}/{second}", guid(LPU)),
        b"",
    );
    ask(
        &mut client,
        "POST",
        "/api/v3/waitinglist",
        waiting().to_string().as_bytes(),
    );
    identify(&mut client, "1999-01-01");
    (site, server, ticket)
}

fn waiting() -> Value {
    json!({"lpuGuid": guid(LPU), "specialityCode": "27", "doctorGuid": guid(DOCTOR), "isAgree": 1,
           "dateStart": harness::now().format("%Y-%m-%d").to_string(), "complaints": "Болит"})
}

fn ask(client: &mut Client, method: &str, target: &str, body: &[u8]) -> u16 {
    let claims = harness::claims(&guid(LPU), &guid(PATIENT), "Infomat");
    let bearer = format!("Bearer {}", harness::sign(&claims, harness::KEY));
    let headers = [("Authorization", &*bearer), ("Content-Type", "application/json")];
    client.ask(method, target, &headers, body).status
}

fn identify(client: &mut Client, birthday: &str) -> u16 {
    let target = format!("/auth/{}/token?Birthday={birthday}&n_pol={POLICY}", guid(LPU));
    client.ask("GET", &target, &[], b"").status
}

/// Asks for all that needs the first clinic; the statuses. `writes`: books and cancels too.
fn ask_all(client: &mut Client, ticket: &str, writes: bool) -> Vec<(String, u16)> {
    let (lpu, doctor) = (guid(LPU), guid(DOCTOR));
    let (from, to) = (clinic::moment(0, "00:00"), clinic::moment(3, "00:00"));
    let days = format!("{}/{}", &from[..10], &to[..10]);
    let mut statuses = Vec::new();
    for target in [
        "/lpu".to_owned(),
        format!("/lpu/{lpu}"),
        format!("/lpu/{lpu}/speciality"),
        format!("/lpu/{lpu}/doctor"),
        format!("/lpu/{lpu}/doctor?speciality=27"),
        format!("/lpu/{lpu}/doctor/{doctor}"),
        format!("/lpu/{lpu}/doctor/{doctor}/schedule/{days}"),
        format!("/lpu/{lpu}/speciality/27/schedule/{days}"),
        "/settings/clientApplication/00000000-0000-0000-0000-000000000000".to_owned(),
        format!("/visit/{lpu}"),
        format!("/visit/{lpu}?dateFrom={}&dateTo={}", &from[..10], &to[..10]),
        format!("/visit/{lpu}/{ticket}"),
        "/api/v3/waitinglist".to_owned(),
        "/metrics".to_owned(),
    ] {
        statuses.push((target.clone(), ask(client, "GET", &target, b"")));
    }
    statuses.push(("identify".to_owned(), identify(client, "1980-06-15")));
    statuses.push(("guess".to_owned(), identify(client, "1999-01-01")));
    statuses.push((
        "check in".to_owned(),
        ask(client, "POST", &format!("/visit/{lpu}/{ticket}/checkin"), b""),
    ));
    if writes {
        let body = waiting().to_string();
        statuses.push((
            "wait".to_owned(),
            ask(client, "POST", "/api/v3/waitinglist", body.as_bytes()),
        ));
        let answer = Ask::new(LPU, PATIENT, CELL)
            .and("examGuid", &guid(5))
            .and("directionId", "R-1")
            .and("directionType", "consultation")
            .send(client);
        statuses.push(("book".to_owned(), answer.status));
        if answer.status == 200 {
            let target = format!("/visit/{lpu}/{}", ticket_guid(&answer.json()));
            statuses.push(("cancel".to_owned(), ask(client, "DELETE", &target, b"")));
        }
    }
    statuses
}

/// The other clinic, asked by another client application.
fn other_is_served(client: &mut Client, what: &str) {
    let claims = harness::claims(&guid(OTHER_LPU), &guid(OTHER_PATIENT), "Callcenter");
    let bearer = format!("Bearer {}", harness::sign(&claims, harness::KEY));
    for target in ["speciality", "doctor"] {
        let target = format!("/lpu/{}/{target}", guid(OTHER_LPU));
        let status = client
            .ask("GET", &target, &[("Authorization", &bearer)], b"")
            .status;
        assert_eq!(status, 200, "{what}: {target}");
    }
    assert_eq!(client.ask("GET", "/healthz", &[], b"").status, 200, "{what}");
}

/// A connection that may write anything into any column; the schema is as it was when it ends.
struct Vandal {
    database: Connection,
    /// Names and statements of the tables.
    schema: Vec<(String, String)>,
}

impl Drop for Vandal {
    fn drop(&mut self) {
        self.database
            .execute_batch("PRAGMA writable_schema = ON")
            .unwrap();
        for (name, sql) in &self.schema {
            self.set_schema(name, sql);
        }
        self.database
            .execute_batch("PRAGMA writable_schema = RESET")
            .unwrap();
    }
}

impl Vandal {
    fn new(site: &Site) -> Vandal {
        let database = Connection::open(site.path("infomat.db")).unwrap();
        database
            .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;")
            .unwrap();
        database
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)
            .unwrap();
        let schema = rows(
            &database,
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL",
        );
        let vandal = Vandal { database, schema };
        for (name, sql) in &vandal.schema {
            let loose = sql
                .replace("STRICT, WITHOUT", "WITHOUT")
                .replace(") STRICT", ")")
                .replace("TEXT NOT NULL", "BLOB")
                .replace("INTEGER NOT NULL", "BLOB")
                .replace("BLOB NOT NULL", "BLOB")
                .replace(" TEXT", " BLOB")
                .replace(" INTEGER", " BLOB")
                .replace(" BLOB PRIMARY", " INTEGER PRIMARY");
            vandal.set_schema(name, &loose);
        }
        vandal
            .database
            .execute_batch("PRAGMA writable_schema = RESET")
            .unwrap();
        vandal
    }

    fn set_schema(&self, table: &str, sql: &str) {
        let sets = "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?";
        self.database.execute(sets, [sql, table]).unwrap();
    }

    /// Every column of every table but the numbers of rows, with what finds the row that is damaged.
    fn columns(&self) -> Vec<(String, String, String)> {
        let all: Vec<(String, String)> = rows(
            &self.database,
            "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND c.name NOT IN ('id', 'seq') ORDER BY 1, c.cid",
        );
        let row = |table: &str| match table {
            "client_application" => "mnem = 'Infomat'",
            "journal" => "seq = (SELECT max(seq) FROM journal)",
            "visit_history" => "seq = 1",
            "upkeep" => "what = 'backed up'",
            "dispensary_registration" => "TRUE",
            _ => "id = 1",
        };
        all.into_iter()
            .map(|(table, column)| {
                let row = row(&table).to_owned();
                (table, column, row)
            })
            .collect()
    }

    /// Puts a value in place; what was there and what finds the row now. None where even the loosened schema refuses it.
    fn damage(&self, table: &str, column: &str, row: &str, value: &str) -> Option<(Cell, i64)> {
        let rowid = if ["visit_history", "upkeep", "dispensary_registration"].contains(&table) {
            "0"
        } else {
            "rowid"
        };
        let old = self
            .database
            .query_row(
                &format!("SELECT {column}, {rowid} FROM {table} WHERE {row} LIMIT 1"),
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .ok()?;
        let changed = self
            .database
            .execute(&format!("UPDATE {table} SET {column} = {value} WHERE {row}"), []);
        changed.is_ok_and(|rows| rows == 1).then_some(old)
    }

    fn mend(&self, table: &str, column: &str, row: &str, (old, rowid): (Cell, i64)) {
        let row = if rowid > 0 {
            format!("rowid = {rowid}")
        } else {
            row.to_owned()
        };
        // What found the row may be what was damaged.
        let row = if row.contains(column) {
            // The rows that nobody has damaged keep their names.
            let others = if table == "upkeep" {
                "what IS NOT 'imported'"
            } else {
                "TRUE"
            };
            others.to_owned()
        } else {
            row
        };
        if table == "waiting_entry" {
            // Without the damaged one, the patient could wait once more, which would now be twice.
            let newer = "DELETE FROM waiting_entry WHERE id > 1";
            self.database.execute(newer, []).unwrap();
        }
        let sql = format!("UPDATE {table} SET {column} = ?1 WHERE {row}");
        self.database.execute(&sql, params![old]).unwrap();
    }
}

fn rows(database: &Connection, sql: &str) -> Vec<(String, String)> {
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

fn log(site: &Site) -> String {
    fs::read_to_string(site.path("server.log")).unwrap()
}

#[test]
fn no_value_of_any_column_ends_the_server() {
    let (site, server, ticket) = site();
    let mut client = server.client();
    let vandal = Vandal::new(&site);
    let (mut told, mut untold, mut damages) = (0, Vec::new(), 0);
    for (table, column, row) in vandal.columns() {
        for (number, value) in VALUES.into_iter().enumerate() {
            let Some(old) = vandal.damage(&table, &column, &row, value) else {
                continue;
            };
            damages += 1;
            let what = format!("{table}.{column} = {value}");
            let before = log(&site).len();
            let statuses = ask_all(&mut client, &ticket, number == 0);
            for (asked, status) in &statuses {
                let is_right = matches!(status, 200 | 400..=499 | 500 | 503);
                assert!(is_right, "{what}: {asked}: {status}");
            }
            other_is_served(&mut client, &what);
            let logged = log(&site)[before..].to_owned();
            assert!(
                !logged.contains("panicked") && !logged.contains(FAMILY),
                "{what}: {logged}"
            );
            if let Some((asked, _)) = statuses.iter().find(|(_, status)| *status == 500) {
                let place = format!("table {table}, row ");
                let is_told = logged.lines().any(|line| {
                    let is_named = line.contains(&place) && line.contains(&format!(", column {column}"));
                    // What names another row is damage of the visit that leads to it; so is another value than its record has.
                    is_named
                        || line.contains(", other than its record tells")
                        || (column.ends_with("_id") && line.contains(", a row that it names"))
                });
                if is_told {
                    told += 1;
                } else {
                    untold.push(format!("{what}: {asked}"));
                }
            }
            vandal.mend(&table, &column, &row, old);
        }
    }
    assert!(damages > 300 && told > 60, "{told} told of {damages}");
    assert_eq!(untold, Vec::<String>::new());
    let ready = client.ask("GET", "/readyz", &[], b"");
    assert!(ready.status == 503 && ready.json()["message"].as_str().unwrap().contains("поврежд"));
    drop(vandal);
    // Whole again, it is served as before, and a new start finds nothing.
    assert!(server.terminate().success());
    let server = site.serve();
    let mut client = server.client();
    assert_eq!(client.ask("GET", "/readyz", &[], b"").status, 200);
    for (asked, status) in ask_all(&mut client, &ticket, true) {
        assert!(matches!(status, 200 | 400..=499), "{asked}: {status}");
    }
}

#[test]
fn a_start_reads_what_all_requests_need_and_tells_what_is_damaged_of_it() {
    let (site, server, _) = site();
    assert!(server.terminate().success());
    for (table, column, row, value) in [
        ("lpu", "model", "id = 1", "'{\"guid\":'"),
        ("lpu", "guid", "id = 1", "x'0102'"),
        ("speciality", "name", "id = 1", "CAST(x'ff' AS TEXT)"),
        ("client_application", "description", "mnem = 'Infomat'", "NULL"),
    ] {
        let old = Vandal::new(&site).damage(table, column, row, value).unwrap();
        let before = log(&site).len();
        let server = site.serve();
        let mut client = server.client();
        let logged = log(&site)[before..].to_owned();
        let what = format!("{table}.{column}");
        if column != "guid" {
            assert!(
                logged.contains(&format!("table {table}, row id ")),
                "{what}: {logged}"
            );
            assert!(logged.contains(&format!(", column {column}")), "{what}: {logged}");
            let ready = client.ask("GET", "/readyz", &[], b"");
            let told = ready.json()["message"].as_str().unwrap().to_owned();
            assert!(ready.status == 503 && told.contains("поврежд"), "{what}: {told}");
            let checked = site.run(&["check"], "");
            let checked = String::from_utf8(checked.stdout).unwrap();
            assert!(
                checked.contains(&format!("table {table}, row id ")),
                "{what}: {checked}"
            );
        }
        other_is_served(&mut client, &what);
        let claims = harness::claims(&guid(OTHER_LPU), &guid(OTHER_PATIENT), "Callcenter");
        Ask::new(OTHER_LPU, OTHER_PATIENT, OTHER_CELL)
            .claiming(&claims)
            .book(&mut client);
        assert!(server.terminate().success());
        Vandal::new(&site).mend(table, column, row, old);
    }
}

#[test]
fn commands_end_in_order_and_verify_names_each_damaged_value() {
    let (site, server, _) = site();
    assert!(server.terminate().success());
    for (table, column, row, value) in [
        ("lpu", "model", "id = 1", "'{'"),
        ("slot", "begin_at", "id = 1", "9223372036854775807"),
        ("slot", "room", "id = 1", "CAST(x'ff' AS TEXT)"),
        ("visit", "end_at", "id = 1", "-9223372036854775808"),
        ("patient", "birth_date", "id = 1", "'1980-13-45'"),
        ("waiting_entry", "created_at", "id = 1", "'wrong'"),
        (
            "journal",
            "at",
            "seq = (SELECT max(seq) FROM journal)",
            "9223372036854775807",
        ),
        ("upkeep", "at", "what = 'backed up'", "-9223372036854775808"),
    ] {
        let old = Vandal::new(&site).damage(table, column, row, value).unwrap();
        let tomorrow = clinic::moment(1, "00:00")[..10].to_owned();
        for command in [
            &["visits", "--date", &*tomorrow][..],
            &["waiting"],
            &["verify"],
            &["check"],
            &["backup"],
            &["cancel", "--ticket", &guid(99), "--reason", "x"],
        ] {
            let output = site.run(command, "");
            let said = [&*output.stdout, &*output.stderr]
                .map(String::from_utf8_lossy)
                .concat();
            assert!(
                matches!(output.status.code(), Some(0 | 1 | 78)),
                "{table}.{column}: {command:?}: {said}"
            );
            assert!(
                !said.contains("panicked"),
                "{table}.{column}: {command:?}: {said}"
            );
            if command[0] == "verify" {
                assert_eq!(output.status.code(), Some(1), "{table}.{column}: {said}");
                let named = said.contains(&format!("table {table}, row "))
                    && said.contains(&format!(", column {column}"));
                assert!(named, "{table}.{column}: {said}");
            }
        }
        Vandal::new(&site).mend(table, column, row, old);
    }
}
