//! Goal: after the box has died, its database is made anew from the standby folder: each booking that was flushed there is back with its
//! GUID and number, and the next one is taken. Method: the real binary follows a server that books; the files of the folder are cut,
//! spoilt and mixed; what is made of them is compared with what was there.

use crate::clinic::{self, Ask, guid};
use crate::harness::{Beside, Site, wait_until};
use crate::tickets::ticket_guid;
use rusqlite::Connection;
use rustix::process::Signal;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const CELLS: u32 = 12;

/// A clinic of one doctor with free cells and as many patients, whose standby is this folder.
fn clinic(folder: &TempDir) -> Site {
    let site = blank(folder);
    let mut lines = clinic::small();
    for n in 1..CELLS {
        lines.push(clinic::slot(100 + n, 2, 1, &format!("{:02}:00", 10 + n)));
        lines.push(clinic::patient(200 + n, 1));
    }
    site.import(&lines);
    site
}

/// A box on which nothing is yet but this configuration.
fn blank(folder: &TempDir) -> Site {
    Site::new(&format!(
        "[standby]\nfolder = \"{}\"\n",
        folder.path().to_str().unwrap()
    ))
}

/// Who books in the `n`-th cell.
fn ask(n: u32) -> Ask {
    match n {
        0 => Ask::new(1, 4, 3),
        n => Ask::new(1, 200 + n, 100 + n),
    }
}

/// The visits with their numbers and states, as the file has them.
fn visits(site: &Site) -> BTreeSet<(String, i64, String)> {
    let database = Connection::open(site.path("infomat.db")).unwrap();
    let mut visits = database
        .prepare("SELECT hex(guid), num, status FROM visit")
        .unwrap();
    let rows = visits.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

/// The files of the folder with this ending, in their order.
fn files(folder: &TempDir, ending: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder.path()).unwrap();
    let paths = paths.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.to_str().unwrap().ends_with(ending))
        .collect();
    paths.sort();
    paths
}

/// Runs `infomat restore`; status and what it said.
fn restored(site: &Site, arguments: &[&str]) -> (Option<i32>, String) {
    let mut told = (None, String::new());
    // A replaced database is kept under the second of its end.
    wait_until("another second has begun", || {
        let output = site.run(&[&["restore"], arguments].concat(), "");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        told = (output.status.code(), said);
        !told.1.contains("is there already: try again")
    });
    told
}

fn restore(site: &Site, from: &Path) -> (Option<i32>, String) {
    restored(site, &["--from", from.to_str().unwrap()])
}

/// How many whole lines the tails have.
fn tail_lines(folder: &TempDir) -> usize {
    let tails = files(folder, ".ndjson");
    tails
        .iter()
        .map(|tail| fs::read_to_string(tail).unwrap().matches('\n').count())
        .sum()
}

#[test]
fn a_dead_box_goes_on_from_its_standby() {
    let folder = TempDir::new().unwrap();
    let site = clinic(&folder);
    let server = site.serve();
    let mut client = server.client();
    let first = ask(0).book(&mut client);
    let mut following = Beside::start(&mut site.command(&["exchange", "--follow"]));
    wait_until("there is a base", || files(&folder, ".db").len() == 1);
    for n in 1..5 {
        ask(n).book(&mut client);
    }
    let path = format!("/api/v2/visit/{}/{}", guid(1), ticket_guid(&first));
    let bearer = format!("Bearer {}", token(4));
    let cancelled = client.ask("DELETE", &path, &[("Authorization", &bearer)], b"");
    assert_eq!(cancelled.status, 200, "{}", cancelled.json());
    wait_until("the standby has heard of all", || tail_lines(&folder) == 5);
    // The box dies: neither the server nor the standby ends anything.
    server.pull_the_plug();
    following.end(Signal::KILL);
    let before = visits(&site);
    assert_eq!(before.len(), 5);

    let other = blank(&folder);
    fs::remove_file(other.path("infomat.db")).unwrap();
    let (status, said) = restore(&other, folder.path());
    assert_eq!(status, Some(0), "{said}");
    assert!(
        said.contains("Records brought back from the standby: 5"),
        "{said}"
    );
    assert_eq!(visits(&other), before);
    other.run_well(&["verify"], "");
    let server = other.serve();
    let mut client = server.client();
    // The place that was cancelled is free, and a number on paper that nobody heard of is not printed again.
    let next = ask(0).book(&mut client);
    assert_eq!(next["num"], "101");
    assert_eq!(Ask::new(1, 205, 101).send(&mut client).status, 400, "it is taken");
    // The new life has files of its own beside those of the old one.
    let said = other.run_well(&["exchange"], "");
    assert!(said.contains("the standby"), "{said}");
    assert_eq!(files(&folder, ".db").len(), 2);
    let again = blank(&folder);
    fs::remove_file(again.path("infomat.db")).unwrap();
    let (status, said) = restore(&again, folder.path());
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(visits(&again), visits(&other));
    again.run_well(&["verify"], "");
}

fn token(patient: u32) -> String {
    let claims = crate::harness::claims(&guid(1), &guid(patient), "Infomat");
    crate::harness::sign(&claims, crate::harness::KEY)
}

/// A base is renewed after an import, and its life's older files go then; the tail goes on where it was left or cut.
#[test]
fn the_standby_is_renewed_and_goes_on_where_it_was_cut() {
    let folder = TempDir::new().unwrap();
    let site = clinic(&folder);
    let server = site.serve();
    let mut client = server.client();
    let known = || {
        let said = site.run_well(&["exchange"], "");
        let (_, seq) = said.trim().rsplit_once(' ').unwrap();
        seq.parse::<usize>().unwrap()
    };
    let journal = || site.run_well(&["journal"], "").lines().count();
    assert_eq!(known(), journal());
    let base = files(&folder, ".db");
    ask(1).book(&mut client);
    assert_eq!(known(), journal());
    ask(2).book(&mut client);
    assert_eq!(known(), journal());
    assert_eq!(files(&folder, ".db"), base, "the same base");
    let tail = files(&folder, ".ndjson").remove(0);
    let whole = fs::read(&tail).unwrap();
    // Cut in the middle of a line, and in the middle of the file.
    for cut in [whole.len() - 7, 3] {
        fs::write(&tail, &whole[..cut]).unwrap();
        assert_eq!(known(), journal());
        assert_eq!(fs::read(&tail).unwrap(), whole);
    }
    site.import(&[clinic::slot(900, 2, 2, "10:00")]);
    known();
    let renewed = files(&folder, ".db");
    assert_eq!((renewed.len(), files(&folder, ".ndjson").len()), (1, 1));
    assert_ne!(renewed, base);
    let checked = site.run(&["check"], "");
    let checked = String::from_utf8(checked.stdout).unwrap();
    assert!(
        checked.contains("the standby knows the journal up to record"),
        "{checked}"
    );
}

/// A backup is older than the standby: what happened since comes back with it.
#[test]
fn a_backup_gets_from_the_standby_what_it_lacks() {
    let folder = TempDir::new().unwrap();
    let site = clinic(&folder);
    let backup = site.path("copy.db");
    let backup = backup.to_str().unwrap();
    let server = site.serve();
    ask(0).book(&mut server.client());
    site.run_well(&["backup", backup], "");
    ask(1).book(&mut server.client());
    site.run_well(&["exchange"], "");
    ask(2).book(&mut server.client());
    site.run_well(&["exchange"], "");
    let before = visits(&site);
    drop(server);
    let (_, said) = restored(&site, &[backup]);
    assert!(
        said.contains(
            "Visits that the backup lacks (call these patients: their tickets do not hold any more): 0"
        ),
        "{said}"
    );
    assert_eq!(visits(&site), before);
    site.run_well(&["verify"], "");
    ask(3).book(&mut site.serve().client());
    // Where the folder is away, a person decides.
    let away = folder.path().with_extension("away");
    fs::rename(folder.path(), &away).unwrap();
    let (status, said) = restored(&site, &[backup]);
    assert!(status == Some(0) && said.contains("--book-on"), "{said}");
    let server = site.serve();
    assert_eq!(ask(5).send(&mut server.client()).status, 503);
    site.run_well(&["restore", "--book-on"], "");
    ask(5).book(&mut server.client());
    fs::rename(&away, folder.path()).unwrap();
}

#[test]
fn a_folder_that_is_no_standby_or_is_spoilt_is_told() {
    let folder = TempDir::new().unwrap();
    let site = clinic(&folder);
    let before = fs::read(site.path("infomat.db")).unwrap();
    let (status, said) = restore(&site, &folder.path().join("nowhere"));
    assert!(
        status == Some(1) && said.contains("nothing was changed"),
        "{said}"
    );
    let (status, said) = restore(&site, folder.path());
    assert!(
        status == Some(1) && said.contains("there is no file base-"),
        "{said}"
    );
    // A folder that is something else is not read for ever.
    let crowded = TempDir::new().unwrap();
    for number in 0..=10_000 {
        fs::write(crowded.path().join(number.to_string()), "").unwrap();
    }
    let (status, said) = restore(&site, crowded.path());
    assert!(
        status == Some(1) && said.contains("more than 10000 files"),
        "{said}"
    );
    assert_eq!(fs::read(site.path("infomat.db")).unwrap(), before);

    let server = site.serve();
    site.run_well(&["exchange"], "");
    for n in 0..3 {
        ask(n).book(&mut server.client());
    }
    site.run_well(&["exchange"], "");
    drop(server);
    // A line that was changed: what stands before it is brought back, and the rest is told to be missing.
    let tail = files(&folder, ".ndjson").remove(0);
    let lines = fs::read_to_string(&tail).unwrap();
    let spoilt: Vec<String> = lines
        .lines()
        .enumerate()
        .map(|(number, line)| {
            if number == 1 {
                line.replacen("\"at\":", "\"at\":1", 1)
            } else {
                line.to_owned()
            }
        })
        .collect();
    fs::write(&tail, spoilt.join("\n") + "\n").unwrap();
    let other = blank(&folder);
    let (status, said) = restore(&other, folder.path());
    assert!(
        status == Some(3) && said.contains("line 2 and those behind it are damaged"),
        "{said}"
    );
    assert_eq!(visits(&other).len(), 1);
    other.run_well(&["verify"], "");
    fs::write(&tail, lines).unwrap();

    // A base that is cut changes nothing.
    let base = files(&folder, ".db").remove(0);
    let whole = fs::read(&base).unwrap();
    fs::write(&base, &whole[..whole.len() / 2]).unwrap();
    let kept = fs::read(other.path("infomat.db")).unwrap();
    let (status, said) = restore(&other, folder.path());
    assert!(
        status == Some(1) && said.contains("nothing was changed"),
        "{said}"
    );
    assert_eq!(fs::read(other.path("infomat.db")).unwrap(), kept);
    fs::write(&base, whole).unwrap();

    // Two clinics in one folder: a person names the base.
    let stranger = clinic(&folder);
    stranger.run_well(&["exchange"], "");
    let (status, said) = restore(&other, folder.path());
    assert!(status == Some(1) && said.contains("of different lives"), "{said}");
    let (status, said) = restore(&other, &base);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(visits(&other).len(), 3);
    let _: Vec<Value> = serde_json::from_str(&other.run_well(&["issues", "--format", "json"], "")).unwrap();
}
