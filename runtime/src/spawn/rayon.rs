//! Rayon's ways to run work on its pool, with the current context.

use crate::context::Context;

/// `f` in the current context wherever it is called: for the closures of parallel iterators.
///
/// ```ignore
/// let totals: Vec<_> = orders
///     .par_iter()
///     .map(spanwright::rayon::in_context(|order| order.total()))
///     .collect();
/// ```
pub fn in_context<A, R>(f: impl Fn(A) -> R + Send + Sync) -> impl Fn(A) -> R + Send + Sync {
    let context = Context::current();
    move |argument| context.clone().in_scope(|| f(argument))
}

/// As [`rayon::join`](::rayon::join), both in the current context.
pub fn join<A, B, RA, RB>(a: A, b: B) -> (RA, RB)
where
    A: FnOnce() -> RA + Send,
    B: FnOnce() -> RB + Send,
    RA: Send,
    RB: Send,
{
    let (left, right) = (Context::current(), Context::current());
    ::rayon::join(|| left.in_scope(a), || right.in_scope(b))
}

/// As [`rayon::spawn`](::rayon::spawn), in the current context.
pub fn spawn(f: impl FnOnce() + Send + 'static) {
    let context = Context::current();
    ::rayon::spawn(move || context.in_scope(f));
}

/// As [`spawn`], detached: spans in it begin a trace of their own, with a link to the current span.
pub fn spawn_detached(f: impl FnOnce() + Send + 'static) {
    let context = Context::current().detached();
    ::rayon::spawn(move || context.in_scope(f));
}
