//! A store with traces that look like real ones.

mod maker;
mod sample;

use std::sync::Arc;

use axum::{Extension, Router};
use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::sync::broadcast::{Receiver, Sender};

use super::{Tail, WebConfig, router};
use crate::model::{LogRecord, Span, Trace};
use crate::store::{Append, Store, StoreConfig};
use crate::testing::json_request;
use crate::wire::{JsonRequest, Request, Signal, write_logs, write_spans};

pub(super) use sample::{NOW, hostile, large, sample_traces};

/// A store in a folder that goes with it.
pub(super) struct Stored {
    pub(super) store: Arc<Store>,
    folder: TempDir,
}

impl Stored {
    pub(super) fn with(traces: &[Trace]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(StoreConfig::new(folder.path())).expect("a store");
        let spans = traces
            .iter()
            .flat_map(|trace| trace.spans.chunks(10_000))
            .map(spans);
        let logs = traces.iter().map(|trace| logs(&trace.logs));
        append(&store, spans.chain(logs).collect());
        Self {
            store: Arc::new(store),
            folder,
        }
    }

    /// The pages of it; the folder lives as long as they do.
    pub(super) fn site(self, tail: Option<Arc<dyn Tail>>) -> Router {
        router(self.store, tail, WebConfig::default()).layer(Extension(Arc::new(self.folder)))
    }
}

/// On a thread of its own: who calls may be on a runtime's.
fn append(store: &Store, requests: Vec<Request>) {
    let all = join_all(requests.into_iter().map(|request| store.append(request)));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        for result in runtime.block_on(all) {
            result.expect("appended");
        }
    })
    .join()
    .expect("appended");
}

fn spans(spans: &[Span]) -> Request {
    let mut json = Vec::new();
    write_spans(&mut json, spans).expect("room");
    json_request(JsonRequest::Traces, Signal::Traces, &json)
}

fn logs(logs: &[LogRecord]) -> Request {
    let mut json = Vec::new();
    write_logs(&mut json, logs).expect("room");
    json_request(JsonRequest::Logs, Signal::Logs, &json)
}

/// Spans that a test, or the preview, lets arrive.
pub(super) struct Arriving(pub(super) Sender<Arc<[Span]>>);

impl Tail for Arriving {
    fn subscribe(&self) -> Receiver<Arc<[Span]>> {
        self.0.subscribe()
    }
}
