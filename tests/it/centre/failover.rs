//! Goal: where the centre's database fails over to a synchronous standby, or is put back to a point in time, nothing that either side
//! still knows is lost, and nothing happens twice. Method: real PostgreSQL servers, killed in mid-exchange, promoted, and restored from
//! a base and its archive. The control is a database that says "committed" before the disk has it: it loses.

use super::kills::{self, book_there, differences, insist};
use super::own::Own;
use super::programs::{self, Clinic};
use super::region::Region;
use crate::clinic::RULES_OFF;
use crate::harness::{Beside, Server, lacks, tried};
use crate::model::Dice;
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;
use uuid::Uuid;

/// Failovers of the short form; `INFOMAT_CENTRE_FAILOVERS` asks for others.
const FAILOVERS: usize = 2;

/// Cells of each failover, each booked once.
const CELLS: u32 = 8;

/// Within which a kill falls, behind the first booking.
const MOMENT_MICROS: usize = 60_000;

/// A running PostgreSQL with these lines in its configuration, or word that the test goes without.
fn started(lines: &str) -> Option<Own> {
    let own = Own::make();
    if lacks("PostgreSQL 15 (initdb, postgres)", own.is_some()) {
        return None;
    }
    let mut own = own.unwrap();
    own.set(lines);
    own.start();
    Some(own)
}

/// A clinic over this region, whose centre runs, with cells for so many bookings.
fn clinic(region: &Region, cells: u32) -> (Clinic, Server) {
    let (clinic, server) = (Clinic::admitted(region, 1), region.serve());
    programs::tell(region, &clinic, &kills::lines(cells as usize));
    clinic.configure_with(&format!("http://{}", server.address), &clinic.secret, RULES_OFF);
    clinic.exchange_well();
    (clinic, server)
}

/// Lets a standby follow, and the other wait for it with each commit.
fn followed(primary: &Own) -> Own {
    let mut standby = Own::copy_of(primary, true);
    standby.start();
    primary.set("synchronous_standby_names = '*'");
    primary.sql().batch_execute("SELECT pg_reload_conf()").unwrap();
    insist("a synchronous standby", || {
        let state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        let count: i64 = primary.sql().query_one(state, &[]).unwrap().get(0);
        (count == 1).then_some(())
    });
    standby
}

#[test]
fn a_promoted_synchronous_standby_has_all() {
    let Some(mut primary) = started("") else { return };
    let failovers =
        std::env::var("INFOMAT_CENTRE_FAILOVERS").map_or(FAILOVERS, |times| times.parse().unwrap());
    let mut dice = Dice(failovers as u64);
    let mut promised = BTreeSet::new();
    let mut region = Region::over(primary.url("postgres"));
    let (clinic, first) = clinic(&region, CELLS * (1 + u32::try_from(failovers).unwrap()));
    drop(first);
    let portal = region.application();
    for failover in 0..u32::try_from(failovers).unwrap() {
        let standby = followed(&primary);
        region.url = format!(
            "postgresql://centre@{},{}/postgres?target_session_attrs=read-write",
            primary.host(),
            standby.host()
        );
        let server = region.serve();
        clinic.configure_with(&format!("http://{}", server.address), &clinic.secret, RULES_OFF);
        let here = clinic.site.serve();
        let mut following = Beside::start(&mut clinic.site.command(&["exchange", "--follow"]));
        let moment = Duration::from_micros(dice.roll(MOMENT_MICROS) as u64);
        let promote = || {
            thread::sleep(moment);
            primary.kill();
            standby.promote();
            // What promoted it says so: nothing was lost, and the centre goes on.
            insist("the word of the promotion", || {
                region.run(&["mark-promoted"], "").status.success().then_some(())
            });
        };
        let booked: Vec<Uuid> = thread::scope(|scope| {
            let promoted = scope.spawn(promote);
            let cells = failover * CELLS..(failover + 1) * CELLS;
            let booked = cells.flat_map(|cell| {
                [
                    kills::book_here(|| here.address, cell, 0).unwrap(),
                    book_there(&portal, &clinic, server.address, cell, 0).unwrap(),
                ]
            });
            let booked = booked.collect();
            promoted.join().unwrap();
            booked
        });
        promised.extend(booked);
        following.end(Signal::TERM);
        primary = standby;
        region.url = primary.url("postgres");
        clinic.exchange_well();
        assert_eq!(differences(&region, &clinic, &promised), BTreeSet::new());
        // The next standby is made of this one, which waits for nobody until then.
        primary.set("synchronous_standby_names = ''");
        primary.sql().batch_execute("SELECT pg_reload_conf()").unwrap();
    }
    // The word may come before anybody has seen the new server.
    let generation = "SELECT generation FROM infomat.region";
    let before: String = primary.sql().query_one(generation, &[]).unwrap().get(0);
    let standby = followed(&primary);
    primary.kill();
    standby.promote();
    primary = standby;
    region.url = primary.url("postgres");
    region.run_well(&["mark-promoted"], "");
    let after: String = primary.sql().query_one(generation, &[]).unwrap().get(0);
    assert_eq!(after, before);
    assert_eq!(promised.len(), failovers * 2 * CELLS as usize);
    region.run_well(&["verify"], "");
    clinic.site.run_well(&["verify"], "");
    assert_eq!(region.number("SELECT count(*) FROM infomat.issue"), 0);
    tried(
        "kill -9 of the centre's primary in mid-exchange, its synchronous standby promoted",
        failovers,
        &format!(
            "{} bookings acknowledged at either side, each at both once",
            promised.len()
        ),
        "with `synchronous_commit = off` bookings that the centre acknowledged are lost: the row below",
    );
}

/// The centre's own bookings are lost where PostgreSQL promises what the disk does not have: it has to run with the settings that
/// [infomat::contract::centre] names. What the box did comes back by itself.
#[test]
fn a_database_that_promises_too_early_loses() {
    const TRIES: u32 = 6;
    // Nothing is written for ten seconds unless somebody waits for it.
    let Some(mut own) =
        started("synchronous_commit = off\nwal_writer_delay = 10s\nwal_writer_flush_after = 1GB")
    else {
        return;
    };
    let region = Region::over(own.url("postgres"));
    let (clinic, server) = clinic(&region, TRIES * CELLS);
    let (portal, here) = (region.application(), clinic.site.serve());
    let (mut promised, mut ours) = (BTreeSet::new(), BTreeSet::new());
    let mut lost = BTreeSet::new();
    for attempt in 0..TRIES {
        for cell in attempt * CELLS..(attempt + 1) * CELLS {
            ours.extend(kills::book_here(|| here.address, cell, 0));
            promised.extend(book_there(&portal, &clinic, server.address, cell, 0));
        }
        let _ = clinic.run(&["exchange"]);
        let more = book_there(&portal, &clinic, server.address, attempt * CELLS, 1);
        promised.extend(more);
        own.kill();
        own.start();
        let exchanged = clinic.run(&["exchange"]);
        assert!(exchanged.0.is_some(), "{}", exchanged.1);
        let active = "SELECT visit FROM infomat.visit WHERE status = 'active'";
        let rows = region.sql().query(active, &[]).unwrap();
        let there: BTreeSet<Uuid> = rows.iter().map(|row| row.get(0)).collect();
        lost = promised.difference(&there).copied().collect();
        if !lost.is_empty() {
            assert!(ours.is_subset(&there), "what the box did comes back");
            break;
        }
    }
    assert!(
        !lost.is_empty(),
        "nothing was lost in {TRIES} kills: the control shows nothing"
    );
    tried(
        "the control: kill -9 of a PostgreSQL that runs with `synchronous_commit = off`",
        1,
        &format!(
            "{} bookings that the centre had acknowledged are lost",
            lost.len()
        ),
        "as it should be",
    );
}

/// Both sides know more than the restored database does.
#[test]
fn a_database_put_back_to_a_point_in_time_is_told_what_it_lacks() {
    // PostgreSQL runs it in its folder of data.
    let archive = "archive_mode = on\narchive_command = 'mkdir -p ../archive && cp %p ../archive/%f'";
    let Some(mut own) = started(archive) else { return };
    let mut region = Region::over(own.url("postgres"));
    let (clinic, server) = clinic(&region, 4);
    let (portal, here) = (region.application(), clinic.site.serve());
    let book = |cell: u32| {
        [
            kills::book_here(|| here.address, cell, 0).unwrap(),
            book_there(&portal, &clinic, server.address, cell, 0).unwrap(),
        ]
    };
    let mut promised: BTreeSet<Uuid> = book(0).into();
    clinic.exchange_well();
    let mut restored = Own::copy_of(&own, false);
    promised.extend(book(1));
    clinic.exchange_well();
    let point = "SELECT pg_walfile_name(pg_create_restore_point('here'))";
    let segment: String = own.sql().query_one(point, &[]).unwrap().get(0);
    // The restored database knows nothing of what follows: the box does of the first, and nobody of the second.
    promised.extend(book(2));
    clinic.exchange_well();
    let [of_box, forgotten] = book(3);
    promised.insert(of_box);
    own.sql().batch_execute("SELECT pg_switch_wal()").unwrap();
    let archived = own.path("archive").join(segment);
    insist("the archive", || archived.exists().then_some(()));
    drop(server);
    // Stopped, it has archived all.
    own.stop();
    restored.set(&format!(
        "archive_mode = off\nrestore_command = 'cp {}/%f %p'\nrecovery_target_name = 'here'\n\
         recovery_target_action = promote",
        own.path("archive").display()
    ));
    restored.put("data/recovery.signal", "");
    restored.start();
    insist("the end of the recovery", || {
        let recovers: bool = restored
            .sql()
            .query_one("SELECT pg_is_in_recovery()", &[])
            .unwrap()
            .get(0);
        (!recovers).then_some(())
    });
    region.url = restored.url("postgres");
    let server = region.serve();
    clinic.configure_with(&format!("http://{}", server.address), &clinic.secret, RULES_OFF);
    // Before the box has reported, the centre books nothing of its cells.
    let wish = clinic.wish(20_003, programs::PATIENT_THERE);
    let (status, said) = portal.ask(&mut server.client(), "POST", "visit", &wish);
    assert_eq!(
        (status, said["reason"].as_str()),
        (409, Some("notHeardSinceRestore"))
    );
    let lacking = differences(&region, &clinic, &promised);
    assert!(
        lacking.iter().any(|line| line.starts_with("the centre lacks")),
        "{lacking:?}"
    );
    clinic.exchange_well();
    assert_eq!(differences(&region, &clinic, &promised), BTreeSet::new());
    assert!(!promised.contains(&forgotten));
    promised.extend(book_there(&portal, &clinic, server.address, 3, 1));
    clinic.exchange_well();
    assert_eq!(differences(&region, &clinic, &promised), BTreeSet::new());
    region.run_well(&["verify"], "");
    clinic.site.run_well(&["verify"], "");
}
