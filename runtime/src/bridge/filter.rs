//! Which `tracing` spans and events of other crates become ours.

use super::callsite::{MARK, MARK_LATE};
use crate::site::{self, Filter, Level};
use std::sync::{PoisonError, RwLock};
use tracing_core::subscriber::Interest;
use tracing_core::{Metadata, Subscriber};
use tracing_subscriber::layer;

/// Ours, unless `SPANWRIGHT_TRACE` says otherwise: what HTTP and TLS libraries say about each frame is left out.
const DEFAULT: &str = "info,h2=off,hyper=off,hyper_util=off,tower=off,tonic=off,rustls=off";

/// The filter for a generation of the program's own.
static CACHED: RwLock<Option<(u32, Filter)>> = RwLock::new(None);

/// These directives over the default ones.
fn over_default(directives: &str) -> Filter {
    format!("{DEFAULT},{directives}").parse().unwrap_or_default()
}

/// What holds at present.
pub(super) fn current() -> Filter {
    over_default(&site::current_filter().unwrap_or_default().to_string())
}

pub(super) fn allows(target: &str, level: Level) -> bool {
    let generation = site::generation();
    let cached = CACHED.read().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, filter)) = &*cached
        && *of == generation
    {
        return filter.allows(target, level);
    }
    drop(cached);
    let filter = current();
    let allowed = filter.allows(target, level);
    *CACHED.write().unwrap_or_else(PoisonError::into_inner) = Some((generation, filter));
    allowed
}

pub(super) fn level_of(level: tracing_core::Level) -> Level {
    match level {
        tracing_core::Level::TRACE => Level::Trace,
        tracing_core::Level::DEBUG => Level::Debug,
        tracing_core::Level::INFO => Level::Info,
        tracing_core::Level::WARN => Level::Warn,
        tracing_core::Level::ERROR => Level::Error,
    }
}

/// Our layer's own filter. It stands beside other layers' filters: nothing is lost to them by it, nor to it by them.
#[derive(Debug)]
pub(super) struct LayerFilter;

fn wants(metadata: &Metadata<'_>) -> bool {
    let declares = |name| metadata.is_span() && metadata.fields().field(name).is_some();
    if declares(MARK) {
        return false;
    }
    if declares(MARK_LATE) {
        return true;
    }
    let target = metadata.target();
    if target == "spanwright" || target.starts_with("spanwright::") {
        return false;
    }
    allows(target, level_of(*metadata.level()))
}

impl<S: Subscriber> layer::Filter<S> for LayerFilter {
    fn enabled(&self, metadata: &Metadata<'_>, _: &layer::Context<'_, S>) -> bool {
        wants(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if wants(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_goes_before_the_default() {
        let filter = over_default("hyper=debug,warn");
        assert!(filter.allows("hyper::client", Level::Debug));
        assert!(!filter.allows("h2::codec", Level::Error));
        assert!(!filter.allows("app", Level::Info));
        assert!(over_default("").allows("app", Level::Info));
        assert!(!over_default("").allows("app", Level::Debug));
        assert!(over_default("").allows("tower_http::trace", Level::Info));
    }
}
