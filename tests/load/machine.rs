//! What the machine does: the time of flushes, and what processes and the disk have used. A measurement beside much else is
//! told to be one.

use crate::harness::{Server, Site};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Ticks of a second in `/proc`: the kernel's USER_HZ.
const TICKS: f64 = 100.0;
/// The unit of `/proc/diskstats`, whatever the disk's own is.
const SECTOR_BYTES: u64 = 512;
/// Flushes that are timed.
const FLUSHES: u64 = 200;
/// What is written before each flush.
const PAGE: [u8; 4096] = [7; 4096];
/// Bytes of the small file.
const SMALL_BYTES: u64 = FLUSHES * PAGE.len() as u64;
/// More processor time of others, as a part of the machine, makes a round noisy.
const FOREIGN_MAX: f64 = 0.05;
/// Probes of one kind that differ by more make a measurement noisy.
const PROBES_APART_MAX: f64 = 1.5;

/// Processor time is told in steps of ten milliseconds: a server that used none within this time is idle.
const IDLE_AFTER: Duration = Duration::from_millis(300);

/// Counters of a process, of this one, and of the machine.
#[derive(Clone, Copy)]
pub struct Counters {
    at: Instant,
    server: Duration,
    own: Duration,
    busy: Duration,
    steal: Duration,
    disk: Option<Disk>,
    wakeups: u64,
}

/// What happened between two readings.
#[derive(Clone, Copy)]
pub struct Used {
    /// Processor time of the server.
    pub processor: Duration,
    /// What the whole disk was asked for.
    pub disk: Option<Disk>,
    /// Times that a thread of the server gave up its processor.
    pub wakeups: u64,
    /// The part of the machine that others used: processes, and the host.
    pub foreign: f64,
}

/// Waits until a server that nobody asks has nothing of its own to do.
pub fn wait_until_idle(server: &Server) {
    let pid = server.pid().to_string();
    let mut used = processor(&pid);
    loop {
        thread::sleep(IDLE_AFTER);
        let now = processor(&pid);
        if now == used {
            return;
        }
        used = now;
    }
}

impl Counters {
    /// Reads them.
    pub fn of(server: &Server, folder: &Path) -> Counters {
        let pid = server.pid().to_string();
        let (busy, steal) = machine();
        Counters {
            at: Instant::now(),
            server: processor(&pid),
            own: processor("self"),
            busy,
            steal,
            disk: disk(folder),
            wakeups: wakeups(&pid),
        }
    }

    /// Returns what has been used since then.
    pub fn since(self, then: Counters) -> Used {
        let processors = f64::from(u32::try_from(thread::available_parallelism().unwrap().get()).unwrap());
        let all = (self.at - then.at).as_secs_f64() * processors;
        let known = self.server.saturating_sub(then.server) + self.own.saturating_sub(then.own);
        let foreign =
            self.busy.saturating_sub(then.busy).saturating_sub(known) + self.steal.saturating_sub(then.steal);
        Used {
            processor: self.server.saturating_sub(then.server),
            disk: self.disk.zip(then.disk).map(|(now, then)| Disk {
                flushes: now.flushes - then.flushes,
                bytes: now.bytes - then.bytes,
            }),
            wakeups: self.wakeups - then.wakeups,
            foreign: foreign.as_secs_f64() / all,
        }
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn number_after(text: &str, name: &str) -> u64 {
    let rest = text.split_once(name).map(|(_, rest)| rest.trim_start());
    let digits = rest.and_then(|rest| rest.split_whitespace().next());
    digits.unwrap_or_else(|| panic!("no {name:?}")).parse().unwrap()
}

fn ticks(count: u64) -> Duration {
    Duration::from_secs_f64(f64::from(u32::try_from(count).unwrap()) / TICKS)
}

/// Processor time of a process, all its threads, in user and system mode (proc_pid_stat(5)).
fn processor(pid: &str) -> Duration {
    let stat = read(&format!("/proc/{pid}/stat"));
    let fields = stat.rsplit_once(") ").unwrap().1.split(' ');
    ticks(
        fields
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().unwrap())
            .sum(),
    )
}

/// Busy and stolen time of all processors (proc_stat(5)). Waiting for the disk is idle.
fn machine() -> (Duration, Duration) {
    let stat = read("/proc/stat");
    let first = stat.lines().next().unwrap();
    let counts: Vec<u64> = first
        .split_whitespace()
        .skip(1)
        .map(|field| field.parse().unwrap())
        .collect();
    let busy = counts[0] + counts[1] + counts[2] + counts[5] + counts[6];
    (ticks(busy), ticks(counts[7]))
}

/// What a disk has been asked for.
#[derive(Clone, Copy)]
pub struct Disk {
    pub flushes: u64,
    /// Bytes written. What a process is said to write (`/proc/PID/io`) counts whole folios of the page cache.
    pub bytes: u64,
}

/// Counters of the disk on which the folder lies, if the system has them (Documentation/admin-guide/iostats.rst, fields 7
/// and 16).
fn disk(folder: &Path) -> Option<Disk> {
    let device = fs::metadata(folder).unwrap().dev();
    let [major, minor] =
        [rustix::fs::major(device), rustix::fs::minor(device)].map(|number| number.to_string());
    let disks = read("/proc/diskstats");
    let fields = |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
    let disk = disks
        .lines()
        .map(fields)
        .find(|disk| disk[0] == major && disk[1] == minor)?;
    let number = |field: usize| disk.get(field)?.parse::<u64>().ok();
    Some(Disk {
        flushes: number(18)?,
        bytes: number(9)? * SECTOR_BYTES,
    })
}

/// Times that threads of a process waited for something.
fn wakeups(pid: &str) -> u64 {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    // A thread that has ended meanwhile has no more say.
    let status = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("status")).ok();
    let counts = threads.filter_map(|thread| status(thread.unwrap()));
    counts
        .map(|status| number_after(&status, "\nvoluntary_ctxt_switches:"))
        .sum()
}

/// What flushes take, medians.
#[derive(Clone, Copy)]
pub struct Flushes {
    /// Of a small file.
    pub small: Duration,
    /// Of a file as long as the server's log, and the length.
    pub log: Duration,
    pub log_bytes: u64,
}

impl Flushes {
    /// Ends the server without a chance to write more, and times flushes beside its log.
    pub fn after(server: Server, site: &Site) -> Flushes {
        let log_bytes = fs::metadata(site.path("infomat.db-wal")).map_or(0, |file| file.len());
        server.pull_the_plug();
        drop(server);
        Flushes {
            small: flush_time(site, SMALL_BYTES),
            log: flush_time(site, log_bytes.max(SMALL_BYTES)),
            log_bytes,
        }
    }
}

/// Returns the median time of one 4 KiB write with `fdatasync`, in place: the file of so many bytes is written already.
fn flush_time(site: &Site, bytes: u64) -> Duration {
    let path = site.path("probe");
    let mut file = File::create(&path).unwrap();
    for _ in 0..bytes.div_ceil(PAGE.len() as u64) {
        file.write_all(&PAGE).unwrap();
    }
    file.sync_all().unwrap();
    let mut times: Vec<_> = (0..FLUSHES)
        .map(|number| {
            let start = Instant::now();
            file.write_all_at(&PAGE, number * PAGE.len() as u64).unwrap();
            file.sync_data().unwrap();
            start.elapsed()
        })
        .collect();
    fs::remove_file(path).unwrap();
    times.sort_unstable();
    times[times.len() / 2]
}

/// Tells whether what was measured together can be compared.
#[derive(Default)]
pub struct Noise {
    foreign: Vec<f64>,
    small: Vec<Duration>,
}

impl Noise {
    /// Takes one round.
    pub fn note(&mut self, used: &Used, flushes: Option<&Flushes>) {
        self.foreign.push(used.foreign);
        self.small.extend(flushes.map(|flushes| flushes.small));
    }

    /// Returns what to say about the rounds so far.
    pub fn verdict(&self) -> String {
        let foreign = self.foreign.iter().copied().fold(0.0, f64::max);
        let apart = match (self.small.iter().min(), self.small.iter().max()) {
            (Some(least), Some(most)) => most.as_secs_f64() / least.as_secs_f64(),
            _ => 1.0,
        };
        let mut said = Vec::new();
        if foreign > FOREIGN_MAX {
            said.push(format!(
                "others used {:.0} % of the processors in a round",
                foreign * 100.0
            ));
        }
        if apart > PROBES_APART_MAX {
            said.push(format!(
                "a flush took {apart:.1} times as long in one round as in another"
            ));
        }
        if said.is_empty() {
            format!(
                "quiet: others used at most {:.0} % of the processors, flushes differ by {apart:.2} times",
                foreign * 100.0
            )
        } else {
            format!("TOO NOISY, measure again: {}", said.join("; "))
        }
    }
}
