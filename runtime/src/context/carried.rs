//! What flows from a span to every span below it, beside the ids.

use crate::propagate::Baggage;
use std::sync::Arc;

/// Where the records of a test go instead of the pipeline.
#[cfg(feature = "pipeline")]
pub(crate) trait Route: Send + Sync + std::panic::RefUnwindSafe {
    /// Takes one record in the recorder's byte form.
    fn take(&self, record: &[u8]);

    /// Whether an id that is given under this key may leave as it is.
    fn passes_id(&self, key: &str) -> bool;
}

/// Shared by a span and those below it; a span that adds something makes a new one.
#[derive(Clone, Default)]
pub(crate) struct Carried {
    /// Attributes for every span below, in the wire form.
    pub(crate) attributes: Vec<u8>,
    /// How many attributes that is.
    pub(crate) attribute_count: u16,
    /// W3C baggage.
    pub(crate) baggage: Option<Arc<Baggage>>,
    /// A test that wants these records.
    #[cfg(feature = "pipeline")]
    pub(crate) route: Option<Arc<dyn Route>>,
}

impl Carried {
    /// Adds attributes in the wire form.
    pub(crate) fn add(&mut self, wire: &[u8], count: u16) {
        self.attributes.extend_from_slice(wire);
        self.attribute_count = self.attribute_count.saturating_add(count);
    }

    /// Adds a member to the baggage; what cannot be one is left out.
    pub(crate) fn add_baggage(&mut self, key: &str, value: &str) {
        let mut baggage = self.baggage.as_deref().cloned().unwrap_or_default();
        if baggage.insert(key, value).is_ok() {
            self.baggage = Some(Arc::new(baggage));
        }
    }

    /// The test that these records belong to.
    #[cfg(feature = "pipeline")]
    pub(crate) fn route_of(carried: &Option<Arc<Self>>) -> Option<&Arc<dyn Route>> {
        carried.as_ref().and_then(|carried| carried.route.as_ref())
    }
}

impl std::fmt::Debug for Carried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Carried")
            .field("attribute_count", &self.attribute_count)
            .field("baggage", &self.baggage.is_some())
            .finish_non_exhaustive()
    }
}
