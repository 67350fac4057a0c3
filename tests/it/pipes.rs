//! Goal: nobody who reads what a command prints, or does not, changes what it does or its exit status. Method: every command
//! of the real binary with its standard streams closed, on closed pipes, and on a device that takes nothing.

use crate::clinic;
use crate::harness::{Client, Site, in_english};
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_mins(1);

/// What becomes of the standard streams: a redirection of the shell, and whether standard output and standard error are
/// pipes that nobody reads.
const WAYS: [(&str, bool, bool); 9] = [
    ("", false, false),
    (">&-", false, false),
    ("2>&-", false, false),
    ("<&-", false, false),
    (">&- 2>&-", false, false),
    ("<&- >&- 2>&-", false, false),
    ("", true, false),
    ("", false, true),
    ("", true, true),
];

/// Where a stream goes.
fn stream(is_closed_pipe: bool) -> Stdio {
    if is_closed_pipe {
        std::io::pipe().unwrap().1.into()
    } else {
        Stdio::null()
    }
}

/// The program with its streams like that.
fn program((redirected, out, err): (&str, bool, bool), arguments: &[&str]) -> Command {
    let mut command = in_english("sh");
    command
        .args(["-c", &format!("exec \"$0\" \"$@\" {redirected}")])
        .arg(env!("CARGO_BIN_EXE_infomat"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(stream(out))
        .stderr(stream(err));
    command
}

/// A site with a clinic, a file to import, one with a mistake, and a backup.
fn site() -> Site {
    let site = Site::new("");
    let lines: Vec<_> = clinic::small().iter().map(Value::to_string).collect();
    fs::write(site.path("good"), lines.join("\n")).unwrap();
    fs::write(site.path("bad"), "{}\n").unwrap();
    site.run_well(&["backup", site.path("empty.db").to_str().unwrap()], "");
    site
}

#[test]
fn every_command_has_its_exit_status_whoever_reads() {
    let site = site();
    let path = |name: &str| site.path(name).to_str().unwrap().to_owned();
    let (good, bad, missing, empty) = (path("good"), path("bad"), path("missing"), path("empty.db"));
    let (config, nowhere) = (path("infomat.toml"), path("nowhere.toml"));
    let guid = "00000000-0000-4000-8000-000000000000";
    for (number, way) in WAYS.into_iter().enumerate() {
        let (key, backup) = (format!("key{number}"), path(&format!("backup{number}.db")));
        let restored = i32::from(way.1);
        let commands: [(i32, &[&str]); 36] = [
            (0, &["--help"]),
            (0, &["--version"]),
            (0, &["help", "import"]),
            (0, &["key", "list", "--help"]),
            (2, &[]),
            (2, &["fly"]),
            (2, &["visits", "--date", "soon"]),
            (78, &["check", "--config", &nowhere]),
            (0, &["init"]),
            (0, &["import", &good]),
            (1, &["import", &bad]),
            (1, &["import", &missing]),
            (0, &["token", "--lpu", guid, "--mkab", guid]),
            (0, &["visits", "--date", "2026-11-28"]),
            (0, &["visits", "--date", "2026-11-28", "--format", "json"]),
            (1, &["visits", "--date", "2026-11-28", "--resource", guid]),
            (0, &["waiting", "--format", "csv"]),
            (0, &["cards", "--format", "csv"]),
            (1, &["cancel", "--ticket", guid, "--reason", "x"]),
            (
                1,
                &[
                    "close",
                    "--resource",
                    guid,
                    "--date",
                    "2999-01-01",
                    "--reason",
                    "x",
                ],
            ),
            (1, &["open", guid]),
            (0, &["closures"]),
            (1, &["receipt", "1"]),
            (0, &["key", "new", &key]),
            (1, &["key", "new", &key]),
            (0, &["key", "list"]),
            (0, &["key", "sign", "main"]),
            (0, &["key", "retire", &key]),
            (0, &["believe-clock"]),
            (1, &["exchange"]),
            (0, &["check"]),
            (0, &["verify"]),
            (1, &["verify", &good]),
            (0, &["purge", "--older-than", "30"]),
            (0, &["backup", &backup]),
            (restored, &["restore", &empty]),
        ];
        for (expected, arguments) in commands {
            let configured =
                arguments.is_empty() || arguments[0] == "help" || arguments.contains(&"--config");
            let more: &[&str] = if configured { &[] } else { &["--config", &config] };
            let status = program(way, &[arguments, more].concat()).status().unwrap();
            assert_eq!(status.code(), Some(expected), "{way:?} {arguments:?}: {status}");
            if arguments == ["import", &good] {
                let cards = "SELECT count(*) FROM patient";
                let database = Connection::open(site.path("infomat.db")).unwrap();
                let cards: i64 = database.query_row(cards, [], |row| row.get(0)).unwrap();
                assert!(cards > 0, "{way:?}: nothing was imported");
            }
        }
        for kept in fs::read_dir(site.path("")).unwrap() {
            let kept = kept.unwrap().path();
            if kept.to_str().unwrap().contains("replaced") {
                fs::remove_file(kept).unwrap();
            }
        }
    }
}

/// Waits until a server answers, and ends it.
fn ends_well(mut child: Child, address: SocketAddr, what: &str) {
    let until = Instant::now() + PATIENCE;
    while Client::try_connect(address).is_err() {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none() && Instant::now() < until, "{what}: {ended:?}");
        thread::sleep(Duration::from_millis(20));
    }
    let answer = Client::connect(address).ask("GET", "/readyz", &[], b"");
    assert_eq!(answer.status, 200, "{what}");
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success(), "{what}");
}

#[test]
fn a_server_serves_whoever_reads() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let site = site();
    let written = fs::read_to_string(site.path("infomat.toml")).unwrap();
    let config = site.path("infomat.toml");
    fs::write(&config, written.replace("127.0.0.1:0", &address.to_string())).unwrap();
    let demo = site.path("demo");
    let (demo, config) = (demo.to_str().unwrap(), config.to_str().unwrap());
    for way in WAYS {
        let served = program(way, &["serve", "--config", config]).spawn().unwrap();
        ends_well(served, address, &format!("serve {way:?}"));
        let listen = address.to_string();
        let shown = program(way, &["demo", "--data", demo, "--listen", &listen]).spawn();
        ends_well(shown.unwrap(), address, &format!("demo {way:?}"));
    }
}

#[test]
fn what_cannot_be_printed_fails_where_it_is_what_was_asked_for() {
    let site = site();
    let guid = "00000000-0000-4000-8000-000000000000";
    let good = site.path("good");
    let commands: [(i32, &[&str]); 8] = [
        (1, &["--help"]),
        (1, &["visits", "--date", "2026-11-28"]),
        (1, &["waiting"]),
        (1, &["token", "--lpu", guid, "--mkab", guid]),
        (1, &["key", "list"]),
        (1, &["check"]),
        (1, &["verify"]),
        // What was done is done.
        (0, &["import", good.to_str().unwrap()]),
    ];
    for (expected, arguments) in commands {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = site.command(arguments).stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {said}");
        assert_eq!(
            said.contains("standard output"),
            expected == 1,
            "{arguments:?}: {said}"
        );
    }
}

/// A database that is opened as descriptor 1 would be printed into.
#[test]
fn no_file_is_opened_in_the_place_of_a_closed_stream() {
    let site = site();
    let config = site.path("infomat.toml");
    let arguments = ["serve", "--config", config.to_str().unwrap()];
    let mut child = program(("<&- >&- 2>&-", false, false), &arguments)
        .spawn()
        .unwrap();
    let descriptors = format!("/proc/{}/fd", child.id());
    let until = Instant::now() + PATIENCE;
    let opened = |part: &str| {
        let entries = fs::read_dir(&descriptors).into_iter().flatten().flatten();
        let targets = entries.filter_map(|entry| fs::read_link(entry.path()).ok());
        targets
            .into_iter()
            .any(|target| target.to_string_lossy().ends_with(part))
    };
    while !opened("infomat.db") {
        assert!(Instant::now() < until, "the database was not opened");
        thread::sleep(Duration::from_millis(5));
    }
    for number in 0..3 {
        let target = fs::read_link(format!("{descriptors}/{number}")).unwrap();
        assert_eq!(target.to_str(), Some("/dev/null"), "{number}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
