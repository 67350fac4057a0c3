//! Looking out for what comes at once, instead of going to sleep: waking a processor that sleeps costs more than what is
//! waited for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A thread looks already. More than one would take time from the engine.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Tries again and again to find something, for `time` at most and giving way to whoever has work, unless another thread
/// does so already.
pub fn look<T>(time: Duration, mut find: impl FnMut() -> Option<T>) -> Option<T> {
    if TAKEN.swap(true, Ordering::Acquire) {
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
    TAKEN.store(false, Ordering::Release);
    found
}
