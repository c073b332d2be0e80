//! The guard: keeps the pipeline running, flushes it, ends it.

use crate::pipeline::{self, Health, Report};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// How long dropping the guard, or the end of the process, waits for what is not delivered yet.
pub(super) const DROP_WAIT: Duration = Duration::from_secs(2);

/// Keeps Spanwright running; from [`init`](crate::init). Dropped, it delivers what has ended and waits up to two
/// seconds for it, and says on stderr what was lost; [`shutdown`](Self::shutdown) waits as long as you say, and tells what became of every span.
#[must_use = "dropping the guard ends recording; keep it in a variable until the program ends"]
#[derive(Debug)]
pub struct Guard {
    armed: bool,
}

impl Guard {
    pub(super) fn armed() -> Self {
        Self { armed: true }
    }

    /// A guard with nothing behind it: telemetry is disabled.
    pub(super) fn inert() -> Self {
        Self { armed: false }
    }

    /// Delivers everything that has ended until now, and waits for it up to this long.
    pub fn flush(&self, wait: Duration) -> Report {
        pipeline::flush(wait)
    }

    /// As [`flush`](Self::flush), for async code: the executor's thread does not wait.
    pub fn flush_async(&self, wait: Duration) -> impl Future<Output = Report> + Send + 'static {
        elsewhere(move || pipeline::flush(wait))
    }

    /// Ends recording and delivers everything; waits for it up to this long.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = spanwright::init()?;
    /// // …
    /// guard.shutdown(std::time::Duration::from_secs(5)).into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn shutdown(mut self, wait: Duration) -> Report {
        self.armed = false;
        pipeline::shutdown(wait)
    }

    /// As [`shutdown`](Self::shutdown), for async code: the executor's thread does not wait.
    pub fn shutdown_async(mut self, wait: Duration) -> impl Future<Output = Report> + Send + 'static {
        self.armed = false;
        elsewhere(move || pipeline::shutdown(wait))
    }

    /// The accounts at this moment.
    pub fn health(&self) -> Health {
        pipeline::health()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.armed {
            pipeline::shutdown_unattended(DROP_WAIT);
        }
    }
}

/// At the end of the process, however it was reached.
pub(super) fn at_exit() {
    pipeline::shutdown_unattended(DROP_WAIT);
}

/// The result of work that blocks, done on a thread of its own.
struct Elsewhere<T> {
    state: Arc<Mutex<(Option<T>, Option<Waker>)>>,
}

/// Runs blocking work on another thread; where there is no thread to be had, here.
fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Elsewhere<T> {
    let state = Arc::new(Mutex::new((None, None)));
    let work = Arc::new(Mutex::new(Some(work)));
    let run = {
        let (state, work) = (Arc::clone(&state), Arc::clone(&work));
        move || {
            let Some(work) = work.lock().unwrap_or_else(PoisonError::into_inner).take() else {
                return;
            };
            let result = work();
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let waker: Option<Waker> = state.1.take();
            state.0 = Some(result);
            drop(state);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    };
    if std::thread::Builder::new()
        .name("spanwright-wait".to_owned())
        .spawn(run.clone())
        .is_err()
    {
        run();
    }
    Elsewhere { state }
}

impl<T> Future for Elsewhere<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.0.take() {
            Some(result) => Poll::Ready(result),
            None => {
                state.1 = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
