//! Bookings of keep-alive clients, each of which asks as soon as it is answered.

use crate::clinic::Clinic;
use crate::contender::Contender;
use crate::crowd::{Call, Person, Reply, crowd};
use crate::harness::Server;
use crate::machine::{Counters, Flushes, Noise, Used};
use crate::report::{Times, count, micros, ratios};
use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// More bookings a second than any server makes: so many are made ready.
const RATE_MAX: usize = 20_000;

/// What clients share: the requests that are left, and how long each took.
pub struct Stock<'r> {
    requests: &'r [Vec<u8>],
    next: Cell<usize>,
    until: Instant,
    times: RefCell<Vec<Duration>>,
}

impl<'r> Stock<'r> {
    pub fn new(requests: &'r [Vec<u8>], until: Instant) -> Stock<'r> {
        Stock {
            requests,
            next: Cell::new(0),
            until,
            times: RefCell::new(Vec::with_capacity(requests.len())),
        }
    }

    /// Returns how long each booking took.
    pub fn times(self) -> Times {
        Times::new(self.times.into_inner())
    }
}

/// A client that books until the stock or its time is over.
pub struct Booker<'s, 'r>(pub &'s Stock<'r>);

impl<'r> Person<'r> for Booker<'_, 'r> {
    fn next(&mut self, last: Option<Reply>) -> Option<Call<'r>> {
        let Booker(stock) = self;
        if let Some(Reply { status, body, took }) = last {
            assert_eq!(status, 200, "{}", String::from_utf8_lossy(body));
            stock.times.borrow_mut().push(took);
        }
        if Instant::now() >= stock.until {
            return None;
        }
        let request = stock.requests.get(stock.next.get())?;
        stock.next.set(stock.next.get() + 1);
        Some(Call::Given(request))
    }
}

/// One round of one contender.
struct Round {
    times: Times,
    seconds: f64,
    used: Used,
    commits: f64,
    flushes: Flushes,
}

impl Round {
    fn rate(&self) -> f64 {
        self.times.count() / self.seconds
    }

    fn processor(&self) -> f64 {
        micros(self.used.processor) / self.times.count()
    }

    fn kilobytes(&self) -> f64 {
        let bytes = self.used.disk.map_or(f64::NAN, |disk| count(disk.bytes));
        bytes / 1000.0 / self.times.count()
    }

    fn told(&self) -> String {
        let each = |total: Option<f64>| {
            total.map_or("-".into(), |total| format!("{:.3}", total / self.times.count()))
        };
        format!(
            "{:7.0}/s | {} | {:4.0} us | {:5.1} kB | {} | {} | {:4.0}, {:4.0} us of {} MB | {:.0} %",
            self.rate(),
            self.times.told(),
            self.processor(),
            self.kilobytes(),
            each(Some(self.commits)),
            each(self.used.disk.map(|disk| count(disk.flushes))),
            micros(self.flushes.small),
            micros(self.flushes.log),
            self.flushes.log_bytes / 1_000_000,
            self.used.foreign * 100.0
        )
    }
}

/// What is measured by [`measure`].
pub struct Plan<'a> {
    pub clients: &'a [usize],
    pub rounds: usize,
    /// Of a round.
    pub seconds: usize,
}

/// Measures bookings of so many clients; the contenders take turns.
pub fn measure(clinic: &Clinic, contenders: &[(Contender, PathBuf)], plan: &Plan) {
    let time = Duration::from_secs(plan.seconds.try_into().unwrap());
    let requests = clinic.bookings(0, RATE_MAX * plan.seconds);
    println!("\nbookings | {}", Times::TITLE);
    println!(
        "| bookings/s | latency | processor | written | commits | flushes of the disk | a flush of a small file, of the log's file | others"
    );
    for &clients in plan.clients {
        let mut noise = Noise::default();
        let mut rounds: Vec<Vec<Round>> = contenders.iter().map(|_| Vec::new()).collect();
        for _ in 0..plan.rounds {
            for ((contender, kept), rounds) in contenders.iter().zip(&mut rounds) {
                let round = one(contender, kept, &requests, clients, time);
                println!(
                    "{} {clients:4} clients {:6} | {}",
                    clinic.scale.name(),
                    contender.name(),
                    round.told()
                );
                noise.note(&round.used, Some(&round.flushes));
                rounds.push(round);
            }
        }
        let (first, others) = rounds.split_first().unwrap();
        for ((contender, _), other) in contenders[1..].iter().zip(others) {
            let of = |value: fn(&Round) -> f64| ratios(first, other, value);
            println!(
                "{} {clients:4} clients: against {}: bookings {:.2}, p50 {:.2}, p99 {:.2}, p99.9 {:.2}, processor {:.2}, written {:.2}",
                clinic.scale.name(),
                contender.name(),
                of(Round::rate),
                of(|round| round.times.part(0.5)),
                of(|round| round.times.part(0.99)),
                of(|round| round.times.part(0.999)),
                of(Round::processor),
                of(Round::kilobytes)
            );
        }
        println!("{} {clients:4} clients: {}", clinic.scale.name(), noise.verdict());
    }
}

fn one(
    contender: &Contender,
    kept: &std::path::Path,
    requests: &[Vec<u8>],
    clients: usize,
    time: Duration,
) -> Round {
    let stage = contender.stage(kept);
    let commits = || commits(&stage.server);
    let before = commits();
    let stock = Stock::new(requests, Instant::now() + time);
    let mut people: Vec<_> = (0..clients).map(|_| Booker(&stock)).collect();
    let then = Counters::of(&stage.server, &stage.site.path(""));
    let took = crowd(stage.server.address, &mut people);
    let used = Counters::of(&stage.server, &stage.site.path("")).since(then);
    let commits = commits() - before;
    Round {
        times: stock.times(),
        seconds: took.as_secs_f64(),
        used,
        commits,
        flushes: Flushes::after(stage.server, &stage.site),
    }
}

/// The server's count of its commits.
fn commits(server: &Server) -> f64 {
    let answer = server.client().ask("GET", "/metrics", &[], &[]);
    let text = String::from_utf8(answer.body).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("infomat_commit_seconds_count "));
    line.unwrap().parse().unwrap()
}
