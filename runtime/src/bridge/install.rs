//! The subscriber that `init` installs where the program has none, and what is known of one that it has.

use super::layer::{Bridge, layer};
use super::logs::{self, Logs};
use tracing_core::{Dispatch, LevelFilter, dispatcher};
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

/// A layer that the program gives to our subscriber.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Who listens to `tracing` in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    /// Whether `init` installed it.
    pub(crate) ours: bool,
    /// Whether it has our layer. A subscriber of one's own wants `spanwright::layer()` added.
    pub(crate) bridged: bool,
    /// The most verbose level that reaches any layer, by what all filters say together.
    pub(crate) max_level: LevelFilter,
}

impl Listener {
    /// Whether a filter over the whole registry keeps spans at `info` from our layer.
    pub(crate) fn loses_spans(&self) -> bool {
        self.bridged && self.max_level < LevelFilter::INFO
    }
}

/// Looks at this process' subscriber.
pub(crate) fn listener(ours: bool) -> Listener {
    Listener {
        ours,
        bridged: dispatcher::get_default(|dispatch| dispatch.downcast_ref::<Bridge>().is_some()),
        max_level: LevelFilter::current(),
    }
}

/// Installs registry, our layer, log lines and the program's own layers, each with its own filter, unless the
/// program has a subscriber already; then nothing changes.
pub(crate) fn install(logs: Logs, directives: &str, layers: Vec<BoxedLayer>) -> Listener {
    let dispatch = dispatch(logs, directives, BoxMakeWriter::new(std::io::stderr), layers);
    listener(dispatcher::set_global_default(dispatch).is_ok())
}

pub(super) fn dispatch(logs: Logs, directives: &str, writer: BoxMakeWriter, layers: Vec<BoxedLayer>) -> Dispatch {
    let mut all: BoxedLayer = Box::new(layer());
    if logs != Logs::Off {
        all = Box::new(all.and_then(logs::layer(logs, directives, writer)));
    }
    for layer in layers {
        all = Box::new(all.and_then(layer));
    }
    Dispatch::new(Registry::default().with(all))
}
