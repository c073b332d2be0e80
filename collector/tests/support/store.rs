//! A store in memory that records what it is given, and can be slow, full or held up.

use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::BoxFuture;
use spanwright_collector::store::{Append, AppendError};
use spanwright_collector::wire::Request;
use tokio::sync::watch;

#[derive(Default)]
pub struct Memory {
    requests: Mutex<Vec<Request>>,
    fails: Mutex<Option<AppendError>>,
    delay: Duration,
    panics: bool,
    /// Whether what it is given is not recorded.
    forgets: bool,
    /// Requests wait until this is true.
    open: Option<watch::Receiver<bool>>,
}

impl Memory {
    pub fn slow(delay: Duration) -> Self {
        Self {
            delay,
            ..Self::default()
        }
    }

    pub fn panicking() -> Self {
        Self {
            panics: true,
            ..Self::default()
        }
    }

    /// A store that drops what it is given.
    pub fn forgetting() -> Self {
        Self {
            forgets: true,
            ..Self::default()
        }
    }

    /// A store that answers nothing until the sender says `true`.
    pub fn held() -> (Self, watch::Sender<bool>) {
        let (sender, receiver) = watch::channel(false);
        let store = Self {
            open: Some(receiver),
            ..Self::default()
        };
        (store, sender)
    }

    pub fn fail(&self, error: Option<AppendError>) {
        *self.fails.lock().unwrap() = error;
    }

    /// All that it was given.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub fn records(&self) -> usize {
        self.requests().iter().map(|request| request.records.len()).sum()
    }
}

impl Append for Memory {
    fn append(&self, request: Request) -> BoxFuture<'static, Result<(), AppendError>> {
        assert!(!self.panics, "the store has a fault, as the test wants it");
        let fails = self.fails.lock().unwrap().clone();
        if fails.is_none() && !self.forgets {
            self.requests.lock().unwrap().push(request);
        }
        let (delay, open) = (self.delay, self.open.clone());
        Box::pin(async move {
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            if let Some(mut open) = open {
                open.wait_for(|&open| open).await.unwrap();
            }
            fails.map_or(Ok(()), Err)
        })
    }
}
