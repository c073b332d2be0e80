//! Redaction of what leaves by way of `tracing`: values that no destination of ours sees again.
//!
//! The default rules, until `init` sets those of its own redactor. A rule that panics withholds the value.

use crate::redact::Redactor;
use crate::value::Value;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

static RULES: LazyLock<RwLock<Arc<Redactor>>> = LazyLock::new(RwLock::default);

/// Redacts by these rules from now on.
#[cfg(feature = "pipeline")]
pub(crate) fn set_redactor(redactor: Redactor) {
    *RULES.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(redactor);
}

fn rules() -> Arc<Redactor> {
    Arc::clone(&RULES.read().unwrap_or_else(PoisonError::into_inner))
}

/// Whether an id that is given under this key may leave as it is.
pub(crate) fn passes_id(key: &str) -> bool {
    rules().passes_id(key)
}

/// Redacts the value of `key` in place.
pub(super) fn value(key: &str, value: &mut Value) {
    let _ = rules().redact_value(key, value);
}

/// Free text without what the value rules find.
pub(super) fn text(text: &str) -> String {
    rules().redact_text(text).into_owned()
}
