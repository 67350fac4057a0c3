//! Goal: a full disk loses nothing, is told in plain words, and needs no restart once there is room again. Method: the site lies
//! on a small tmpfs of its own, in namespaces of its own (unshare, nsenter, mount), so that no right of this machine's is
//! needed; a ballast fills it while clients book on the real binary.

use crate::clinic::{self, Ask, guid};
use crate::harness::{Answer, Client, PATIENCE, Site, in_english, lacks};
use rusqlite::Connection;
use serde_json::json;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// More bookings than the disk's last room can hold.
const BOOKINGS_MAX: usize = 10_000;
/// Cells, of ten thousand places each.
const CELLS: u32 = 4;

/// A tmpfs of so many MiB over a site's folder, with a copy of what was there; seen only from its own namespaces.
pub struct SmallDisk<'a> {
    site: &'a Site,
    holder: Child,
}

/// Keeps the namespaces as long as its standard input is open. `$1` is the folder, `$2` the size.
const HOLD: &str = "cp -a \"$1\" \"$1.copy\" && mount -t tmpfs -o size=\"$2\" tmpfs \"$1\" \
                    && cp -a \"$1.copy/.\" \"$1\" && rm -r \"$1.copy\" && echo ready && exec cat";

/// Tries whether a process may have namespaces and a disk of its own.
const TRY: &str = "mount -t tmpfs tmpfs /tmp";

impl SmallDisk<'_> {
    /// Lays it over the site's folder; none, and word of it, where this machine does not let a process do so.
    pub fn over(site: &Site, mebibytes: u32) -> Option<SmallDisk<'_>> {
        let runs = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
        let mut programs = ["unshare", "nsenter"].iter();
        let are_there = programs.all(|program| runs(Command::new(program).arg("--version")));
        if lacks("unshare and nsenter (util-linux)", are_there) {
            return None;
        }
        let may = runs(Command::new("unshare").args(["-rm", "sh", "-c", TRY]));
        if lacks("the right to make namespaces", may) {
            return None;
        }
        let mut holder = Command::new("unshare")
            .args(["-rm", "sh", "-c", HOLD, "sh"])
            .arg(site.path("infomat.db").parent().unwrap())
            .arg(format!("{mebibytes}m"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut word = String::new();
        let stdout = holder.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut word).unwrap();
        assert_eq!(word, "ready\n");
        Some(SmallDisk { site, holder })
    }

    /// The program, or another one, where it sees the disk.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let inner = self.site.command(arguments);
        let mut command = in_english("nsenter");
        command
            .args(["--user", "--mount", "--preserve-credentials", "--target"])
            .arg(self.holder.id().to_string())
            .arg(inner.get_program())
            .args(inner.get_args());
        command
    }

    /// A file of the disk, as it is seen from outside.
    pub fn path(&self, name: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.site.path(name).strip_prefix("/").unwrap())
    }

    /// Fills the disk to its last byte.
    pub fn fill(&self) {
        let mut ballast = File::options()
            .create(true)
            .append(true)
            .open(self.path("ballast"))
            .unwrap();
        for bytes in [1 << 16, 1 << 12, 1] {
            while ballast.write_all(&vec![1; bytes]).is_ok() {}
        }
    }

    /// Makes room again.
    pub fn empty(&self) {
        fs::remove_file(self.path("ballast")).unwrap();
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}

fn site() -> Site {
    let site = Site::new(clinic::RULES_OFF);
    site.import(&[
        clinic::lpu(1),
        clinic::speciality("27"),
        clinic::doctor(2, 1, "27", "Врачова"),
        clinic::patient(4, 1),
    ]);
    let cells: Vec<_> = (0..CELLS)
        .map(|cell| {
            clinic::with(
                clinic::slot(10 + cell, 2, 1 + i64::from(cell), "10:00"),
                &json!({"planCount": 10_000}),
            )
        })
        .collect();
    site.import(&cells);
    site
}

/// The request to book a place, the `n`-th that is asked for.
fn ask(n: usize) -> Ask {
    let cell = u32::try_from(n).unwrap() % CELLS;
    Ask::new(1, 4, 10 + cell).and("fullResponse", "false")
}

/// Books until that is refused; the tickets, and the refusal.
fn book_until_refused(client: &mut Client) -> (Vec<String>, Answer) {
    let mut tickets = Vec::new();
    while tickets.len() < BOOKINGS_MAX {
        let answer = ask(tickets.len()).send(client);
        if answer.status != 200 {
            return (tickets, answer);
        }
        tickets.push(answer.json()["ticketGuid"].as_str().unwrap().to_owned());
    }
    panic!("{BOOKINGS_MAX} bookings found room on a full disk")
}

/// Asks until the answer has this status.
fn ask_until(client: &mut Client, status: u16) -> Answer {
    let start = Instant::now();
    loop {
        let answer = client.ask("GET", "/readyz", &[], b"");
        if answer.status == status {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{}", answer.json());
        thread::sleep(Duration::from_millis(20));
    }
}

/// Every ticket is there, nothing else is, and the file is whole. Looks at a copy, taken while nobody books: SQLite would
/// follow the path to what lies below the disk.
fn examine(disk: &SmallDisk, tickets: &[String]) {
    let folder = TempDir::new().unwrap();
    for name in ["infomat.db", "infomat.db-wal"] {
        fs::copy(disk.path(name), folder.path().join(name)).unwrap();
    }
    let database = Connection::open(folder.path().join("infomat.db")).unwrap();
    let number = |sql: &str| -> i64 { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    let whole: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
    for counted in [
        "count(*) FROM visit",
        "sum(used_count) FROM slot",
        "sum(kind = 'booked') FROM journal",
        "max(seq) - 1 FROM journal",
    ] {
        assert_eq!(
            number(&format!("SELECT {counted}")),
            i64::try_from(tickets.len()).unwrap(),
            "{counted}"
        );
    }
    let mut all = database.prepare("SELECT lower(hex(guid)) FROM visit").unwrap();
    let mut kept: Vec<String> = all
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut expected: Vec<_> = tickets.iter().map(|ticket| ticket.replace('-', "")).collect();
    expected.sort_unstable();
    kept.sort_unstable();
    assert_eq!(kept, expected);
}

/// The disk fills while the server books. With `mebibytes` enough for its stretched log it goes on for a while.
fn fill_and_empty(mebibytes: u32, goes_on: bool) {
    let site = site();
    let Some(disk) = SmallDisk::over(&site, mebibytes) else {
        return;
    };
    let server = site.start(&mut disk.command(&["serve"]));
    let mut client = server.client();
    ask_until(&mut client, 200);
    let first = ask(0).book(&mut client);
    let mut tickets = vec![first["ticketGuid"].as_str().unwrap().to_owned()];
    disk.fill();
    let (booked, refusal) = book_until_refused(&mut client);
    println!("{mebibytes} MiB: {} bookings on the full disk", booked.len());
    assert!(!goes_on || booked.len() > 100, "{}", booked.len());
    tickets.extend(booked);
    let body = refusal.json();
    assert_eq!(
        (refusal.status, &body["message_code"]),
        (503, &json!("5000")),
        "{body}"
    );
    assert!(refusal.header("retry-after").is_some());
    let unready = ask_until(&mut client, 503).json();
    assert!(
        unready["message"].as_str().unwrap().contains("диск заполнен"),
        "{unready}"
    );
    assert_eq!(client.ask("GET", "/healthz", &[], b"").status, 200);
    assert_eq!(
        client
            .ask("GET", &format!("/lpu/{}/speciality", guid(1)), &[], b"")
            .status,
        200
    );
    assert_eq!(ask(0).send(&mut client).status, 503, "it has not become fuller");
    examine(&disk, &tickets);
    disk.empty();
    ask_until(&mut client, 200);
    for _ in 0..50 {
        let ticket = ask(tickets.len()).book(&mut client);
        tickets.push(ticket["ticketGuid"].as_str().unwrap().to_owned());
    }
    examine(&disk, &tickets);
    server.pull_the_plug();
    drop(server);
    let _server = site.start(&mut disk.command(&["serve"]));
    examine(&disk, &tickets);
    let log = fs::read_to_string(site.path("server.log")).unwrap();
    assert!(
        log.contains("the disk of the database is full: make room on it"),
        "{log}"
    );
}

#[test]
fn a_server_whose_disk_fills_goes_on_when_there_is_room() {
    fill_and_empty(100, true);
}

/// The same where there was never room to stretch the log.
#[test]
fn so_does_one_on_a_very_small_disk() {
    fill_and_empty(6, false);
}

/// Goal: a start on a full disk, and on one that may only be read, says what is wrong and what to do, and changes nothing.
#[test]
fn a_start_on_a_full_disk_says_so() {
    let site = site();
    let Some(disk) = SmallDisk::over(&site, 6) else {
        return;
    };
    disk.fill();
    let said = |what: &str| {
        let output = disk.command(&["serve"]).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(what), "{text}");
    };
    said("the disk of the database is full: make room on it");
    disk.empty();
    let folder = site.path("");
    let mut remount = Command::new("nsenter");
    remount
        .args(["--user", "--mount", "--preserve-credentials", "--target"])
        .arg(disk.holder.id().to_string())
        .args(["mount", "-o", "remount,ro"])
        .arg(folder);
    assert!(remount.status().unwrap().success());
    said("Read-only file system");
}
