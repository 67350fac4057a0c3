//! Goal: no statement reads through a table that grows with the clinic's work. Method: the plan of every statement of the
//! program, as SQLite tells it for the schema that `init` makes, is read; a scan needs to be named here with its reason.

use crate::harness::Site;
use rusqlite::Connection;
use std::fs;
use std::path::Path;

/// Tables that stay small: clinics, specialities, client applications, and the resources of a server.
const SMALL: [&str; 4] = ["lpu", "speciality", "client_application", "resource"];

/// Names by which a plan calls what is not a table of the schema: parts of statements. The tables behind them have
/// lines of their own in the plan.
const PARTS: [&str; 2] = ["free", "CONSTANT ROW"];

/// The plan's lines of a statement.
fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Without values for its parameters: what the plan does not know it cannot depend on.
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get("detail").unwrap());
    }
    lines
}

/// What a line of a plan reads through from its beginning to its end, by the table's name or the statement's alias of it.
/// An index that is made for the one query is made by reading the whole table.
fn scanned(line: &str) -> Option<&str> {
    let automatic = || {
        line.strip_prefix("SEARCH ")
            .filter(|_| line.contains(" AUTOMATIC "))
    };
    let rest = line.strip_prefix("SCAN ").or_else(automatic);
    rest.and_then(|rest| rest.split(' ').next())
}

/// The table that an alias of a statement stands for.
fn table<'a>(sql: &'a str, alias: &'a str) -> &'a str {
    let words: Vec<_> = sql
        .split(|end: char| end.is_whitespace() || "(),".contains(end))
        .filter(|word| !word.is_empty())
        .collect();
    let named = words
        .windows(3)
        .find(|words| ["FROM", "JOIN", "UPDATE"].contains(&words[0]) && words[1..].contains(&alias));
    named.map_or(alias, |words| words[1])
}

fn is_small(sql: &str, scanned: &str) -> bool {
    let table = table(sql, scanned);
    SMALL.contains(&table) || PARTS.iter().any(|part| part.starts_with(table))
}

#[test]
fn no_statement_reads_through_a_table_that_grows() {
    let site = Site::new("");
    let connection = Connection::open(site.path("infomat.db")).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/sql");
    let mut statements = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "sql") {
            continue;
        }
        let sql = fs::read_to_string(&path).unwrap();
        for line in plan(&connection, &sql) {
            let through = scanned(&line).filter(|through| !is_small(&sql, through));
            assert_eq!(through, None, "{}: {line}", path.display());
        }
        statements += 1;
    }
    assert!(statements >= 25, "{statements} statements");
}

/// Goal: the test above can fail. Method: statements that do what it forbids, and one that does not.
#[test]
fn a_scan_is_seen() {
    let site = Site::new("");
    let connection = Connection::open(site.path("infomat.db")).unwrap();
    let reads_through = |sql: &str| {
        let lines = plan(&connection, sql);
        let mut scans = lines.iter().filter_map(|line| scanned(line));
        scans.any(|through| !is_small(sql, through))
    };
    assert!(reads_through("SELECT count(*) FROM visit WHERE login = :login"));
    assert!(reads_through(
        "SELECT v.id FROM lpu l, visit v WHERE v.login = l.name"
    ));
    assert!(reads_through("SELECT s.id FROM slot s WHERE s.begin_at > :from"));
    assert!(reads_through("UPDATE slot SET room = '' WHERE begin_at > :from"));
    assert!(!reads_through("SELECT s.id FROM slot s WHERE s.guid = :guid"));
    assert!(!reads_through("SELECT name FROM lpu"));
}
