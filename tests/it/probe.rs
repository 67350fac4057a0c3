//! What the machine itself takes at the moment: a bound on time is told against this, so that load alone breaks no test.

use rustix::time::{ClockId, clock_gettime};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Bytes that are flushed: a page of the system's.
const FLUSHED: [u8; 4096] = [7; 4096];

/// Repeats what a booking needs at least: a round trip over loopback to another thread, which flushes a page.
pub struct Probe {
    over: Arc<AtomicBool>,
    times: Arc<Mutex<Vec<(Instant, Duration)>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Probe {
    /// Starts to measure, with a pause after each round. The flushed file lies in `folder`.
    pub fn start(folder: &Path, pause: Duration) -> Probe {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        let file = File::create(folder.join("probe")).unwrap();
        let echo = thread::spawn(move || {
            let mut byte = [0];
            while server.read_exact(&mut byte).is_ok() {
                file.write_all_at(&FLUSHED, 0).unwrap();
                file.sync_data().unwrap();
                server.write_all(&byte).unwrap();
            }
        });
        let (over, times) = (Arc::<AtomicBool>::default(), Arc::<Mutex<Vec<_>>>::default());
        let asks = thread::spawn({
            let (over, times) = (over.clone(), times.clone());
            move || {
                while !over.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    client.write_all(&[1]).unwrap();
                    client.read_exact(&mut [0]).unwrap();
                    times.lock().unwrap().push((began, began.elapsed()));
                    thread::sleep(pause);
                }
            }
        });
        Probe {
            over,
            times,
            threads: vec![asks, echo],
        }
    }

    /// Returns what 99 of 100 rounds since then stayed under; zero if there was none.
    pub fn p99_since(&self, then: Instant) -> Duration {
        let times = self.times.lock().unwrap();
        let mut times: Vec<_> = times
            .iter()
            .filter(|(began, _)| *began >= then)
            .map(|(_, took)| *took)
            .collect();
        times.sort_unstable();
        let last = (times.len() * 99).div_ceil(100);
        last.checked_sub(1).map_or(Duration::ZERO, |at| times[at])
    }

    /// Ends.
    pub fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
    }
}

/// Returns the time that this thread has had a processor: others that run meanwhile do not count.
pub fn processor_time_of_this_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// Returns the time that all threads of a process have had a processor.
pub fn processor_time_of(pid: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let nanoseconds = threads.map(|thread| {
        // A thread that has ended meanwhile has no more say.
        let counts = std::fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap_or_default();
        let first = counts.split(' ').next().unwrap_or_default();
        first.parse().unwrap_or(0)
    });
    Duration::from_nanos(nanoseconds.sum())
}
