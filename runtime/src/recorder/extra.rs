//! What most spans do not have: kept apart, so that starting and ending the others need not look at each of it.

use super::fingerprints::Fingerprints;
use crate::bridge::out::Mirror;
use crate::context::Carried;
use crate::record::Outcome;
use std::borrow::Cow;
use std::sync::Arc;

/// The largest buffer that is kept with a block for reuse.
pub(super) const POOLED_BYTES: usize = 16 * 1024;

#[derive(Default)]
pub(crate) struct Extra {
    pub(crate) trace_state: Option<Arc<str>>,
    pub(crate) carried: Option<Arc<Carried>>,
    /// The name, where it is not the site's.
    pub(crate) name: Vec<u8>,
    pub(crate) events: Vec<u8>,
    pub(crate) event_count: u16,
    pub(crate) links: Vec<u8>,
    pub(crate) link_count: u16,
    /// Set by hand.
    pub(crate) outcome: Option<Outcome>,
    /// An event told of a failure: what ends well is an error.
    pub(crate) failed: bool,
    pub(crate) error_type: Option<Cow<'static, str>>,
    /// The status' description.
    pub(crate) message: String,
    /// Status OK was asked for by hand.
    pub(crate) ok: bool,
    pub(super) prints: Fingerprints,
    /// The `tracing` span that mirrors this one, where that is on.
    pub(crate) mirror: Option<Arc<Mirror>>,
}

impl Extra {
    /// As new, but for the buffers' memory.
    pub(super) fn reset(&mut self) {
        let [mut name, mut events, mut links] =
            [&mut self.name, &mut self.events, &mut self.links].map(std::mem::take);
        for buffer in [&mut name, &mut events, &mut links] {
            buffer.clear();
            buffer.shrink_to(POOLED_BYTES);
        }
        let mut message = std::mem::take(&mut self.message);
        message.clear();
        message.shrink_to(POOLED_BYTES);
        *self = Self {
            name,
            events,
            links,
            message,
            ..Self::default()
        };
    }
}
