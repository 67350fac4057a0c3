//! Bookings beside readers: clients that ask for a list again and again, as terminals in a full hall do.

use crate::clients::{Booker, Stock};
use crate::clinic::{Clinic, get, lpu, token};
use crate::contender::Contender;
use crate::crowd::{Call, Person, Reply, crowd};
use crate::machine::{Counters, Flushes, Noise};
use crate::report::{Times, median};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Clients that book.
const BOOKERS: usize = 8;
/// Clients that read.
const READERS: usize = 8;
/// More bookings a second than so few clients make.
const RATE_MAX: usize = 10_000;

/// A client that asks for the specialities until its time is over.
struct Reader<'s> {
    request: &'s [u8],
    until: Instant,
    times: &'s RefCell<Vec<Duration>>,
}

impl<'r> Person<'r> for Reader<'r> {
    fn next(&mut self, last: Option<Reply>) -> Option<Call<'r>> {
        if let Some(Reply { status, took, .. }) = last {
            assert_eq!(status, 200, "a list was refused");
            self.times.borrow_mut().push(took);
        }
        (Instant::now() < self.until).then_some(Call::Given(self.request))
    }
}

/// Measures bookings alone and beside readers; the contenders take turns.
pub fn measure(clinic: &Clinic, contenders: &[(Contender, PathBuf)], rounds: usize, seconds: usize) {
    let time = Duration::from_secs(seconds.try_into().unwrap());
    let requests = clinic.bookings(0, RATE_MAX * seconds);
    println!(
        "\n{BOOKERS} bookers alone, then beside {READERS} readers of specialities | bookings/s alone, beside, ratio | lists/s | {} of a booking beside",
        Times::TITLE
    );
    let mut noise = Noise::default();
    let mut kept_parts: Vec<Vec<f64>> = contenders.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for ((contender, kept), kept_parts) in contenders.iter().zip(&mut kept_parts) {
            let (alone, _, _) = one(contender, kept, &requests, 0, time, &mut noise);
            let (beside, lists, times) = one(contender, kept, &requests, READERS, time, &mut noise);
            println!(
                "{} {:6} | {alone:.0} {beside:.0} {:.2} | {lists:.0} | {}",
                clinic.scale.name(),
                contender.name(),
                beside / alone,
                times.told()
            );
            kept_parts.push(beside / alone);
        }
    }
    for ((contender, _), kept_parts) in contenders.iter().zip(kept_parts) {
        println!(
            "{} {:6}: bookings beside readers are {:.2} of bookings alone",
            clinic.scale.name(),
            contender.name(),
            median(kept_parts)
        );
    }
    println!("{} readers: {}", clinic.scale.name(), noise.verdict());
}

/// Returns bookings a second, lists a second, and the times of the bookings.
fn one(
    contender: &Contender,
    kept: &Path,
    requests: &[Vec<u8>],
    readers: usize,
    time: Duration,
    noise: &mut Noise,
) -> (f64, f64, Times) {
    let stage = contender.stage(kept);
    let list = get(&format!("/lpu/{}/speciality", lpu()), &token(0));
    let lists = RefCell::default();
    let until = Instant::now() + time;
    let stock = Stock::new(requests, until);
    let mut people: Vec<Box<dyn Person>> = Vec::new();
    for _ in 0..BOOKERS {
        people.push(Box::new(Booker(&stock)));
    }
    for _ in 0..readers {
        people.push(Box::new(Reader {
            request: &list,
            until,
            times: &lists,
        }));
    }
    let folder = stage.site.path("");
    let then = Counters::of(&stage.server, &folder);
    let took = crowd(stage.server.address, &mut people).as_secs_f64();
    let used = Counters::of(&stage.server, &folder).since(then);
    drop(people);
    noise.note(&used, Some(&Flushes::after(stage.server, &stage.site)));
    let times = stock.times();
    #[expect(clippy::cast_precision_loss, reason = "a count of a measurement")]
    let lists = lists.into_inner().len() as f64;
    (times.count() / took, lists / took, times)
}
