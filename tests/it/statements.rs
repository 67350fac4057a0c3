//! Goal: no statement reads through a table that grows with the clinic's work. Method: the plan of every statement of the
//! program, as SQLite tells it for the schema that `init` makes, is read; a scan needs to be named here with its reason.

use crate::harness::Site;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection};
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};

/// Tables that stay small: clinics, specialities, client applications, the resources of a server, who works at its page, the cards made
/// there that the clinic does not have yet, what was last done to the file, its lives, what it has heard of the centre, and the few
/// visits that have found no place.
const SMALL: [&str; 12] = [
    "lpu",
    "speciality",
    "client_application",
    "provisional_card",
    "resource",
    "staff",
    "upkeep",
    "life",
    "exchange",
    "displaced_visit",
    "issue",
    "strange_message",
];

/// Names by which a plan calls what is not a table of the schema: parts of statements. The tables behind them have
/// lines of their own in the plan.
const PARTS: [&str; 8] = [
    "concerned",
    "free",
    "ends",
    "booked",
    "come",
    "CONSTANT ROW",
    "changed",
    "temp.needed_resource",
];

/// Indexes that a statement may read through: they hold only what is still open.
const OF_WHAT_IS_OPEN: [&str; 2] = ["waiting_entry_active", "hold_live"];

/// What an import reads through as its own: its lines, and the visits that they move.
const OWN: [&str; 4] = [
    "temp.staged_",
    "temp.changing_",
    "temp.moved_visit",
    "temp.replaced_day",
];

/// What an import reads through all the same while bookings wait: file, table, in how many places. An index would cost each
/// booking a page.
const READ_BY_IMPORT: [(&str, &str, usize); 12] = [
    // The clinics and resources of the file: their names are gathered once.
    ("check_references", "staged_lpu", 1),
    ("check_references", "staged_resource", 1),
    // A clinic or a speciality goes for good: asked for each of its removed resources that never gave a number (two). And a
    // client application does, once in years.
    ("check_removals", "visit", 3),
    ("check_removals", "visit_history", 1),
    // Cards of the file that join another person's and have visits to come, and their pairs: few, and in memory.
    ("find_joined", "few", 1),
    ("find_joined", "given", 2),
    ("find_joined", "joined", 3),
    ("find_joined", "pair", 1),
    ("overlaps", "temp.joined_pair", 1),
    // The few places that are held at the moment.
    ("put_in_place", "hold", 1),
    // The same, and what SQLite plans for new resources and client applications and never does: it would look for rows that
    // named them before they came.
    ("put_in_place", "visit", 5),
    ("put_in_place", "visit_history", 2),
];

/// Columns that name another table's row and have no index for it, so that SQLite reads through their table when such a
/// row is deleted: those of the two cases above, and lives, which are never deleted.
const WITHOUT_INDEX: [(&str, &str); 4] = [
    ("visit", "resource_id"),
    ("visit", "client_application_id"),
    ("visit_history", "client_application_id"),
    ("journal", "life_id"),
];

/// A line of a plan.
struct Step {
    id: i64,
    parent: i64,
    detail: String,
}

/// The plan of a statement.
fn plan(connection: &Connection, sql: &str) -> Vec<Step> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Without values for its parameters: what the plan does not know it cannot depend on.
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(Step {
            id: row.get("id").unwrap(),
            parent: row.get("parent").unwrap(),
            detail: row.get("detail").unwrap(),
        });
    }
    steps
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
    let table = named.map_or(alias, |words| words[1]);
    table.strip_prefix("main.").unwrap_or(table)
}

fn is_small(sql: &str, scanned: &str) -> bool {
    let table = table(sql, scanned);
    SMALL.contains(&table) || PARTS.iter().any(|part| part.starts_with(table))
}

fn is_of_what_is_open(detail: &str) -> bool {
    let index = detail.split_once(" USING INDEX ").map(|(_, index)| index);
    index.is_some_and(|index| OF_WHAT_IS_OPEN.contains(&index))
}

/// The tables that a statement reads through and may not.
fn read_through<'a>(sql: &'a str, plan: &'a [Step]) -> Vec<&'a str> {
    let steps = plan.iter().filter(|step| !is_of_what_is_open(&step.detail));
    let scans = steps.filter_map(|step| scanned(&step.detail));
    let large = scans.filter(|scanned| !is_small(sql, scanned));
    large.map(|scanned| table(sql, scanned)).collect()
}

/// The statements in files of a folder under `src/store`, and of the folders in it: their file's name without ending, and
/// their text.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "sql") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// The statements that stand in the code of a module of the store, but for those that are put together when they run.
fn inline(source: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(source).unwrap();
    let program = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code = program
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];
    // What stands between quotation marks is every second part; no text of the store has one within.
    let texts = code.split('"').skip(1).step_by(2);
    let name = source.file_stem().unwrap().to_str().unwrap();
    texts
        .filter(|text| verbs.iter().any(|verb| text.starts_with(verb)) && !text.contains('{'))
        .map(|sql| (format!("{name}: {sql}"), sql.to_owned()))
        .collect()
}

fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")
}

/// Modules that read a whole file on purpose, and hold nobody up: copies, checks, comparisons, purges, the begin of a life.
const READ_ALL: [&str; 10] = [
    "chain", "copy", "doubtful", "identity", "kinds", "life", "purge", "restore", "values", "verify",
];

#[test]
fn no_statement_reads_through_a_table_that_grows() {
    let site = Site::new("");
    let connection = Connection::open(site.path("infomat.db")).unwrap();
    let mut in_code = 0;
    let mut in_files = 0;
    for entry in fs::read_dir(store()).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap();
        if READ_ALL.contains(&module) || ["import", "migrations"].contains(&module) {
            continue;
        }
        let statements = if path.is_dir() {
            files(&path)
        } else {
            inline(&path)
        };
        for (name, sql) in &statements {
            let none: [&str; 0] = [];
            assert_eq!(read_through(sql, &plan(&connection, sql)), none, "{name}");
        }
        *(if path.is_dir() {
            &mut in_files
        } else {
            &mut in_code
        }) += statements.len();
    }
    assert!(
        in_code >= 20 && in_files >= 30,
        "{in_code} statements in code, {in_files} in files"
    );
}

/// A database with what an import makes for its lines before it takes the write lock.
fn staging(site: &Site) -> Connection {
    let connection = Connection::open(site.path("infomat.db")).unwrap();
    let import = files(&store().join("import"));
    let text = |wanted: &str| &import.iter().find(|(name, _)| name == wanted).unwrap().1;
    connection.execute_batch(text("stage")).unwrap();
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_temp_schema WHERE type = 'table' AND name LIKE 'staged%'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for table in tables {
        let index = format!("CREATE INDEX temp.{table}_by_key ON {table} (key, line)");
        connection.execute_batch(&index).unwrap();
    }
    connection.execute_batch(text("find_known")).unwrap();
    connection
}

/// Whether what a line of a plan reads through is read once: no loop is around it, and no subquery that is run for each row.
/// An index that is made for the query is made once.
fn is_run_once(step: &Step, plan: &[Step]) -> bool {
    let is_loop = |other: &Step| other.detail.starts_with("SCAN ") || other.detail.starts_with("SEARCH ");
    let mut before = plan.iter().take_while(|other| other.id != step.id);
    let is_inner = before.any(|other| other.parent == step.parent && is_loop(other));
    let parent = |step: &Step| plan.iter().find(|other| other.id == step.parent);
    let mut around = iter::successors(parent(step), |step| parent(step));
    let is_made = step.detail.contains(" AUTOMATIC ");
    is_made || !is_inner && !around.any(|around| around.detail.starts_with("CORRELATED "))
}

/// Each statement of a text.
fn statements(connection: &Connection, text: &str) -> Vec<String> {
    let mut batch = Batch::new(connection, text);
    let mut statements = Vec::new();
    while let Some(statement) = batch.next().unwrap() {
        statements.push(statement.expanded_sql().unwrap());
    }
    statements
}

/// Goal: while an import holds the write lock, and bookings wait, it reads its own lines once and finds everything else by
/// an index.
#[test]
fn under_the_write_lock_an_import_reads_through_its_own_lines_alone() {
    let site = Site::new("");
    let connection = staging(&site);
    let (making, under_the_lock): (Vec<_>, Vec<_>) =
        files(&store().join("import")).into_iter().partition(|(name, _)| {
            ["stage", "match_times", "find_known", "find_overlaps", "clear"].contains(&&**name)
        });
    // Views are made there, whose aliases show in plans.
    let views: String = making.into_iter().map(|(_, text)| text).collect();
    let mut count = 0;
    let mut exceptions = Vec::new();
    for (name, text) in under_the_lock {
        for statement in statements(&connection, &text) {
            let plan = plan(&connection, &statement);
            let named = format!("{statement}\n{views}");
            for step in &plan {
                match scanned(&step.detail).filter(|scanned| !is_small(&named, scanned)) {
                    Some(own)
                        if OWN
                            .iter()
                            .any(|own_table| table(&named, own).starts_with(own_table)) =>
                    {
                        assert!(
                            is_run_once(step, &plan),
                            "{name}: again and again: {}",
                            step.detail
                        );
                    }
                    Some(other) => exceptions.push((name.clone(), table(&named, other).to_owned())),
                    None => {}
                }
            }
            count += 1;
        }
    }
    assert!(count >= 20, "{count} statements");
    exceptions.sort();
    let counted = exceptions.chunk_by(|one, other| one == other);
    let counted: Vec<_> = counted
        .map(|same| (&*same[0].0, &*same[0].1, same.len()))
        .collect();
    assert_eq!(counted, READ_BY_IMPORT);
}

/// Goal: nor does what SQLite asks by itself when a row goes: whether another names it.
#[test]
fn columns_that_name_rows_have_an_index() {
    let site = Site::new("");
    let connection = Connection::open(site.path("infomat.db")).unwrap();
    let without: Vec<(String, String)> = connection
        .prepare(
            "SELECT t.name, f.\"from\" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
             WHERE t.type = 'table'
               AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) c
                               WHERE c.name = f.\"from\" AND c.type = 'INTEGER'
                                 AND c.pk = (SELECT total(i.pk) FROM pragma_table_info(t.name) i))
               AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) i, pragma_index_info(i.name) c
                               WHERE c.seqno = 0 AND c.name = f.\"from\"
                                 AND (i.partial = 0
                                      OR (SELECT sql FROM sqlite_schema WHERE name = i.name)
                                         LIKE '% WHERE ' || f.\"from\" || ' IS NOT NULL%'))
             ORDER BY t.rowid, f.id DESC",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let allowed = WITHOUT_INDEX.map(|(table, column)| (table.to_owned(), column.to_owned()));
    assert_eq!(without, allowed);
}

/// Goal: the tests above can fail. Method: statements that do what they forbid, and one that does not.
#[test]
fn a_scan_is_seen() {
    let site = Site::new("");
    let connection = Connection::open(site.path("infomat.db")).unwrap();
    let reads_through = |sql: &str| !read_through(sql, &plan(&connection, sql)).is_empty();
    assert!(reads_through("SELECT count(*) FROM visit WHERE login = :login"));
    assert!(reads_through(
        "SELECT v.id FROM lpu l, visit v WHERE v.login = l.name"
    ));
    assert!(reads_through("SELECT s.id FROM slot s WHERE s.begin_at > :from"));
    assert!(reads_through("UPDATE slot SET room = '' WHERE begin_at > :from"));
    assert!(!reads_through("SELECT s.id FROM slot s WHERE s.guid = :guid"));
    assert!(!reads_through("SELECT name FROM lpu"));

    let staged = staging(&site);
    let runs_once = |sql: &str| {
        let plan = plan(&staged, sql);
        let step = plan.iter().find(|step| scanned(&step.detail) == Some("s"));
        is_run_once(step.unwrap(), &plan)
    };
    assert!(runs_once(
        "SELECT s.key FROM temp.staged_slot s CROSS JOIN main.slot c ON c.guid = s.key"
    ));
    assert!(!runs_once(
        "SELECT s.key FROM main.lpu l CROSS JOIN temp.staged_slot s ON s.room <> l.name"
    ));
    assert!(!runs_once(
        "SELECT name FROM lpu l WHERE EXISTS (SELECT 1 FROM temp.staged_slot s WHERE s.room <> l.name)"
    ));
}
