//! Memory for what is larger than usual, bounded over all connections together, so that many clients that send or
//! ask for much at once cannot take the server's memory. What every connection may hold besides is small.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that connections may still take.
#[derive(Clone, Debug)]
pub struct Spare(Arc<AtomicUsize>);

/// Bytes taken; given back when dropped.
#[derive(Debug)]
pub struct Taken {
    spare: Spare,
    bytes: usize,
}

impl Spare {
    /// At most so many bytes at a time.
    pub fn new(bytes_max: usize) -> Self {
        Spare(Arc::new(AtomicUsize::new(bytes_max)))
    }

    /// Takes what `bytes` are more than `free_bytes`, which need no asking; `None` if there is not so much now.
    pub fn take(&self, bytes: usize, free_bytes: usize) -> Option<Taken> {
        let bytes = bytes.saturating_sub(free_bytes);
        let less = |left: usize| left.checked_sub(bytes);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .ok()?;
        Some(Taken {
            spare: self.clone(),
            bytes,
        })
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.spare.0.fetch_add(self.bytes, Ordering::Relaxed);
    }
}
