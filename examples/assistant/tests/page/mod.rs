//! The embedded collector: what it stores, and what does not prevent the program.

use super::{assistant, run};
use spanwright_collector::filter::Filter;
use spanwright_collector::store::{Read, Search, SearchOrder, Store};
use std::collections::BTreeSet;

#[tokio::test]
async fn keeps_the_traces_of_both_processes() {
    let folder = tempfile::tempdir().unwrap();
    let (output, _) = run(assistant().env("ASSISTANT_DATA_DIR", folder.path())).await;
    let (_, link) = output.rsplit_once("\n── ").unwrap();
    assert!(
        link.contains("http://127.0.0.1:") && link.contains("terminal"),
        "{link}"
    );

    let store = Store::open_read_only(folder.path()).unwrap();
    let search = Search {
        filter: Filter::everything(),
        time: 0..u64::MAX,
        order: SearchOrder::Latest,
        limit: 100,
    };
    let hits = store.search(&search).unwrap().hits;
    let traces: BTreeSet<_> = hits.iter().map(|hit| hit.trace_id).collect();
    assert_eq!(traces.len(), 7);
    for id in traces {
        let trace = store.trace(id).unwrap().unwrap();
        let services: BTreeSet<_> = trace.spans.iter().map(|span| span.service()).collect();
        assert_eq!(services, BTreeSet::from(["assistant", "assistant-client"]));
        assert_eq!(
            shown(&output, &id.to_string()),
            [2, trace.spans.len() - 2],
            "{id}"
        );
    }
}

/// How many spans the terminal has of the trace in each process.
fn shown(output: &str, trace: &str) -> Vec<usize> {
    let headers = output.lines().filter(|line| line.contains(trace));
    headers
        .filter_map(|line| {
            line.split("  ")
                .find_map(|part| part.strip_suffix(" spans")?.parse().ok())
        })
        .collect()
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_costs_only_the_page() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let output = assistant()
        .env("ASSISTANT_DATA_DIR", file.path())
        .output()
        .await
        .unwrap();
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problems}");
    assert!(
        problems.starts_with("assistant: there is no web page: ") && problems.lines().count() == 1,
        "{problems}"
    );
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        shown.contains("assistant-client  trace ") && !shown.contains("in a browser"),
        "{shown}"
    );
}
