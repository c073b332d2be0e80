use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::{Append, AppendError, Found, Hit, OpenError, Read, Search, SearchOrder, Store, StoreConfig};
use crate::filter::Filter;
use crate::model::{Span, TraceId};
use crate::testing;
use crate::wire::Request;

pub(super) fn append(store: &Store, requests: &[Request]) {
    let all = join_all(requests.iter().map(|request| store.append(request.clone())));
    for result in tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(all)
    {
        result.expect("appended");
    }
}

/// Waits until fewer spans than a block has are in no block.
pub(super) fn wait_for_blocks(store: &Store) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let waiting = || store.inventory().unsealed;
    while waiting() >= super::block::SPANS as u64 {
        assert!(Instant::now() < deadline, "{} spans are in no block", waiting());
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What a search finds, by looking at every span.
fn expected(spans: &[Span], search: &Search) -> Found {
    let key = |hit: &Hit| match search.order {
        SearchOrder::Latest => hit.start,
        SearchOrder::Slowest => hit.duration,
    };
    let mut best: BTreeMap<TraceId, Hit> = BTreeMap::new();
    for span in spans
        .iter()
        .filter(|span| search.time.contains(&span.start) && search.filter.matches(span))
    {
        let hit = Hit {
            trace_id: span.trace_id,
            span_id: span.span_id,
            service: span.service().to_owned(),
            name: span.name.clone(),
            kind: span.kind,
            start: span.start,
            duration: span.duration(),
            error: span.is_error(),
        };
        let kept = best.entry(span.trace_id).or_insert_with(|| hit.clone());
        if (Reverse(key(&hit)), hit.span_id) < (Reverse(key(kept)), kept.span_id) {
            *kept = hit;
        }
    }
    let mut hits: Vec<Hit> = best.into_values().collect();
    hits.sort_by_key(|hit| (Reverse(key(hit)), hit.trace_id, hit.span_id));
    hits.truncate(search.limit);
    Found { hits }
}

/// In the order of their start, each once.
fn once(mut spans: Vec<Span>) -> Vec<Span> {
    let mut seen = HashSet::new();
    spans.retain(|span| seen.insert((span.span_id, span.service().to_owned(), span.kind)));
    spans.sort_by_key(|span| (span.start, span.span_id));
    spans
}

/// Hits by what is the same whichever of two equal spans was found.
fn keys(found: &Found) -> Vec<(TraceId, u64, u64)> {
    found
        .hits
        .iter()
        .map(|hit| (hit.trace_id, hit.start, hit.duration))
        .collect()
}

fn check(store: &Store, spans: &[Span], searches: &[Search]) -> Result<(), TestCaseError> {
    for id in spans.iter().map(|span| span.trace_id).collect::<HashSet<_>>() {
        let of: Vec<Span> = spans.iter().filter(|span| span.trace_id == id).cloned().collect();
        let trace = store.trace(id).expect("readable").expect("stored");
        let (ids, all): (Vec<_>, Vec<_>) = (once(trace.spans.clone()), once(of));
        prop_assert_eq!(ids.len(), all.len());
        // Of spans that share ids any may be the one that is kept.
        prop_assert!(trace.spans.iter().all(|span| spans.contains(span)));
    }
    for search in searches {
        let found = store.search(search).expect("readable");
        let expected = expected(spans, search);
        match search.order {
            SearchOrder::Latest => prop_assert_eq!(
                found
                    .hits
                    .iter()
                    .map(|hit| (hit.trace_id, hit.start))
                    .collect::<Vec<_>>(),
                expected
                    .hits
                    .iter()
                    .map(|hit| (hit.trace_id, hit.start))
                    .collect::<Vec<_>>()
            ),
            SearchOrder::Slowest => prop_assert_eq!(
                found
                    .hits
                    .iter()
                    .map(|hit| (hit.trace_id, hit.duration))
                    .collect::<Vec<_>>(),
                expected
                    .hits
                    .iter()
                    .map(|hit| (hit.trace_id, hit.duration))
                    .collect::<Vec<_>>()
            ),
        }
        prop_assert!(keys(&found).len() <= search.limit);
    }
    let services: HashSet<&str> = spans.iter().map(Span::service).collect();
    let mut services: Vec<&str> = services.into_iter().collect();
    services.sort_unstable();
    prop_assert_eq!(store.services().expect("readable"), services);
    Ok(())
}

fn search() -> impl Strategy<Value = Search> {
    let time = prop_oneof![Just(0..u64::MAX), Just(3..15_u64)];
    let order = prop_oneof![Just(SearchOrder::Latest), Just(SearchOrder::Slowest)];
    (testing::filter(), time, order, 1..4_usize).prop_map(|(filter, time, order, limit)| Search {
        filter,
        time,
        order,
        limit,
    })
}

proptest! {
    #![proptest_config(Config { cases: 24, max_shrink_iters: 200, ..Config::default() })]
    #[test]
    fn a_store_answers_as_if_it_looked_at_every_span(
        messages in prop::collection::vec(testing::message(), 1..60),
        searches in prop::collection::vec(search(), 1..12),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let requests: Vec<_> = messages.iter().map(testing::request).collect();
        let spans: Vec<_> = requests.iter().flat_map(testing::spans).collect();
        let store = Store::open(StoreConfig::new(folder.path())).expect("opened");
        append(&store, &requests);
        check(&store, &spans, &searches)?;
        wait_for_blocks(&store);
        check(&store, &spans, &searches)?;
        let reader = Store::open_read_only(folder.path()).expect("opened to read");
        check(&reader, &spans, &searches)?;
        store.close();
        let store = Store::open(StoreConfig::new(folder.path())).expect("opened again");
        check(&store, &spans, &searches)?;
        append(&store, &requests[..1]);
        wait_for_blocks(&store);
        store.close();
        let again: Vec<_> = spans.iter().cloned().chain(testing::spans(&requests[0])).collect();
        check(&Store::open_read_only(folder.path()).expect("opened to read"), &again, &searches)?;
    }
}

/// Spans of many traces, enough for some segments.
pub(super) fn many(requests: usize) -> Vec<Request> {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
    let request = |number: usize| {
        let span = |place: usize| Span {
            trace_id: [&[7; 8][..], &(number as u64 + 1).to_be_bytes()].concat(),
            span_id: (place as u64 + 1).to_be_bytes().to_vec(),
            name: format!("operation {}", number % 50),
            start_time_unix_nano: number as u64,
            end_time_unix_nano: (number + place) as u64,
            ..Span::default()
        };
        let scope = ScopeSpans {
            spans: (0..10).map(span).collect(),
            ..ScopeSpans::default()
        };
        let resource = ResourceSpans {
            scope_spans: vec![scope],
            ..ResourceSpans::default()
        };
        testing::request(&ExportTraceServiceRequest {
            resource_spans: vec![resource],
        })
    };
    (0..requests).map(request).collect()
}

#[test]
fn segments_find_every_trace_also_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let requests = many(500);
    let store = Store::open(StoreConfig::new(folder.path())).expect("opened");
    append(&store, &requests);
    wait_for_blocks(&store);
    let merged = |store: &Store| {
        let partition = store.shared.snapshot().partitions.remove(0);
        partition.blocks.len() - partition.unmerged.len()
    };
    assert!(merged(&store) >= 64, "two segments at least");
    let all_are_found = |store: &Store| {
        for request in &requests {
            let spans = testing::spans(request);
            let trace = store.trace(spans[0].trace_id).expect("readable").expect("stored");
            assert_eq!(trace.spans, spans);
        }
        assert_eq!(store.trace(TraceId([9; 16])).expect("readable"), None);
    };
    all_are_found(&store);
    store.close();
    let store = Store::open(StoreConfig::new(folder.path())).expect("opened again");
    assert!(merged(&store) >= 64);
    all_are_found(&store);
    let filter = Filter::Is(crate::filter::Test::Name(crate::filter::TextTest::Equals(
        "operation 7".into(),
    )));
    let search = Search {
        filter,
        time: 0..u64::MAX,
        order: SearchOrder::Latest,
        limit: 3,
    };
    let starts: Vec<u64> = store
        .search(&search)
        .expect("readable")
        .hits
        .iter()
        .map(|hit| hit.start)
        .collect();
    assert_eq!(starts, [457, 407, 357]);
    store.close();
}

/// Of each call between services, how often.
fn calls(store: &Store) -> Vec<(String, String, u64)> {
    let all = store.dependencies(0..u64::MAX).expect("readable");
    all.into_iter()
        .map(|edge| (edge.parent, edge.child, edge.calls))
        .collect()
}

#[test]
fn calls_are_counted_once_and_joined_over_blocks_and_restarts() {
    use crate::generate::{Data, Generator};
    let folder = tempfile::tempdir().expect("a folder");
    let mut generator = Generator::new(3, Data::Short, 10, 1_780_000_000_000_000_000);
    let requests: Vec<Request> = (0..40)
        .map(|_| {
            let bytes = generator.request().0;
            Request::read(
                crate::wire::Signal::Traces,
                bytes,
                &crate::wire::Limits::default(),
            )
            .expect("a request")
        })
        .collect();
    let spans: Vec<Span> = requests.iter().flat_map(testing::spans).collect();
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    for child in &spans {
        let same = |span: &&Span| span.trace_id == child.trace_id && Some(span.span_id) == child.parent_id;
        if let Some(parent) = spans.iter().find(same)
            && parent.service() != child.service()
        {
            *expected
                .entry((parent.service().to_owned(), child.service().to_owned()))
                .or_default() += 1;
        }
    }
    let expected: Vec<_> = expected
        .into_iter()
        .map(|((parent, child), calls)| (parent, child, calls))
        .collect();
    // Once, and again after a restart; other spans behind them, so that all of them are in blocks.
    for _ in 0..2 {
        let store = Store::open(StoreConfig::new(folder.path())).expect("opened");
        append(&store, &requests);
        append(&store, &many(4));
        wait_for_blocks(&store);
        assert_eq!(calls(&store), expected);
        store.close();
    }
}

#[test]
fn only_one_collector_writes_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(StoreConfig::new(folder.path())).expect("opened");
    let error = Store::open(StoreConfig::new(folder.path())).expect_err("in use");
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    store.close();
    Store::open(StoreConfig::new(folder.path()))
        .expect("free again")
        .close();
}

#[test]
fn a_store_that_is_only_read_or_closed_takes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let request = many(1).remove(0);
    let closed = Store::open(StoreConfig::new(folder.path())).expect("opened");
    closed.close();
    let reader = Store::open_read_only(folder.path()).expect("opened to read");
    for store in [closed, reader] {
        let appended = futures_util::FutureExt::now_or_never(store.append(request.clone()));
        assert_eq!(appended, Some(Err(AppendError::Closed)));
    }
}

#[test]
fn a_newer_format_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(StoreConfig::new(folder.path())).expect("opened");
    append(&store, &many(10));
    wait_for_blocks(&store);
    store.close();
    let path = super::partition::paths(folder.path())
        .expect("readable")
        .remove(0);
    let connection = rusqlite::Connection::open(&path).expect("opened");
    connection
        .pragma_update(None, "user_version", 2)
        .expect("changed");
    drop(connection);
    let error = Store::open(StoreConfig::new(folder.path()))
        .expect_err("refused")
        .to_string();
    assert!(
        error.contains("format 2") && error.contains(path.to_str().expect("a path")),
        "{error}"
    );
    assert!(path.exists());
}
