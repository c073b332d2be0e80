//! The count limits as the recorder checks them, so that a span in a loop cannot grow without end.

use crate::limits::Limits;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

static ATTRIBUTES: AtomicU16 = AtomicU16::new(128);
static EVENTS: AtomicU16 = AtomicU16::new(128);
static LINKS: AtomicU16 = AtomicU16::new(128);
static EVENT_ATTRIBUTES: AtomicU16 = AtomicU16::new(128);

pub(crate) fn set_limits(limits: &Limits) {
    let clamp = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    ATTRIBUTES.store(clamp(limits.attributes), Ordering::Relaxed);
    EVENTS.store(clamp(limits.events), Ordering::Relaxed);
    LINKS.store(clamp(limits.links), Ordering::Relaxed);
    EVENT_ATTRIBUTES.store(clamp(limits.event_attributes), Ordering::Relaxed);
}

#[inline]
pub(super) fn attributes() -> u16 {
    ATTRIBUTES.load(Ordering::Relaxed)
}

pub(super) fn events() -> u16 {
    EVENTS.load(Ordering::Relaxed)
}

pub(super) fn links() -> u16 {
    LINKS.load(Ordering::Relaxed)
}

pub(super) fn event_attributes() -> u16 {
    EVENT_ATTRIBUTES.load(Ordering::Relaxed)
}

/// `SPANWRIGHT_CAPTURE=off`: nothing that annotations name is captured.
static CAPTURE: AtomicBool = AtomicBool::new(true);

#[cfg(feature = "pipeline")]
pub(crate) fn set_capture(on: bool) {
    CAPTURE.store(on, Ordering::Relaxed);
}

#[inline]
pub(crate) fn captures() -> bool {
    CAPTURE.load(Ordering::Relaxed)
}
