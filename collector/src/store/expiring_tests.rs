use super::tests::{append, many, wait_for_blocks};
use super::{Read, Store, StoreConfig};
use crate::model::{Span, now};
use crate::testing;

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
