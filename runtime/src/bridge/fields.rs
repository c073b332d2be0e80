//! Reading `tracing`'s fields: typed values into the wire form; what `otel.*` fields ask for is kept apart.
//!
//! The values' own `Debug` runs here, so nothing may be locked or borrowed meanwhile.

use super::forwarded::{is_forwarded, is_origin};
use crate::capture::{self, Capture, Captured};
use crate::record::{Kind, Outcome};
use crate::recorder::{Live, Span};
use std::error::Error;
use std::fmt::Debug;
use tracing_core::Metadata;
use tracing_core::field::{Field, Visit};

/// Where attributes go.
pub(super) trait Sink {
    /// Sets an attribute.
    fn put<T: Capture + ?Sized>(&mut self, key: &str, value: &T);
    /// Sets an attribute by a function that writes it.
    fn put_by(&mut self, key: &str, write: impl FnOnce(&mut Captured<'_>));
}

impl Sink for Span {
    fn put<T: Capture + ?Sized>(&mut self, key: &str, value: &T) {
        self.set(key, value);
    }

    fn put_by(&mut self, key: &str, write: impl FnOnce(&mut Captured<'_>)) {
        self.set_by(key, write);
    }
}

/// Attributes that are not in a span yet.
#[derive(Default)]
pub(super) struct Loose {
    pub(super) wire: Vec<u8>,
    count: u16,
}

/// Attributes of an event that are kept.
const LOOSE_BOUND: u16 = 128;

impl Sink for Loose {
    fn put<T: Capture + ?Sized>(&mut self, key: &str, value: &T) {
        capture::capture_into(&mut self.wire, key, &mut self.count, LOOSE_BOUND, value);
    }

    fn put_by(&mut self, key: &str, write: impl FnOnce(&mut Captured<'_>)) {
        capture::protected(&mut self.wire, key, &mut self.count, LOOSE_BOUND, write);
    }
}

/// What `otel.*` fields ask for, as `tracing-opentelemetry` reads them.
#[derive(Default)]
pub(super) struct Wishes {
    name: Option<String>,
    kind: Option<Kind>,
    ok: bool,
    error: bool,
    description: Option<String>,
}

impl Wishes {
    /// Takes the field, if it is one of these.
    fn take(&mut self, key: &str, text: impl FnOnce() -> String) -> bool {
        match key {
            "otel.name" => self.name = Some(text()),
            "otel.kind" => {
                self.kind = match text().to_ascii_lowercase().as_str() {
                    "server" => Some(Kind::Server),
                    "client" => Some(Kind::Client),
                    "producer" => Some(Kind::Producer),
                    "consumer" => Some(Kind::Consumer),
                    "internal" => Some(Kind::Internal),
                    _ => None,
                }
            }
            "otel.status_code" => {
                let code = text();
                self.ok = code.eq_ignore_ascii_case("ok");
                self.error = code.eq_ignore_ascii_case("error");
            }
            "otel.status_description" | "otel.status_message" => self.description = Some(text()),
            _ => return false,
        }
        true
    }

    /// Does what the fields ask for.
    pub(super) fn apply(self, live: &mut Live) {
        if let Some(name) = self.name {
            live.set_name(&name);
        }
        if let Some(kind) = self.kind {
            live.kind = kind;
        }
        if let Some(description) = self.description {
            live.extra_mut().message = description;
        }
        if self.error {
            live.extra_mut().outcome = Some(Outcome::Error);
        }
        if self.ok {
            live.extra_mut().ok = true;
        }
    }
}

/// The text of a `Debug` form, as attributes have it.
fn text_of(value: &dyn Debug) -> String {
    let mut loose = Loose::default();
    loose.put_by("", |out| out.debug(value));
    let attributes = crate::wire::Reader::new(&loose.wire).attributes();
    attributes
        .first()
        .map(|(_, value)| value.to_string())
        .unwrap_or_default()
}

/// Reads fields into a sink.
pub(super) struct Fields<'a, K> {
    sink: &'a mut K,
    pub(super) wishes: Wishes,
    /// The message of an event; stays empty for a span, which has none.
    message: Option<&'a mut String>,
    /// Of a record of the `log` crate: what it says of its origin is left out.
    forwarded: bool,
}

impl<'a, K: Sink> Fields<'a, K> {
    /// For a span.
    pub(super) fn of_span(sink: &'a mut K) -> Self {
        Self {
            sink,
            wishes: Wishes::default(),
            message: None,
            forwarded: false,
        }
    }

    /// For an event.
    pub(super) fn of_event(sink: &'a mut K, message: &'a mut String, metadata: &Metadata<'_>) -> Self {
        Self {
            sink,
            wishes: Wishes::default(),
            message: Some(message),
            forwarded: is_forwarded(metadata),
        }
    }

    fn text(&mut self, key: &str, value: &str) {
        match &mut self.message {
            Some(message) if key == "message" => value.clone_into(message),
            _ if self.wishes.take(key, || value.to_owned()) => {}
            _ => self.sink.put(key, value),
        }
    }
}

impl<K: Sink> Visit for Fields<'_, K> {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.sink.put(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.sink.put(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if self.forwarded && is_origin(field) {
            return;
        }
        self.sink.put(field.name(), &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.sink.put(field.name(), &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if self.forwarded && is_origin(field) {
            return;
        }
        self.text(field.name(), value);
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.sink.put_by(field.name(), |out| out.bytes(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.sink.put_by(field.name(), |out| out.display(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match &mut self.message {
            Some(message) if field.name() == "message" => **message = text_of(value),
            _ if self.wishes.take(field.name(), || text_of(value)) => {}
            _ => self.sink.put_by(field.name(), |out| out.debug(value)),
        }
    }
}
