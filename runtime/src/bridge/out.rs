//! Our spans as `tracing` spans.
//!
//! The recorder calls [`open`] once a span's attributes are captured, [`enter`] and [`exit`] around its code,
//! [`record`] for late attributes, and [`close`] at the end. Nothing here runs while the thread's stack of spans is
//! borrowed: the subscriber's code may come back to us.

use super::callsite::{self, Callsite};
use super::{clean, json};
use crate::context::{Body, Context, with_stack};
use crate::record::{Attributes, Kind, Outcome};
use crate::recorder::{Live, Mode, mode};
use crate::value::Value;
use crate::wire::{Keys, Reader};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tracing_core::field::Value as FieldValue;
use tracing_core::span::Record;

/// The `tracing` span of a span of ours.
#[derive(Debug)]
pub(crate) struct Mirror {
    span: tracing::Span,
    callsite: &'static Callsite,
    /// The id of our span.
    ident: u64,
    context: Context,
    /// Hashes of the attributes that were recorded, since a subscriber may list one that comes twice twice.
    sent: Mutex<Vec<u64>>,
}

/// The mirrors by the ids of our spans: a parent may be on another thread, where `tracing` does not know it.
static OPEN: Mutex<Option<HashMap<u64, Weak<Mirror>>>> = Mutex::new(None);

thread_local! {
    /// Set while we call the subscriber about a span of ours, for our own layer.
    static WRITING: RefCell<Option<Context>> = const { RefCell::new(None) };
}

/// The span of ours that the subscriber is being told about on this thread.
#[cfg(feature = "subscriber")]
pub(super) fn writing() -> Option<Context> {
    WRITING
        .try_with(|writing| writing.borrow().clone())
        .ok()
        .flatten()
}

fn write<R>(context: &Context, call: impl FnOnce() -> R) -> R {
    struct Restore(Option<Context>);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = WRITING.try_with(|writing| writing.replace(self.0.take()));
        }
    }
    let before = WRITING.try_with(|writing| writing.replace(Some(context.clone())));
    let _restore = Restore(before.ok().flatten());
    call()
}

fn table() -> MutexGuard<'static, Option<HashMap<u64, Weak<Mirror>>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The table, while the thread that has it forks.
#[cfg(all(unix, feature = "pipeline"))]
#[allow(dead_code, reason = "dropping it lets go")]
pub(crate) struct Kept(MutexGuard<'static, Option<HashMap<u64, Weak<Mirror>>>>);

/// Lets no other thread have it; see [`Kept`].
#[cfg(all(unix, feature = "pipeline"))]
pub(crate) fn keep() -> Kept {
    Kept(table())
}

impl Drop for Mirror {
    fn drop(&mut self) {
        if let Some(open) = table().as_mut() {
            open.remove(&self.ident);
        }
    }
}

/// What a `tracing` span starts below.
enum Parent {
    Current,
    Root,
    Span(Arc<Mirror>),
}

/// Where `tracing` would not find the span's parent by itself.
fn parent_of(live: &Live) -> Parent {
    let current = with_stack(|stack| {
        stack.top(|entry| match entry.map(|entry| &entry.body) {
            Some(Body::Live(current)) => (current.span_id, false),
            Some(Body::Ambient(context)) => (context.span().span_id, true),
            None => Default::default(),
        })
    });
    let (current, attached) = current.unwrap_or_default();
    if live.parent == current && (!attached || !current.is_valid()) {
        return Parent::Current;
    }
    if !live.parent.is_valid() {
        return Parent::Root;
    }
    let open = table()
        .as_ref()
        .and_then(|open| open.get(&live.parent.to_u64())?.upgrade());
    open.map_or(Parent::Current, Parent::Span)
}

/// Makes the `tracing` span, where one is wanted and somebody listens.
pub(crate) fn open(live: &mut Live) {
    let wanted = match mode() {
        Mode::Inert | Mode::ActiveWithTracing => true,
        Mode::Active => live.site.wants_tracing_span(),
        Mode::Down => false,
    };
    if !wanted || tracing_core::LevelFilter::current() == tracing_core::LevelFilter::OFF {
        return;
    }
    let mut attributes = Attributes::new();
    if let Some(carried) = live.carried() {
        Reader::new(&carried.attributes).attributes_into(&mut attributes, &mut Keys::default());
    }
    Reader::new(&live.attributes).attributes_into(&mut attributes, &mut Keys::default());
    let callsite = callsite::of(live, &attributes);
    if !callsite.enabled() {
        return;
    }
    let mut values = Values::new(callsite);
    let mut sent = Vec::with_capacity(attributes.len());
    for (key, value) in attributes {
        sent.push(hash(&key, &value));
        values.put(&key, value);
    }
    if !live.extra().name.is_empty() {
        values.put_name(&live.extra().name);
    }
    values.put_kind(live.kind);
    let context = Context::from_parts(live.span_context(), live.carried().clone());
    let span = write(&context, || values.span(&parent_of(live)));
    if span.is_disabled() {
        return;
    }
    let mirror = Arc::new(Mirror {
        span,
        callsite,
        ident: live.ident(),
        context,
        sent: Mutex::new(sent),
    });
    table()
        .get_or_insert_default()
        .insert(mirror.ident, Arc::downgrade(&mirror));
    live.extra_mut().mirror = Some(mirror);
}

/// Makes the `tracing` span current on this thread.
pub(crate) fn enter(mirror: &Mirror) {
    mirror.span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
}

/// Leaves the `tracing` span.
pub(crate) fn exit(mirror: &Mirror) {
    mirror.span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
}

/// Records late attributes; of keys that the callsite does not declare, nothing.
pub(crate) fn record(mirror: &Mirror, wire: &[u8]) {
    let mut values = Values::new(mirror.callsite);
    mirror.put_unsent(wire, &mut values);
    mirror.send(&values);
}

/// Records what is known at the end only, and lets the `tracing` span go. An error is the span's status;
/// exceptions stay with ours.
pub(crate) fn close(live: &mut Live) {
    let Some(mirror) = live.extra_mut().mirror.take() else {
        return;
    };
    let extra = live.extra();
    let mut values = Values::new(mirror.callsite);
    mirror.put_unsent(&live.attributes, &mut values);
    if !live.extra().name.is_empty() {
        values.put_name(&live.extra().name);
    }
    if extra.outcome.is_some_and(Outcome::is_error) {
        values.put_text("otel.status_code", "ERROR".to_owned());
        if !extra.message.is_empty() {
            values.put_text("otel.status_description", clean::text(&extra.message));
        }
    } else if extra.ok {
        values.put_text("otel.status_code", "OK".to_owned());
    }
    mirror.send(&values);
}

fn hash(key: &str, value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let mut wire = Vec::new();
    crate::wire::put_value(&mut wire, value);
    wire.hash(&mut hasher);
    hasher.finish()
}

impl Mirror {
    fn put_unsent(&self, wire: &[u8], values: &mut Values) {
        let attributes = Reader::new(wire).attributes();
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in attributes {
            let hash = hash(&key, &value);
            if !sent.contains(&hash) {
                sent.push(hash);
                values.put(&key, value);
            }
        }
    }

    fn send(&self, values: &Values) {
        if values.is_empty() {
            return;
        }
        write(&self.context, || {
            let references = values.references();
            let set = self.callsite.fields().value_set_all(&references);
            self.span
                .with_subscriber(|(id, dispatch)| dispatch.record(id, &Record::new(&set)));
        });
    }
}

/// Redacted values in the order of a callsite's fields.
struct Values {
    callsite: &'static Callsite,
    values: Vec<Option<Box<dyn FieldValue>>>,
}

impl Values {
    fn new(callsite: &'static Callsite) -> Self {
        Self {
            callsite,
            values: callsite.fields().iter().map(|_| None).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.values.iter().all(Option::is_none)
    }

    fn put(&mut self, key: &str, mut value: Value) {
        clean::value(key, &mut value);
        let value: Box<dyn FieldValue> = match value {
            Value::Bool(value) => Box::new(value),
            Value::Int(value) => Box::new(value),
            Value::Float(value) => Box::new(value),
            Value::String(text) => Box::new(text),
            nested => {
                let mut text = String::new();
                let _ = json::write(&mut text, &nested);
                Box::new(text)
            }
        };
        self.put_value(key, value);
    }

    /// Text that needs no redaction any more.
    fn put_text(&mut self, key: &str, text: String) {
        self.put_value(key, Box::new(text));
    }

    fn put_value(&mut self, key: &str, value: Box<dyn FieldValue>) {
        if let Some(field) = self.callsite.fields().field(key)
            && let Some(place) = self.values.get_mut(field.index())
        {
            *place = Some(value);
        }
    }

    fn put_name(&mut self, name: &[u8]) {
        self.put_text("otel.name", clean::text(&String::from_utf8_lossy(name)));
    }

    fn put_kind(&mut self, kind: Kind) {
        let kind = match kind {
            Kind::Internal => return,
            Kind::Server => "server",
            Kind::Client => "client",
            Kind::Producer => "producer",
            Kind::Consumer => "consumer",
        };
        self.put_text("otel.kind", kind.to_owned());
    }

    fn references(&self) -> Vec<Option<&dyn FieldValue>> {
        self.values.iter().map(Option::as_deref).collect()
    }

    fn span(&self, parent: &Parent) -> tracing::Span {
        let references = self.references();
        let set = self.callsite.fields().value_set_all(&references);
        let metadata = self.callsite.described();
        match parent {
            Parent::Current => tracing::Span::new(metadata, &set),
            Parent::Root => tracing::Span::new_root(metadata, &set),
            Parent::Span(mirror) => tracing::Span::child_of(mirror.span.id(), metadata, &set),
        }
    }
}
