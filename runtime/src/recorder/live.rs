//! A span while it lives: a pooled block behind one pointer.

use super::fingerprints::Fingerprints;
use super::open::Slot;
use super::{bounds, event};
use crate::capture::{self, Capture};
use crate::caught::caught;
use crate::context::{Carried, SpanContext};
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::record::{Kind, Outcome};
use crate::site::Site;
use crate::wire;
use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

/// Longest span name, in bytes.
pub(super) const NAME_BOUND: usize = 1024;

/// Blocks that a thread keeps for reuse, and the largest buffer that it keeps with one.
const POOLED_BLOCKS: usize = 64;
const POOLED_BYTES: usize = 16 * 1024;

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
    pub(crate) trace_state: Option<Arc<str>>,
    pub(super) carried: Option<Arc<Carried>>,
    /// The name, where it is not the site's.
    pub(crate) name: Vec<u8>,
    pub(crate) attributes: Vec<u8>,
    pub(crate) attribute_count: u16,
    pub(crate) events: Vec<u8>,
    pub(crate) event_count: u16,
    pub(crate) links: Vec<u8>,
    pub(crate) link_count: u16,
    /// Set by hand.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) error_type: Option<Cow<'static, str>>,
    /// The status' description.
    pub(crate) message: String,
    /// Status OK was asked for by hand.
    pub(crate) ok: bool,
    pub(super) prints: Fingerprints,
    /// The `tracing` span that mirrors this one, where that is on.
    pub(crate) mirror: Option<Arc<crate::bridge::out::Mirror>>,
    slot: Arc<Slot>,
}

thread_local! {
    /// Boxed, since a block is handed on by its pointer and never moved.
    #[allow(clippy::vec_box)]
    static POOL: RefCell<Vec<Box<Live>>> = const { RefCell::new(Vec::new()) };
}

impl Live {
    /// A block for a new span, from this thread's pool where there is one.
    #[inline]
    pub(super) fn take(site: &'static Site) -> Box<Self> {
        let pooled = POOL.try_with(|pool| pool.borrow_mut().pop()).ok().flatten();
        match pooled {
            Some(mut live) => {
                live.site = site;
                live.kind = site.span_kind();
                live
            }
            None => Self::allocate(site),
        }
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
            trace_state: None,
            carried: None,
            name: Vec::new(),
            attributes: Vec::with_capacity(256),
            attribute_count: 0,
            events: Vec::new(),
            event_count: 0,
            links: Vec::new(),
            link_count: 0,
            outcome: None,
            error_type: None,
            message: String::new(),
            ok: false,
            prints: Fingerprints::default(),
            mirror: None,
            slot: Slot::register(),
        })
    }

    /// Gives the block back to this thread's pool, or frees it.
    #[inline]
    pub(crate) fn recycle(mut self: Box<Self>) {
        self.slot.close();
        self.reset();
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < POOLED_BLOCKS {
                pool.push(self);
            }
        });
    }

    fn reset(&mut self) {
        for buffer in [
            &mut self.name,
            &mut self.attributes,
            &mut self.events,
            &mut self.links,
        ] {
            buffer.clear();
            if buffer.capacity() > POOLED_BYTES {
                buffer.shrink_to(POOLED_BYTES);
            }
        }
        self.message.clear();
        self.attribute_count = 0;
        self.event_count = 0;
        self.link_count = 0;
        self.parent = SpanId::INVALID;
        self.parent_is_remote = false;
        self.recording = true;
        self.start = 0;
        self.ok = false;
        self.outcome = None;
        self.prints = Fingerprints::default();
        // Usually there is nothing in these, and dropping nothing is a test.
        self.error_type = None;
        self.trace_state = None;
        self.carried = None;
        self.mirror = None;
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
            trace_state: self.trace_state.clone(),
            is_remote: false,
        }
    }

    pub(crate) fn carried(&self) -> &Option<Arc<Carried>> {
        &self.carried
    }

    /// Changes what flows to the spans below this one.
    pub(crate) fn carry(&mut self, change: impl FnOnce(&mut Carried)) {
        change(Arc::make_mut(self.carried.get_or_insert_default()));
    }

    /// Sets an attribute whose key is known not to be there yet.
    #[inline]
    pub(crate) fn set_new<T: Capture + ?Sized>(&mut self, key: &str, value: &T) {
        capture::capture_into(
            &mut self.attributes,
            key,
            &mut self.attribute_count,
            bounds::attributes(),
            value,
        );
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
        self.name.clear();
        let buffer = &mut self.name;
        let written = caught(|| capture::format_bounded(buffer, NAME_BOUND, format_args!("{name}")));
        if written.is_none() {
            self.name.clear();
        }
    }

    pub(crate) fn add_event(&mut self, name: &str, fields: event::EventFields<'_>) {
        if !self.recording {
            return;
        }
        self.event_count = self.event_count.saturating_add(1);
        if self.event_count <= bounds::events() {
            event::write(&mut self.events, name, fields);
        }
    }

    pub(crate) fn add_link(&mut self, to: &SpanContext, attributes: &[u8]) {
        if !self.recording || !to.is_valid() {
            return;
        }
        self.link_count = self.link_count.saturating_add(1);
        if self.link_count <= bounds::links() {
            event::write_link(&mut self.links, to, attributes);
        }
    }

    /// How many attributes, events and links the bounds left out.
    pub(super) fn dropped(&self) -> [u16; 3] {
        [
            self.attribute_count.saturating_sub(bounds::attributes()),
            self.event_count.saturating_sub(bounds::events()),
            self.link_count.saturating_sub(bounds::links()),
        ]
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.slot.close();
    }
}
