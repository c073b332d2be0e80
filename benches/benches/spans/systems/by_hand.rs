//! `opentelemetry_sdk` by hand: spans built and made current, a batch processor, an exporter that drops.

use super::{Ready, Work, arguments};
use crate::case::Case;
use opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider, SpanData, SpanExporter,
};
use std::hint::black_box;

/// More than a burst: a queue that is full costs less, since it drops.
const QUEUE: usize = 65_536;

pub(super) fn set_up(case: Case) -> Ready {
    let provider = provider(case);
    let tracer = provider.tracer("benches");
    Ok(Box::new(ByHand {
        case,
        provider,
        tracer,
    }))
}

/// A provider with the default batches and a queue that holds a burst.
pub(super) fn provider(case: Case) -> SdkTracerProvider {
    let config = BatchConfigBuilder::default().with_max_queue_size(QUEUE).build();
    let processor = BatchSpanProcessor::builder(Dropped)
        .with_batch_config(config)
        .build();
    let sampler = match case {
        Case::Unsampled => Sampler::AlwaysOff,
        _ => Sampler::AlwaysOn,
    };
    SdkTracerProvider::builder()
        .with_span_processor(processor)
        .with_sampler(Sampler::ParentBased(Box::new(sampler)))
        .build()
}

/// Takes every span and forgets it.
#[derive(Debug)]
struct Dropped;

impl SpanExporter for Dropped {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        black_box(batch.len());
        Ok(())
    }
}

struct ByHand {
    case: Case,
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Work for ByHand {
    fn requests(&self, count: usize) {
        let with_attributes = self.case != Case::Bare;
        for _ in 0..count {
            let span = self.tracer.start("request");
            let _guard = Context::current_with_span(span).attach();
            let given = arguments();
            for number in 0..self.case.children() {
                if with_attributes {
                    child(&self.tracer, given.user, given.query, number as i64, given.bytes);
                } else {
                    bare_child(&self.tracer, number as i64);
                }
            }
        }
    }

    fn flush(&self) {
        let flushed = self.provider.force_flush();
        assert!(flushed.is_ok(), "the flush failed: {flushed:?}");
    }
}

#[inline(never)]
fn child(tracer: &SdkTracer, user: &'static str, query: &'static str, items: i64, bytes: i64) {
    let attributes = [
        KeyValue::new("user", user),
        KeyValue::new("query", query),
        KeyValue::new("items", items),
        KeyValue::new("bytes", bytes),
    ];
    let span = tracer
        .span_builder("child")
        .with_attributes(attributes)
        .start(tracer);
    let _guard = Context::current_with_span(span).attach();
    black_box(items);
}

#[inline(never)]
fn bare_child(tracer: &SdkTracer, items: i64) {
    let _guard = Context::current_with_span(tracer.start("bare_child")).attach();
    black_box(items);
}
