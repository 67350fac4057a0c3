//! The Debian package as an administrator meets it: what is in it, what its unit lets the server do, and how it is
//! installed, upgraded, removed and purged on a Debian with systemd as its first process.
//!
//! `INFOMAT_DEB` names the package, which `packaging/build-deb` has made; `INFOMAT_CENTRE_DEB` that of the region's program, of
//! `packaging/build-centre-deb`.

#[cfg(feature = "centre")]
mod centre;
mod container;
mod life;
mod manual;
#[cfg(feature = "centre")]
mod stopwatch;

use crate::clinic::{self, guid};
use crate::harness::lacks;
use container::Container;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Largest package, in bytes.
const PACKAGE_BYTES_MAX: u64 = 6 << 20;

/// Highest exposure of a service that `systemd-analyze security` may tell, in tenths.
const EXPOSURE_TENTHS_MAX: u32 = 15;

/// Runs a command as the administrator is told to: as root.
const INFOMAT: &str = "infomat";

/// What the clinic's own system would have written: the small clinic.
fn clinic_data() -> String {
    let lines: Vec<_> = clinic::small().iter().map(Value::to_string).collect();
    lines.join("\n")
}

/// Books the small clinic's cell at the installed server; the answer.
fn book(container: &Container) -> Value {
    let (lpu, mkab, cell) = (guid(1), guid(4), guid(3));
    let token = format!("{INFOMAT} token --lpu {lpu} --mkab {mkab}");
    let address = format!("http://127.0.0.1:8080/api/v2/visit/{lpu}?timeTable={cell}");
    let said = container.well(&format!(
        "curl -s --max-time 20 -X POST -H \"Authorization: Bearer $({token})\" '{address}'"
    ));
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

fn packaging() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging")
}

/// The package that was built, or word that the test goes without.
fn package() -> Option<PathBuf> {
    built("INFOMAT_DEB", "INFOMAT_DEB=FILE, which packaging/build-deb makes")
}

/// The package that a variable of the environment names.
fn built(variable: &str, thing: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable).map(|path| Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let path = path.filter(|path| path.exists());
    (!lacks(thing, path.is_some())).then(|| path.unwrap())
}

/// Runs a program of the system to its end, in the language that every system has, or says that the test goes without it.
fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    let output = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .output();
    (!lacks(program, output.is_ok())).then(|| output.unwrap())
}

/// What a program that has to succeed said.
fn well(output: &Output) -> String {
    let said = [&*output.stdout, &*output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// The units of a folder, by name.
fn units_of(folder: &Path) -> Vec<PathBuf> {
    let is_unit = |path: &PathBuf| {
        path.extension()
            .is_some_and(|ending| ending == "service" || ending == "timer")
    };
    let entries = fs::read_dir(folder).unwrap();
    let units: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(is_unit)
        .collect();
    assert!(!units.is_empty());
    units
}

/// The units of the box.
fn units() -> Vec<PathBuf> {
    units_of(&packaging())
}

#[test]
fn the_services_close_what_they_do_not_need() {
    let threshold = format!("--threshold={EXPOSURE_TENTHS_MAX}");
    let of_centre = units_of(&packaging().join("centre"));
    for service in units().into_iter().chain(of_centre) {
        let service = service.to_str().unwrap();
        if service.ends_with(".service") {
            let arguments = ["security", "--offline=true", &threshold, service];
            let Some(output) = run("systemd-analyze", &arguments) else {
                return;
            };
            println!("{}", well(&output));
        }
    }
}

/// With the program that was just built in the place of the installed one.
#[test]
fn the_units_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = vec!["verify".to_owned(), "--man=no".to_owned()];
    for unit in units() {
        let text = fs::read_to_string(&unit).unwrap();
        assert!(
            text.contains("ExecStart=/usr/bin/infomat ") || text.contains("[Timer]"),
            "{unit:?}"
        );
        let copy = folder.path().join(unit.file_name().unwrap());
        fs::write(
            &copy,
            text.replace("/usr/bin/infomat", env!("CARGO_BIN_EXE_infomat")),
        )
        .unwrap();
        arguments.push(copy.to_str().unwrap().to_owned());
    }
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    if let Some(output) = run("systemd-analyze", &arguments) {
        // What it does not understand it tells, and goes on.
        assert_eq!(well(&output), "");
    }
}

#[test]
fn the_package_is_small_and_without_fault() {
    let Some(package) = package() else { return };
    is_small_and_without_fault(&package);
}

fn is_small_and_without_fault(package: &Path) {
    let bytes = fs::metadata(package).unwrap().len();
    println!("{} has {bytes} bytes", package.display());
    assert!(bytes < PACKAGE_BYTES_MAX);
    let arguments = [
        "--fail-on=error,warning",
        "--allow-root",
        package.to_str().unwrap(),
    ];
    if let Some(output) = run("lintian", &arguments) {
        assert_eq!(well(&output), "");
    }
}

/// Every command has its manual page, every shell its completion; the configuration is the administrator's.
#[test]
fn the_package_has_what_its_commands_need() {
    let Some(package) = package() else { return };
    let listed = run("dpkg-deb", &["--contents", package.to_str().unwrap()]).unwrap();
    let listed = well(&listed);
    let help = well(&run(env!("CARGO_BIN_EXE_infomat"), &["--lang", "en", "--help"]).unwrap());
    let commands = help.split("Commands:\n").nth(1).unwrap();
    let commands = commands
        .lines()
        .take_while(|line| line.starts_with(' '))
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap())
        .filter(|command| *command != "help");
    let pages: Vec<_> = commands
        .map(|command| format!("./usr/share/man/man1/infomat-{command}.1.gz"))
        .collect();
    assert!(pages.len() >= 8, "{pages:?}");
    let files = [
        "./usr/bin/infomat",
        "./usr/share/man/man1/infomat.1.gz",
        "./usr/share/bash-completion/completions/infomat",
        "./usr/share/zsh/vendor-completions/_infomat",
        "./usr/share/fish/vendor_completions.d/infomat.fish",
        "./usr/share/doc/infomat/changelog.Debian.gz",
        "./usr/share/doc/infomat/copyright",
        "./usr/share/doc/infomat/import.md",
        "./usr/share/doc/infomat/manual.md",
        "./usr/share/doc/infomat/manual.ru.md",
        "./usr/share/doc/infomat/import.schema.json",
        "./usr/share/doc/infomat/sample.ndjson",
        "./usr/lib/sysusers.d/infomat.conf",
        "./usr/lib/tmpfiles.d/infomat.conf",
    ];
    let units = units();
    let units = units.iter().map(|unit| {
        format!(
            "./usr/lib/systemd/system/{}",
            unit.file_name().unwrap().to_str().unwrap()
        )
    });
    for file in pages.into_iter().chain(files.map(str::to_owned)).chain(units) {
        let there = listed.lines().any(|line| line.ends_with(&format!(" {file}")));
        assert!(there, "{file} is missing:\n{listed}");
    }
    let conffiles = run("dpkg-deb", &["--info", package.to_str().unwrap(), "conffiles"]).unwrap();
    assert_eq!(well(&conffiles), "/etc/infomat/infomat.toml\n");
}
