//! Goal: the region's package, installed as its README tells, serves what it should; an upgrade keeps the database's URL and the settings;
//! a purge takes the URL away and leaves the region's data. Method: the real package in a container with systemd as its first process,
//! beside a PostgreSQL.

use super::container::Container;
use super::life::{INSTALL, next_version};
use super::manual::commands;
use super::{built, is_small_and_without_fault, run, units_of, well};
use crate::centre::postgres_program;
use crate::clinic::guid;
use crate::harness::lacks;
use std::path::{Path, PathBuf};

const README: &str = include_str!("../../../packaging/centre/README.md");

/// A PostgreSQL in `/srv/pg` of the container, as a service of its own.
const POSTGRES: &str = "install -d -o postgres /srv/pg && cd /srv/pg \
    && runuser -u postgres -- $BIN/initdb -D data -U postgres -A trust --no-sync --no-locale -E UTF8 >/dev/null \
    && systemd-run --quiet --unit=pg -p User=postgres $BIN/postgres -D /srv/pg/data -k /srv/pg -c listen_addresses= -c fsync=off";

/// The commands that the README gives to PostgreSQL.
const ROLE: &str = "$BIN/psql -q -h /srv/pg -U postgres postgres -c 'CREATE ROLE centre LOGIN' \
    -c 'CREATE DATABASE region OWNER centre'";

pub const URL: &str = "postgresql://centre@%2Fsrv%2Fpg/region\n";

fn centre_package() -> Option<PathBuf> {
    built(
        "INFOMAT_CENTRE_DEB",
        "INFOMAT_CENTRE_DEB=FILE, which packaging/build-centre-deb makes",
    )
}

/// Starts a PostgreSQL with the region's empty database, and puts package and URL where the README expects them; or says that the
/// test goes without.
pub fn prepared() -> Option<(Container, PathBuf)> {
    let package = centre_package()?;
    let initdb = postgres_program("initdb");
    if lacks("PostgreSQL 15 (initdb, postgres)", initdb.is_some()) {
        return None;
    }
    let mut container = Container::boot()?;
    let bin = initdb.unwrap();
    let bin = format!("BIN={}; ", bin.parent().unwrap().display());
    container.well(&(bin.clone() + POSTGRES));
    container.wait_until("PostgreSQL", |container| {
        container.run(&(bin.clone() + ROLE)).status.success()
    });
    container.bring(&package, "/root/infomat-centre.deb");
    container.well_with("cat > /root/database.url", URL);
    Some((container, package))
}

/// Installs the region's program as its README tells.
pub fn installed() -> Option<(Container, PathBuf)> {
    let (container, package) = prepared()?;
    for command in commands(README) {
        println!("{command}");
        container.well(command);
        if command.starts_with("dpkg") {
            // Nobody has said yet where the database is.
            assert_eq!(property(&container, "ActiveState"), "inactive");
            assert_eq!(property(&container, "ConditionResult"), "no");
        }
    }
    Some((container, package))
}

fn property(container: &Container, name: &str) -> String {
    let show = format!("systemctl show infomat-centre.service --value --property={name}");
    container.well(&show).trim().to_owned()
}

const READY: &str = "curl -s -o /dev/null -w '%{http_code}' --max-time 5 http://127.0.0.1:8090/readyz";

#[test]
fn the_package_of_the_centre_is_small_and_without_fault() {
    let Some(package) = centre_package() else { return };
    is_small_and_without_fault(&package);
    let listed = well(&run("dpkg-deb", &["--contents", package.to_str().unwrap()]).unwrap());
    let help = well(&run(env!("CARGO_BIN_EXE_infomat-centre"), &["--help"]).unwrap());
    let commands = help
        .split("Commands:\n")
        .nth(1)
        .unwrap()
        .split("\n\n")
        .next()
        .unwrap();
    let commands = commands.lines().filter(|line| !line.starts_with("   "));
    let pages: Vec<_> = commands
        .map(|line| line.split_whitespace().next().unwrap())
        .map(|command| format!("./usr/share/man/man1/infomat-centre-{command}.1.gz"))
        .collect();
    assert!(pages.len() >= 10, "{pages:?}");
    let files = [
        "./usr/bin/infomat-centre",
        "./usr/share/man/man1/infomat-centre.1.gz",
        "./usr/share/doc/infomat-centre/README.md",
        "./usr/share/doc/infomat-centre/copyright",
        "./usr/share/doc/infomat-centre/crates.txt",
        "./usr/lib/systemd/system/infomat-centre.service",
        "./usr/lib/sysusers.d/infomat-centre.conf",
        "./usr/lib/tmpfiles.d/infomat-centre.conf",
    ];
    for file in pages.into_iter().chain(files.map(str::to_owned)) {
        let there = listed.lines().any(|line| line.ends_with(&format!(" {file}")));
        assert!(there, "{file} is missing:\n{listed}");
    }
    let conffiles = run("dpkg-deb", &["--info", package.to_str().unwrap(), "conffiles"]).unwrap();
    assert_eq!(well(&conffiles), "/etc/infomat-centre/centre.env\n");
}

#[test]
fn the_unit_of_the_centre_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let units = units_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/centre"));
    let [unit] = &units[..] else { panic!("{units:?}") };
    let text = std::fs::read_to_string(unit).unwrap();
    let installed = "/usr/bin/infomat-centre";
    assert!(text.contains(&format!("ExecStart={installed} ")));
    let copy = folder.path().join(unit.file_name().unwrap());
    std::fs::write(
        &copy,
        text.replace(installed, env!("CARGO_BIN_EXE_infomat-centre")),
    )
    .unwrap();
    if let Some(output) = run("systemd-analyze", &["verify", "--man=no", copy.to_str().unwrap()]) {
        assert_eq!(well(&output), "");
    }
}

#[test]
fn the_centre_is_installed_upgraded_removed_and_purged() {
    let Some((mut container, package)) = installed() else {
        return;
    };
    assert_eq!(property(&container, "UnitFileState"), "enabled");
    let stat = "stat --format='%U %G %a %n' /etc/infomat-centre /etc/infomat-centre/*";
    assert_eq!(
        container.well(stat),
        "root root 755 /etc/infomat-centre\n\
         root root 644 /etc/infomat-centre/centre.env\n\
         root infomat-centre 640 /etc/infomat-centre/database.url\n"
    );
    // It runs as nobody else, and a plain user reads no URL.
    let pid = property(&container, "MainPID");
    assert_eq!(
        container.well(&format!("stat --format=%U /proc/{pid}")),
        "infomat-centre\n"
    );
    let refused = container.run("runuser -u nobody -- infomat-centre boxes");
    assert_eq!(refused.status.code(), Some(78));
    assert!(container.well("infomat-centre boxes").contains(&guid(1)));

    // Killed, it comes again.
    container.well(&format!("kill -KILL {pid}"));
    let show = "systemctl show infomat-centre.service --value --property=MainPID";
    container.wait_until("another process", |container| {
        container.says(READY) == "200" && container.says(show).trim() != pid
    });

    // Upgrade: URL and settings stay, and the new program serves.
    container.well("sed -i 's/8090/8091/' /etc/infomat-centre/centre.env");
    let folder = tempfile::tempdir().unwrap();
    let next = next_version(&package, "etc/infomat-centre/centre.env", &folder);
    container.bring(&next, "/root/next.deb");
    container.well(&format!("{INSTALL} /root/next.deb"));
    let moved = READY.replace("8090", "8091");
    container.wait_until("the new program", |container| container.says(&moved) == "200");
    assert!(container.well("infomat-centre boxes").contains(&guid(1)));
    container.well("systemctl is-active infomat-centre");

    // A schema of another version is told, and nothing is tried again.
    let psql = "psql -q -h /srv/pg -U postgres region -c";
    container.well(&format!(
        "{psql} 'UPDATE infomat.region SET version = version + 1'"
    ));
    container.run("systemctl restart infomat-centre");
    container.wait_until("the failure", |container| {
        container.says("systemctl is-failed infomat-centre").trim() == "failed"
    });
    assert_eq!(property(&container, "ExecMainStatus"), "78");
    container.well(&format!(
        "{psql} 'UPDATE infomat.region SET version = version - 1'"
    ));
    container.well("systemctl restart infomat-centre");

    container.well("dpkg --remove infomat-centre");
    assert_ne!(container.says(&moved), "200");
    assert_eq!(container.well("cat /etc/infomat-centre/database.url"), URL);
    container.well("dpkg --purge infomat-centre && test ! -e /etc/infomat-centre");
    let left =
        container.well("psql -qtA -h /srv/pg -U postgres region -c 'SELECT count(*) FROM infomat.box'");
    assert_eq!(left, "1\n");
}
