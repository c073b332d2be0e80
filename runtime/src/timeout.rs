//! Bounding a future in time, so that its spans tell that time ran out.

use crate::recorder;
use crate::recorder::TimedOut;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::task::{Unconstrained, unconstrained};
use tokio::time::{Sleep, sleep};

pin_project_lite::pin_project! {
    /// A future with a time limit; made by [`timeout`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Timeout<F> {
        #[pin]
        future: Option<F>,
        #[pin]
        sleep: Unconstrained<Sleep>,
        after: Duration,
    }
}

impl<F> fmt::Debug for Timeout<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout")
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}

/// Gives `future` this long, from now on. When time runs out it is dropped, and the spans that it holds end with
/// the outcome `timeout`; dropped in any other way, they would end as `cancelled`.
///
/// ```
/// # use std::time::Duration;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let answer = spanwright::timeout(Duration::from_millis(1), std::future::pending::<()>()).await;
/// assert_eq!(answer.unwrap_err().to_string(), "timed out after 1ms");
/// # });
/// ```
///
/// # Errors
/// [`TimedOut`] where the future is not ready in time.
///
/// # Panics
/// As `tokio::time::sleep`: outside of a Tokio runtime, or where its time driver is off.
#[track_caller]
pub fn timeout<F: Future>(duration: Duration, future: F) -> Timeout<F> {
    Timeout {
        future: Some(future),
        // Not subject to Tokio's budget: a future that always uses it up could not be stopped.
        sleep: unconstrained(sleep(duration)),
        after: duration,
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, TimedOut>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(future) = this.future.as_mut().as_pin_mut()
            && let Poll::Ready(value) = future.poll(cx)
        {
            return Poll::Ready(Ok(value));
        }
        if this.sleep.poll(cx).is_pending() {
            return Poll::Pending;
        }
        recorder::drop_out_of_time(|| this.future.set(None));
        Poll::Ready(Err(TimedOut { after: *this.after }))
    }
}
