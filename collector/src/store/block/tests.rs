use proptest::prelude::*;

use super::{Block, Builder, SPANS};
use crate::store::codec::Compressor;
use crate::store::search::{Finders, Required, evaluate};
use crate::testing;

fn sealed(requests: &[crate::wire::Request]) -> super::Sealed {
    let mut builder = Builder::default();
    for request in requests {
        assert_eq!(builder.add(request, &request.records), request.records.len());
    }
    builder
        .seal(&mut Compressor::new(1).expect("zstd"))
        .expect("sealed")
}

proptest! {
    #[test]
    fn what_comes_out_is_what_went_in(messages in prop::collection::vec(testing::message(), 1..4)) {
        let requests: Vec<_> = messages.iter().map(testing::request).collect();
        let expected: Vec<_> = requests.iter().flat_map(testing::spans).collect();
        let sealed = sealed(&requests);
        let block = Block::new(&sealed, sealed.spans);
        let all: Vec<usize> = (0..expected.len()).collect();
        prop_assert_eq!(block.read(&all).expect("whole"), expected.clone());
        let some: Vec<usize> = all.into_iter().filter(|place| place % 3 == 1).collect();
        let expected: Vec<_> = some.iter().map(|&place| expected[place].clone()).collect();
        prop_assert_eq!(block.read(&some).expect("whole"), expected);
    }

    #[test]
    fn a_block_finds_what_the_filter_matches(
        messages in prop::collection::vec(testing::message(), 1..3),
        filter in testing::filter(),
    ) {
        let requests: Vec<_> = messages.iter().map(testing::request).collect();
        let spans: Vec<_> = requests.iter().flat_map(testing::spans).collect();
        let sealed = sealed(&requests);
        let found = evaluate(&Block::new(&sealed, sealed.spans), &filter, &Finders::new(&filter).expect("short")).expect("whole");
        let expected: Vec<usize> = (0..spans.len()).filter(|&place| filter.matches(&spans[place])).collect();
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected.clone());
        if !expected.is_empty() {
            let required = Required::new(&filter, 0..u64::MAX);
            for list in &required.fingerprints {
                prop_assert!(list.iter().any(|fingerprint| sealed.fingerprints.binary_search(fingerprint).is_ok()));
            }
            prop_assert!(!required.error || sealed.errors > 0);
            for &place in &expected {
                prop_assert!(required.duration.contains(&spans[place].duration()));
                prop_assert!(required.start.contains(&spans[place].start) || spans[place].start == u64::MAX);
            }
        }
    }
}

#[test]
fn a_span_of_more_keys_than_columns_is_kept_and_found() {
    use crate::filter::{Filter, Test, ValueTest};
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
    let attributes = (0..1500).map(|number| KeyValue {
        key: format!("k{number}"),
        value: Some(AnyValue {
            value: Some(any_value::Value::IntValue(number)),
        }),
        ..KeyValue::default()
    });
    let span = Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        attributes: attributes.collect(),
        ..Span::default()
    };
    let scope = ScopeSpans {
        spans: vec![span],
        ..ScopeSpans::default()
    };
    let resource = ResourceSpans {
        scope_spans: vec![scope],
        ..ResourceSpans::default()
    };
    let request = testing::request(
        &opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest {
            resource_spans: vec![resource],
        },
    );
    let sealed = sealed(std::slice::from_ref(&request));
    let block = Block::new(&sealed, 1);
    assert_eq!(block.read(&[0]).expect("whole"), testing::spans(&request));
    let filter = Filter::Is(Test::Attribute("k1499".into(), ValueTest::Equals("1499".into())));
    assert_eq!(
        evaluate(&block, &filter, &Finders::new(&filter).expect("short"))
            .expect("whole")
            .iter()
            .count(),
        1
    );
}

#[test]
fn a_full_block_takes_no_more() {
    let requests: Vec<_> = (0..9)
        .map(|_| {
            use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
            let span = Span {
                trace_id: vec![1; 16],
                span_id: vec![2; 8],
                ..Span::default()
            };
            let scope = ScopeSpans {
                spans: vec![span; 1000],
                ..ScopeSpans::default()
            };
            let resource = ResourceSpans {
                scope_spans: vec![scope],
                ..ResourceSpans::default()
            };
            testing::request(
                &opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest {
                    resource_spans: vec![resource],
                },
            )
        })
        .collect();
    let mut builder = Builder::default();
    let taken: usize = requests
        .iter()
        .map(|request| builder.add(request, &request.records))
        .sum();
    assert_eq!((taken, builder.len()), (SPANS, SPANS));
}
