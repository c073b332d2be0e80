//! The spans of the last seconds: which were counted already, and whose children wait for them.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::{Call, Row};
use crate::model::{SpanId, TraceId};

/// So many spans are remembered, and so many children wait.
pub(in crate::store) const REMEMBERED: usize = 400_000;

/// What is remembered, in about 20 MB at most.
#[derive(Debug, Default)]
pub(in crate::store) struct Recent {
    services: Vec<String>,
    numbers: HashMap<String, u32, RandomState>,
    state: RandomState,
    /// The service and kind of each span, by the hash of its ids.
    spans: HashMap<u64, (u32, u8), RandomState>,
    spans_in_order: VecDeque<u64>,
    /// Children by the hash of their parent's ids.
    waiting: HashMap<u64, Vec<(u32, Call)>, RandomState>,
    waiting_in_order: VecDeque<u64>,
}

impl Recent {
    /// Remembers the spans of a block that was counted before a restart. The services are those of [`Row::scope`].
    pub(in crate::store) fn remember<'a>(&mut self, rows: &[Row], services: impl Iterator<Item = &'a str>) {
        let services: Vec<u32> = services.map(|service| self.service(service)).collect();
        let known: Vec<bool> = rows
            .iter()
            .map(|row| self.insert(row.trace, row.span, services[row.scope], row.kind))
            .collect();
        for (row, _) in rows.iter().zip(known).filter(|(_, new)| *new) {
            self.call(row, services[row.scope], &mut |_, _, _| {});
        }
    }

    /// The number of a service.
    pub(super) fn service(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.services.len() as u32;
        self.services.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// The service with this number.
    pub(super) fn name(&self, service: u32) -> &str {
        self.services.get(service as usize).map_or("", String::as_str)
    }

    /// Remembers a span. Says whether it is new: a retry sends the same again.
    pub(super) fn insert(&mut self, trace: TraceId, span: SpanId, service: u32, kind: u8) -> bool {
        let key = self.key(trace, span);
        if let Some(known) = self.spans.get(&key) {
            // Zipkin's client and server share an id, and are two.
            return *known != (service, kind);
        }
        self.spans.insert(key, (service, kind));
        self.spans_in_order.push_back(key);
        if self.spans_in_order.len() > REMEMBERED
            && let Some(oldest) = self.spans_in_order.pop_front()
        {
            self.spans.remove(&oldest);
        }
        true
    }

    /// Tells of each call between two services that a span completes: its parent's to it, and its own to children that
    /// came before.
    pub(super) fn call(&mut self, row: &Row, service: u32, tell: &mut dyn FnMut(u32, u32, Call)) {
        if let Some(parent) = row.parent {
            let key = self.key(row.trace, parent);
            match self.spans.get(&key) {
                Some(&(parent, _)) if parent != service => tell(parent, service, Call::from(row)),
                Some(_) => {}
                None => self.wait(key, service, Call::from(row)),
            }
        }
        if !self.waiting.is_empty() {
            let key = self.key(row.trace, row.span);
            for (child, call) in self.waiting.remove(&key).unwrap_or_default() {
                if child != service {
                    tell(service, child, call);
                }
            }
        }
    }

    fn wait(&mut self, parent: u64, child: u32, call: Call) {
        self.waiting.entry(parent).or_default().push((child, call));
        self.waiting_in_order.push_back(parent);
        if self.waiting_in_order.len() > REMEMBERED
            && let Some(oldest) = self.waiting_in_order.pop_front()
        {
            self.waiting.remove(&oldest);
        }
    }

    fn key(&self, trace: TraceId, span: SpanId) -> u64 {
        self.state.hash_one((trace, span))
    }
}
