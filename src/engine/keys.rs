//! The keys in force. Another thread may replace them between two requests.

use crate::token::KeyRing;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

/// A ring of keys that can be replaced while in use. Clones share the ring.
#[derive(Clone, Debug)]
pub struct SharedKeys(Arc<RwLock<KeyRing>>);

impl SharedKeys {
    /// Begins with this ring.
    pub fn new(ring: KeyRing) -> SharedKeys {
        SharedKeys(Arc::new(RwLock::new(ring)))
    }

    /// Returns the current ring.
    pub fn ring(&self) -> impl Deref<Target = KeyRing> {
        // A ring is replaced as a whole: no panic can leave half of one.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the ring.
    pub fn replace(&self, ring: KeyRing) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = ring;
    }
}
