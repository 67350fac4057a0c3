//! How fast the program is, on the real binary in its release build: `cargo bench --bench load`. [README.md](README.md) tells
//! what is measured, how, and what came out.

#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on says so and ends"
)]
#![allow(
    dead_code,
    unused_imports,
    reason = "the modules of the tests are used in part"
)]

mod clients;
mod clinic;
mod contender;
mod crowd;
mod desk;
#[path = "../it/harness.rs"]
mod harness;
#[path = "../it/large.rs"]
mod large;
mod machine;
mod opening;
mod paced;
mod plain;
mod readers;
mod report;

use clap::{Parser, ValueEnum};
use clinic::{Clinic, Scale};
use contender::Contender;
use machine::Counters;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Bookings of 1, 8, 32 and 128 keep-alive clients.
    Clients,
    /// Many terminals that begin at once, each its whole way to a ticket.
    Opening,
    /// Bookings beside clients that read lists.
    Readers,
    /// Bookings at a rate, alone and beside import, backup and purge.
    Paced,
    /// What the reception waits for, beside bookings.
    Desk,
    /// Wake-ups of a server that nobody asks anything.
    Idle,
}

/// Measures the program on clinics as clinics are. Without a part: everything.
#[derive(Parser)]
struct Arguments {
    parts: Vec<Part>,
    /// Sizes of the clinic; both unless one is named.
    #[arg(long)]
    size: Vec<Scale>,
    /// Numbers of keep-alive clients.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 32, 128])]
    clients: Vec<usize>,
    /// Numbers of terminals at opening time.
    #[arg(long, value_delimiter = ',', default_values_t = [200, 1000])]
    terminals: Vec<usize>,
    /// Terminals ask all that the page asks, not only the list that a step is about.
    #[arg(long)]
    page: bool,
    /// Bookings a second of the part `paced`.
    #[arg(long, default_value_t = 300)]
    rate: usize,
    /// Rounds, in each of which every contender is measured once.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds of a round.
    #[arg(long, default_value_t = 5)]
    seconds: usize,
    /// Another binary of the program, measured in the same rounds.
    #[arg(long)]
    against: Option<PathBuf>,
    /// Is the plain server of this database.
    #[arg(long, hide = true)]
    plain: Option<PathBuf>,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    if let Some(database) = &arguments.plain {
        return plain::serve(database);
    }
    let wants = |part| arguments.parts.is_empty() || arguments.parts.contains(&part);
    let sizes = match &arguments.size[..] {
        [] => &[Scale::One, Scale::Ten],
        some => some,
    };
    for &size in sizes {
        let clinic = Clinic::new(size);
        let before = arguments.against.clone().map(Contender::Before);
        let contenders: Vec<_> = [Contender::Ours]
            .into_iter()
            .chain(before)
            .map(|contender| (contender.clone(), clinic.kept(&contender)))
            .collect();
        if wants(Part::Clients) {
            let plan = clients::Plan {
                clients: &arguments.clients,
                rounds: arguments.rounds,
                seconds: arguments.seconds,
            };
            let beside = (Contender::Plain, clinic.kept(&Contender::Plain));
            let all: Vec<_> = contenders.iter().cloned().chain([beside]).collect();
            clients::measure(&clinic, &all, &plan);
        }
        if wants(Part::Opening) {
            let plan = opening::Plan {
                terminals: &arguments.terminals,
                rounds: arguments.rounds,
                page: arguments.page,
            };
            opening::measure(&clinic, &contenders, &plan);
        }
        if wants(Part::Readers) {
            readers::measure(&clinic, &contenders, arguments.rounds, arguments.seconds);
        }
        if wants(Part::Paced) {
            let plan = paced::Plan {
                rate: arguments.rate,
                rounds: arguments.rounds,
                seconds: arguments.seconds,
            };
            paced::measure(&clinic, &contenders, &plan);
        }
        if wants(Part::Desk) {
            desk::measure(&clinic, &contenders, arguments.rate, arguments.seconds);
        }
        if wants(Part::Idle) {
            idle(&clinic, &contenders, arguments.seconds);
        }
    }
}

/// Counts the wake-ups of a server that nobody asks anything.
fn idle(clinic: &Clinic, contenders: &[(Contender, PathBuf)], seconds: usize) {
    let time = Duration::from_secs(seconds.try_into().unwrap());
    println!("\nidle for {seconds} s | wake-ups a second | processor a second");
    for (contender, kept) in contenders {
        let stage = contender.stage(kept);
        // What a start leaves to be done is done by then.
        thread::sleep(Duration::from_secs(3));
        let folder = stage.site.path("");
        let then = Counters::of(&stage.server, &folder);
        thread::sleep(time);
        let used = Counters::of(&stage.server, &folder).since(then);
        println!(
            "{} {:6} | {:.1} | {:.1} ms",
            clinic.scale.name(),
            contender.name(),
            report::count(used.wakeups) / time.as_secs_f64(),
            report::millis(used.processor) / time.as_secs_f64()
        );
    }
}
