//! Goal: keys are made, shown and retired by a command, and change while the server serves, so that no request fails.
//! Method: the real binary, under load where it matters.

use crate::clinic::{self, Ask, guid};
use crate::harness::{self, Client, Site};
use crate::service::Manager;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Clients that ask while the keys change.
const CLIENTS: usize = 4;

/// Cycles of a new key, its signing, and the end of the one before.
const CYCLES: usize = 5;

/// The cycles take no longer, or the test has failed.
const TIME_MAX: Duration = Duration::from_mins(1);

/// A clinic with a patient who may book over and over.
fn site() -> Site {
    clinic::roomy_site(10_000, "1111222233334444")
}

/// Identifies the patient; the token.
fn token(client: &mut Client) -> String {
    let birthday = clinic::patient(4, 1)["birthDate"].as_str().unwrap().to_owned();
    let target = format!(
        "/auth/{}/token?n_pol=1111222233334444&Birthday={birthday}",
        guid(1)
    );
    let answer = client.ask("GET", &target, &[], b"");
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()["token"].as_str().unwrap().to_owned()
}

/// The status of a booking with a token.
fn book(client: &mut Client, token: &str) -> u16 {
    Ask::new(1, 4, 3)
        .authorized(&format!("Bearer {token}"))
        .send(client)
        .status
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn a_key_is_made_shown_and_retired() {
    let site = Site::new("# mine\n[rules]\npast = true # as it should be\n");
    let before = fs::read_to_string(site.path("infomat.toml")).unwrap();
    let mut words = site.run_well(&["key", "new", "may"], "");
    words += &site.run_well(&["key", "new", "june", "--sign"], "");
    let list = site.run_well(&["key", "list"], "");
    let row = |id: &str| {
        let row = list
            .lines()
            .find(|line| line.starts_with(&format!("{id} ")))
            .unwrap();
        row.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let file = |name: &str| site.path(name).display().to_string();
    assert_eq!(
        row("main"),
        format!("main no {} bytes 0 days {}", harness::KEY.len(), file("hmac.key"))
    );
    assert_eq!(row("may"), format!("may no 64 bytes 0 days {}", file("may.key")));
    assert_eq!(
        row("june"),
        format!("june yes 64 bytes 0 days {}", file("june.key"))
    );
    let mode = fs::metadata(site.path("june.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    for (arguments, status, reason) in [
        (["key", "retire", "june"], 1, "`june` signs"),
        (
            ["key", "retire", "july"],
            1,
            "there is no key `july`; there are `main`, `may`, `june`",
        ),
        (["key", "sign", "july"], 1, "there is no key `july`"),
        (["key", "new", "may"], 1, "there is a key `may` already"),
        (["key", "new", "../may"], 2, "letters"),
    ] {
        let refused = site.run(&arguments, "");
        assert_eq!(refused.status.code(), Some(status), "{arguments:?}");
        assert!(said(&refused).contains(reason), "{}", said(&refused));
    }
    fs::write(site.path("old.key"), "somebody's").unwrap();
    let refused = site.run(&["key", "new", "old"], "");
    assert!(
        said(&refused).contains("old.key is there already"),
        "{}",
        said(&refused)
    );
    assert_eq!(fs::read_to_string(site.path("old.key")).unwrap(), "somebody's");

    words += &site.run_well(&["key", "sign", "main"], "");
    for id in ["may", "june"] {
        words += &site.run_well(&["key", "retire", id], "");
        assert!(site.path(&format!("{id}.key")).exists(), "the file stays");
    }
    let after = fs::read_to_string(site.path("infomat.toml")).unwrap();
    assert_eq!(
        after,
        before.replace("sign_with = 'main'", "sign_with = \"main\"")
    );
    for key in ["hmac.key", "may.key", "june.key"] {
        let secret = fs::read_to_string(site.path(key)).unwrap();
        assert!(
            !words.contains(secret.trim()) && !list.contains(secret.trim()),
            "{key} was printed"
        );
    }
}

#[test]
fn keys_change_under_load_and_nobody_is_refused() {
    let site = site();
    let manager = Manager::of(&site);
    let server = site.start(&mut manager.command());
    let first = token(&mut server.client());
    let until = Instant::now() + TIME_MAX;
    let ends = AtomicBool::new(false);
    let rounds: [AtomicUsize; CLIENTS] = Default::default();
    thread::scope(|scope| {
        for round in &rounds {
            scope.spawn(|| {
                let mut client = server.client();
                while !ends.load(Ordering::Relaxed) && Instant::now() < until {
                    let token = token(&mut client);
                    assert_eq!(book(&mut client, &token), 200);
                    round.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Every client has begun and ended a round: none goes on with a token from before.
        let passed = || {
            let count = |round: &AtomicUsize| round.load(Ordering::Relaxed);
            let before: Vec<_> = rounds.iter().map(count).collect();
            while rounds
                .iter()
                .zip(&before)
                .any(|(round, before)| count(round) < before + 2)
            {
                assert!(Instant::now() < until, "a client has not gone on");
                thread::yield_now();
            }
        };
        passed();
        let mut old = "main".to_owned();
        for cycle in 0..CYCLES {
            let new = format!("cycle-{cycle}");
            site.run_well(&["key", "new", &new], "");
            manager.reload(&server);
            passed();
            site.run_well(&["key", "sign", &new], "");
            manager.reload(&server);
            passed();
            if cycle == 0 {
                assert_eq!(
                    book(&mut server.client(), &first),
                    200,
                    "accepted until it is retired"
                );
            }
            site.run_well(&["key", "retire", &old], "");
            manager.reload(&server);
            passed();
            old = new;
        }
        ends.store(true, Ordering::Relaxed);
    });
    assert_eq!(
        book(&mut server.client(), &first),
        403,
        "a retired key is not accepted"
    );
}

#[test]
fn a_broken_configuration_leaves_the_keys_in_force() {
    let site = site();
    let manager = Manager::of(&site);
    let server = site.start(&mut manager.command());
    let mut client = server.client();
    let token = token(&mut client);
    let good = fs::read_to_string(site.path("infomat.toml")).unwrap();
    for (broken, reason) in [
        (good.replace("listen", "listne"), "line 2"),
        (good.replace("hmac.key", "nowhere.key"), "nowhere.key"),
        (
            good.replace("sign_with = 'main'", "sign_with = 'may'"),
            "sign_with",
        ),
    ] {
        fs::write(site.path("infomat.toml"), broken).unwrap();
        fs::write(site.path("server.log"), "").unwrap();
        manager.reload(&server);
        assert_eq!(book(&mut client, &token), 200);
        let log = fs::read_to_string(site.path("server.log")).unwrap();
        assert!(
            log.contains("the keys stay as they are") && log.contains(reason),
            "{log}"
        );
    }
    // Only the keys are read anew: what else has changed waits for the next start.
    fs::write(
        site.path("infomat.toml"),
        good.replace("'infomat.db'", "'other.db'"),
    )
    .unwrap();
    fs::write(site.path("hmac.key"), "another key of the tests, long enough").unwrap();
    manager.reload(&server);
    assert_eq!(book(&mut client, &token), 403, "the key is another one now");
    let claims = harness::claims(&guid(1), &guid(4), "Infomat");
    let token = harness::sign(&claims, b"another key of the tests, long enough");
    assert_eq!(book(&mut client, &token), 200);
}
