//! What was accepted, rejected and refused.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::refusal::{REASONS, Refusal};
use crate::store::AppendError;
use crate::wire::Rejected;

/// What [`Rejected`]'s cases are called.
const REJECTED: [&str; 9] = [
    "malformed",
    "trace_id",
    "span_id",
    "link",
    "too_large",
    "too_many_parts",
    "key",
    "no_span",
    "time",
];

/// What has happened since the start.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) requests: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) spans: AtomicU64,
    pub(super) logs: AtomicU64,
    pub(super) points: AtomicU64,
    connections: AtomicU64,
    store_error: Mutex<Option<String>>,
    rejected: [AtomicU64; REJECTED.len()],
    refused: [AtomicU64; REASONS.len()],
}

/// What has happened since the start, for a person or a metrics endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Requests that were answered, whatever the answer.
    pub requests: u64,
    /// Bytes of requests as they came, before decompression.
    pub received_bytes: u64,
    /// Spans that were stored and acknowledged.
    pub accepted_spans: u64,
    /// Log records that were stored and acknowledged.
    pub accepted_logs: u64,
    /// Data points of metrics, which are not stored.
    pub rejected_points: u64,
    /// Spans and log records that were rejected alone, by the reason of the first in their request.
    pub rejected: Vec<(&'static str, u64)>,
    /// Requests that were refused whole, by reason.
    pub refused: Vec<(&'static str, u64)>,
    /// What the store said last when it could not store. Senders are not told of a disk's faults.
    pub last_store_error: Option<String>,
    /// Connections that are open.
    pub open_connections: u64,
    /// Bytes that requests in flight hold of the budget.
    pub bytes_in_flight: usize,
}

pub(super) fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

/// A connection that is open, until this is dropped.
#[derive(Debug)]
pub(super) struct Connected<'a>(&'a AtomicU64);

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Counters {
    pub(super) fn connection(&self) -> Connected<'_> {
        add(&self.connections, 1);
        Connected(&self.connections)
    }

    pub(super) fn rejected(&self, reason: &Rejected, count: u64) {
        let place = match reason {
            Rejected::Malformed(_) => 0,
            Rejected::TraceId => 1,
            Rejected::SpanId => 2,
            Rejected::Link => 3,
            Rejected::Bytes { .. } => 4,
            Rejected::Many { .. } => 5,
            Rejected::Key { .. } => 6,
            Rejected::NoSpan => 7,
            Rejected::Time { .. } => 8,
        };
        self.rejected
            .iter()
            .skip(place)
            .take(1)
            .for_each(|counter| add(counter, count));
    }

    pub(super) fn store_failed(&self, error: &AppendError) {
        *self.store_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }

    pub(super) fn refused(&self, refusal: &Refusal) {
        self.refused
            .iter()
            .skip(refusal.reason())
            .take(1)
            .for_each(|counter| add(counter, 1));
    }

    pub(super) fn read(&self, bytes_in_flight: usize) -> Counts {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            requests: get(&self.requests),
            received_bytes: get(&self.bytes),
            accepted_spans: get(&self.spans),
            accepted_logs: get(&self.logs),
            rejected_points: get(&self.points),
            rejected: REJECTED.into_iter().zip(self.rejected.iter().map(get)).collect(),
            refused: REASONS.into_iter().zip(self.refused.iter().map(get)).collect(),
            last_store_error: self
                .store_error
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            open_connections: get(&self.connections),
            bytes_in_flight,
        }
    }
}
