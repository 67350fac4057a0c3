//! Goal: nothing is lost and nothing is done twice, whoever dies in the middle. Method: the centre is killed, its sessions are
//! ended by the database, and two of it run beside each other, while a box and the region go on; then both sides are compared.

use super::dealings::clinic;
use super::region;
use super::region::{Application, Enrolled, Region, bearer, post};
use crate::harness::{Client, Server};
use crate::region::database::Database;
use infomat::exchange::wire::Answer;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::thread;
use uuid::Uuid;

/// Rounds of a killed centre.
const KILLS: usize = 8;

/// Records that a round has to bring: the kill falls into the work on them.
const BOOKINGS: usize = 60;

/// Sees that the box and the centre know the same visits, and returns them.
fn agreed(region: &Region, site: &Enrolled) -> BTreeSet<Uuid> {
    let rows = region
        .sql()
        .query("SELECT visit FROM infomat.visit WHERE status = 'active'", &[])
        .unwrap();
    let there: BTreeSet<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let here = site.db.visits.iter().filter(|(_, visit)| visit.active);
    assert_eq!(there, here.map(|(guid, _)| *guid).collect());
    let gaps = "SELECT count(*) - max(seq) FROM infomat.journal";
    assert_eq!(region.number(gaps), 0, "each number once");
    assert_eq!(region.number("SELECT count(*) FROM infomat.issue"), 0);
    there
}

fn book(portal: &Application, client: &mut Client, slot: Uuid) -> Uuid {
    let (status, visit) = portal.book(client, slot, &Value::Null);
    assert_eq!(status, 200, "{visit}");
    serde_json::from_value(visit["guid"].clone()).unwrap()
}

/// Sends a request and does not wait: the centre is killed at some moment of its work.
fn ask_and_kill(site: &mut Enrolled, server: &Server, micros: u64) {
    let request = site.db.request(&Uuid::now_v7().to_string()).print().unwrap();
    let mut client = server.client();
    let bearer = bearer(&site.secret);
    let head = format!(
        "POST /api/centre/v1/exchange HTTP/1.1\r\nHost: a\r\nAuthorization: {bearer}\r\nContent-Length: {}\r\n\r\n",
        request.len()
    );
    client.send(&[head.as_bytes(), &request].concat()).unwrap();
    thread::sleep(std::time::Duration::from_micros(micros));
    server.pull_the_plug();
    // Where the answer came out, the box may take it or lose it: here it is lost.
    let _ = client.read(false);
}

#[test]
fn a_killed_centre_loses_nothing() {
    let Some(region) = region() else { return };
    let owners: Vec<&str> = (0..KILLS * (BOOKINGS + 1))
        .map(|cell| if cell < KILLS { "centre" } else { "box" })
        .collect();
    let (mut site, cells) = clinic(&region, &owners);
    let portal = region.application();
    let mut server = region.serve();
    site.exchange(&mut server.client());
    let mut promised = BTreeSet::new();
    for round in 0..KILLS {
        promised.insert(book(&portal, &mut server.client(), cells[round]));
        for cell in &cells[KILLS + round * BOOKINGS..][..BOOKINGS] {
            let guid = Uuid::now_v7();
            assert!(site.db.book(guid, *cell, || true));
            promised.insert(guid);
        }
        ask_and_kill(&mut site, &server, 3_000 * round as u64);
        server = region.serve();
    }
    site.exchange(&mut server.client());
    assert_eq!(agreed(&region, &site), promised);
}

/// Two programs, one database: whichever a request reaches, a place is given once.
#[test]
fn two_centres_are_as_one() {
    const EACH: usize = 40;
    let Some(region) = region() else { return };
    let (mut site, cells) = clinic(&region, &["centre"; EACH]);
    let (portal, servers) = (region.application(), [region.serve(), region.serve()]);
    site.exchange(&mut servers[0].client());
    let booked: usize = thread::scope(|scope| {
        let clients = servers.iter().cycle().take(4).map(|server| {
            scope.spawn(|| {
                let mut client = server.client();
                let answers = cells
                    .iter()
                    .map(|cell| portal.book(&mut client, *cell, &Value::Null));
                answers
                    .filter(|(status, answer)| {
                        assert!(
                            *status == 200 || *answer == json!({"reason": "full"}),
                            "{status} {answer}"
                        );
                        *status == 200
                    })
                    .count()
            })
        });
        clients
            .collect::<Vec<_>>()
            .into_iter()
            .map(|client| client.join().unwrap())
            .sum()
    });
    assert_eq!(booked, EACH);
    // The same request at both: one is done, and the other finds it done.
    let request = site.db.request("twice").print().unwrap();
    let (secret, request) = (&*site.secret, &request);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let asked = servers.iter().map(|server| {
            scope.spawn(move || {
                let (status, body) = post(&mut server.client(), secret, request);
                assert_eq!(status, 200);
                Answer::parse(&body).unwrap()
            })
        });
        asked
            .collect::<Vec<_>>()
            .into_iter()
            .map(|asked| asked.join().unwrap())
            .collect()
    });
    assert_eq!(answers[0].received, answers[1].received);
    site.exchange(&mut servers[1].client());
    assert_eq!(agreed(&region, &site).len(), EACH);
}

/// The database ends all sessions, as it does when it is started anew: the next request opens another.
#[test]
fn a_database_that_was_away_is_found_again() {
    let Some(region) = region() else { return };
    let (mut site, cells) = clinic(&region, &["centre", "centre"]);
    let (portal, server) = (region.application(), region.serve());
    let mut client = server.client();
    site.exchange(&mut client);
    book(&portal, &mut client, cells[0]);
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    region.sql().query(end, &[]).unwrap();
    book(&portal, &mut client, cells[1]);
    site.exchange(&mut client);
    assert_eq!(agreed(&region, &site).len(), 2);
}
