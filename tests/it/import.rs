//! Goal: `infomat import` takes any file for what it is: all of a good one, nothing of a bad one, with each bad line told by
//! number, field and reason; and bookings go on meanwhile. Method: files for the real binary, good, bad and hostile ones,
//! and a look at the whole database before and after.

mod applications;
mod beside;
mod bounds;
mod csv;
mod files;
mod lines;
mod moves;
mod removals;
mod replaces;
mod terminal;
mod timetable;

use crate::clinic;
use crate::harness::Site;
use rusqlite::Connection;
use serde_json::Value;

/// A site with the small clinic.
fn site() -> Site {
    let site = Site::new("");
    site.import(&clinic::small());
    site
}

/// Lines as a file.
fn file(lines: &[Value]) -> String {
    lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

/// Every row of every table, as text.
fn dump(site: &Site) -> Vec<String> {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let mut tables = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('life', 'journal', 'upkeep') ORDER BY name")
        .unwrap();
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(tables.len() > 10, "{tables:?}");
    let mut rows = Vec::new();
    for table in tables {
        let mut statement = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let found = statement.query_map([], |row| {
            let values: Vec<String> = (0..columns)
                .map(|column| format!("{:?}", row.get_ref_unwrap(column)))
                .collect();
            Ok(format!("{table}: {}", values.join(", ")))
        });
        rows.extend(found.unwrap().map(Result::unwrap));
    }
    rows
}

/// Rows of a table.
fn count(site: &Site, table: &str) -> i64 {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let sql = format!("SELECT count(*) FROM {table}");
    database.query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// Imports a file and sees that it is refused with nothing changed; what was said of its lines, without the last word.
fn refused(site: &Site, file: &str) -> Vec<String> {
    let before = dump(site);
    let output = site.run(&["import", "-"], file);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(output.stdout, b"", "no counts of what was not done");
    assert!(dump(site) == before, "a refused file changes nothing");
    let mut said: Vec<String> = said.lines().map(str::to_owned).collect();
    let last = said.pop().unwrap();
    assert!(last.contains("nothing was imported"), "{last}");
    said
}

/// Imports lines and sees that it is refused for one of them, with this word on it.
#[track_caller]
fn refused_for(site: &Site, lines: &[Value], word: &str) {
    assert_eq!(refused(site, &file(lines)), [word]);
}

/// Imports lines; the counts that were printed, without whom to call.
fn imported(site: &Site, lines: &[Value]) -> Vec<String> {
    let printed = site.run_well(&["import", "-"], &file(lines));
    let counts = printed
        .lines()
        .take_while(|line| !line.starts_with("Visits that"));
    let counts = counts.filter(|line| !line.ends_with(": 0"));
    counts.map(str::to_owned).collect()
}
