//! Goal: two of everything beside a server under load change nothing of what its clients are promised: imports, backups, checks,
//! purges, exchanges with the centre, further servers. Method: the crowd of [`super`], its reception among it; beside it, two of
//! each program over and over, until the server is killed; then the same comparison of record and file. And files of every older
//! version, at which two servers and an import meet.

use super::call::{self, Call, settle};
use super::check;
use super::client::{self, Crowd};
use super::file::File;
use super::town::Town;
use crate::clinic::{self, Ask};
use crate::exchange::{carried, peer};
use crate::harness::{PATIENCE, Site, started, tried};
use crate::schema::{OLDER, older_site};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// Worlds, unless `INFOMAT_BESIDE_WORLDS` says how many.
const WORLDS: u64 = 1;
/// Calls of a world, at least.
const CALLS: usize = 1_000;
/// Runs of each program, at least.
const RUNS_MIN: usize = 4;

/// A program beside the server: its name, its arguments, and the words with which it may refuse.
type Program = (&'static str, &'static [&'static str], Option<&'static str>);

/// There is one backup at a time, and one server at all.
const PROGRAMS: [Program; 6] = [
    ("import", &["import", "-"], None),
    (
        "backup",
        &["backup"],
        Some("another backup of this database is being made"),
    ),
    ("verify", &["verify"], None),
    ("purge", &["purge", "--older-than", "30"], None),
    // The centre of the tests takes one connection at a time.
    (
        "exchange",
        &["exchange", "--patience", "2"],
        Some("cannot be reached"),
    ),
    ("serve", &["serve"], Some("another server has the database")),
];

/// How often a program ended well, and how often it refused.
type Runs = (usize, usize);

/// Runs a program until it is enough. Whatever ends otherwise is a finding.
fn over_and_over(
    town: &Town,
    (name, arguments, words): Program,
    copy: &str,
    is_enough: &AtomicBool,
    findings: &Mutex<Vec<String>>,
) -> Runs {
    let lines: Vec<_> = town.lines.iter().map(Value::to_string).collect();
    let (lines, copy) = (lines.join("\n"), town.site.path(copy));
    let (mut well, mut refused) = (0, 0);
    while !is_enough.load(Ordering::Relaxed) || well + refused < RUNS_MIN {
        let mut arguments = arguments.to_vec();
        if name == "backup" {
            let _ = fs::remove_file(&copy);
            arguments.push(copy.to_str().unwrap());
        }
        let output = town
            .site
            .run(&arguments, if name == "import" { &lines } else { "" });
        let said = [&output.stdout[..], &output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        if output.status.success() && name != "serve" {
            well += 1;
        } else if words.is_some_and(|words| said.contains(words)) && !output.status.success() {
            refused += 1;
        } else {
            findings
                .lock()
                .unwrap()
                .push(format!("{name}: {:?}, {said}", output.status.code()));
            break;
        }
        if name == "backup" && output.status.success() {
            findings.lock().unwrap().extend(bad_copy(&copy));
        }
    }
    (well, refused)
}

/// What is wrong with a backup: it is whole, and no cell has more visits than places.
fn bad_copy(copy: &std::path::Path) -> Option<String> {
    let database = Connection::open(copy).unwrap();
    let whole: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    let full = "SELECT count(*) FROM slot s WHERE s.plan_count <
                (SELECT count(*) FROM visit v WHERE v.slot_id = s.id AND v.status = 'active')";
    let full: i64 = database.query_row(full, [], |row| row.get(0)).unwrap();
    (whole != "ok" || full > 0).then(|| format!("backup: {whole}, {full} cells have too many"))
}

fn add(runs: &mut BTreeMap<&'static str, Runs>, name: &'static str, (well, refused): Runs) {
    let sum = runs.entry(name).or_default();
    (sum.0, sum.1) = (sum.0 + well, sum.1 + refused);
}

/// Plays a world. Returns its record, the runs of each program, and what is wrong.
fn play(seed: u64) -> (Town, Vec<Call>, BTreeMap<&'static str, Runs>, Vec<String>) {
    let town = Town::build();
    let secret = town.site.path("centre.secret");
    fs::write(&secret, format!("{}\n", peer::SECRET)).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let office = carried::office();
    let centre = carried::listening(&office);
    peer::configure(&town.site, &centre.url(), "");
    let server = town.site.serve();
    let crowd = Crowd::of(&town, &server, seed, Instant::now());
    let (record, made) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let (findings, runs, is_enough) = (
        Mutex::default(),
        Mutex::new(BTreeMap::new()),
        AtomicBool::new(false),
    );
    thread::scope(|scope| {
        for number in 0..client::CLIENTS {
            let (crowd, record, made) = (&crowd, &record, &made);
            scope.spawn(move || record.lock().unwrap().extend(crowd.play(number, &[], made)));
        }
        let programs: Vec<_> = PROGRAMS
            .iter()
            .flat_map(|program| [(program, 1), (program, 2)])
            .map(|(program, which)| {
                let (town, is_enough, findings, runs) = (&town, &is_enough, &findings, &runs);
                scope.spawn(move || {
                    let copy = format!("copy-{which}.db");
                    let count = over_and_over(town, *program, &copy, is_enough, findings);
                    add(&mut runs.lock().unwrap(), program.0, count);
                })
            })
            .collect();
        let alive = Instant::now();
        while made.load(Ordering::Relaxed) < CALLS {
            assert!(alive.elapsed() < 5 * PATIENCE, "seed {seed}: nobody is answered");
            thread::sleep(std::time::Duration::from_millis(1));
        }
        is_enough.store(true, Ordering::Relaxed);
        for program in programs {
            program.join().unwrap();
        }
        server.pull_the_plug();
    });
    drop(server);
    let file = File::read(&town.site);
    let mut calls = record.into_inner().unwrap();
    settle(&mut calls, &[], &file);
    calls.sort_by_key(|call| call.begin);
    let mut findings = findings.into_inner().unwrap();
    findings.extend(check::file(&calls, &file));
    findings.extend(check::verified(&town.site));
    findings.extend(check::record(&calls));
    (town, calls, runs.into_inner().unwrap(), findings)
}

#[test]
fn two_of_everything_beside_a_server_change_nothing() {
    let worlds = env::var("INFOMAT_BESIDE_WORLDS").map_or(WORLDS, |given| given.parse().unwrap());
    let (mut all, mut calls, mut seen) = (BTreeMap::new(), BTreeMap::<String, usize>::new(), 0);
    for seed in 1..=worlds {
        let (town, record, runs, findings) = play(seed);
        assert!(findings.is_empty(), "seed {seed}: {findings:#?}");
        for (name, count) in runs {
            add(&mut all, name, count);
        }
        for (kind, count) in call::counted(&record) {
            *calls.entry(kind).or_default() += count;
        }
        // The control: another program takes out a visit that a client was promised.
        let database = Connection::open(town.site.path("infomat.db")).unwrap();
        let visit = "(SELECT max(id) FROM visit WHERE status = 'active')";
        let taken = format!(
            "PRAGMA foreign_keys = OFF; DELETE FROM visit_history WHERE visit_id = {visit}; DELETE FROM visit WHERE id = {visit}"
        );
        database.execute_batch(&taken).unwrap();
        drop(database);
        seen += u32::from(!check::file(&record, &File::read(&town.site)).is_empty());
    }
    assert_eq!(u64::from(seen), worlds, "a visit that is gone is not seen");
    let done = |ending: &str| -> usize {
        let kinds = calls.iter().filter(|(kind, _)| kind.ends_with(ending));
        kinds.map(|(_, count)| count).sum()
    };
    let runs = all.iter().map(|(name, (well, refused))| match refused {
        0 => format!("{well} of {name}"),
        _ => format!("{well} of {name} and {refused} refused"),
    });
    let runs: Vec<_> = runs.collect();
    tried(
        "runs of programs beside the server, two of each at a time, while eight clients fight for 18 places",
        all.values().map(|(well, refused)| well + refused).sum(),
        &format!(
            "{}; {} calls done, {} refused: record and file agree, every backup is whole, every second server is refused",
            runs.join(", "),
            done(" done"),
            done(" refused")
        ),
        "a visit that another program takes out is missed",
    );
}

/// A file of each older version is brought up by whichever program comes first; then clients book.
#[test]
fn an_upgrade_in_the_middle_of_the_day_loses_nothing_and_keeps_one_server() {
    let mut booked = 0;
    for (number, schema) in (1..).zip(OLDER) {
        let site = older_site(number, schema);
        let lines: Vec<_> = clinic::small().iter().map(Value::to_string).collect();
        let roomy = clinic::with(clinic::slot(3, 2, 1, "10:00"), &json!({"planCount": 1_000}));
        let lines = format!("{}\n{roomy}", lines.join("\n"));
        site.configure(clinic::RULES_OFF);
        let servers: Vec<_> = thread::scope(|scope| {
            let started =
                [(); 2].map(|()| scope.spawn(|| started(&mut site.command(&["serve"]), Stdio::null())));
            for arguments in [&["believe-clock"][..], &["import", "-"], &["verify"]] {
                let output = site.run(arguments, if arguments[0] == "import" { &lines } else { "" });
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(output.status.success(), "version {number}, {arguments:?}: {said}");
            }
            started.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let servers: Vec<_> = servers.into_iter().flatten().collect();
        assert_eq!(
            servers.len(),
            1,
            "version {number}: one of two servers has the file"
        );
        booked += booked_by_all(&site, &servers[0]);
        site.run_well(&["verify"], "");
        let kept = Connection::open(site.path("infomat.db")).unwrap();
        let old: i64 = kept
            .query_row("SELECT count(*) FROM lpu WHERE name = 'Старая'", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(old, 1);
    }
    tried(
        "files of older versions at which two servers, an import and another command meet, and a check after them",
        OLDER.len(),
        &format!(
            "each is brought up once, one server of two serves, {booked} bookings of eight clients are kept; `verify` clean"
        ),
        "the second server is refused each time",
    );
}

/// Eight clients book; how often. All of it is in the file.
fn booked_by_all(site: &Site, server: &crate::harness::Server) -> usize {
    const EACH: usize = 10;
    thread::scope(|scope| {
        for _ in 0..client::CLIENTS {
            scope.spawn(|| {
                let mut client = server.client();
                (0..EACH).for_each(|_| drop(Ask::new(1, 4, 3).book(&mut client)));
            });
        }
    });
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let kept: i64 = database
        .query_row("SELECT count(*) FROM visit", [], |row| row.get(0))
        .unwrap();
    assert_eq!(usize::try_from(kept).unwrap(), EACH * client::CLIENTS);
    EACH * client::CLIENTS
}
