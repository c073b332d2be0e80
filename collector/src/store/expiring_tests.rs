use std::time::{Duration, Instant};

use super::tests::{append, many, wait_for_blocks};
use super::{AppendError, Read, Store, StoreConfig};
use crate::model::{Span, now};
use crate::testing;
use crate::wire::Request;

#[test]
fn what_is_too_much_is_deleted_oldest_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = StoreConfig {
        bytes: 3 << 20,
        ..StoreConfig::new(folder.path())
    };
    let store = Store::open(config.clone()).expect("opened");
    for requests in many(4000).chunks(400) {
        append(&store, requests);
        wait_for_blocks(&store);
    }
    let left = || -> Vec<_> { super::partition::paths(folder.path()).expect("readable") };
    super::expiring::expire(&config, &store.shared, now());
    let bytes: u64 = left()
        .iter()
        .map(|path| path.metadata().expect("there").len())
        .sum();
    assert!(
        bytes <= config.bytes + config.partition_bytes(),
        "{bytes} bytes are left"
    );
    let newest = &testing::spans(&many(4000)[3999])[0];
    assert!(store.trace(newest.trace_id).expect("readable").is_some());
    assert!(left().len() > 1, "{} partitions before", left().len());
    let later = now() + 100 * 3_600_000_000_000;
    super::expiring::expire(&config, &store.shared, later);
    assert_eq!(
        left().len(),
        1,
        "all but the one that is written to are older than a day"
    );
    store.close();
}

#[test]
fn what_expires_is_archived_first_and_kept_where_that_fails() {
    use std::io::BufRead;
    let (folder, archive) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let config = StoreConfig {
        bytes: 1,
        archive: Some(archive.path().join("no folder").join("at all")),
        ..StoreConfig::new(folder.path())
    };
    std::fs::write(archive.path().join("no folder"), "a file").expect("written");
    let requests = many(2000);
    let store = Store::open(config.clone()).expect("opened");
    for some in requests.chunks(400) {
        append(&store, some);
        wait_for_blocks(&store);
    }
    let partitions = super::partition::paths(folder.path()).expect("readable").len();
    assert!(partitions > 1, "{partitions}");
    super::expiring::expire(&config, &store.shared, now());
    assert_eq!(
        super::partition::paths(folder.path()).expect("readable").len(),
        partitions
    );
    let fault = store.fault().expect("the archive is a file");
    assert!(fault.contains("cannot be archived"), "{fault}");

    let config = StoreConfig {
        archive: Some(archive.path().join("folder")),
        ..config
    };
    let stored = || store.inventory().spans + store.inventory().unsealed;
    let before = stored();
    super::expiring::expire(&config, &store.shared, now());
    assert_eq!(store.fault(), None);
    let mut archived = Vec::new();
    for file in std::fs::read_dir(archive.path().join("folder")).expect("readable") {
        let packed = std::fs::File::open(file.expect("there").path()).expect("opened");
        let lines = std::io::BufReader::new(zstd::Decoder::new(packed).expect("zstd")).lines();
        for line in lines {
            archived.extend(testing::from_json(&line.expect("UTF-8")));
        }
    }
    assert_eq!(
        archived.len() as u64 + stored(),
        before,
        "each span is in one place"
    );
    let sent: Vec<Span> = requests.iter().flat_map(testing::spans).collect();
    assert!(!archived.is_empty() && archived.iter().all(|span| sent.contains(span)));
    store.close();
}

/// Of each request whether it is kept, in turns of `run`.
fn in_turns(run: usize, count: usize) -> Vec<Request> {
    let mut requests = many(count);
    for (place, request) in requests.iter_mut().enumerate() {
        request.kept = place / run % 2 == 1;
    }
    requests
}

/// How many of these are found by their traces, of those that expire and of those that are kept.
fn found(store: &Store, requests: &[Request]) -> (usize, usize) {
    let is_found = |request: &Request| {
        let span = &testing::spans(request)[0];
        store.trace(span.trace_id).expect("readable").is_some()
    };
    let count = |kept| {
        let of = requests.iter().filter(|request| request.kept == kept);
        of.filter(|request| is_found(request)).count()
    };
    (count(false), count(true))
}

fn wait_until_kept(store: &Store, spans: u64) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while store.inventory().kept < spans {
        assert!(Instant::now() < deadline, "{:?}", store.inventory());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_is_imported_does_not_expire_and_is_deleted_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = StoreConfig::new(folder.path());
    let requests = in_turns(50, 400);
    let spans = |kept: bool| -> u64 {
        let of = requests.iter().filter(|request| request.kept == kept);
        of.map(|request| request.records.len() as u64).sum()
    };
    // Of each kind 200, also after a restart in the middle.
    for part in requests.chunks(130) {
        let store = Store::open(config.clone()).expect("opened");
        append(&store, part);
        store.close();
    }
    let store = Store::open(config.clone()).expect("opened");
    assert_eq!(found(&store, &requests), (200, 200));
    wait_until_kept(&store, spans(true));
    store.close();
    config.bytes = 3 << 20;
    let store = Store::open(config.clone()).expect("opened");
    for requests in many(4000)[400..].chunks(400) {
        append(&store, requests);
        wait_for_blocks(&store);
    }

    let later = now() + 100 * 3_600_000_000_000;
    super::expiring::expire(&config, &store.shared, later);
    assert_eq!(found(&store, &requests), (0, 200));

    assert_eq!(store.delete_kept(), Ok(spans(true)));
    assert_eq!(found(&store, &requests).1, 0);
    assert_eq!(store.inventory().kept, 0);
    assert_eq!(store.delete_kept(), Ok(0));
    store.close();
    // The log does not bring them back.
    let store = Store::open(config).expect("opened");
    assert_eq!(found(&store, &requests), (0, 0));
    store.close();
    let reader = Store::open_read_only(folder.path()).expect("opened");
    assert_eq!(reader.delete_kept(), Err(AppendError::Closed));
}

/// What was acknowledged and is in no block when the process ends.
#[test]
fn what_is_imported_stays_so_in_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let requests = in_turns(1, 20);
    let store = Store::open(StoreConfig::new(folder.path())).expect("opened");
    append(&store, &requests);
    store.close();
    let store = Store::open(StoreConfig::new(folder.path())).expect("opened");
    assert_eq!(found(&store, &requests), (10, 10));
    assert_eq!(store.delete_kept().map(|spans| spans > 0), Ok(true));
    assert_eq!(found(&store, &requests), (10, 0));
    store.close();
}
