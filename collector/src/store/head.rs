//! What is stored and in no block yet: requests as they came. They are searched span by span.

use std::collections::VecDeque;
use std::sync::Arc;

use super::log::{Entry, Through};
use crate::wire::Place;

/// The newest requests, in the log's order.
#[derive(Debug, Default)]
pub(super) struct Head {
    entries: VecDeque<Arc<Entry>>,
    /// How many records of the first entry are in blocks already.
    taken: usize,
    bytes: usize,
}

/// A request of which some spans are in no block.
#[derive(Debug, Clone)]
pub(super) struct Unsealed {
    pub(super) entry: Arc<Entry>,
    /// How many of its records are in blocks.
    pub(super) taken: usize,
}

impl Unsealed {
    /// Where the records are that are in no block.
    pub(super) fn places(&self) -> &[Place] {
        self.entry.request.records.get(self.taken..).unwrap_or_default()
    }
}

/// Of these those that were in no block when the log was in blocks up to `through`.
pub(super) fn after(head: Vec<Unsealed>, through: Through) -> Vec<Unsealed> {
    let mut head = head;
    head.retain_mut(|unsealed| {
        let sequence = unsealed.entry.sequence;
        if sequence == through.sequence {
            unsealed.taken = unsealed.taken.max(through.records as usize);
        }
        sequence >= through.sequence
    });
    head
}

impl Head {
    pub(super) fn push(&mut self, entry: Arc<Entry>) {
        self.bytes += size(&entry);
        self.entries.push_back(entry);
    }

    /// Bytes that its requests take, with the lists of where their spans are.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// All that is in no block.
    pub(super) fn all(&self) -> Vec<Unsealed> {
        let taken = std::iter::once(self.taken).chain(std::iter::repeat(0));
        let unsealed = |(entry, taken): (&Arc<Entry>, usize)| Unsealed {
            entry: Arc::clone(entry),
            taken,
        };
        self.entries.iter().zip(taken).map(unsealed).collect()
    }

    /// The entries from number `sequence` on.
    pub(super) fn from(&self, sequence: u64) -> Vec<Arc<Entry>> {
        let first = self.entries.partition_point(|entry| entry.sequence < sequence);
        self.entries.range(first..).cloned().collect()
    }

    /// Removes what is in blocks.
    pub(super) fn remove(&mut self, through: Through) {
        while let Some(first) = self.entries.front()
            && first.sequence < through.sequence
        {
            self.bytes -= size(first);
            self.entries.pop_front();
        }
        let partly = self
            .entries
            .front()
            .is_some_and(|first| first.sequence == through.sequence);
        self.taken = if partly { through.records as usize } else { 0 };
    }
}

fn size(entry: &Entry) -> usize {
    entry.request.bytes.len() + size_of_val(&entry.request.records[..]) + size_of::<Entry>()
}
