//! A span while it lives: a pooled block behind one pointer.

use super::extra::{Extra, POOLED_BYTES};
use super::open::Slot;
use super::{bounds, event};
use crate::capture::{self, CAPTURE_BOUND, Capture, Simple};
use crate::caught::caught;
use crate::context::{Carried, SpanContext, with_stack};
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::record::Kind;
use crate::site::Site;
use crate::wire;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

/// Longest span name, in bytes.
pub(super) const NAME_BOUND: usize = 1024;

/// Blocks that a thread keeps for reuse.
const POOLED_BLOCKS: usize = 64;

pub(crate) struct Live {
    pub(crate) site: &'static Site,
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) parent: SpanId,
    pub(crate) flags: TraceFlags,
    pub(crate) parent_is_remote: bool,
    /// Whether a record is written; `false` for the root of an unsampled trace, which only keeps the ids.
    pub(crate) recording: bool,
    pub(crate) kind: Kind,
    /// Unwinding was under way already when the span started.
    pub(crate) panicking: bool,
    /// A reading of [`clock::now`](crate::clock::now); 0 until a returned future is polled.
    pub(crate) start: u64,
    pub(crate) attributes: Vec<u8>,
    pub(crate) attribute_count: u16,
    /// Nothing was put into `extra`.
    plain: bool,
    extra: Extra,
    slot: Arc<Slot>,
}

/// A thread's blocks for reuse. Boxed, since a block is handed on by its pointer and never moved.
#[allow(clippy::vec_box)]
pub(crate) struct Blocks(RefCell<Vec<Box<Live>>>);

impl Blocks {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }

    /// A block for a new span.
    #[inline]
    pub(super) fn take(&self, site: &'static Site) -> Box<Live> {
        // Borrowed already: a span made by an allocator that traces.
        let pooled = self.0.try_borrow_mut().ok().and_then(|mut blocks| blocks.pop());
        match pooled {
            Some(mut live) => {
                live.site = site;
                live.kind = site.span_kind();
                if live.slot.is_inherited() {
                    live.register_again();
                }
                live
            }
            None => Live::allocate(site),
        }
    }

    /// Takes a block back.
    #[inline]
    pub(super) fn give(&self, mut live: Box<Live>) {
        live.slot.close();
        live.reset();
        if let Ok(mut blocks) = self.0.try_borrow_mut()
            && blocks.len() < POOLED_BLOCKS
        {
            blocks.push(live);
        }
    }
}

impl Live {
    /// A block for a new span, where the thread's stack is not at hand.
    pub(super) fn take(site: &'static Site) -> Box<Self> {
        with_stack(|stack| stack.blocks.take(site)).unwrap_or_else(|| Self::allocate(site))
    }

    #[cold]
    fn allocate(site: &'static Site) -> Box<Self> {
        Box::new(Self {
            site,
            trace_id: TraceId::INVALID,
            span_id: SpanId::INVALID,
            parent: SpanId::INVALID,
            flags: TraceFlags::default(),
            parent_is_remote: false,
            recording: true,
            kind: site.span_kind(),
            panicking: false,
            start: 0,
            attributes: Vec::with_capacity(256),
            attribute_count: 0,
            plain: true,
            extra: Extra::default(),
            slot: Slot::register(),
        })
    }

    /// In a forked child, the first time that a block of its parent's is used.
    #[cold]
    #[inline(never)]
    fn register_again(&mut self) {
        self.slot = Slot::register();
    }

    /// Gives the block back to this thread's pool, or frees it.
    #[inline]
    pub(crate) fn recycle(self: Box<Self>) {
        with_stack(|stack| stack.blocks.give(self));
    }

    #[inline]
    fn reset(&mut self) {
        self.attributes.clear();
        if self.attributes.capacity() > POOLED_BYTES {
            self.attributes.shrink_to(POOLED_BYTES);
        }
        self.attribute_count = 0;
        self.parent = SpanId::INVALID;
        self.parent_is_remote = false;
        self.recording = true;
        self.start = 0;
        if !self.plain {
            self.plain = true;
            self.extra.reset();
        }
    }

    /// What most spans do not have.
    #[inline]
    pub(crate) fn extra(&self) -> &Extra {
        &self.extra
    }

    /// The same, to put something there.
    #[inline]
    pub(crate) fn extra_mut(&mut self) -> &mut Extra {
        self.plain = false;
        &mut self.extra
    }

    /// Whether the span has attributes at most.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    /// Starts the clock, and shows the span among the open ones.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.start = crate::clock::now();
        self.panicking = std::thread::panicking();
        if self.recording {
            self.slot.open(
                self.trace_id,
                self.span_id,
                self.parent,
                self.start,
                self.site.number(),
                self.flags.is_held(),
            );
        }
    }

    /// Takes the span from among the open ones until it begins.
    pub(super) fn hide(&self) {
        self.slot.close();
    }

    /// Whether unwinding began after the span did.
    #[inline]
    pub(super) fn unwinds(&self) -> bool {
        std::thread::panicking() && !self.panicking
    }

    #[inline]
    pub(crate) fn ident(&self) -> u64 {
        self.span_id.to_u64()
    }

    pub(crate) fn span_context(&self) -> SpanContext {
        SpanContext {
            trace_id: self.trace_id,
            span_id: self.span_id,
            flags: self.flags,
            trace_state: self.extra.trace_state.clone(),
            is_remote: false,
        }
    }

    pub(crate) fn carried(&self) -> &Option<Arc<Carried>> {
        &self.extra.carried
    }

    /// Changes what flows to the spans below this one.
    pub(crate) fn carry(&mut self, change: impl FnOnce(&mut Carried)) {
        change(Arc::make_mut(self.extra_mut().carried.get_or_insert_default()));
    }

    /// Sets an attribute whose key is known not to be there yet.
    #[inline]
    pub(crate) fn set_new<T: Capture + ?Sized>(&mut self, key: &str, value: &T) {
        match value.simple() {
            Some(Simple::Int(value)) => self.set_new_int(key, value),
            Some(Simple::Str(value)) if value.len() <= CAPTURE_BOUND => self.set_new_str(key, value),
            _ => capture::capture_into(
                &mut self.attributes,
                key,
                &mut self.attribute_count,
                bounds::attributes(),
                value,
            ),
        }
    }

    #[inline(never)]
    fn set_new_int(&mut self, key: &str, value: i64) {
        if self.count_attribute() {
            wire::put_int_at(&mut self.attributes, key, value);
        }
    }

    #[inline(never)]
    fn set_new_str(&mut self, key: &str, value: &str) {
        if self.count_attribute() {
            wire::put_str_at(&mut self.attributes, key, value);
        }
    }

    /// Counts one attribute more; answers whether there is room for it.
    #[inline]
    fn count_attribute(&mut self) -> bool {
        self.attribute_count = self.attribute_count.saturating_add(1);
        self.attribute_count <= bounds::attributes()
    }

    /// Adds attributes that were captured elsewhere, in place of those of the same key.
    pub(crate) fn merge(&mut self, wire_attributes: &[u8]) {
        let mut reader = wire::Reader::new(wire_attributes);
        let mut at = 0;
        while let Some(key_length) = reader.u16() {
            let Some(key) = reader.take(key_length.into()) else {
                return;
            };
            let key = std::str::from_utf8(key).unwrap_or_default();
            let mut rest = wire::Reader::new(&wire_attributes[at..]);
            if rest.skip_attribute(key).is_none() {
                return;
            }
            let next = wire_attributes.len() - rest.remaining();
            self.remove(key);
            if self.attribute_count < bounds::attributes() {
                self.attributes.extend_from_slice(&wire_attributes[at..next]);
            }
            self.attribute_count = self.attribute_count.saturating_add(1);
            at = next;
            reader = rest;
        }
    }

    /// Takes an attribute out, so that a new value does not add up with the old.
    fn remove(&mut self, key: &str) {
        let mut reader = wire::Reader::new(&self.attributes);
        let mut at = 0;
        while let Some(found) = reader.skip_attribute(key) {
            let next = self.attributes.len() - reader.remaining();
            if found {
                self.attributes.drain(at..next);
                self.attribute_count = self.attribute_count.saturating_sub(1);
                return;
            }
            at = next;
        }
    }

    pub(crate) fn has_attribute(&self, key: &str) -> bool {
        let mut reader = wire::Reader::new(&self.attributes);
        std::iter::from_fn(|| reader.skip_attribute(key)).any(|found| found)
    }

    pub(crate) fn set_name<T: fmt::Display + ?Sized>(&mut self, name: &T) {
        let buffer = &mut self.extra_mut().name;
        buffer.clear();
        let written = caught(|| capture::format_bounded(buffer, NAME_BOUND, format_args!("{name}")));
        if written.is_none() {
            self.extra.name.clear();
        }
    }

    pub(crate) fn add_event(&mut self, name: &str, fields: event::EventFields<'_>) {
        if !self.recording {
            return;
        }
        let extra = self.extra_mut();
        extra.event_count = extra.event_count.saturating_add(1);
        if extra.event_count <= bounds::events() {
            event::write(&mut extra.events, name, fields);
        }
    }

    pub(crate) fn add_link(&mut self, to: &SpanContext, attributes: &[u8]) {
        if !self.recording || !to.is_valid() {
            return;
        }
        let extra = self.extra_mut();
        extra.link_count = extra.link_count.saturating_add(1);
        if extra.link_count <= bounds::links() {
            event::write_link(&mut extra.links, to, attributes);
        }
    }

    /// How many attributes the bounds left out.
    #[inline]
    pub(super) fn dropped_attributes(&self) -> u16 {
        self.attribute_count.saturating_sub(bounds::attributes())
    }

    /// How many events and links the bounds left out.
    pub(super) fn dropped(&self) -> [u16; 2] {
        [
            self.extra.event_count.saturating_sub(bounds::events()),
            self.extra.link_count.saturating_sub(bounds::links()),
        ]
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.slot.close();
    }
}
