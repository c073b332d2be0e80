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

use std::sync::Arc;

use spanwright_collector::model::Span;
use spanwright_collector::wire::{Request, read_resource, read_scope};

/// The spans of a request, as a reader gets them.
fn spans(request: &Request) -> Vec<Span> {
    let spans = request.records.iter().map(|&place| {
        let scoped = request.scopes[place.scope as usize];
        let resource = read_resource(request.resource(scoped), request.resource_schema(scoped)).unwrap();
        let scope = read_scope(request.scope(scoped), request.scope_schema(scoped)).unwrap();
        request
            .span(place)
            .unwrap()
            .read(Arc::new(resource), Arc::new(scope))
            .unwrap()
    });
    spans.collect()
}
