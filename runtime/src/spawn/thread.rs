//! `std::thread`'s ways to start a thread, with the current context.
//!
//! ```
//! let worker = spanwright::thread::spawn(|| { /* spans here are children of the current span */ });
//! worker.join().unwrap();
//! ```

use crate::context::Context;
use std::io;
use std::thread::{self, Builder, JoinHandle, ScopedJoinHandle};

/// As [`std::thread::spawn`], in the current context.
///
/// # Panics
/// As the original: where the system cannot start a thread.
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let context = Context::current();
    thread::spawn(move || context.in_scope(f))
}

/// As [`spawn`], detached: spans in the thread begin a trace of their own, with a link to the current span.
///
/// # Panics
/// As the original: where the system cannot start a thread.
pub fn spawn_detached<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let context = Context::current().detached();
    thread::spawn(move || context.in_scope(f))
}

/// As [`std::thread::Builder::spawn`], in the current context.
///
/// # Errors
/// As the original: where the system cannot start a thread.
pub fn spawn_with<F, T>(builder: Builder, f: F) -> io::Result<JoinHandle<T>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let context = Context::current();
    builder.spawn(move || context.in_scope(f))
}

/// Starts threads that may borrow; given by [`scope`].
#[derive(Clone, Copy, Debug)]
pub struct Scope<'scope, 'env: 'scope> {
    inner: &'scope thread::Scope<'scope, 'env>,
}

/// As [`std::thread::scope`], with threads in the context that is current where each is spawned.
///
/// ```
/// let parts = [1, 2, 3];
/// spanwright::thread::scope(|scope| {
///     for part in &parts {
///         scope.spawn(move || println!("{part}"));
///     }
/// });
/// ```
///
/// # Panics
/// As the original: where a thread panicked that nobody joined.
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(Scope<'scope, 'env>) -> T,
{
    thread::scope(|inner| f(Scope { inner }))
}

impl<'scope> Scope<'scope, '_> {
    /// As [`std::thread::Scope::spawn`], in the current context.
    ///
    /// # Panics
    /// As the original: where the system cannot start a thread.
    pub fn spawn<F, T>(self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let context = Context::current();
        self.inner.spawn(move || context.in_scope(f))
    }
}
