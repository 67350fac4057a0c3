//! Waiting on the processor instead of asleep: to wake a sleeping processor costs more than a short wait.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A thread spins already. A second one would take time from the engine.
static SPINNING: AtomicBool = AtomicBool::new(false);

/// Calls `find` again and again until it finds something, for `time` at most. Gives way to every thread with work, and does
/// nothing while another thread spins.
pub fn spin_wait<T>(time: Duration, mut find: impl FnMut() -> Option<T>) -> Option<T> {
    if SPINNING.swap(true, Ordering::Acquire) {
        return None;
    }
    let began = Instant::now();
    let found = loop {
        let found = find();
        if found.is_some() || began.elapsed() > time {
            break found;
        }
        thread::yield_now();
    };
    SPINNING.store(false, Ordering::Release);
    found
}
