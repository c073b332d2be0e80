//! Tier 1: what a persona always knows. In: a persona. Out: its instructions, read once and then from memory.

use crate::orchestrator::Persona;
use crate::store::{Store, StoreError};
use spanwright::{current, traced};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug)]
pub(crate) struct Tier1 {
    store: Store,
    cache: Mutex<HashMap<Persona, Arc<str>>>,
}

impl Tier1 {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            cache: Mutex::default(),
        }
    }

    #[traced(name = "orchestrator.load_tier1", fields(persona = persona.as_str()))]
    pub(crate) async fn load_tier1(&self, persona: Persona) -> Result<Arc<str>, StoreError> {
        if let Some(instructions) = self.cached(persona) {
            current().event("cache_hit", |_| {});
            return Ok(instructions);
        }
        current().event("cache_miss", |_| {});
        let sections = self.store.instructions(persona.as_str()).await?;
        let instructions: Arc<str> = sections.join("\n\n").into();
        self.cache
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(persona, Arc::clone(&instructions));
        Ok(instructions)
    }

    fn cached(&self, persona: Persona) -> Option<Arc<str>> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.get(&persona).cloned()
    }
}
