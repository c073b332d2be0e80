//! Tokio's ways to start a task, with the current context.

use crate::context::Context;
use std::future::Future;
use tokio::task::{self, AbortHandle, JoinHandle, JoinSet};

/// As [`tokio::spawn`], in the current context: spans in the task are children of the current span.
///
/// # Panics
/// As the original: outside of a Tokio runtime.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(Context::current().wrap(future))
}

/// As [`spawn`], detached: spans in the task begin a trace of their own, with a link to the current span. For
/// work that outlives the request that asked for it.
///
/// # Panics
/// As the original: outside of a Tokio runtime.
#[track_caller]
pub fn spawn_detached<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(Context::current().detached().wrap(future))
}

/// As [`tokio::task::spawn_blocking`], in the current context.
///
/// # Panics
/// As the original: outside of a Tokio runtime.
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let context = Context::current();
    task::spawn_blocking(move || context.in_scope(f))
}

/// As [`spawn_blocking`], detached: spans in it begin a trace of their own, with a link to the current span.
///
/// # Panics
/// As the original: outside of a Tokio runtime.
#[track_caller]
pub fn spawn_blocking_detached<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let context = Context::current().detached();
    task::spawn_blocking(move || context.in_scope(f))
}

/// As [`tokio::task::spawn_local`], in the current context.
///
/// # Panics
/// As the original: outside of a `LocalSet`.
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    task::spawn_local(Context::current().wrap(future))
}

/// As [`spawn_local`], detached: spans in the task begin a trace of their own, with a link to the current span.
///
/// # Panics
/// As the original: outside of a `LocalSet`.
#[track_caller]
pub fn spawn_local_detached<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    task::spawn_local(Context::current().detached().wrap(future))
}

mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for tokio::task::JoinSet<T> {}
}

/// [`JoinSet`]'s ways to start a task, with the current context.
///
/// ```
/// use spanwright::JoinSetExt;
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut set = tokio::task::JoinSet::new();
/// set.spawn_traced(async { /* spans here are children of the current span */ });
/// set.join_all().await;
/// # });
/// ```
pub trait JoinSetExt<T>: sealed::Sealed {
    /// As [`JoinSet::spawn`], in the current context.
    fn spawn_traced<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send;

    /// As [`spawn_traced`](Self::spawn_traced), detached: spans in the task begin a trace of their own, with a
    /// link to the current span.
    fn spawn_traced_detached<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send;

    /// As [`JoinSet::spawn_local`], in the current context.
    fn spawn_local_traced<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static;

    /// As [`JoinSet::spawn_blocking`], in the current context.
    fn spawn_blocking_traced<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send;
}

impl<T: 'static> JoinSetExt<T> for JoinSet<T> {
    #[track_caller]
    fn spawn_traced<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.spawn(Context::current().wrap(future))
    }

    #[track_caller]
    fn spawn_traced_detached<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.spawn(Context::current().detached().wrap(future))
    }

    #[track_caller]
    fn spawn_local_traced<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.spawn_local(Context::current().wrap(future))
    }

    #[track_caller]
    fn spawn_blocking_traced<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let context = Context::current();
        self.spawn_blocking(move || context.in_scope(f))
    }
}
