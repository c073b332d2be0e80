//! The subscriber that `init` installs where the program has none, and what is known of one that it has.

use super::filter;
use super::layer::{Bridge, layer};
use super::logs::{self, Logs};
use crate::site::Level;
use std::sync::atomic::{AtomicBool, Ordering};
use tracing_core::subscriber::NoSubscriber;
use tracing_core::{Dispatch, dispatcher};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// A layer that the program gives to our subscriber.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// What `init` installs.
pub(crate) struct Subscriber {
    pub(crate) logs: Logs,
    pub(crate) layers: Vec<BoxedLayer>,
    /// Whether it installs anything.
    pub(crate) install: bool,
}

impl Default for Subscriber {
    fn default() -> Self {
        Self {
            logs: Logs::default(),
            layers: Vec::new(),
            install: true,
        }
    }
}

static OURS: AtomicBool = AtomicBool::new(false);

/// Installs registry, our layer, log lines and the program's own layers, each with its own filter, unless the
/// program has a subscriber already; then nothing changes, and [`describe`] says what is missing.
pub(crate) fn install(subscriber: Subscriber) {
    if subscriber.install {
        let directives = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_default();
        let writer = BoxMakeWriter::new(std::io::stderr);
        let dispatch = dispatch(subscriber.logs, &directives, writer, subscriber.layers);
        if dispatcher::set_global_default(dispatch).is_ok() {
            OURS.store(true, Ordering::Relaxed);
        }
    }
}

/// The program's layers come first, since they are made for a bare registry. (Composed by `Layer::and_then`, or with
/// an absent layer in their place, one layer's most verbose level would hold for all.)
pub(super) fn dispatch(
    logs: Logs,
    directives: &str,
    writer: BoxMakeWriter,
    layers: Vec<BoxedLayer>,
) -> Dispatch {
    let registry = Registry::default();
    if layers.is_empty() {
        with_logs(registry.with(layer()), logs, directives, writer)
    } else {
        with_logs(registry.with(layers).with(layer()), logs, directives, writer)
    }
}

fn with_logs<S>(subscriber: S, logs: Logs, directives: &str, writer: BoxMakeWriter) -> Dispatch
where
    S: tracing_core::Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    match logs {
        Logs::Off => Dispatch::new(subscriber),
        Logs::Text | Logs::Json => Dispatch::new(subscriber.with(logs::layer(logs, directives, writer))),
    }
}

/// A target that no directive names.
const PROBE: &str = "spanwright_probe";

/// Who listens to `tracing` on this thread, and what that loses, for `doctor()`.
pub(crate) fn describe() -> Vec<String> {
    let (any, bridged) = dispatcher::get_default(|dispatch| {
        (
            !dispatch.is::<NoSubscriber>(),
            dispatch.downcast_ref::<Bridge>().is_some(),
        )
    });
    let mut lines = Vec::new();
    lines.push(match (OURS.load(Ordering::Relaxed), any, bridged) {
        (true, ..) => "the subscriber is Spanwright's own".to_owned(),
        (false, true, true) => "the program's subscriber has `spanwright::layer()`".to_owned(),
        (false, true, false) => {
            "the program has a subscriber of its own; add `spanwright::layer()` to it, or spans of other crates are \
             missing from the traces"
                .to_owned()
        }
        (false, false, _) => "no subscriber; spans of other crates are missing from the traces".to_owned(),
    });
    if bridged {
        lines.push(format!("spans and events of other crates: {}", filter::current()));
        // Our own filter lets it through, so only one over the whole subscriber can have declined it.
        if filter::allows(PROBE, Level::Info) && !tracing::span_enabled!(target: PROBE, tracing::Level::INFO)
        {
            lines.push(
                "a filter over the whole subscriber keeps back spans of other crates at `info`; put it on the layer \
                 that it is meant for"
                    .to_owned(),
            );
        }
    }
    lines
}
