//! A value with the context that it was made in: for channels, queues, and callbacks.

use crate::context::{Context, ContextGuard};

/// A value on its way through a channel, with its sender's context.
///
/// ```
/// use spanwright::Carrying;
///
/// let (sender, receiver) = std::sync::mpsc::channel();
/// sender.send(Carrying::new("order 7")).unwrap();
///
/// let (order, _guard) = receiver.recv().unwrap().enter();
/// // Spans here are children of the span that sent the order.
/// # assert_eq!(order, "order 7");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Carrying<T> {
    value: T,
    context: Context,
}

impl<T> Carrying<T> {
    /// The value with the current context.
    pub fn new(value: T) -> Self {
        Self::with_context(value, Context::current())
    }

    /// The value with the current context, [detached](Context::detached): spans at the receiver begin a trace of
    /// their own, with a link to the sender's span.
    pub fn detached(value: T) -> Self {
        Self::with_context(value, Context::current().detached())
    }

    /// The value with this context.
    pub fn with_context(value: T, context: Context) -> Self {
        Self { value, context }
    }

    /// The value.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The sender's context.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Another value with the same context.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Carrying<U> {
        let (value, context) = self.into_parts();
        Carrying::with_context(f(value), context)
    }

    /// The value, and the context.
    pub fn into_parts(self) -> (T, Context) {
        (self.value, self.context)
    }

    /// The value, with the context current until the guard is dropped. In async code, use
    /// [`into_parts`](Self::into_parts) and [`Context::wrap`].
    pub fn enter(self) -> (T, ContextGuard) {
        (self.value, self.context.attach())
    }

    /// Runs `f` on the value, with the context current.
    pub fn in_scope<R>(self, f: impl FnOnce(T) -> R) -> R {
        let (value, context) = self.into_parts();
        context.in_scope(|| f(value))
    }
}
