//! Traces made from a seed: the same seed gives the same traces. For trying the collector out, and for measuring it.
//!
//! They are those of a chat service: a gateway, the chat itself, a language model, tools, a cache and a database.

mod attribute;
mod trace;
mod conversation;

pub use conversation::Conversations;

use bytes::Bytes;
use fastrand::Rng;

use crate::model::Nanos;

/// What the attributes are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Data {
    /// Ten attributes a span, short texts and numbers of which many are the same.
    #[default]
    Short,
    /// UUIDs, SQL statements and stack traces besides.
    Rich,
}

/// Makes requests, one after the other, without an end.
#[derive(Debug, Clone)]
pub struct Generator {
    random: Rng,
    data: Data,
    spans: usize,
    time: Nanos,
    step: Nanos,
}

impl Generator {
    /// Requests of about `spans` spans each, and of whole traces; of ten spans at least, which is one trace. The first trace
    /// begins at `time`, the next ones a millisecond later each.
    #[must_use]
    pub fn new(seed: u64, data: Data, spans: usize, time: Nanos) -> Self {
        Self {
            random: Rng::with_seed(seed),
            data,
            spans,
            time,
            step: 1_000_000,
        }
    }

    /// How long after one trace the next one begins.
    #[must_use]
    pub fn step(self, step: Nanos) -> Self {
        Self { step, ..self }
    }

    /// The next request, and how many spans it has: an `ExportTraceServiceRequest` as protobuf.
    pub fn request(&mut self) -> (Bytes, usize) {
        let mut services = trace::Services::default();
        let mut spans = 0;
        loop {
            spans += trace::add(&mut services, &mut self.random, self.data, self.time);
            self.time += self.step;
            if spans + trace::SPANS > self.spans {
                return (services.request().into(), spans);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Limits, Request, Signal};

    #[test]
    fn the_same_seed_gives_the_same_traces_of_spans_that_are_accepted() {
        for data in [Data::Short, Data::Rich] {
            let mut generator = Generator::new(7, data, 100, 1_700_000_000_000_000_000);
            let mut again = generator.clone();
            for _ in 0..20 {
                let (bytes, spans) = generator.request();
                assert_eq!((bytes.clone(), spans), again.request());
                let request = Request::read(Signal::Traces, bytes, &Limits::default()).expect("a request");
                assert_eq!(
                    (request.records.len(), request.rejected),
                    (spans, 0),
                    "{:?}",
                    request.reason
                );
            }
        }
    }
}
