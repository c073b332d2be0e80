//! What was found out about keys, so that each is read once: programs have some hundred.

use super::Does;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Programs that make keys up as they go must not fill the memory.
const MOST: usize = 4096;

/// What is known of a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownKey {
    pub(super) does: Does,
    /// Whether the key itself holds nothing that a rule by value finds.
    pub(super) is_clean: bool,
}

type Known = Mutex<HashMap<Box<str>, KnownKey>>;

/// Shared by clones of a redactor, and replaced when a rule is added.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(OnceLock<Arc<Known>>);

impl Memory {
    pub(super) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// What is known of this key, now or before.
    pub(super) fn of(&self, key: &str, find_out: impl FnOnce() -> KnownKey) -> KnownKey {
        let keys = self.0.get_or_init(Arc::default);
        if let Some(known) = keys.lock().unwrap_or_else(PoisonError::into_inner).get(key) {
            return *known;
        }
        // Not under the lock: rules are the user's code.
        let known = find_out();
        let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() < MOST {
            keys.insert(key.into(), known);
        }
        known
    }
}
