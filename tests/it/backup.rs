//! Goal: a backup beside a serving server is whole and right, no booking waits for it, and nothing that goes wrong leaves a
//! half file or takes a good one away. Method: the real binary; the copies are read with SQLite.

use crate::clinic::{self, Ask, guid};
use crate::harness::{KEY, Site, claims, in_english, sign};
use crate::tickets::{LPU, OTHER, PATIENT, THERAPIST, lines, ticket_guid};
use rusqlite::Connection;
use serde_json::json;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const CELL: u32 = 100;

/// Makes the database larger by so many kilobytes, so that copying it takes a while.
pub fn filling(kilobytes: u32) -> String {
    format!(
        "INSERT INTO lpu (guid, name, is_children, model)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {kilobytes})
         SELECT randomblob(16), hex(randomblob(480)), 0, '{{}}' FROM n"
    )
}

fn site(more: &str) -> Site {
    let site = Site::new(more);
    let mut all = lines();
    let cell = clinic::slot(CELL, THERAPIST, 1, "08:00");
    all.push(clinic::with(cell, &json!({"planCount": 10_000})));
    site.import(&all);
    site
}

fn all(output: &Output) -> String {
    [&*output.stdout, &*output.stderr]
        .map(String::from_utf8_lossy)
        .concat()
}

fn backed_up_at(path: &Path) -> Option<i64> {
    let database = Connection::open(path).unwrap();
    let mut statement = database
        .prepare("SELECT at FROM upkeep WHERE what = 'backed up'")
        .unwrap();
    let mut rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.next().map(Result::unwrap)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_in_the_midst_of_bookings_is_whole_and_holds_nobody_up() {
    let site = site(clinic::RULES_OFF);
    Connection::open(site.path("infomat.db"))
        .unwrap()
        .execute_batch(&filling(40_000))
        .unwrap();
    let server = site.serve();
    let mut client = server.client();
    let before: Vec<_> = (0..20)
        .map(|_| ticket_guid(&Ask::new(LPU, PATIENT, CELL).book(&mut client)))
        .collect();
    let ends = AtomicBool::new(false);
    let token = sign(&claims(&guid(LPU), &guid(OTHER), "Infomat"), KEY);
    let (booked, slowest, said) = thread::scope(|scope| {
        let books = scope.spawn(|| {
            let ask = Ask::new(LPU, OTHER, CELL).authorized(&format!("Bearer {token}"));
            let mut client = server.client();
            let (mut booked, mut slowest) = (0, Duration::ZERO);
            while !ends.load(Ordering::Relaxed) {
                let began = Instant::now();
                ask.book(&mut client);
                slowest = slowest.max(began.elapsed());
                booked += 1;
            }
            (booked, slowest)
        });
        let output = site.run(&["backup", site.path("copy.db").to_str().unwrap()], "");
        ends.store(true, Ordering::Relaxed);
        let (booked, slowest) = books.join().unwrap();
        assert!(output.status.success(), "{}", all(&output));
        (booked, slowest, all(&output))
    });
    println!("{booked} bookings during the backup, slowest {slowest:?}");
    assert!(booked > 20, "{booked} bookings, slowest {slowest:?}");
    assert!(said.contains("copy.db: ") && said.contains("checked"), "{said}");

    let copy = site.path("copy.db");
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read(&copy).unwrap()[18..20], [1, 1], "one file without a log");
    let of_copy = names(copy.parent().unwrap())
        .into_iter()
        .filter(|name| name.starts_with("copy"));
    assert_eq!(of_copy.collect::<Vec<_>>(), ["copy.db"]);
    let database = Connection::open(&copy).unwrap();
    for ticket in &before {
        let sql = format!(
            "SELECT count(*) FROM visit WHERE guid = x'{}'",
            ticket.replace('-', "")
        );
        let count: i64 = database.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 1, "{ticket} was acknowledged before the backup began");
    }
    let at = backed_up_at(&copy);
    assert!(at.is_some());
    assert_eq!(
        backed_up_at(&site.path("infomat.db")),
        at,
        "the copy and the database know of it"
    );
    let verified = site.run(&["verify", copy.to_str().unwrap()], "");
    assert!(verified.status.success(), "{}", all(&verified));
    // Once more where a kill has left a draft.
    fs::write(site.path("next.db.new"), vec![1; 100_000]).unwrap();
    site.run_well(&["backup", site.path("next.db").to_str().unwrap()], "");
    assert!(!site.path("next.db.new").exists());
}

#[test]
fn a_file_that_is_there_is_not_touched_and_one_backup_is_made_at_a_time() {
    let site = site("");
    fs::write(site.path("there.db"), "dear").unwrap();
    for name in ["there.db", "infomat.db"] {
        let refused = site.run(&["backup", site.path(name).to_str().unwrap()], "");
        assert_eq!(refused.status.code(), Some(1));
        assert!(all(&refused).contains("is there already"), "{}", all(&refused));
    }
    assert_eq!(fs::read_to_string(site.path("there.db")).unwrap(), "dear");
    let lock = File::create(site.path("infomat.db.backup-lock")).unwrap();
    lock.lock().unwrap();
    let refused = site.run(&["backup"], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(all(&refused).contains("another backup"), "{}", all(&refused));
    drop(lock);
    site.run_well(&["backup"], "");
}

#[test]
fn the_folder_keeps_young_backups_and_the_newest() {
    let site = site("[backup]\nfolder = 'copies'\nkeep_days = 2\nkeep = 3\n");
    let copies = site.path("copies");
    fs::create_dir(&copies).unwrap();
    let old = ["01", "02", "03"].map(|day| format!("infomat-2026-01-{day}T03-00-00.db"));
    for name in &old {
        fs::write(copies.join(name), "old").unwrap();
    }
    let foreign = ["notes.txt", "infomat-2026-01-01.db"];
    for name in foreign {
        fs::write(copies.join(name), "not ours").unwrap();
    }
    fs::write(copies.join("infomat-2026-01-04T03-00-00.db.new"), "half").unwrap();
    let said = site.run_well(&["backup"], "");
    assert!(
        said.contains(&format!("removed {}", copies.join(&old[0]).display())),
        "{said}"
    );
    let left = names(&copies);
    assert_eq!(left.len(), 5, "{left:?}");
    for name in foreign.iter().copied().chain([&*old[1], &*old[2]]) {
        assert!(left.iter().any(|left| left == name), "{name} is not in {left:?}");
    }
    let made = left
        .iter()
        .find(|name| !old.contains(name) && !foreign.contains(&name.as_str()))
        .unwrap();
    site.run_well(&["verify", copies.join(made).to_str().unwrap()], "");
}

/// Something that goes wrong, with the backup that is tried then.
type Break<'a> = &'a dyn Fn(&Site) -> Output;

/// Each of these leaves the folder as it was, and the note of the last good backup.
#[test]
fn what_fails_leaves_no_half_file_and_removes_nothing() {
    let breaks: [(&str, Break); 3] = [
        ("an invariant", &|site| {
            let database = Connection::open(site.path("infomat.db")).unwrap();
            database
                .execute_batch("UPDATE slot SET used_count = used_count + 1")
                .unwrap();
            drop(database);
            site.run(&["backup"], "")
        }),
        ("a page", &|site| {
            let database = Connection::open(site.path("infomat.db")).unwrap();
            let page: u32 = database
                .query_row(
                    "SELECT rootpage FROM sqlite_schema WHERE name = 'patient'",
                    [],
                    |row| row.get(0),
                )
                .unwrap();
            database.execute_batch("PRAGMA journal_mode = DELETE").unwrap();
            drop(database);
            let mut bytes = fs::read(site.path("infomat.db")).unwrap();
            let at = (usize::try_from(page).unwrap() - 1) * 1024;
            bytes[at..at + 1024].fill(0x5a);
            fs::write(site.path("infomat.db"), bytes).unwrap();
            site.run(&["backup"], "")
        }),
        ("a full disk", &|site| {
            let limited = "trap '' XFSZ; ulimit -f 40; exec \"$0\" \"$@\"";
            in_english("bash")
                .args(["-c", limited, env!("CARGO_BIN_EXE_infomat"), "backup", "--config"])
                .arg(site.path("infomat.toml"))
                .output()
                .unwrap()
        }),
    ];
    for (what, break_it) in breaks {
        let site = site("[backup]\nfolder = 'copies'\nkeep_days = 1\nkeep = 1\n");
        Connection::open(site.path("infomat.db"))
            .unwrap()
            .execute_batch("INSERT INTO upkeep (what, at) VALUES ('backed up', 7)")
            .unwrap();
        fs::create_dir(site.path("copies")).unwrap();
        fs::write(
            site.path("copies/infomat-2026-01-01T03-00-00.db"),
            "the last good one",
        )
        .unwrap();
        let output = break_it(&site);
        assert_eq!(output.status.code(), Some(1), "{what}: {}", all(&output));
        assert!(
            all(&output).contains("no backup was made"),
            "{what}: {}",
            all(&output)
        );
        assert_eq!(
            names(&site.path("copies")),
            ["infomat-2026-01-01T03-00-00.db"],
            "{what}"
        );
        assert_eq!(backed_up_at(&site.path("infomat.db")), Some(7), "{what}");
    }
}

/// Goal: a good copy is not called none because the database cannot note it. Method: another program holds the write lock.
#[test]
fn a_backup_that_cannot_be_noted_is_one() {
    let site = site("");
    let database = Connection::open(site.path("infomat.db")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let output = site.run(&["backup"], "");
    assert!(output.status.success(), "{}", all(&output));
    assert!(all(&output).contains("could not note it"), "{}", all(&output));
    assert_eq!(names(&site.path("backups")).len(), 1);
    database.execute_batch("ROLLBACK").unwrap();
    assert_eq!(backed_up_at(&site.path("infomat.db")), None);
}
