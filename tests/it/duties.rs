//! Goal: each command does what the contract says of it, with its exit status, and says clearly what is wrong. Method: the
//! real binary in folders of its own.

use crate::clinic;
use crate::harness::{Site, in_english, program};
use rustix::process::geteuid;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Somebody who owns nothing.
const NOBODY: u32 = 65_534;

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn mode(site: &Site, name: &str) -> u32 {
    fs::metadata(site.path(name)).unwrap().permissions().mode() & 0o777
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    let run = |arguments: &[&str]| program().args(arguments).output().unwrap();
    for arguments in [
        &["fly"][..],
        &[],
        &["import"],
        &["token", "--lpu", "x"],
        &["serve", "--no-such-option"],
    ] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["--version"], &["demo", "--help"]] {
        assert_eq!(run(arguments).status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn a_broken_configuration_names_key_and_line_and_ends_with_78() {
    let site = Site::new("");
    let good = fs::read_to_string(site.path("infomat.toml")).unwrap();
    let lines = good.lines().count();
    for (bad, named) in [
        ("[rules]\npsat = false", "psat"),
        ("[rules]\npast = 7", "past"),
        ("[[[", ""),
    ] {
        fs::write(site.path("infomat.toml"), format!("{good}\n{bad}\n")).unwrap();
        for command in ["serve", "check", "init"] {
            let refused = site.run(&[command], "");
            assert_eq!(refused.status.code(), Some(78), "{command}: {bad}");
            assert!(said(&refused).contains(named), "{}", said(&refused));
            let at = said(&refused).split("line ").nth(1).and_then(|rest| {
                rest.split(|end: char| !end.is_ascii_digit())
                    .next()
                    .and_then(|number| number.parse::<usize>().ok())
            });
            assert!(at.is_some_and(|at| at > lines), "{}", said(&refused));
        }
    }
}

#[test]
fn init_makes_what_is_missing_and_keeps_what_is_there() {
    let site = Site::new("");
    let key = fs::read(site.path("hmac.key")).unwrap();
    site.import(&[clinic::lpu(1)]);
    site.run_well(&["init"], "");
    assert_eq!(fs::read(site.path("hmac.key")).unwrap(), key);
    assert_eq!(mode(&site, "infomat.db"), 0o600);
    let database = rusqlite::Connection::open(site.path("infomat.db")).unwrap();
    let lpus: i64 = database
        .query_row("SELECT count(*) FROM lpu", [], |row| row.get(0))
        .unwrap();
    assert_eq!(lpus, 1);

    fs::remove_file(site.path("hmac.key")).unwrap();
    site.run_well(&["init"], "");
    let made = fs::read(site.path("hmac.key")).unwrap();
    assert!(made.len() >= 32 && made != key);
    assert_eq!(mode(&site, "hmac.key"), 0o600);
    assert!(!site.path("hmac.new").exists(), "no draft is left behind");
}

/// A command line of the program by somebody to whom rights on files apply. For root that is nobody, with a copy of the program
/// in `open`: to where it was built nobody may have no way.
fn without_rights(open: &Path) -> Command {
    let built = env!("CARGO_BIN_EXE_infomat");
    if !geteuid().is_root() {
        return in_english(built);
    }
    fs::set_permissions(open, Permissions::from_mode(0o755)).unwrap();
    let copied = open.join("infomat");
    if !copied.exists() {
        fs::copy(built, &copied).unwrap();
    }
    let mut command = in_english(copied);
    command.uid(NOBODY).gid(NOBODY);
    command
}

#[test]
fn init_makes_the_configuration_where_there_is_none() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("clinic.toml");
    let run = |arguments: &[&str]| {
        let mut command = program();
        let output = command
            .args(arguments)
            .arg("--config")
            .arg(&path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        said(&output)
    };
    let made = run(&["init"]);
    for name in ["clinic.toml", "hmac.key", "infomat.db"] {
        let made_here = format!("{}\n", folder.path().join(name).display());
        assert!(made.contains(&made_here), "{name}: {made}");
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        include_str!("../../packaging/infomat.toml")
    );
    run(&["visits", "--date", "2026-11-25"]);

    let mine = "# mine\nmax_period_days = 30\n";
    fs::write(&path, mine).unwrap();
    assert!(!run(&["init"]).contains("made"));
    assert_eq!(fs::read_to_string(&path).unwrap(), mine);
}

/// A folder that is missing, a file in its place, one without the right to write; and in the configuration's place a folder,
/// a link to nothing, a file without the right to read.
#[test]
fn init_says_why_there_can_be_no_configuration() {
    let (folder, open) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let name = |name: &str| folder.path().join(name);
    fs::write(name("file"), "").unwrap();
    fs::create_dir(name("folder.toml")).unwrap();
    symlink(name("nothing"), name("link.toml")).unwrap();
    fs::write(name("secret.toml"), "# mine").unwrap();
    fs::set_permissions(name("secret.toml"), Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    for (path, status, reason) in [
        ("no/such/none.toml", 1, "make the folder"),
        ("file/none.toml", 1, "Not a directory"),
        ("none.toml", 1, "Permission denied"),
        ("folder.toml", 78, "Is a directory"),
        ("link.toml", 78, "a link"),
        ("secret.toml", 78, "Permission denied"),
    ] {
        let mut command = without_rights(open.path());
        let refused = command
            .args(["init", "--config"])
            .arg(name(path))
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(status), "{}", said(&refused));
        for words in [name(path).to_str().unwrap(), reason] {
            assert!(said(&refused).contains(words), "{words}: {}", said(&refused));
        }
        assert!(!said(&refused).contains("infomat init"), "{}", said(&refused));
    }
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let kept: BTreeSet<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(
        kept,
        ["file", "folder.toml", "link.toml", "secret.toml"]
            .map(OsString::from)
            .into()
    );
    assert_eq!(fs::metadata(name("secret.toml")).unwrap().len(), 6);
}

#[test]
fn a_token_of_the_command_line_books() {
    let site = Site::new("");
    site.import(&clinic::small());
    let server = site.serve();
    let (lpu, mkab) = (clinic::guid(1), clinic::guid(4));
    let token = site.run_well(
        &["token", "--lpu", &lpu, "--mkab", &mkab, "--login", "registrar"],
        "",
    );
    let authorization = format!("Bearer {}", token.trim());
    let target = format!("/api/v2/visit/{lpu}?timeTable={}", clinic::guid(3));
    let answer = server
        .client()
        .ask("POST", &target, &[("Authorization", &authorization)], b"");
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(answer.json()["login"], "registrar");
    assert_eq!(answer.json()["sourceName"], "Infomat");
    assert!(server.terminate().success(), "SIGTERM is the ordinary end");
}

#[test]
fn serve_and_check_say_what_is_missing() {
    let site = Site::new("");
    fs::remove_file(site.path("infomat.db")).unwrap();
    for command in ["serve", "check", "import"] {
        let arguments: &[&str] = if command == "import" {
            &["import", "-"]
        } else {
            &[command]
        };
        let refused = site.run(arguments, "");
        assert_eq!(refused.status.code(), Some(1), "{command}");
        assert!(said(&refused).contains("infomat init"), "{}", said(&refused));
    }
    site.run_well(&["init"], "");
    fs::write(site.path("hmac.key"), "too short\n").unwrap();
    for command in ["serve", "check"] {
        let refused = site.run(&[command], "");
        assert_eq!(refused.status.code(), Some(78), "{command}");
        assert!(said(&refused).contains("32"), "{}", said(&refused));
    }
}
