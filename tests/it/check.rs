//! Goal: `infomat check` has a line for each thing that whoever looks after the server can mend, tells good from bad, and
//! names the remedy; with a server, without one, and as a user who may not read everything. Method: the real binary on
//! sites with one thing wrong at a time.

use crate::clinic;
use crate::harness::{Site, in_english, lacks};
use rusqlite::Connection;
use rustix::process::geteuid;
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Somebody who owns nothing.
const NOBODY: u32 = 65_534;

/// What `check` printed, and its exit status.
struct Checked {
    text: String,
    status: i32,
}

impl Checked {
    /// The grade of a thing with what was found; the first line of several.
    fn line(&self, what: &str) -> (&str, &str) {
        let mut lines = self.text.lines().filter_map(|line| {
            let (grade, rest) = line.split_once(' ')?;
            let found = rest.trim_start().strip_prefix(what)?;
            found.starts_with("  ").then_some((grade, found.trim_start()))
        });
        lines
            .next()
            .unwrap_or_else(|| panic!("no line about {what} in {}", self.text))
    }

    /// Sees that this thing, and no other, is wrong, and that the words are there.
    fn is_wrong(&self, what: &str, words: &str) {
        let (grade, found) = self.line(what);
        assert!(
            grade == "BAD" && found.contains(words),
            "{what}: {words:?} in {}",
            self.text
        );
        assert_eq!(self.text.matches("BAD ").count(), 1, "{}", self.text);
        assert_eq!(self.status, 1, "{}", self.text);
    }

    /// Sees that a thing is as this grade says, and that the words are there.
    fn is(&self, grade: &str, what: &str, words: &str) {
        let (found_grade, found) = self.line(what);
        assert!(
            found_grade == grade && found.contains(words),
            "{what}: {words:?} in {}",
            self.text
        );
    }
}

fn check(site: &Site) -> Checked {
    let output = site.run(&["check"], "");
    Checked {
        text: String::from_utf8(output.stdout).unwrap(),
        status: output.status.code().unwrap(),
    }
}

/// A site with a timetable until so many days after today.
fn site(days: i64) -> Site {
    let site = Site::new("");
    site.import(&[
        clinic::lpu(1),
        clinic::speciality("27"),
        clinic::doctor(2, 1, "27", "Врачова"),
        clinic::slot(3, 2, days, "10:00"),
        clinic::patient(4, 1),
    ]);
    set_mode(&site, "infomat.toml", 0o644);
    site
}

fn set_mode(site: &Site, name: &str, mode: u32) {
    fs::set_permissions(site.path(name), Permissions::from_mode(mode)).unwrap();
}

/// Puts a line before all sections of the configuration, in the place of one that begins like it.
fn set(site: &Site, key: &str, line: &str) {
    let text = fs::read_to_string(site.path("infomat.toml")).unwrap();
    let kept = text.lines().filter(|line| !line.starts_with(&format!("{key} =")));
    let lines: Vec<_> = [line].into_iter().chain(kept).collect();
    fs::write(site.path("infomat.toml"), lines.join("\n")).unwrap();
}

#[test]
fn a_good_site_has_a_line_for_each_thing() {
    let site = site(20);
    let checked = check(&site);
    assert_eq!(checked.status, 0, "{}", checked.text);
    for (what, words) in [
        ("configuration", "can be used"),
        ("rights", "nobody but the owner"),
        ("key main", "38 bytes; it signs"),
        ("database", "version"),
        ("time zone", "+03:00, as utc_offset says"),
        ("disk space", "MiB free"),
        ("flush", "ms for 4 KiB"),
        ("port", "is free: no server listens there"),
        ("clock", "the journal was last written at"),
        ("timetable", "until 20"),
        ("imports", "names no folder"),
    ] {
        if !["flush", "disk space"].contains(&what) {
            checked.is("ok", what, words);
        }
        assert!(checked.line(what).1.contains(words), "{}", checked.text);
    }
    checked.is("warning", "backup", "run `infomat backup`");
    let left: Vec<_> = fs::read_dir(site.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !left.iter().any(|name| name.to_string_lossy().contains("check")),
        "{left:?}"
    );
}

#[test]
fn rights_that_are_too_wide_or_too_narrow_are_bad() {
    let site = site(20);
    for (name, mode, right, remedy) in [
        ("hmac.key", 0o640, 0o600, "chmod 600"),
        ("infomat.db", 0o604, 0o600, "chmod 600"),
        ("infomat.toml", 0o666, 0o644, "chmod go-w"),
    ] {
        set_mode(&site, name, mode);
        let wrong = check(&site);
        wrong.is_wrong("rights", &format!("{remedy} {}", site.path(name).display()));
        set_mode(&site, name, right);
        // The files beside the database were made with its mode.
        for beside in ["infomat.db-wal", "infomat.db-shm"] {
            let _ = fs::remove_file(site.path(beside));
        }
        assert_eq!(check(&site).status, 0, "{name}");
    }
    // A folder in which the database's owner cannot make the log.
    if geteuid().is_root() {
        chown(site.path("infomat.db"), Some(NOBODY), Some(NOBODY)).unwrap();
        check(&site).is_wrong("rights", "user 65534, who has the database, may not write to");
    }
}

#[test]
fn keys_and_database_that_cannot_be_used_are_bad() {
    let site = site(20);
    fs::write(site.path("hmac.key"), "too short").unwrap();
    let checked = check(&site);
    checked.is("BAD", "key main", "holds 9 bytes");
    assert_eq!(checked.status, 78, "the configuration is wrong");
    fs::remove_file(site.path("hmac.key")).unwrap();
    check(&site).is("BAD", "key main", "cannot be read");
    site.run_well(&["init"], "");
    fs::remove_file(site.path("infomat.db")).unwrap();
    check(&site).is_wrong("database", "`infomat init` makes one");
}

#[test]
fn what_has_grown_old_is_told() {
    let soon = check(&site(3));
    soon.is("warning", "timetable", "import the days after it");
    assert_eq!(soon.status, 0, "{}", soon.text);
    check(&site(-1)).is_wrong("timetable", "import the coming days");

    let site = site(20);
    let database = Connection::open(site.path("infomat.db")).unwrap();
    for (days, grade) in [(0, "ok"), (3, "warning"), (20, "BAD")] {
        let insert =
            "INSERT OR REPLACE INTO upkeep (what, at) VALUES ('backed up', unixepoch() - 86400 * ?1 - 60)";
        database.execute(insert, [days]).unwrap();
        check(&site).is(
            grade,
            "backup",
            if days == 0 {
                "less than 2 days"
            } else {
                "days old: run `infomat backup`"
            },
        );
    }
    let ahead = "UPDATE upkeep SET at = unixepoch() + 86400 * 400";
    database.execute(ahead, []).unwrap();
    check(&site).is(
        "warning",
        "backup",
        "a clock that was ahead: run `infomat backup`",
    );
    database.execute("DELETE FROM upkeep", []).unwrap();
    database
        .execute("UPDATE journal SET at = unixepoch() + 600", [])
        .unwrap();
    check(&site).is_wrong("clock", "Set the clock");
}

#[test]
fn files_that_wait_are_counted() {
    let site = site(20);
    set(&site, "import_folder", "import_folder = 'inbox'");
    check(&site).is_wrong("imports", "inbox");
    fs::create_dir(site.path("inbox")).unwrap();
    fs::write(site.path("inbox/readme.txt"), "").unwrap();
    check(&site).is("ok", "imports", "no file waits");
    fs::write(site.path("inbox/monday.ndjson"), "").unwrap();
    check(&site).is("warning", "imports", "1 in");
}

/// A language beside the configuration is complete, or `check` names what it lacks.
#[test]
fn a_language_of_the_clinic_is_checked_for_completeness() {
    let site = site(30);
    let russian = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/page/terminal/texts/ru.js"
    ));
    let russian = russian.unwrap();
    let (_, json) = russian.split_once("export default ").unwrap();
    let json = json.trim_end().trim_end_matches(';');
    let file = site.path("texts.tg.json");
    fs::write(&file, json).unwrap();
    check(&site).is("ok", "language", "is complete");
    fs::write(
        &file,
        json.replace("\"menuBook\":", "\"menuBok\":")
            .replace("{when}", "{wann}"),
    )
    .unwrap();
    let checked = check(&site);
    checked.is_wrong("language", "no text \"menuBook\"");
    checked.is_wrong("language", "\"nearest\" needs the values {when}");
    checked.is_wrong("language", "more");
}

#[test]
fn the_port_is_free_ours_or_anothers() {
    let site = site(20);
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = |address| set(&site, "listen", &format!("listen = '{address}'"));
    listen(other.local_addr().unwrap());
    // It hangs up on whoever asks.
    std::thread::scope(|scope| {
        scope.spawn(|| drop(other.accept().unwrap()));
        check(&site).is_wrong("port", "another program has 127.0.0.1");
    });
    // It answers, but not as ours does.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut stream, _) = other.accept().unwrap();
            let _ = stream.read(&mut [0; 512]).unwrap();
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
            stream.write_all(answer.as_bytes()).unwrap();
        });
        check(&site).is_wrong("port", "another program has 127.0.0.1");
    });
    listen("192.0.2.1:80".parse().unwrap());
    check(&site).is_wrong("port", "set listen to an address of this machine");
    listen("127.0.0.1:0".parse().unwrap());
    // Without a backup the server would have something to say.
    site.run_well(&["backup"], "");
    let server = site.serve();
    listen(server.address);
    let checked = check(&site);
    checked.is("ok", "port", "our server's");
    // The machine that the tests run on may have no NTP: that is all the server may have to say.
    let (grade, words) = checked.line("server");
    assert!(
        grade == "ok" || words.contains("timedatectl set-ntp true"),
        "{}",
        checked.text
    );
    assert_eq!(checked.status, 0, "{}", checked.text);
}

/// Method: another `timedatectl`, which says what the kernel might.
#[test]
fn a_clock_that_nothing_synchronises_is_told() {
    let site = site(20);
    let folder = site.path("programs");
    fs::create_dir(&folder).unwrap();
    let told = |word: &str| {
        let program = folder.join("timedatectl");
        fs::write(
            &program,
            format!("#!/bin/sh\n[ \"$2\" = --property=NTPSynchronized ] && echo {word}\n"),
        )
        .unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        let output = site.command(&["check"]).env("PATH", &folder).output().unwrap();
        Checked {
            text: String::from_utf8(output.stdout).unwrap(),
            status: output.status.code().unwrap(),
        }
    };
    told("yes").is("ok", "time source", "is synchronised");
    told("no").is("warning", "time source", "timedatectl set-ntp true");
}

/// The machine's own time zone, where the configuration names none.
#[test]
fn a_machine_that_goes_by_utc_is_told() {
    let site = site(20);
    set(&site, "utc_offset", "");
    let zone = |name: &str| {
        let output = site.command(&["check"]).env("TZ", name).output().unwrap();
        Checked {
            text: String::from_utf8(output.stdout).unwrap(),
            status: output.status.code().unwrap(),
        }
    };
    zone("UTC").is("warning", "time zone", "set utc_offset");
    zone("MSK-3").is("ok", "time zone", "+03:00");
}

#[test]
fn who_may_not_read_everything_is_told_so() {
    if lacks("the rights of root", geteuid().is_root()) {
        return;
    }
    let site = site(20);
    let open = tempfile::tempdir().unwrap();
    for folder in [open.path(), &site.path("")] {
        fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    }
    let program = open.path().join("infomat");
    // By a program: a child that another test starts meanwhile would keep the copy open to write.
    let copied = Command::new("cp")
        .arg(env!("CARGO_BIN_EXE_infomat"))
        .arg(&program)
        .status();
    assert!(copied.unwrap().success());
    let check_as_nobody = |program: &Path| {
        let mut command = in_english(program);
        command.args(["check", "--config"]).arg(site.path("infomat.toml"));
        let output = command.uid(NOBODY).gid(NOBODY).output().unwrap();
        Checked {
            text: String::from_utf8(output.stdout).unwrap(),
            status: output.status.code().unwrap(),
        }
    };
    let checked = check_as_nobody(&program);
    assert_eq!(checked.status, 0, "{}", checked.text);
    for what in ["key main", "database"] {
        checked.is("warning", what, "run this as root");
    }
    checked.is("warning", "flush", "not measured");
    checked.is("ok", "port", "is free");
}

/// Goal: what an editor of texts adds to a key unseen is told, by `check` and at the start. Method: keys with a mark, a carriage
/// return, a blank; the key of a newline alone is as it should be.
#[test]
fn a_key_with_what_an_editor_adds_is_warned_of() {
    let site = Site::new("");
    let key = "k".repeat(40);
    let utf16 = |mark: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = format!("{mark}{key}\n");
        text.encode_utf16().flat_map(order).collect()
    };
    for (content, words) in [
        (
            format!("\u{feff}{key}").into_bytes(),
            "begins with a byte order mark",
        ),
        (format!("{key}\r\n").into_bytes(), "ends with a carriage return"),
        (format!("{key} \n").into_bytes(), "ends with a blank"),
        (
            format!("{key}\n\n").into_bytes(),
            "ends with a blank or an empty line",
        ),
        (format!(" {key}").into_bytes(), "begins with a blank"),
        (utf16("\u{feff}", u16::to_le_bytes), "is UTF-16"),
        (utf16("", u16::to_be_bytes), "is UTF-16"),
    ] {
        fs::write(site.path("hmac.key"), content).unwrap();
        check(&site).is("warning", "key main", words);
        let server = site.serve();
        assert!(server.terminate().success());
        let log = fs::read_to_string(site.path("server.log")).unwrap();
        assert!(log.contains(words), "{log}");
        assert!(!log.contains("kkk"), "{log}");
    }
    fs::write(site.path("hmac.key"), format!("{key}\n")).unwrap();
    check(&site).is("ok", "key main", "40 bytes");
}

/// Several servers on one machine: each says which one it is.
#[test]
fn a_server_on_another_database_is_not_ours() {
    let (ours, others) = (site(20), site(20));
    let listen = |site: &Site, address| set(site, "listen", &format!("listen = '{address}'"));
    ours.run_well(&["backup"], "");
    let (our_server, other_server) = (ours.serve(), others.serve());
    listen(&ours, other_server.address);
    check(&ours).is_wrong("port", "on another database");
    listen(&ours, our_server.address);
    check(&ours).is("ok", "port", "our server's");
    // Ours has ended: what it wrote into its lock is not what the other one says.
    listen(&ours, other_server.address);
    our_server.terminate();
    check(&ours).is_wrong("port", "on another database");
}
