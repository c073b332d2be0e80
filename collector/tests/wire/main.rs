//! What comes in as OTLP's protobuf or JSON is what the model then holds; and nothing that comes in is a panic.
#![allow(clippy::unwrap_used, reason = "a test may")]

mod any_bytes;
mod expected;
mod json;
mod limits;
mod same;
mod written;

#[path = "../support/generate.rs"]
mod generate;

use spanwright_collector::model::Span;
use spanwright_collector::wire::Request;

/// The spans of a request, as a reader gets them.
fn spans(request: &Request) -> Vec<Span> {
    let spans = request.records.iter().map(|&place| {
        let (resource, scope) = request.origin(place.scope).unwrap();
        request.span(place).unwrap().read(resource, scope).unwrap()
    });
    spans.collect()
}
