//! The thread that writes the log: what has come together is written at once, then acknowledged.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::log::{Entry, LogWriter};
use super::state::Shared;
use super::{Append, AppendError, Store};
use crate::model::now;
use crate::wire::Request;

/// More bytes than this in no block, and requests wait until there are less.
const HEAD_BYTES: usize = 20 << 20;
/// How long they wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is written at once at most.
const GROUP_BYTES: usize = 8 << 20;

/// What the thread is told.
pub(super) enum Message {
    Append(Waiting),
    /// After what was told before.
    Stop,
}

/// A request on its way into the log, and who waits for it.
pub(super) struct Waiting {
    request: Request,
    done: oneshot::Sender<Result<(), AppendError>>,
}

impl Append for Store {
    fn append(&self, request: Request) -> BoxFuture<'static, Result<(), AppendError>> {
        let (done, answer) = oneshot::channel();
        let sent = self.queue.send(Message::Append(Waiting { request, done }));
        async move {
            if sent.is_err() {
                return Err(AppendError::Closed);
            }
            answer.await.unwrap_or(Err(AppendError::Closed))
        }
        .boxed()
    }
}

/// Writes until it is told to stop, or all senders are gone. The next entry gets the number `next`.
pub(super) fn run(messages: &Receiver<Message>, shared: &Arc<Shared>, mut log: LogWriter, mut next: u64) {
    let mut stopped = false;
    while !stopped && let Ok(Message::Append(first)) = messages.recv() {
        let (group, stop) = collect(first, messages);
        stopped = stop;
        if let Err(error) = wait_for_room(shared) {
            refuse(group, &error);
            continue;
        }
        let arrived = now();
        let (requests, done): (Vec<_>, Vec<_>) = group
            .into_iter()
            .map(|waiting| (waiting.request, waiting.done))
            .unzip();
        let entries: Vec<Entry> = (next..)
            .zip(requests)
            .map(|(sequence, request)| Entry {
                sequence,
                arrived,
                request,
            })
            .collect();
        // A number is never used again, as an entry may be in the log though writing it failed.
        next += entries.len() as u64;
        let result = log.append(&entries).map_err(|error| AppendError::from(&error));
        if result.is_ok() {
            let mut state = shared.lock();
            entries
                .into_iter()
                .for_each(|entry| state.head.push(Arc::new(entry)));
            drop(state);
            shared.grown.notify_one();
        }
        for done in done {
            // Who no longer waits has gone; the spans are stored all the same.
            let _ = done.send(result.clone());
        }
    }
}

/// What has come by now, up to a bound, and whether the thread was told to stop.
fn collect(first: Waiting, messages: &Receiver<Message>) -> (Vec<Waiting>, bool) {
    let mut bytes = first.request.bytes.len();
    let mut group = vec![first];
    while bytes < GROUP_BYTES {
        match messages.try_recv() {
            Ok(Message::Append(waiting)) => {
                bytes += waiting.request.bytes.len();
                group.push(waiting);
            }
            Ok(Message::Stop) => return (group, true),
            Err(_) => break,
        }
    }
    (group, false)
}

/// Waits while too much is in no block.
fn wait_for_room(shared: &Shared) -> Result<(), AppendError> {
    let deadline = Instant::now() + PATIENCE;
    let mut state = shared.lock();
    while state.head.bytes() > HEAD_BYTES {
        if let Some(fault) = &state.fault {
            return Err(fault.clone());
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(AppendError::Behind);
        }
        state = shared
            .shrunk
            .wait_timeout(state, left)
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .0;
    }
    Ok(())
}

fn refuse(group: Vec<Waiting>, error: &AppendError) {
    for waiting in group {
        let _ = waiting.done.send(Err(error.clone()));
    }
}
