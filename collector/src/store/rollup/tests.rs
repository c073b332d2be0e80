use proptest::prelude::*;

use super::{CallMinute, Histogram, Recent, Rollup, count};
use crate::store::block::Builder;
use crate::testing;

proptest! {
    #[test]
    fn quantiles_are_near_and_histograms_come_back(
        mut durations in prop::collection::vec(prop_oneof![0..2000_u64, any::<u64>()], 1..200),
        part in 0.0..1.0_f64,
    ) {
        let mut histogram = Histogram::default();
        durations.iter().for_each(|duration| histogram.add(*duration));
        durations.sort_unstable();
        let place = ((durations.len() as f64 * part).ceil() as usize).max(1) - 1;
        let (exact, found) = (durations[place] as f64, histogram.quantile(part) as f64);
        prop_assert!((found - exact).abs() <= exact * 0.07 + 0.5, "{found} for {exact}");
        prop_assert_eq!(Histogram::decode(&histogram.encode()).expect("whole"), histogram);
    }

    #[test]
    fn any_bytes_are_a_histogram_or_an_error(bytes: Vec<u8>) {
        let _ = Histogram::decode(&bytes);
    }
}

/// A span of a service: its id, its parent's, and whether it has an error.
fn block(spans: &[(&str, u8, u8, bool)]) -> Builder {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
    use opentelemetry_proto::tonic::resource::v1::Resource;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
    let id = |number: u8| if number == 0 { Vec::new() } else { vec![number; 8] };
    let of = |(service, span, parent, error): &(&str, u8, u8, bool)| ResourceSpans {
        resource: Some(Resource {
            attributes: vec![KeyValue {
                key: "service.name".into(),
                value: Some(AnyValue {
                    value: Some(any_value::Value::StringValue((*service).into())),
                }),
                ..KeyValue::default()
            }],
            ..Resource::default()
        }),
        scope_spans: vec![ScopeSpans {
            spans: vec![Span {
                trace_id: vec![1; 16],
                span_id: id(*span),
                parent_span_id: id(*parent),
                start_time_unix_nano: 61_000_000_000,
                end_time_unix_nano: 61_000_000_500,
                status: Some(Status {
                    code: if *error { 2 } else { 0 },
                    ..Status::default()
                }),
                ..Span::default()
            }],
            ..ScopeSpans::default()
        }],
        ..ResourceSpans::default()
    };
    let request = testing::request(&ExportTraceServiceRequest {
        resource_spans: spans.iter().map(of).collect(),
    });
    let mut builder = Builder::default();
    assert_eq!(builder.add(&request, &request.records), spans.len());
    builder
}

fn calls(rollup: &Rollup, parent: &str, child: &str) -> (u64, u64) {
    let key = CallMinute {
        minute: 1,
        parent: parent.into(),
        child: child.into(),
    };
    rollup
        .dependencies
        .get(&key)
        .map_or((0, 0), |counts| (counts.calls, counts.errors))
}

#[test]
fn calls_are_joined_within_a_block_and_across_blocks_whichever_comes_first() {
    let mut recent = Recent::default();
    let first = count(
        &block(&[("shop", 1, 0, false), ("shop", 2, 1, false), ("bank", 3, 2, true)]),
        &mut recent,
    );
    assert_eq!(calls(&first, "shop", "bank"), (1, 1));
    assert_eq!(first.dependencies.len(), 1, "a call within a service is none");
    let second = count(
        &block(&[("vault", 4, 3, false), ("bank", 6, 5, false)]),
        &mut recent,
    );
    assert_eq!(calls(&second, "bank", "vault"), (1, 0));
    let third = count(&block(&[("shop", 5, 1, false)]), &mut recent);
    assert_eq!(calls(&third, "shop", "bank"), (1, 0), "the child came before");
}

#[test]
fn what_is_sent_twice_is_counted_once() {
    let mut recent = Recent::default();
    let spans = [("shop", 1, 0, false), ("bank", 2, 1, false)];
    count(&block(&spans), &mut recent);
    let again = count(&block(&spans), &mut recent);
    assert!(
        again.operations.is_empty() && again.dependencies.is_empty(),
        "{again:?}"
    );
}

#[test]
fn series_say_what_was_counted_in_the_window_before_each_moment() {
    use super::{MINUTE, minutes, series};
    use crate::store::RedQuery;
    let counted = count(
        &block(&[("shop", 1, 0, false), ("shop", 2, 1, true), ("bank", 3, 2, true)]),
        &mut Recent::default(),
    );
    let query = RedQuery {
        services: vec!["shop".into()],
        kinds: Vec::new(),
        by_operation: false,
        time: MINUTE..4 * MINUTE,
        step: MINUTE,
        window: MINUTE,
        quantile: 0.95,
    };
    assert!(minutes(&query).contains(&1));
    let series = series(&query, counted.operations);
    assert_eq!(series.len(), 1);
    let points: Vec<_> = series[0]
        .points
        .iter()
        .map(|point| (point.time, point.calls, point.errors))
        .collect();
    assert_eq!(points, [(2 * MINUTE, 2, 1)]);
    assert!(
        (465..535).contains(&series[0].points[0].duration),
        "{:?}",
        series[0].points
    );
}

#[test]
fn the_commonest_operations_keep_their_names() {
    use super::{OPERATIONS, commonest};
    let many = (0..2000_u32).map(|name| ((0, name, 1), u64::from(name % 1500)));
    let named = commonest(many);
    assert_eq!(named.len(), OPERATIONS);
    assert!(named.contains(&(0, 1499, 1)) && !named.contains(&(0, 0, 1)));
    let one_in_many_minutes = (0..5000_u32).map(|_| ((0, 7, 1), 1));
    assert_eq!(commonest(one_in_many_minutes).len(), 1);
}
