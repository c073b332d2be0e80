//! What a connection is doing, and since when: so that one that does nothing is closed.
//!
//! Hyper's own time limit begins with the wait for a request, and would close connections that are kept alive.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::config::Timeouts;

/// What a connection is doing.
#[derive(Debug)]
pub(super) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Requests that have no answer yet.
    requests: usize,
    /// Whether a part of a request's head has come, of HTTP/1.
    head: bool,
    /// Whether the first bytes have come, and were HTTP/2's.
    http2: Option<bool>,
    /// When `head` or `requests` changed.
    since: Instant,
}

/// Why a connection is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expired {
    /// A request's head takes too long.
    Head,
    /// No request comes.
    Idle,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            requests: 0,
            head: false,
            http2: None,
            since: Instant::now(),
        })))
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn read(&self, bytes: &[u8]) {
        self.change(|state| {
            let http2 = *state.http2.get_or_insert(bytes.starts_with(b"PRI"));
            // HTTP/2 has frames between its requests, which say nothing.
            if !http2 && state.requests == 0 && !state.head {
                state.head = true;
                state.since = Instant::now();
            }
        });
    }

    /// A request is being answered, until what this gives is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        self.change(|state| {
            state.requests += 1;
            state.head = false;
        });
        Busy(Arc::clone(self))
    }

    fn deadline(&self, timeouts: &Timeouts) -> Option<(Instant, Expired)> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (state.requests, state.head) {
            (0, true) => Some((state.since + timeouts.header, Expired::Head)),
            (0, false) => Some((state.since + timeouts.idle, Expired::Idle)),
            _ => None,
        }
    }

    /// Ready when the connection is to be closed.
    pub(super) async fn expired(&self, timeouts: &Timeouts) -> Expired {
        // A deadline may come nearer while this sleeps, so it looks again before long.
        let longest = timeouts.header.min(timeouts.idle) / 4;
        loop {
            let now = Instant::now();
            let next = match self.deadline(timeouts) {
                Some((deadline, why)) if deadline <= now => return why,
                Some((deadline, _)) => deadline.min(now + longest),
                None => now + longest,
            };
            tokio::time::sleep_until(next).await;
        }
    }
}

/// A request is being answered.
#[derive(Debug)]
pub(super) struct Busy(Arc<Activity>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.change(|state| {
            state.requests -= 1;
            state.since = Instant::now();
        });
    }
}

/// A connection whose reads are noticed.
#[derive(Debug)]
pub(super) struct Watched<S> {
    pub(super) stream: S,
    pub(super) activity: Arc<Activity>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        match buffer.filled().get(before..) {
            Some(bytes) if !bytes.is_empty() => self.activity.read(bytes),
            _ => {}
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(activity: &Activity) -> Option<(Duration, Expired)> {
        let (deadline, why) = activity.deadline(&Timeouts::default())?;
        Some((deadline - Instant::now(), why))
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_less_time_than_the_wait_for_it() {
        let activity = Activity::new();
        assert_eq!(at(&activity), Some((Duration::from_secs(75), Expired::Idle)));
        tokio::time::advance(Duration::from_secs(70)).await;
        activity.read(b"POST");
        assert_eq!(at(&activity), Some((Duration::from_secs(10), Expired::Head)));
        let busy = activity.begin();
        activity.read(b"more");
        assert_eq!(at(&activity), None);
        drop(busy);
        assert_eq!(at(&activity), Some((Duration::from_secs(75), Expired::Idle)));
        assert_eq!(activity.expired(&Timeouts::default()).await, Expired::Idle);
    }

    #[tokio::test(start_paused = true)]
    async fn frames_of_http2_are_no_head() {
        let activity = Activity::new();
        activity.read(b"PRI * HTTP/2.0");
        activity.read(b"a ping");
        assert_eq!(at(&activity), Some((Duration::from_secs(75), Expired::Idle)));
    }
}
