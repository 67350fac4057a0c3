//! The keys in force. Another thread may put new ones in their place between two requests.

use crate::token::KeyRing;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

/// A ring of keys that can be replaced while it is used; clones share it.
#[derive(Clone, Debug)]
pub struct SharedKeys(Arc<RwLock<KeyRing>>);

impl SharedKeys {
    /// With this ring to begin with.
    pub fn new(ring: KeyRing) -> SharedKeys {
        SharedKeys(Arc::new(RwLock::new(ring)))
    }

    /// The ring that counts now.
    pub fn ring(&self) -> impl Deref<Target = KeyRing> {
        // A ring is put in its place whole: no panic can leave half of one.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this ring counts.
    pub fn replace(&self, ring: KeyRing) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = ring;
    }
}
