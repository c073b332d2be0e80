//! Spans as they are stored, for those who watch.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::broadcast::{self, Receiver, Sender};

use crate::model::Span;
use crate::store::{Append, AppendError, Store};
use crate::web::Tail;
use crate::wire::{Request, Signal};

/// Groups of spans that a watcher may be behind.
const BEHIND: usize = 64;
/// Of one request so many spans are shown: nobody reads more at once.
const SHOWN: usize = 200;

/// Stores requests, and shows their spans to those who watch. Nobody watching costs nothing.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    store: Store,
    watchers: Sender<Arc<[Span]>>,
}

impl Watched {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            watchers: broadcast::channel(BEHIND).0,
        }
    }
}

impl Append for Watched {
    fn append(&self, request: Request) -> BoxFuture<'static, Result<(), AppendError>> {
        if self.watchers.receiver_count() == 0 || request.signal != Signal::Traces {
            return self.store.append(request);
        }
        let spans: Arc<[Span]> = request.spans().take(SHOWN).collect();
        let watchers = self.watchers.clone();
        let stored = self.store.append(request);
        async move {
            stored.await?;
            // Who watched has gone.
            let _ = watchers.send(spans);
            Ok(())
        }
        .boxed()
    }
}

impl Tail for Watched {
    fn subscribe(&self) -> Receiver<Arc<[Span]>> {
        self.watchers.subscribe()
    }
}
