//! Records of the `log` crate that a program forwards to `tracing` (`tracing_log::LogTracer`): their events are all
//! of the target `log`, and what the record says of itself is in fields.

use std::fmt::Debug;
use tracing_core::field::{Field, Visit};
use tracing_core::{Event, Metadata};

const TARGET: &str = "log.target";
const MODULE: &str = "log.module_path";
const FILE: &str = "log.file";
const LINE: &str = "log.line";

/// Where a record comes from, by its own words.
#[derive(Default)]
pub(super) struct Origin {
    pub(super) target: String,
    pub(super) module: String,
    pub(super) file: String,
    pub(super) line: u64,
}

/// Whether such events are forwarded records.
pub(super) fn is_forwarded(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "log" && metadata.fields().field(TARGET).is_some()
}

/// Whether the field is part of the [`Origin`].
pub(super) fn is_origin(field: &Field) -> bool {
    matches!(field.name(), TARGET | MODULE | FILE | LINE)
}

/// The origin of a forwarded record; `None` for other events.
pub(super) fn origin_of(event: &Event<'_>) -> Option<Origin> {
    is_forwarded(event.metadata()).then(|| {
        let mut origin = Origin::default();
        event.record(&mut origin);
        origin
    })
}

impl Visit for Origin {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            TARGET => value.clone_into(&mut self.target),
            MODULE => value.clone_into(&mut self.module),
            FILE => value.clone_into(&mut self.file),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == LINE {
            self.line = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
