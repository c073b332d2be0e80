//! For users' own tests: collect the spans of one test, in parallel with others, without `init()`.
//!
//! ```
//! use spanwright::testing::TestTraces;
//!
//! let traces = TestTraces::start();
//! spanwright::in_span("outer", || spanwright::in_span("inner", || ()));
//! spanwright::assert_trace!(traces, "outer" => { "inner" });
//! ```

mod expected;
mod tree;

#[doc(hidden)]
pub use expected::{Expected, check};

use crate::context::{Context, ContextGuard, Route};
use crate::pipeline::{Assembler, Preparation};
use crate::record::{LogRecord, Record, SpanRecord};
use crate::recorder;
use crate::redact::Redactor;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug)]
struct Collected {
    assembler: Mutex<Assembler>,
    preparation: Preparation,
    records: Mutex<(Vec<SpanRecord>, Vec<LogRecord>)>,
}

impl std::panic::RefUnwindSafe for Collected {}

impl Route for Collected {
    fn take(&self, record: &[u8]) {
        // Rules may trace, and no lock may be held then.
        let _spans = Context::suppressed().attach();
        let record = self
            .assembler
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .record(record);
        let (span, log) = match record {
            Some(Record::Span(mut span)) => {
                let (details, _) = self.preparation.span(&mut span);
                (Some(span), details)
            }
            Some(Record::Log(mut log)) => {
                let _ = self.preparation.log(&mut log);
                (None, Some(log))
            }
            _ => (None, None),
        };
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.0.extend(span);
        records.1.extend(log);
    }

    fn passes_id(&self, key: &str) -> bool {
        self.preparation.redactor.passes_id(key)
    }
}

/// Collects the spans that this thread makes from now on, and those of threads and tasks that it spawns with our
/// helpers or hands its [`Context`] to. They are redacted and limited as in production, and go nowhere else.
///
/// No subscriber is set: without one, `tracing` tells nobody of its events, of spans of other crates, or of what
/// `tracing::Span::current().record(…)` says to a span with a `field::Empty` field. A test that wants them sets one with
/// [`layer`](crate::layer()) for its thread:
#[cfg_attr(feature = "subscriber", doc = "```")]
#[cfg_attr(not(feature = "subscriber"), doc = "```ignore")]
/// use spanwright::testing::TestTraces;
/// use tracing_subscriber::prelude::*;
///
/// #[spanwright::traced(fields(user.id = tracing::field::Empty))]
/// fn handle() {
///     tracing::Span::current().record("user.id", 7);
/// }
///
/// let traces = TestTraces::start();
/// let _subscriber = tracing_subscriber::registry().with(spanwright::layer()).set_default();
/// handle();
/// spanwright::assert_trace!(traces, "handle" ["user.id" = 7]);
/// ```
#[derive(Debug)]
pub struct TestTraces {
    collected: Arc<Collected>,
    context: Context,
    guard: Option<ContextGuard>,
}

impl TestTraces {
    /// Starts to collect on this thread.
    pub fn start() -> Self {
        Self::with(Redactor::default())
    }

    /// Starts to collect with rules of one's own.
    pub fn with(redactor: Redactor) -> Self {
        recorder::count_routes(1);
        let collected = Arc::new(Collected {
            assembler: Mutex::new(Assembler::new()),
            preparation: Preparation {
                redactor,
                ..Preparation::default()
            },
            records: Mutex::default(),
        });
        let mut context = Context::new();
        let route = Arc::clone(&collected);
        context.carry(|carried| carried.route = Some(route));
        let guard = Some(context.clone().attach());
        Self {
            collected,
            context,
            guard,
        }
    }

    /// The context that other threads attach to have their spans collected here.
    pub fn context(&self) -> Context {
        self.context.clone()
    }

    /// All spans that have ended, in the order of their ends.
    pub fn spans(&self) -> Vec<SpanRecord> {
        self.collected
            .records
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .clone()
    }

    /// All log records.
    pub fn logs(&self) -> Vec<LogRecord> {
        self.collected
            .records
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .clone()
    }

    /// The first ended span of this name.
    pub fn find(&self, name: &str) -> Option<SpanRecord> {
        self.spans().into_iter().find(|span| span.name == name)
    }

    /// Forgets what was collected.
    pub fn clear(&self) {
        *self
            .collected
            .records
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Default::default();
    }

    /// The spans as an indented tree, for messages.
    pub fn tree(&self) -> String {
        tree::print(&self.spans())
    }
}

impl Drop for TestTraces {
    fn drop(&mut self) {
        drop(self.guard.take());
        recorder::count_routes(-1);
    }
}

/// Asserts that the collected spans are this tree: names, and the attributes that are written down. Siblings are in
/// the order of their starts.
///
/// ```
/// # let traces = spanwright::testing::TestTraces::start();
/// # spanwright::in_span("request", || {
/// #     spanwright::span!("query", db.rows = 3).in_scope(|| ());
/// #     spanwright::in_span("render", || ());
/// # });
/// spanwright::assert_trace!(traces, "request" => { "query" ["db.rows" = 3], "render" });
/// ```
#[macro_export]
macro_rules! assert_trace {
    ($traces:expr, $($tree:tt)*) => {
        $crate::testing::check(&$traces.spans(), &$crate::__expected_trace!(@ [] $($tree)*))
    };
}

/// Nodes of [`assert_trace!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __expected_trace {
    (@ [$($done:expr,)*]) => { ::std::vec::Vec::<$crate::testing::Expected>::from([$($done,)*]) };
    (@ [$($done:expr,)*] $name:literal [$($key:literal = $value:expr),* $(,)?] => { $($children:tt)* } $(, $($rest:tt)*)?) => {
        $crate::__expected_trace!(@ [$($done,)* $crate::testing::Expected::new($name)
            $(.with($key, $value))*.above($crate::__expected_trace!(@ [] $($children)*)),] $($($rest)*)?)
    };
    (@ [$($done:expr,)*] $name:literal [$($key:literal = $value:expr),* $(,)?] $(, $($rest:tt)*)?) => {
        $crate::__expected_trace!(@ [$($done,)* $crate::testing::Expected::new($name)$(.with($key, $value))*,] $($($rest)*)?)
    };
    (@ [$($done:expr,)*] $name:literal => { $($children:tt)* } $(, $($rest:tt)*)?) => {
        $crate::__expected_trace!(@ [$($done,)* $crate::testing::Expected::new($name)
            .above($crate::__expected_trace!(@ [] $($children)*)),] $($($rest)*)?)
    };
    (@ [$($done:expr,)*] $name:literal $(, $($rest:tt)*)?) => {
        $crate::__expected_trace!(@ [$($done,)* $crate::testing::Expected::new($name),] $($($rest)*)?)
    };
}
