//! What one span is held to, and what is wrong with one: it costs that span and no other.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use spanwright_collector::wire::{Limits, Rejected, Request, RequestError, Signal, WireError};

const LIMITS: Limits = Limits {
    records: 3,
    span_bytes: 1000,
    attributes: 4,
    key_bytes: 10,
    latest: i64::MAX.unsigned_abs(),
};

fn span() -> Span {
    Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        ..Span::default()
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(Value::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    }
}

fn request(spans: Vec<Span>) -> Vec<u8> {
    let scope_spans = vec![ScopeSpans {
        spans,
        ..ScopeSpans::default()
    }];
    let resource_spans = vec![ResourceSpans {
        scope_spans,
        ..ResourceSpans::default()
    }];
    ExportTraceServiceRequest { resource_spans }.encode_to_vec()
}

fn read(bytes: Vec<u8>) -> Result<Request, RequestError> {
    Request::read(Signal::Traces, bytes.into(), &LIMITS)
}

/// Why this span is rejected between two others that are not.
fn reason(change: impl FnOnce(&mut Span)) -> Option<Rejected> {
    let mut changed = span();
    change(&mut changed);
    let request = read(request(vec![span(), changed, span()])).unwrap();
    assert_eq!(request.records.len() + request.rejected, 3);
    assert_eq!(request.rejected, usize::from(request.reason.is_some()));
    request.reason
}

#[test]
fn a_span_is_held_to_its_limits() {
    let many = || vec![text("k", "v"); 5];
    let link = |trace_id: Vec<u8>, span_id: Vec<u8>| Link {
        trace_id,
        span_id,
        ..Link::default()
    };
    assert_eq!(reason(|span| span.attributes = many()[..4].to_vec()), None);
    assert_eq!(
        reason(|span| span.attributes = many()),
        Some(Rejected::Many { limit: 4 })
    );
    assert_eq!(
        reason(|span| span.events = vec![Event::default(); 5]),
        Some(Rejected::Many { limit: 4 })
    );
    assert_eq!(reason(|span| span.name = "x".repeat(900)), None);
    assert_eq!(
        reason(|span| span.name = "x".repeat(1000)),
        Some(Rejected::Bytes { limit: 1000 })
    );
    assert_eq!(
        reason(|span| span.attributes = vec![text(&"k".repeat(10), "")]),
        None
    );
    let key = Some(Rejected::Key { limit: 10 });
    assert_eq!(
        reason(|span| span.attributes = vec![text(&"k".repeat(11), "")]),
        key
    );
    let long = vec![text(&"k".repeat(11), "")];
    let event = Event {
        attributes: long.clone(),
        ..Event::default()
    };
    assert_eq!(reason(|span| span.events = vec![event]), key);
    assert_eq!(
        reason(|span| span.links = vec![link(vec![1; 16], vec![1; 8])]),
        None
    );
    assert_eq!(
        reason(|span| span.links = vec![link(vec![0; 16], vec![1; 8])]),
        Some(Rejected::Link)
    );
    assert_eq!(
        reason(|span| span.links = vec![link(vec![1; 16], vec![1; 7])]),
        Some(Rejected::Link)
    );
    assert_eq!(
        reason(|span| span.trace_id = vec![0; 16]),
        Some(Rejected::TraceId)
    );
    assert_eq!(reason(|span| span.span_id = vec![1; 9]), Some(Rejected::SpanId));
    assert_eq!(
        reason(|span| span.parent_span_id = vec![1; 7]),
        Some(Rejected::SpanId)
    );
    assert_eq!(
        reason(|span| span.parent_span_id = vec![0; 8]),
        None,
        "some senders have no parent so"
    );
}

#[test]
fn values_may_be_nested_and_not_without_end() {
    let nested = |depth| {
        (0..depth).fold(AnyValue::default(), |inner, _| AnyValue {
            value: Some(Value::ArrayValue(ArrayValue { values: vec![inner] })),
        })
    };
    let of = |depth| {
        reason(|span| {
            span.attributes = vec![KeyValue {
                value: Some(nested(depth)),
                ..KeyValue::default()
            }];
        })
    };
    assert_eq!(of(32), None);
    assert_eq!(of(33), Some(Rejected::Malformed(WireError::Depth(32))));
}

#[test]
fn a_text_that_is_none_costs_its_span() {
    let bytes = request(vec![
        span(),
        Span {
            name: "NAME".to_owned(),
            ..span()
        },
    ]);
    let at = bytes.windows(4).position(|window| window == b"NAME").unwrap();
    let mut broken = bytes;
    broken[at] = 0xff;
    let request = read(broken).unwrap();
    assert_eq!((request.records.len(), request.rejected), (1, 1));
    assert_eq!(request.reason, Some(Rejected::Malformed(WireError::Utf8(5))));
}

#[test]
fn a_request_with_too_many_records_is_refused() {
    assert_eq!(read(request(vec![span(); 3])).unwrap().records.len(), 3);
    assert_eq!(
        read(request(vec![span(); 4])).unwrap_err(),
        RequestError::TooMany { limit: 3 }
    );
    assert_eq!(
        read(request(vec![Span::default(); 4])).unwrap_err(),
        RequestError::TooMany { limit: 3 }
    );
}

/// Found by chance: what was accepted could not be read again.
#[test]
fn a_resource_or_scope_whose_count_is_none_costs_its_spans() {
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let length = u8::try_from(bytes.len()).unwrap();
        [&[number << 3 | 2, length], bytes].concat()
    }
    let span = field(2, &span().encode_to_vec());
    // The numbers of dropped attributes, as messages.
    for (resource, scope) in [(field(2, b""), vec![]), (vec![], field(4, b""))] {
        let scope_spans = field(2, &[field(1, &scope), span.clone()].concat());
        let request = read(field(1, &[field(1, &resource), scope_spans].concat())).unwrap();
        assert_eq!((request.records.len(), request.rejected), (0, 1));
        assert!(matches!(
            request.reason,
            Some(Rejected::Malformed(WireError::Type(_)))
        ));
    }
}
