use std::sync::atomic::{AtomicUsize, Ordering};

use super::tests::append;
use super::{Read, RedQuery, Store, StoreConfig};
use crate::generate::{Data, Generator};
use crate::model::TraceId;
use crate::testing;
use crate::wire::{Limits, Request, Signal};

const BEGIN: u64 = 1_780_000_000_000_000_000;

/// While blocks are written and published: between the two a request is in the head and in a file.
#[test]
fn nothing_is_counted_twice_on_its_way_into_a_block() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(StoreConfig::new(folder.path())).expect("opened");
    let mut generator = Generator::new(5, Data::Short, 500, BEGIN);
    let requests: Vec<Request> = (0..160)
        .map(|_| Request::read(Signal::Traces, generator.request().0, &Limits::default()).expect("a request"))
        .collect();
    let spans: Vec<_> = requests.iter().flat_map(testing::spans).collect();
    let mut services: Vec<String> = spans.iter().map(|span| span.service().to_owned()).collect();
    services.sort_unstable();
    services.dedup();
    let last = spans.iter().map(|span| span.start).max().expect("spans") + 60_000_000_000;
    let query = RedQuery {
        services,
        kinds: Vec::new(),
        by_operation: false,
        time: last..last,
        step: 1,
        window: last,
        quantile: 0.5,
    };
    let (given, stored) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for some in requests.chunks(2) {
                let count: usize = some.iter().map(|request| request.records.len()).sum();
                given.fetch_add(count, Ordering::SeqCst);
                append(&store, some);
                stored.fetch_add(count, Ordering::SeqCst);
            }
        });
        let mut least = 0;
        while least < spans.len() {
            least = stored.load(Ordering::SeqCst);
            let series = store.red(&query).expect("readable");
            let calls: u64 = series
                .iter()
                .flat_map(|series| &series.points)
                .map(|point| point.calls)
                .sum();
            let most = given.load(Ordering::SeqCst);
            assert!(
                (least..=most).contains(&(calls as usize)),
                "{calls} calls, of {least} to {most} spans"
            );
        }
    });
    store.close();
}

/// The same for log records, which a trace has a list of.
#[test]
fn a_log_record_is_shown_once_on_its_way_into_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(StoreConfig::new(folder.path())).expect("opened");
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..40 {
                append(&store, &[testing::log(number, &"x".repeat(1_100_000))]);
                done.fetch_add(1, Ordering::SeqCst);
            }
        });
        while done.load(Ordering::SeqCst) < 40 {
            let trace = store.trace(TraceId([1; 16])).expect("readable");
            let logs = trace.map_or(Vec::new(), |trace| trace.logs);
            let mut times: Vec<u64> = logs.iter().map(|log| log.time).collect();
            let all = times.len();
            times.dedup();
            assert_eq!(times.len(), all, "a record is there twice");
        }
    });
    store.close();
}

/// Log files are removed while their spans go into blocks: who opens the store meanwhile finds them in either.
#[test]
fn who_opens_it_to_read_misses_nothing_on_its_way_into_a_block() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(StoreConfig::new(folder.path())).expect("opened");
    let mut generator = Generator::new(7, Data::Rich, 500, BEGIN);
    let requests: Vec<Request> = (0..50)
        .map(|_| Request::read(Signal::Traces, generator.request().0, &Limits::default()).expect("a request"))
        .collect();
    let all: usize = requests.iter().map(|request| request.records.len()).sum();
    let stored = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for request in &requests {
                append(&store, std::slice::from_ref(request));
                stored.fetch_add(request.records.len(), Ordering::SeqCst);
            }
        });
        let mut least = 0;
        while least < all {
            least = stored.load(Ordering::SeqCst);
            let reader = Store::open_read_only(folder.path()).expect("opened to read");
            let inventory = reader.inventory();
            let found = inventory.spans + inventory.unsealed;
            assert!(found >= least as u64, "{found} of {least} spans");
        }
    });
    store.close();
}
