//! Traces of an assistant, as `spanwright demo` has them: a client, the assistant, which asks a model, and a server of tools.

mod trace;
mod script;

use bytes::Bytes;
use fastrand::Rng;

use crate::model::Nanos;
use script::Course;
use trace::Trace;

/// Makes conversations, one after the other, without an end.
#[derive(Debug, Clone)]
pub struct Conversations {
    random: Rng,
}

impl Conversations {
    /// The same seed gives the same conversations.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            random: Rng::with_seed(seed),
        }
    }

    /// The next one, which ends at `end`: an `ExportTraceServiceRequest` as protobuf.
    pub fn ending(&mut self, end: Nanos) -> Bytes {
        let course = Course::any(&mut self.random);
        let milliseconds = match course {
            Course::Greeting => 2.0 + 6.0 * self.random.f64(),
            // Most take less than a second, few take many.
            _ => 250.0 * 20_f64.powf(self.random.f64() * self.random.f64() * 1.3),
        };
        let length = (milliseconds * 1e6) as Nanos;
        let mut trace = Trace::new(self.random.fork(), end.saturating_sub(length), length);
        trace.play(course);
        trace.request()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use super::*;
    use crate::wire::{Limits, Request, Signal};

    #[test]
    fn each_conversation_is_one_whole_trace_that_ends_in_time() {
        let end = 1_700_000_000_000_000_000;
        let (mut conversations, mut again) = (Conversations::new(3), Conversations::new(3));
        let mut services = BTreeSet::new();
        let mut failed = 0;
        for _ in 0..300 {
            let bytes = conversations.ending(end);
            assert_eq!(bytes, again.ending(end));
            let request = Request::read(Signal::Traces, bytes, &Limits::default()).expect("a request");
            assert_eq!(request.rejected, 0, "{:?}", request.reason);
            let spans: Vec<_> = request.spans().collect();
            let times: HashMap<_, _> = spans
                .iter()
                .map(|span| (span.span_id, (span.start, span.end)))
                .collect();
            assert_eq!(times.len(), spans.len());
            assert_eq!(spans.iter().filter(|span| span.parent_id.is_none()).count(), 1);
            for span in &spans {
                assert!(span.start <= span.end && span.end <= end, "{span:?}");
                if let Some(parent) = span.parent_id {
                    let (start, end) = times[&parent];
                    assert!(start <= span.start && span.end <= end, "{span:?}");
                }
                services.insert(span.service().to_owned());
            }
            failed += usize::from(spans.iter().any(|span| span.is_error()));
        }
        assert_eq!(services.len(), trace::SERVICES.len());
        assert!((5..80).contains(&failed), "{failed}");
    }
}
