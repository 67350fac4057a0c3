//! Goal: on a terminal an import shows how far it is, on one line that is gone in the end; into a file or a log goes
//! nothing but what is wrong. Method: a terminal of our own as the command's standard error, and all that it was sent.

use super::file;
use crate::clinic::{self, speciality};
use crate::harness::Site;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::Stdio;

/// What empties the line.
const CLEARED: &str = "\r\u{1b}[K";

/// A good file of 25,000 lines.
fn lines() -> String {
    const LINES: usize = 25_000;
    let mut lines = clinic::small();
    lines.resize(LINES, speciality("7"));
    file(&lines)
}

/// The same with a line in the middle that says nothing.
fn with_a_bad_one() -> String {
    const BAD: usize = 15_000;
    let lines = lines();
    let mut lines: Vec<_> = lines.lines().collect();
    lines[BAD - 1] = "{}";
    lines.join("\n")
}

const COMPLAINT: &str = "line 15000: kind: ";

/// Whether the import of the text succeeds, and what a terminal is sent by it.
fn on_a_terminal(site: &Site, text: &str) -> (bool, String) {
    fs::write(site.path("clinic.ndjson"), text).unwrap();
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_bytes();
    let terminal = File::options()
        .read(true)
        .write(true)
        .open(PathBuf::from(std::ffi::OsString::from_vec(name)))
        .unwrap();
    let mut import = site
        .command(&["import", site.path("clinic.ndjson").to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(terminal)
        .spawn()
        .unwrap();
    let mut sent = Vec::new();
    // The end of a terminal whose last user has gone is an error (EIO).
    let end = File::from(master).read_to_end(&mut sent);
    assert!(end.is_err());
    (import.wait().unwrap().success(), String::from_utf8(sent).unwrap())
}

#[test]
fn a_terminal_shows_how_far_the_import_is() {
    let site = Site::new("");
    let (done, shown) = on_a_terminal(&site, &lines());
    assert!(done, "{shown}");
    let steps = [
        "10000 lines read",
        "20000 lines read",
        "putting the lines in place",
        "",
    ];
    let expected: String = steps.map(|step| format!("{CLEARED}{step}")).concat();
    assert_eq!(shown, expected);

    let (done, shown) = on_a_terminal(&site, &with_a_bad_one());
    assert!(!done);
    let (before, after) = shown.split_once(COMPLAINT).unwrap();
    assert_eq!(before, format!("{CLEARED}10000 lines read{CLEARED}"));
    let (_, after) = after.split_once("\r\n").unwrap();
    let (progress, end) = after.rsplit_once(CLEARED).unwrap();
    assert_eq!(progress, format!("{CLEARED}20000 lines read"));
    assert!(end.contains("1 mistake; nothing was imported"), "{end}");
}

#[test]
fn a_file_gets_complaints_alone() {
    let site = Site::new("");
    let good = site.run(&["import", "-"], &lines());
    assert!(good.status.success());
    assert_eq!(String::from_utf8_lossy(&good.stderr), "");
    let bad = site.run(&["import", "-"], &with_a_bad_one());
    let said = String::from_utf8_lossy(&bad.stderr);
    assert!(said.starts_with(COMPLAINT), "{said}");
    assert!(said.contains("1 mistake; nothing was imported"), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
}
