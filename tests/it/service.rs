//! Goal: the service manager learns when the server is ready, reloads and stops, restarts one that is blocked and not one
//! that is idle, and does not restart one whose configuration is wrong. Method: the real binary with a notification socket
//! of the test (sd_notify(3)).

use crate::clinic::{self, Ask};
use crate::harness::{Server, Site};
use rustix::process::Signal;
use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long the manager waits for a word before a test gives up.
const WORD_TIMEOUT: Duration = Duration::from_mins(1);

/// The watchdog's patience in these tests; it is fed three times as often.
const PATIENCE: Duration = Duration::from_millis(600);

/// Feedings that are waited for.
const FEEDS: usize = 5;

/// Clients that book at once, each in a cell of its own.
const CLIENTS: u32 = 4;

/// Most bytes of one message.
const MESSAGE_BYTES_MAX: usize = 512;

/// The service manager's end of a notification socket.
pub struct Manager<'a> {
    site: &'a Site,
    socket: UnixDatagram,
}

impl Manager<'_> {
    pub fn of(site: &Site) -> Manager<'_> {
        let socket = UnixDatagram::bind(site.path("notify")).unwrap();
        Manager { site, socket }
    }

    /// The command that serves, with the manager's environment.
    pub fn command(&self) -> Command {
        let mut command = self.site.command(&["serve"]);
        command.env("NOTIFY_SOCKET", self.site.path("notify"));
        command
    }

    /// Starts the server with a watchdog.
    fn watch(&self) -> Server {
        let micros = PATIENCE.as_micros().to_string();
        self.site.start(self.command().env("WATCHDOG_USEC", micros))
    }

    /// The next message, if one comes within this time.
    fn next(&self, within: Duration) -> Option<String> {
        let mut message = [0; MESSAGE_BYTES_MAX];
        self.socket.set_read_timeout(Some(within)).unwrap();
        match self.socket.recv(&mut message) {
            Ok(length) => Some(String::from_utf8(message[..length].to_vec()).unwrap()),
            // A signal to the tests' own process ends the wait too.
            Err(error)
                if [ErrorKind::WouldBlock, ErrorKind::TimedOut, ErrorKind::Interrupted]
                    .contains(&error.kind()) =>
            {
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Waits for a message that begins with this; others before it do not count.
    pub fn hears(&self, word: &str) -> String {
        let until = Instant::now() + WORD_TIMEOUT;
        while Instant::now() < until {
            if let Some(message) = self.next(WORD_TIMEOUT)
                && message.starts_with(word)
            {
                return message;
            }
        }
        panic!("{word} did not come")
    }

    /// Has the server read its keys anew, and waits until it has.
    pub fn reload(&self, server: &Server) {
        server.signal(Signal::HUP);
        assert!(self.hears("RELOADING=1").contains("MONOTONIC_USEC="));
        self.hears("READY=1");
    }

    /// Waits until the watchdog has been fed so often. Returns the shortest time from one feeding to the next: a machine
    /// that is busy with other things makes times longer, never shorter.
    fn shortest_between_feeds(&self, feeds: usize) -> Duration {
        let mut shortest = Duration::MAX;
        self.hears("WATCHDOG=1");
        for _ in 1..feeds {
            let last = Instant::now();
            self.hears("WATCHDOG=1");
            shortest = shortest.min(last.elapsed());
        }
        shortest
    }

    /// Reads all messages of some time. Returns the longest time without one that fed the watchdog.
    fn longest_without_feed(&self, time: Duration) -> Duration {
        let mut longest = Duration::ZERO;
        let until = Instant::now() + time;
        let mut last = Instant::now();
        while let Some(left) = until
            .checked_duration_since(Instant::now())
            .filter(|left| !left.is_zero())
        {
            let message = self.next(left);
            longest = longest.max(last.elapsed());
            if message.is_some_and(|message| message.starts_with("WATCHDOG=1")) {
                last = Instant::now();
            }
        }
        longest
    }
}

#[test]
fn readiness_and_the_end_are_told() {
    let site = Site::new("");
    let manager = Manager::of(&site);
    let server = site.start(&mut manager.command());
    manager.hears("READY=1");
    assert_eq!(server.client().ask("GET", "/lpu", &[], b"").status, 200);
    manager.reload(&server);
    assert!(server.terminate().success());
    manager.hears("STOPPING=1");
}

#[test]
fn a_wrong_configuration_is_no_reason_to_start_again() {
    let site = Site::new("");
    let manager = Manager::of(&site);
    std::fs::write(site.path("infomat.toml"), "databse = 'infomat.db'").unwrap();
    let refused = manager.command().output().unwrap();
    assert_eq!(refused.status.code(), Some(78), "EX_CONFIG");
    assert_eq!(manager.next(Duration::from_millis(1)), None, "it was never ready");
}

#[test]
fn the_watchdog_is_fed_when_idle_and_under_load() {
    let site = Site::new(clinic::RULES_OFF);
    site.import(&[
        clinic::lpu(1),
        clinic::speciality("27"),
        clinic::doctor(2, 1, "27", "Врачова"),
        clinic::patient(4, 1),
    ]);
    let places = serde_json::json!({"planCount": 10_000});
    let cells: Vec<_> = (0..CLIENTS)
        .map(|n| clinic::with(clinic::slot(10 + n, 2, 1, "10:00"), &places))
        .collect();
    site.import(&cells);
    let manager = Manager::of(&site);
    let server = manager.watch();
    manager.hears("READY=1");
    let idle = manager.shortest_between_feeds(FEEDS);
    assert!(idle < PATIENCE, "idle: {idle:?}");

    let ends = AtomicBool::new(false);
    thread::scope(|scope| {
        let (server, ends) = (&server, &ends);
        let books = move |cell| {
            let mut client = server.client();
            let mut booked = 0;
            while !ends.load(Ordering::Relaxed) {
                Ask::new(1, 4, cell).book(&mut client);
                booked += 1;
            }
            booked
        };
        let clients: Vec<_> = (0..CLIENTS).map(|n| scope.spawn(move || books(10 + n))).collect();
        let load = manager.shortest_between_feeds(FEEDS);
        ends.store(true, Ordering::Relaxed);
        let booked: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
        assert!(load < PATIENCE, "load: {load:?}");
        // No system call for each booking: it is fed by the time, not by the batch.
        assert!(booked > 4 * FEEDS, "{booked} bookings for {FEEDS} feedings");
    });
}

/// The thread that decides waits for another program's write transaction: as good as blocked, while all others go on.
#[test]
fn a_blocked_server_lets_the_watchdog_starve() {
    let site = Site::new("");
    site.import(&clinic::small());
    let manager = Manager::of(&site);
    let server = manager.watch();
    manager.hears("WATCHDOG=1");
    let holder = rusqlite::Connection::open(site.path("infomat.db")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    thread::scope(|scope| {
        let answer = scope.spawn(|| Ask::new(1, 4, 3).send(&mut server.client()).status);
        // Until the booking has arrived it is fed; from then on it is not.
        let until = Instant::now() + WORD_TIMEOUT;
        let mut longest = Duration::ZERO;
        while longest < 2 * PATIENCE && Instant::now() < until {
            longest = longest.max(manager.longest_without_feed(3 * PATIENCE));
        }
        assert!(
            longest >= 2 * PATIENCE,
            "it was fed every {longest:?} all the same"
        );
        holder.execute_batch("ROLLBACK").unwrap();
        // On a busy machine the booking has waited for so long that it was refused.
        let again = |status| {
            if status == 503 {
                Ask::new(1, 4, 3).send(&mut server.client()).status
            } else {
                status
            }
        };
        assert_eq!(again(answer.join().unwrap()), 200, "and it goes on");
    });
    manager.hears("WATCHDOG=1");
}
