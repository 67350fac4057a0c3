//! What is done while the power may go.

use super::shell::Shell;
use crate::clinic::{self, Ask, guid};
use crate::desk::{self, Person};
use crate::exchange::peer::region_site;
use crate::harness::{PATIENCE, Server, Site};
use crate::schema::{OLDER, older_site};
use crate::tickets::{self, ticket_guid};
use crate::{crash, purge, restore};
use serde_json::json;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long an idle server may take to copy its log into the database.
const COPIED_MAX: Duration = PATIENCE;
/// Clients that book: how often in a row, and in how many rows.
const CLIENTS: usize = 3;
const IN_A_ROW: usize = 8;
const ROWS: usize = 3;
/// Who moves visits at the reception, and where the password is kept for the run.
const LOGIN: &str = "registrar-1";
const PASSWORD: &str = "password.new";
/// Patients that an import brings.
const IMPORTED: u32 = 300;

pub struct Run {
    pub name: &'static str,
    /// One thing is done after the other: with its answer everything that is there is acknowledged. Otherwise each ticket is.
    pub is_alone: bool,
    pub site: fn() -> Site,
    pub act: fn(&Site, &mut Shell),
    /// What has to be found to lose something, done to this run.
    pub controls: &'static [Control],
}

/// A program that is wrong in one thing, as the log of a right one would look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Control {
    /// `synchronous=NORMAL`: a commit does not flush the log.
    LogIsNotFlushed,
    /// What gets a name does not flush its folder.
    FolderIsNotFlushed,
    /// The answer comes before what it tells is written.
    AnswerComesFirst,
}

pub const RUNS: [Run; 14] = [
    Run {
        name: "bookings",
        is_alone: false,
        site: crash::site,
        act: |_, shell| {
            for row in 0..ROWS {
                if row > 0 {
                    wait_until_copied(&shell.server);
                }
                book_in_rows(&shell.server, row);
            }
        },
        controls: &[Control::LogIsNotFlushed, Control::AnswerComesFirst],
    },
    Run {
        name: "bookings, holds, moves, arrivals and cancellings",
        is_alone: true,
        site: || {
            let site = clinic_of_two();
            let password = desk::add(&site, LOGIN, "registrar");
            fs::write(site.path(PASSWORD), password).unwrap();
            site
        },
        act: change,
        controls: &[Control::LogIsNotFlushed],
    },
    Run {
        name: "an import beside bookings",
        is_alone: false,
        site: crash::site,
        act: |site, shell| {
            let lines = (20_000..20_000 + IMPORTED).map(|n| clinic::patient(n, 1).to_string());
            fs::write(site.path("patients.ndjson"), lines.collect::<Vec<_>>().join("\n")).unwrap();
            thread::scope(|scope| {
                let address = shell.server.address;
                let books = scope.spawn(move || book_at(address, "beside", 0));
                shell.run(&["import", site.path("patients.ndjson").to_str().unwrap()]);
                books.join().unwrap();
            });
        },
        controls: &[Control::LogIsNotFlushed],
    },
    Run {
        name: "imports",
        is_alone: true,
        site: clinic_of_two,
        act: |site, shell| {
            for time in ["10:00", "11:00", "12:00"] {
                let mut lines = tickets::lines();
                lines.extend((300..340).map(|n| clinic::slot(n, tickets::OCULIST, 3 + i64::from(n), time)));
                let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
                fs::write(site.path("cells.ndjson.new"), lines.join("\n")).unwrap();
                shell.run(&["import", site.path("cells.ndjson.new").to_str().unwrap()]);
            }
            wait_until_copied(&shell.server);
        },
        controls: &[Control::LogIsNotFlushed],
    },
    Run {
        name: "a purge",
        is_alone: true,
        site: purge::site,
        act: |_, shell| {
            shell.run(&["purge", "--older-than", "30"]);
            wait_until_copied(&shell.server);
        },
        controls: &[Control::LogIsNotFlushed],
    },
    Run {
        name: "a restore",
        is_alone: true,
        site: || restore::site().0,
        act: |site, shell| {
            shell.end_server();
            shell.run(&["restore", site.path("copy.db").to_str().unwrap()]);
        },
        controls: &[Control::FolderIsNotFlushed],
    },
    Run {
        name: "backups",
        is_alone: true,
        site: clinic_of_two,
        act: |site, shell| {
            for n in 0..3 {
                shell.run(&["backup", site.path(&format!("copy-{n}.db")).to_str().unwrap()]);
                Ask::new(tickets::LPU, tickets::PATIENT, 100 + n).book(&mut shell.server.client());
            }
        },
        controls: &[Control::FolderIsNotFlushed],
    },
    Run {
        name: "changes of keys",
        is_alone: true,
        site: clinic_of_two,
        act: |_, shell| {
            for arguments in [
                &["key", "new", "second"][..],
                &["key", "sign", "second"],
                &["key", "new", "third", "--sign"],
                &["key", "retire", "second"],
            ] {
                shell.run(arguments);
                shell.reload_server();
            }
        },
        controls: &[Control::FolderIsNotFlushed],
    },
    Run {
        name: "staff and closed times",
        is_alone: true,
        site: clinic_of_two,
        act: |_, shell| {
            let [doctor, other] = [tickets::THERAPIST, tickets::OCULIST].map(guid);
            let day = &clinic::moment(1, "08:00")[..10];
            shell.run(&[
                "staff",
                "add",
                "petrova",
                "--name",
                "Петрова",
                "--role",
                "registrar",
            ]);
            shell.run(&["close", "--resource", &doctor, "--date", day, "--reason", "болен"]);
            shell.run(&["close", "--resource", &other, "--date", day, "--reason", "учёба"]);
            shell.run(&["staff", "disable", "petrova"]);
        },
        controls: &[Control::LogIsNotFlushed],
    },
    Run {
        name: "exchanges by stick",
        is_alone: true,
        site: || {
            let site = region_site("http://127.0.0.1:9", "");
            Ask::new(1, 4, 3).book(&mut site.serve().client());
            site
        },
        act: |_, shell| {
            use crate::exchange::carried;
            let (stick, office) = (TempDir::new().unwrap(), carried::office());
            let folder = stick.path().to_str().unwrap();
            for round in 0..3 {
                carried::tell_cell(&office, 30 + round);
                shell.run(&["exchange", "--out", folder]);
                carried::carry(stick.path(), &office);
                shell.run(&["exchange", "--in", folder]);
            }
        },
        controls: &[Control::LogIsNotFlushed],
    },
    Run {
        name: "a new beginning from a restored file",
        is_alone: true,
        site: || restore::site().0,
        act: |_, shell| {
            shell.end_server();
            shell.run(&["restore", "--here"]);
        },
        controls: &[],
    },
    Run {
        name: "a migration from version 1",
        is_alone: true,
        site: || older_site(1, OLDER[0]),
        act: |_, _| (),
        controls: &[Control::FolderIsNotFlushed],
    },
    Run {
        name: "a migration from version 6",
        is_alone: true,
        site: || older_site(6, OLDER[5]),
        act: |_, _| (),
        controls: &[],
    },
    Run {
        name: "a migration from the version before",
        is_alone: true,
        site: || older_site(OLDER.len(), OLDER[OLDER.len() - 1]),
        act: |_, _| (),
        controls: &[],
    },
];

/// Two doctors with a day of cells each.
fn clinic_of_two() -> Site {
    let site = Site::new(clinic::RULES_OFF);
    let mut lines = tickets::lines();
    for n in 0..20 {
        let time = format!("{:02}:{:02}", 8 + n / 4, n % 4 * 15);
        lines.push(clinic::slot(100 + n, tickets::THERAPIST, 1, &time));
        lines.push(clinic::slot(200 + n, tickets::OCULIST, 1, &time));
    }
    site.import(&lines);
    site
}

fn change(site: &Site, shell: &mut Shell) {
    let mut client = shell.server.client();
    let mut person = Person::stranger(&shell.server);
    let password = fs::read_to_string(site.path(PASSWORD)).unwrap();
    assert_eq!(person.sign_in(LOGIN, &password).status, 200);
    for n in 0..6 {
        let ticket = ticket_guid(&Ask::new(tickets::LPU, tickets::PATIENT, 100 + n).book(&mut client));
        let path = format!("/desk/api/visits/{ticket}");
        let hold = format!("/visit/{}/hold?timeTable={}", guid(tickets::LPU), guid(110 + n));
        tickets::ask_as(&mut client, tickets::OTHER, "POST", &hold);
        person.do_well(
            "POST",
            &format!("{path}/move"),
            &json!({"timeTable": guid(200 + n)}),
        );
        if n % 2 == 0 {
            person.do_well("POST", &format!("{path}/cancel"), &json!({"reason": "просьба"}));
        }
        if n == 3 {
            wait_until_copied(&shell.server);
        }
    }
}

fn book_in_rows(server: &Server, row: usize) {
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            scope.spawn(move || book_at(server.address, &client.to_string(), row));
        }
    });
}

/// Books in a row.
pub fn book_at(address: std::net::SocketAddr, name: &str, row: usize) {
    let mut client = crate::harness::Client::connect(address);
    for place in 0..IN_A_ROW {
        let key = format!("{name}-{row}-{place}");
        crash::book(&mut client, &key, row * IN_A_ROW + place).unwrap();
    }
}

/// Waits until the server has copied its log into the database. Asks seldom: a server that is asked is not idle.
fn wait_until_copied(server: &Server) {
    let mut client = server.client();
    let until = Instant::now() + COPIED_MAX;
    loop {
        thread::sleep(Duration::from_millis(100));
        let metrics = client.ask("GET", "/metrics", &[], b"").body;
        if String::from_utf8(metrics)
            .unwrap()
            .contains("\ninfomat_wal_waiting_pages 0\n")
        {
            return;
        }
        assert!(Instant::now() < until, "the log was not copied into the database");
    }
}
