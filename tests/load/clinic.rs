//! The clinics that are measured: GUIDs drawn from a seed, patients and cells in a random order, visits that were booked. A
//! clinic is built once a day by the program that serves it, and kept; each round gets a copy.

use crate::contender::Contender;
use crate::crowd::{Call, Person, Reply, crowd};
use crate::harness::{self, KEY, Server, Site, claims, sign};
use crate::large::{self, CELL, DOCTOR, LPU, PATIENT, Size};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;
use uuid::{Builder, Uuid};

/// What GUIDs and orders are drawn from.
const SEED: u64 = 0x1f03_a71c;
/// Clients that make the visits which are there already.
const BUILDERS: usize = 64;
/// The client application of the terminals.
pub const TERMINAL: &str = "50000000-0000-4000-8000-000000000001";
/// What the configuration adds: the terminals' application, and bounds that nobody meets, of those that earlier binaries know.
pub const SETTINGS: &str = "[limits]\nbookings_a_day = 1000000\nwaiting_entries_a_day = 1000000\n\n\
    [[applications]]\nmnem = 'Infomat'\nguid = '50000000-0000-4000-8000-000000000001'\n";

/// A size that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Scale {
    /// A clinic of 100 doctors.
    #[value(name = "1x")]
    One,
    /// A region's largest: ten times as much, and visits that are there already.
    #[value(name = "10x")]
    Ten,
}

impl Scale {
    pub fn name(self) -> &'static str {
        match self {
            Scale::One => "1x",
            Scale::Ten => "10x",
        }
    }

    pub fn size(self) -> Size {
        let times = match self {
            Scale::One => 1,
            Scale::Ten => 10,
        };
        Size {
            doctors: 100 * times,
            days: 14,
            cells_a_day: 32,
            patients: 50_000 * times,
        }
    }

    /// Visits that are there already.
    fn visits(self) -> usize {
        match self {
            Scale::One => 0,
            Scale::Ten => 200_000,
        }
    }
}

/// A cell of the timetable by its numbers.
#[derive(Clone, Copy)]
pub struct Place {
    pub doctor: u32,
    pub day: u32,
    pub quarter: u32,
}

/// A clinic, and in which order its patients book its cells.
pub struct Clinic {
    pub scale: Scale,
    patients: Vec<u32>,
    cells: Vec<u32>,
}

/// A patient who is to book a cell: both have been in no booking.
pub struct Pair {
    pub patient: u32,
    pub cell: Place,
}

impl Clinic {
    pub fn new(scale: Scale) -> Clinic {
        let size = scale.size();
        Clinic {
            scale,
            patients: shuffled(size.patients, 1),
            cells: shuffled(size.doctors * size.days * size.cells_a_day, 2),
        }
    }

    /// Pairs for bookings, those of the visits that are there already left out; `skip` further ones as well.
    pub fn pairs(&self, skip: usize) -> impl Iterator<Item = Pair> {
        self.all_pairs().skip(self.scale.visits() + skip)
    }

    fn all_pairs(&self) -> impl Iterator<Item = Pair> {
        let size = self.scale.size();
        let place = move |number: u32| Place {
            quarter: number % size.cells_a_day,
            day: number / size.cells_a_day % size.days,
            doctor: number / size.cells_a_day / size.days,
        };
        let pairs = self.patients.iter().zip(&self.cells);
        pairs.map(move |(&patient, &cell)| Pair {
            patient,
            cell: place(cell),
        })
    }

    /// Requests that book, at most `count`.
    pub fn bookings(&self, skip: usize, count: usize) -> Vec<Vec<u8>> {
        self.pairs(skip).take(count).map(|pair| booking(&pair)).collect()
    }

    /// Returns the kept database as this contender has it, built first if need be.
    pub fn kept(&self, contender: &Contender) -> PathBuf {
        let site = Site::new(SETTINGS);
        fs::remove_file(site.path("infomat.db")).unwrap();
        let made = contender.command(&site, &["init"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let today = harness::now().date_naive();
        let key = format!(
            "{SEED} {:?} {}",
            self.scale.visits(),
            schema(&site.path("infomat.db"))
        );
        let digest = Sha256::digest(key);
        let name = format!("{today}-{}-{}", self.scale.name(), hex(&digest[..6]));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("load");
        fs::create_dir_all(&folder).unwrap();
        forget_other_days(&folder, &today.to_string());
        let path = folder.join(name);
        if !path.exists() {
            self.build(contender, &site, &path);
        }
        path
    }

    /// Builds the clinic by import and bookings, and keeps it at `path`.
    fn build(&self, contender: &Contender, site: &Site, path: &Path) {
        let began = Instant::now();
        import(contender, site, self.lines());
        let imported = began.elapsed();
        let visits = self.scale.visits();
        if visits > 0 {
            let server = contender.serve(site);
            let requests: Vec<_> = self.all_pairs().take(visits).map(|pair| booking(&pair)).collect();
            book_all(&server, &requests);
        }
        copy_whole(&site.path("infomat.db"), path);
        println!(
            "built {} for {}: import {:.0} s, {visits} bookings {:.0} s",
            self.scale.name(),
            contender.name(),
            imported.as_secs_f64(),
            began.elapsed().saturating_sub(imported).as_secs_f64()
        );
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        large::lines_with(self.scale.size(), tomorrow(), large::zone(), guid)
    }
}

/// Runs an import of these lines.
pub fn import(contender: &Contender, site: &Site, lines: impl Iterator<Item = String>) {
    let mut child = contender
        .command(site, &["import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = BufWriter::new(child.stdin.take().unwrap());
    for line in lines {
        writeln!(input, "{line}").unwrap();
    }
    input.into_inner().unwrap();
    assert!(child.wait().unwrap().success());
}

/// Books with many clients; each has to succeed.
pub fn book_all(server: &Server, requests: &[Vec<u8>]) {
    struct Builder<'r>(std::slice::Iter<'r, Vec<u8>>);
    impl<'r> Person<'r> for Builder<'r> {
        fn next(&mut self, last: Option<Reply>) -> Option<Call<'r>> {
            if let Some(reply) = last {
                assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(reply.body));
            }
            self.0.next().map(|request| Call::Given(request))
        }
    }
    let each = requests.len().div_ceil(BUILDERS).max(1);
    let mut builders: Vec<_> = requests.chunks(each).map(|share| Builder(share.iter())).collect();
    crowd(server.address, &mut builders);
}

/// Copies a database with what its log holds, and waits until the copy is on the disk.
pub fn copy_whole(from: &Path, to: &Path) {
    let database = rusqlite::Connection::open(from).unwrap();
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(database);
    let draft = to.with_extension("draft");
    fs::copy(from, &draft).unwrap();
    File::open(&draft).unwrap().sync_all().unwrap();
    fs::rename(draft, to).unwrap();
}

/// The schema as text: databases of one schema are the same clinic.
fn schema(path: &Path) -> String {
    let database = rusqlite::Connection::open(path).unwrap();
    let query = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)";
    database.query_row(query, [], |row| row.get(0)).unwrap()
}

fn forget_other_days(folder: &Path, today: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if !entry.file_name().to_string_lossy().starts_with(today) {
            fs::remove_file(entry.path()).unwrap();
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The GUID of something: random in its order, the same in every run.
pub fn guid(of: u32, number: u32, part: u32) -> Uuid {
    let name = u64::from(number) << 32 | u64::from(part);
    let mut dice = Dice(SEED ^ (u64::from(of) << 56) ^ name.wrapping_mul(0x9e6c_63d0_876a_68de));
    let bits = u128::from(dice.draw()) << 64 | u128::from(dice.draw());
    Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

pub fn lpu() -> Uuid {
    guid(LPU, 0, 0)
}

pub fn doctor(number: u32) -> Uuid {
    guid(DOCTOR, number, 0)
}

pub fn cell(cell: Place) -> Uuid {
    guid(CELL, cell.doctor, large::part(cell.day, cell.quarter))
}

/// The first day of the timetable: each of its cells is ahead for the whole measurement.
pub fn tomorrow() -> chrono::NaiveDate {
    harness::now().date_naive().succ_opt().unwrap()
}

/// A patient's token, which outlives the measurement.
pub fn token(patient: u32) -> String {
    let mkab = guid(PATIENT, patient, 0);
    let mut claims = claims(&lpu().to_string(), &mkab.to_string(), "Infomat");
    let end = harness::now() + chrono::TimeDelta::hours(6);
    claims["TokenEndLifeTime"] = Value::from(end.format("%Y-%m-%dT%H:%M:%S%.f%:z").to_string());
    sign(&claims, KEY)
}

/// A booking, ready to send.
pub fn booking(pair: &Pair) -> Vec<u8> {
    format!(
        "POST /api/v2/visit/{}?timeTable={} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nAuthorization: Bearer {}\r\n\r\n",
        lpu(),
        cell(pair.cell),
        token(pair.patient)
    )
    .into_bytes()
}

/// A reading request, ready to send.
pub fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET /api/v2{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

fn shuffled(count: u32, seed: u64) -> Vec<u32> {
    let mut dice = Dice(SEED ^ seed);
    let mut numbers: Vec<u32> = (0..count).collect();
    for last in (1..numbers.len()).rev() {
        numbers.swap(last, dice.below(last + 1));
    }
    numbers
}

/// Numbers from a seed (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to `end`, `end` excluded.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap();
        usize::try_from(self.draw() % end).unwrap()
    }
}
