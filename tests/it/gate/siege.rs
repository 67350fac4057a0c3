//! A server under attack, and the neighbour whose bookings have to go on meanwhile.

use crate::clinic::{Ask, doctor, lpu, patient, slot, speciality, with};
pub use crate::harness::PATIENCE;
use crate::harness::{Client, Server, Site, tried};
use crate::probe::Probe;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The clinic.
pub const LPU: u32 = 1;
/// Its doctor.
const DOCTOR: u32 = 2;
/// The one cell, with a place for everybody.
pub const SLOT: u32 = 3;
/// The patients' numbers follow this one.
pub const PATIENTS_AFTER: u32 = 1000;

/// Patients of the clinic: each books once. The neighbour serves them for longer than any attack may last.
const PATIENTS: u32 = 8000;
/// The neighbour's pause between two bookings.
const PACE: Duration = Duration::from_millis(10);
/// Bookings of the neighbour during one attack, at least.
const BOOKINGS_MIN: usize = 100;
/// What 99 of 100 bookings of the neighbour stay under, besides what the machine itself takes.
const BOOKING_P99_MAX: Duration = Duration::from_millis(200);
/// How much longer a booking may take than a probe of the machine at the same time: it crosses more threads.
const PROBE_FACTOR: u32 = 10;
/// Memory of the server at its highest.
const MEMORY_KIB_MAX: u64 = 64 * 1024;

/// A clinic with so many patients and one cell with a place for each.
pub fn clinic(patients: u32) -> Site {
    let places = json!({"planCount": patients});
    let mut lines = vec![lpu(LPU), speciality("27"), doctor(DOCTOR, LPU, "27", "Врачова")];
    lines.push(with(slot(SLOT, DOCTOR, 1, "09:00"), &places));
    lines.extend((1..=patients).map(|number| patient(PATIENTS_AFTER + number, LPU)));
    let site = Site::new("");
    site.import(&lines);
    site
}

/// A server, and a neighbour that books and books on one connection.
pub struct Siege {
    site: Site,
    server: Server,
    town: Arc<Town>,
    neighbour: JoinHandle<()>,
    probe: Probe,
    /// Connections that meant no good.
    hostile: AtomicUsize,
}

/// What the neighbour and the attackers share.
#[derive(Default)]
struct Town {
    patients_served: AtomicU32,
    over: AtomicBool,
    bookings: Mutex<Vec<Duration>>,
}

impl Siege {
    /// Begins: the neighbour books from now on.
    pub fn new() -> Self {
        let site = clinic(PATIENTS);
        let server = site.serve();
        let town = Arc::<Town>::default();
        let mut client = server.client();
        let probe = Probe::start(&site.path(""), PACE);
        let neighbour = thread::spawn({
            let town = town.clone();
            move || {
                while !town.over.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    town.books(&mut client);
                    town.bookings.lock().unwrap().push(began.elapsed());
                    thread::sleep(PACE);
                }
            }
        });
        Siege {
            site,
            server,
            town,
            neighbour,
            probe,
            hostile: AtomicUsize::new(0),
        }
    }

    /// Where the server listens.
    fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// A connection of an attacker, on which these bytes were sent, as far as the server took them.
    pub fn sent(&self, bytes: &[u8]) -> TcpStream {
        self.hostile.fetch_add(1, Ordering::Relaxed);
        sent(self.address(), bytes)
    }

    /// Attacks again and again for as long as the neighbour takes for its bookings, which go on as if nothing were.
    pub fn attack(&self, name: &str, attack: impl Fn()) {
        let pace = self.pace_during(name, attack);
        assert_eq!(pace, Ok(()), "{name}");
    }

    /// The same. Returns what is wrong with the neighbour's pace.
    pub fn pace_during(&self, name: &str, attack: impl Fn()) -> Result<(), String> {
        let before = self.bookings();
        let began = Instant::now();
        let deadline = began + PATIENCE;
        while self.bookings() < before + BOOKINGS_MIN {
            assert!(
                Instant::now() < deadline,
                "{name}: the neighbour's bookings have stopped"
            );
            attack();
        }
        self.pace(before, began)
    }

    /// How often the neighbour has booked.
    pub fn bookings(&self) -> usize {
        self.town.bookings.lock().unwrap().len()
    }

    /// Somebody else comes, and books, at the neighbour's pace.
    pub fn newcomer_books(&self) {
        thread::sleep(PACE);
        self.town.books(&mut self.server.client());
    }

    /// Ends, and prints the row about these attacks.
    pub fn end_and_tell(self, attacks: &str) {
        let hostile = self.hostile.load(Ordering::Relaxed);
        let came_out = self.end();
        tried(
            attacks,
            hostile,
            &format!("refused or bounded; {came_out}"),
            "a server that stands still for a moment is seen by the neighbour",
        );
    }

    /// Ends: all is as before, nothing has been restarted, the memory has kept its bound, and the log names no panic. Returns
    /// how it went.
    pub fn end(self) -> String {
        self.newcomer_books();
        self.town.over.store(true, Ordering::Relaxed);
        self.neighbour.join().unwrap();
        self.probe.end();
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.pid())).unwrap();
        let highest = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let memory_kib: u64 = highest.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(memory_kib < MEMORY_KIB_MAX, "the server took {memory_kib} KiB");
        assert!(self.server.terminate().success());
        let log = fs::read_to_string(self.site.path("server.log")).unwrap();
        assert!(!log.contains("panicked"), "{log}");
        format!(
            "a neighbour's {} bookings go on beside them, the server's memory at its highest is {} MiB, nothing is restarted",
            self.town.bookings.lock().unwrap().len(),
            memory_kib / 1024
        )
    }

    fn pace(&self, since: usize, began: Instant) -> Result<(), String> {
        let mut bookings = self.town.bookings.lock().unwrap()[since..].to_vec();
        bookings.sort_unstable();
        let p99 = bookings[(bookings.len() * 99).div_ceil(100) - 1];
        let machine = self.probe.p99_since(began);
        if p99 < BOOKING_P99_MAX + machine * PROBE_FACTOR {
            Ok(())
        } else {
            Err(format!(
                "99 of 100 bookings took up to {p99:?}, probes of the machine {machine:?}"
            ))
        }
    }
}

impl Town {
    /// The next patient books.
    fn books(&self, client: &mut Client) {
        let number = 1 + self.patients_served.fetch_add(1, Ordering::Relaxed);
        assert!(number <= PATIENTS, "the clinic has no more patients");
        Ask::new(LPU, PATIENTS_AFTER + number, SLOT).book(client);
    }
}

/// A connection on which these bytes were sent, as far as the server took them.
pub fn sent(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    // The server may have refused and closed before all of it was written.
    let _ = stream.write_all(bytes);
    stream
}

/// What comes until the server ends the connection, in good order: torn down, it might take the answer along.
pub fn rest(mut stream: &TcpStream) -> String {
    let mut text = String::new();
    stream
        .read_to_string(&mut text)
        .expect("the server ends the connection");
    text
}

/// Lets this process open as many files as the system allows: a crowd needs a descriptor for everybody.
pub fn prepare_for_crowds() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    )
    .unwrap();
}
