//! What a transaction has read and written of one table, by key: written rows go to the database together.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

/// Rows that are kept without need: more are forgotten when others are read.
const KEPT_MAX: usize = 20_000;

/// Rows by key, and which are new or changed.
pub struct Cache<K, V> {
    /// `None`: there is no such row.
    known: HashMap<K, Option<V>>,
    changed: BTreeSet<K>,
}

impl<K: Copy + Ord + Hash, V: Clone> Cache<K, V> {
    pub fn new() -> Self {
        Cache {
            known: HashMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// Returns a row, if it is known to be there.
    pub fn get(&self, key: &K) -> Option<V> {
        self.known.get(key).cloned().flatten()
    }

    pub fn knows(&self, key: &K) -> bool {
        self.known.contains_key(key)
    }

    /// Notes what the database has. A row that was written since keeps its state.
    pub fn learn(&mut self, key: K, row: Option<V>) {
        if self.known.len() >= KEPT_MAX {
            let changed = &self.changed;
            self.known.retain(|key, _| changed.contains(key));
        }
        self.known.entry(key).or_insert(row);
    }

    pub fn put(&mut self, key: K, row: V) {
        self.known.insert(key, Some(row));
        self.changed.insert(key);
    }

    /// Returns the keys of all rows that are known to be there.
    pub fn known(&self) -> impl Iterator<Item = K> {
        let there = self.known.iter().filter(|(_, row)| row.is_some());
        there.map(|(key, _)| *key)
    }

    /// Returns all rows that are known, in order of their keys.
    pub fn all(&self) -> Vec<V> {
        let mut rows: Vec<_> = self
            .known
            .iter()
            .filter_map(|(key, row)| Some((*key, row.clone()?)))
            .collect();
        rows.sort_by_key(|(key, _)| *key);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// Returns the rows that are to be written, in order of their keys; they count as written then.
    pub fn take_changed(&mut self) -> Vec<V> {
        let changed = std::mem::take(&mut self.changed);
        changed
            .iter()
            .filter_map(|key| self.known.get(key).cloned().flatten())
            .collect()
    }
}
