//! A memory budget for unusually large messages, over all connections together: many clients that send or ask for much at
//! once cannot exhaust the server's memory. The free share of each connection is small.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that may still be reserved.
#[derive(Clone, Debug)]
pub struct MemoryBudget(Arc<AtomicUsize>);

/// Reserved bytes. Dropping gives them back.
#[derive(Debug)]
pub struct Reservation {
    budget: MemoryBudget,
    bytes: usize,
}

impl MemoryBudget {
    pub fn new(bytes_max: usize) -> Self {
        MemoryBudget(Arc::new(AtomicUsize::new(bytes_max)))
    }

    /// Reserves the part of `bytes` above `free_bytes`; `None` if the budget has less now.
    pub fn reserve(&self, bytes: usize, free_bytes: usize) -> Option<Reservation> {
        let bytes = bytes.saturating_sub(free_bytes);
        let less = |left: usize| left.checked_sub(bytes);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .ok()?;
        Some(Reservation {
            budget: self.clone(),
            bytes,
        })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.0.fetch_add(self.bytes, Ordering::Relaxed);
    }
}
