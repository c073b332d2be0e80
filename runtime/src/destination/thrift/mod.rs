//! Jaeger's Thrift, for installations that take nothing newer: `jaeger.thrift`'s `Batch` by HTTP to the collector, or by
//! UDP to an agent.
//!
//! `encoding` is Thrift itself, `binary` and `compact` are its two encodings, `model` is Jaeger's structures, `packet`
//! divides a batch into datagrams. Written for this and no more: a reader is in the tests alone. Why not by the crate
//! `opentelemetry-jaeger` is told in `docs/backends/jaeger.md`.

mod agent;
mod binary;
mod compact;
mod encoding;
mod model;
mod packet;
#[cfg(test)]
mod reader;

pub(super) use agent::{Agent, AgentOptions};

use super::Batch;
use super::http::Format;
use binary::Binary;
use encoding::Struct;

/// A `Batch` in the binary encoding, as the collector takes it over HTTP.
pub(super) struct ThriftOverHttp;

impl Format for ThriftOverHttp {
    const NAME: &'static str = "http/thrift.binary";
    const CONTENT_TYPE: &'static str = "application/vnd.apache.thrift.binary";
    const PATH: &'static str = "api/traces";

    fn write(out: &mut Vec<u8>, batch: &Batch) {
        Struct::<Binary>::write(out, |own| {
            model::process(own, &batch.resource);
            own.list(model::SPANS, &batch.spans, |out, span| {
                model::span::<Binary>(out, span)
            });
        });
    }
}
