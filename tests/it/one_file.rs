//! Goal: a database has one file and one name: a second name starts no second server, and when a file of it is unlinked,
//! replaced or cut under a server, nothing more is booked, `/readyz` says why, and what was answered with 200 is in the file
//! that the next start opens. Method: names and files are changed by the calls that `ln`, `mv`, `rm`, `cp` and `truncate` make.

use crate::clinic::{self, Ask};
use crate::harness::{Server, Site, tried};
use crate::metrics::Numbers;
use crate::tickets::ticket_guid;
use rusqlite::Connection;
use std::env;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How long a state that comes by itself may take.
const NOTICE_MAX: Duration = Duration::from_secs(20);

/// How often each thing happens to the files under load, unless `INFOMAT_FILE_ROUNDS` says so.
const ROUNDS: usize = 1;

/// Pause between two looks: a server that is asked for its numbers all the time never has the quiet moment that is waited for.
const LOOK_PAUSE: Duration = Duration::from_millis(200);

fn site() -> Site {
    clinic::roomy_site(10_000, "7700000000000011")
}

fn log(site: &Site) -> String {
    fs::read_to_string(site.path("server.log")).unwrap()
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < NOTICE_MAX, "never so: {what}");
        thread::sleep(LOOK_PAUSE);
    }
}

/// Tickets of the active visits in a file, which has no log beside it that counts.
fn tickets(path: &Path) -> Vec<String> {
    let database = Connection::open(path).unwrap();
    let whole: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
    let mut statement = database.prepare("SELECT lower(hex(guid)) FROM visit").unwrap();
    let tickets = statement.query_map([], |row| row.get(0)).unwrap();
    tickets.map(Result::unwrap).collect()
}

fn plain(ticket: &str) -> String {
    ticket.replace('-', "")
}

#[test]
fn a_second_name_of_the_file_starts_nothing_that_writes() {
    let site = site();
    let refuses = |names: &str| {
        for command in [
            &["serve"][..],
            &["init"],
            &["import", "-"],
            &["cancel", "--ticket", &clinic::guid(9), "--reason", "x"],
            &["backup"],
            &["purge", "--older-than", "365"],
            &["believe-clock"],
            &["check"],
        ] {
            let output = site.run(command, "");
            let said = [&*output.stdout, &*output.stderr]
                .map(String::from_utf8_lossy)
                .concat();
            assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
            assert!(said.contains(names), "{command:?}: {said}");
        }
    };
    let database = site.path("infomat.db");
    fs::hard_link(&database, site.path("other.db")).unwrap();
    refuses("infomat.db has 2 names (hard links)");
    site.run_well(&["visits", "--date", "2026-01-01"], "");
    fs::remove_file(site.path("other.db")).unwrap();

    // A crash leaves the log; a copy by links of the whole folder gives it a second name.
    let server = site.serve();
    Ask::new(1, 4, 3).book(&mut server.client());
    server.pull_the_plug();
    drop(server);
    fs::hard_link(site.path("infomat.db-wal"), site.path("log")).unwrap();
    refuses("infomat.db-wal has 2 names (hard links)");
    fs::remove_file(site.path("log")).unwrap();
    Ask::new(1, 4, 3).book(&mut site.serve().client());
}

#[test]
fn a_server_under_another_path_is_a_second_server() {
    let site = site();
    let server = site.serve();
    symlink(site.path("infomat.db"), site.path("link.db")).unwrap();
    let configuration = fs::read_to_string(site.path("infomat.toml")).unwrap();
    fs::write(
        site.path("infomat.toml"),
        configuration.replace("infomat.db", "link.db"),
    )
    .unwrap();
    let output = site.run(&["serve"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("another server has the database"));
    assert!(server.terminate().success());
    // As under a bind mount, where the lock beside it has another path too.
    let held = File::open(site.path("infomat.db")).unwrap();
    held.lock().unwrap();
    assert_eq!(site.run(&["serve"], "").status.code(), Some(1));
    drop(held);
    assert!(site.serve().terminate().success());
}

/// What happens to the files, and where the bookings of before have to be after it.
struct Event {
    what: &'static str,
    done: fn(&Site),
    /// None where whoever did it has destroyed them.
    kept: Option<fn(&Site) -> PathBuf>,
}

fn database(site: &Site) -> PathBuf {
    site.path("infomat.db")
}

fn cut(path: PathBuf, bytes: u64) {
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(bytes)
        .unwrap();
}

const LOG_IS_CUT: &str = "the log is cut";
const INDEX_IS_CUT: &str = "the index is cut";

const EVENTS: [Event; 11] = [
    Event {
        what: "the log is unlinked",
        done: |site| fs::remove_file(site.path("infomat.db-wal")).unwrap(),
        kept: Some(database),
    },
    Event {
        what: "the index is unlinked",
        done: |site| fs::remove_file(site.path("infomat.db-shm")).unwrap(),
        kept: Some(database),
    },
    Event {
        what: "log and index are unlinked",
        done: |site| {
            fs::remove_file(site.path("infomat.db-wal")).unwrap();
            fs::remove_file(site.path("infomat.db-shm")).unwrap();
        },
        kept: Some(database),
    },
    Event {
        what: "the log is replaced",
        done: |site| {
            fs::write(site.path("new"), b"").unwrap();
            fs::rename(site.path("new"), site.path("infomat.db-wal")).unwrap();
        },
        kept: Some(database),
    },
    Event {
        what: "the database is renamed",
        done: |site| fs::rename(database(site), site.path("moved.db")).unwrap(),
        kept: Some(|site| site.path("moved.db")),
    },
    Event {
        what: "the database is replaced by a backup",
        done: |site| {
            fs::hard_link(database(site), site.path("moved.db")).unwrap();
            fs::rename(site.path("backup.db"), database(site)).unwrap();
        },
        kept: Some(|site| site.path("moved.db")),
    },
    Event {
        what: "the database is overwritten by a backup",
        done: |site| {
            fs::copy(site.path("backup.db"), database(site)).unwrap();
        },
        kept: None,
    },
    Event {
        what: "the database is unlinked",
        done: |site| fs::remove_file(database(site)).unwrap(),
        kept: None,
    },
    Event {
        what: "the database is cut",
        done: |site| cut(database(site), 4096),
        kept: None,
    },
    Event {
        what: LOG_IS_CUT,
        done: |site| cut(site.path("infomat.db-wal"), 0),
        kept: Some(database),
    },
    Event {
        what: INDEX_IS_CUT,
        done: |site| cut(site.path("infomat.db-shm"), 0),
        kept: Some(database),
    },
];

/// Sees that nothing is booked or shown any more, and why.
fn assert_stopped(site: &Site, server: &Server, what: &str) {
    let mut client = server.client();
    let booked = Ask::new(1, 4, 3).send(&mut client);
    assert_eq!(booked.status, 503, "{what}");
    assert!(booked.header("retry-after").is_some(), "{what}");
    let ready = client.ask("GET", "/readyz", &[], b"");
    let why = ready.json()["message"].as_str().unwrap().to_owned();
    assert!(
        ready.status == 503 && why.contains("удален, заменен или обрезан"),
        "{what}: {why}"
    );
    assert_eq!(client.ask("GET", "/lpu", &[], b"").status, 503, "{what}");
    assert_eq!(client.ask("GET", "/healthz", &[], b"").status, 200, "{what}");
    assert_eq!(client.ask("GET", "/", &[], b"").status, 200, "{what}");
    let log = log(site);
    assert_eq!(
        log.matches("nothing is booked or shown").count(),
        1,
        "{what}: {log}"
    );
    assert!(!log.contains("panicked"), "{what}: {log}");
}

#[test]
fn whatever_happens_to_the_files_is_noticed_before_the_next_answer() {
    for Event { what, done, kept } in EVENTS {
        let site = site();
        let backup = site.path("backup.db");
        site.run_well(&["backup", backup.to_str().unwrap()], "");
        let server = site.serve();
        let mut client = server.client();
        let booked: Vec<String> = (0..5)
            .map(|_| plain(&ticket_guid(&Ask::new(1, 4, 3).book(&mut client))))
            .collect();
        if what == LOG_IS_CUT {
            wait_until("the log is copied", || {
                Numbers::of(&mut client).get("infomat_wal_waiting_pages") < 1.0
            });
        }
        done(&site);
        assert_stopped(&site, &server, what);
        server.pull_the_plug();
        drop(server);
        if let Some(kept) = kept {
            let found = tickets(&kept(&site));
            assert!(booked.iter().all(|ticket| found.contains(ticket)), "{what}");
        }
        if kept.is_some_and(|kept| kept(&site) == database(&site)) {
            site.run_well(&["verify"], "");
            Ask::new(1, 4, 3).book(&mut site.serve().client());
        } else if database(&site).exists() && what.contains("backup") {
            site.run_well(&["verify"], "");
        }
    }
}

/// Without a request, it is noticed within a second or so; and a database that was removed can still be got back.
#[test]
fn an_idle_server_notices_and_keeps_a_removed_database_open() {
    let site = site();
    let server = site.serve();
    let ticket = plain(&ticket_guid(&Ask::new(1, 4, 3).book(&mut server.client())));
    fs::remove_file(database(&site)).unwrap();
    wait_until("it is noticed", || {
        log(&site).contains("nothing is booked or shown")
    });
    let open = fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap();
    let removed = open
        .map(|entry| entry.unwrap().path())
        .find(|fd| fs::read_link(fd).is_ok_and(|to| to.to_string_lossy().ends_with("infomat.db (deleted)")));
    wait_until("the log is copied", || {
        log(&site).contains("has been copied into the database")
    });
    fs::copy(removed.unwrap(), site.path("saved.db")).unwrap();
    assert!(tickets(&site.path("saved.db")).contains(&ticket));
    // Its end touches nothing that has the names now.
    fs::write(site.path("infomat.db-wal"), b"another's").unwrap();
    assert!(server.terminate().success());
    assert_eq!(fs::read(site.path("infomat.db-wal")).unwrap(), b"another's");
}

/// Lets clients book while something happens to the files, until each is refused or the server is no more. Returns the tickets
/// they got.
fn booked_meanwhile(site: &Site, server: &Server, done: fn(&Site)) -> Vec<String> {
    const CLIENTS: usize = 3;
    const BOOKINGS: usize = 60;
    let book = || {
        let mut client = server.client();
        let mut booked = Vec::new();
        loop {
            match Ask::new(1, 4, 3).try_send(&mut client) {
                Ok(answer) if answer.status == 200 => booked.push(plain(&ticket_guid(&answer.json()))),
                Ok(answer) => {
                    assert_eq!(answer.status, 503, "{}", answer.json());
                    return booked;
                }
                Err(_) => return booked,
            }
        }
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(book)).collect();
        let mut client = server.client();
        for _ in 0..BOOKINGS {
            Ask::new(1, 4, 3).book(&mut client);
        }
        done(site);
        let booked = clients.into_iter().map(|client| client.join().unwrap());
        booked.flatten().collect()
    })
}

/// Between the flush and the answers too: under load, no answer of 200 is lost.
#[test]
fn no_acknowledged_booking_is_lost_under_load() {
    let rounds = env::var("INFOMAT_FILE_ROUNDS").map_or(ROUNDS, |given| given.parse().unwrap());
    let (mut times, mut booked) = (0, 0);
    for _ in 0..rounds {
        for Event { what, done, kept } in EVENTS {
            // A log that is cut under load is destroyed with what is in it.
            let Some(kept) = kept.filter(|_| what != LOG_IS_CUT) else {
                continue;
            };
            let site = site();
            let backup = site.path("backup.db");
            site.run_well(&["backup", backup.to_str().unwrap()], "");
            let server = site.serve();
            let given = booked_meanwhile(&site, &server, done);
            assert!(given.len() > 10, "{what}: {}", given.len());
            // The system kills a program that reads behind the end of a mapped file.
            if what != INDEX_IS_CUT {
                assert_stopped(&site, &server, what);
            }
            server.pull_the_plug();
            drop(server);
            let mut found = tickets(&kept(&site));
            let lost = |found: &[String]| given.iter().filter(|ticket| !found.contains(ticket)).count();
            assert_eq!(lost(&found), 0, "{what}");
            found.retain(|ticket| *ticket != given[0]);
            assert_eq!(lost(&found), 1);
            times += 1;
            booked += given.len();
        }
    }
    tried(
        "files of the database unlinked, replaced, renamed or cut under a server that books for several clients",
        times,
        &format!("nothing is booked or shown any more; {booked} bookings acknowledged before, all kept"),
        "a ticket taken out by hand is missed",
    );
}

/// What is done beside a server in the right way is no change of its files.
#[test]
fn a_purge_a_backup_and_an_import_beside_a_server_change_nothing_of_that_kind() {
    let site = site();
    let server = site.serve();
    let mut client = server.client();
    for round in 0..3 {
        Ask::new(1, 4, 3).book(&mut client);
        site.run_well(&["purge", "--older-than", "30"], "");
        Ask::new(1, 4, 3).book(&mut client);
        let backup = site.path(&format!("backup-{round}.db"));
        site.run_well(&["backup", backup.to_str().unwrap()], "");
        site.import(&[clinic::patient(100 + round, 1)]);
    }
    assert_eq!(client.ask("GET", "/readyz", &[], b"").status, 200);
    assert!(!log(&site).contains("nothing is booked or shown"));
}
