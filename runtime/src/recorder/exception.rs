//! Errors: what they are called, and recording each exactly once.
//!
//! A span that ends in an error leaves fingerprints of it with its parent. The parent's own error is the same
//! exception when its text, or the text of one in its source chain, has a fingerprint there; then the parent gets
//! `error.type` and the status, but no second exception. A duplicate is preferred to a loss: only the last four
//! fingerprints are kept.

use super::event::EventFields;
use super::fingerprints::Fingerprints;
use super::live::Live;
use crate::capture::format_bounded;
use crate::caught::caught;
use crate::context::with_stack;
use crate::record::{Attributes, Outcome, Severity};
use crate::semconv;
use crate::value::Value;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Bytes of an error's text that are looked at.
const TEXT_BOUND: usize = 16 * 1024;
/// Errors of a source chain that are looked at; a chain may be a circle.
const CHAIN_BOUND: usize = 16;

/// Gives an error its own `error.type`: a short, stable name such as `card_declined`.
///
/// ```
/// #[derive(Debug)]
/// enum PayError { Declined, Down }
///
/// impl std::fmt::Display for PayError {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "{self:?}") }
/// }
///
/// impl spanwright::ErrorType for PayError {
///     fn error_type(&self) -> std::borrow::Cow<'static, str> {
///         match self { Self::Declined => "card_declined".into(), Self::Down => "provider_down".into() }
///     }
/// }
/// ```
pub trait ErrorType: fmt::Display {
    /// The value of `error.type`; of few different values.
    fn error_type(&self) -> Cow<'static, str>;

    /// The error below this one.
    fn cause(&self) -> Option<&(dyn Error + 'static)> {
        None
    }
}

/// Where exceptions are recorded (`OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExceptionSignal {
    /// As span events: the default.
    #[default]
    Events = 0,
    /// As log records.
    Logs = 1,
    /// As both.
    Both = 2,
}

static SIGNAL: AtomicU8 = AtomicU8::new(0);
static BACKTRACES: AtomicBool = AtomicBool::new(false);

#[cfg(feature = "pipeline")]
pub(crate) fn set_exception_signal(signal: ExceptionSignal) {
    SIGNAL.store(signal as u8, Ordering::Relaxed);
}

#[cfg(feature = "pipeline")]
pub(crate) fn set_backtraces(on: bool) {
    BACKTRACES.store(on, Ordering::Relaxed);
}

/// An error as a reader found it.
pub(crate) struct Failure<'a> {
    /// `error.type`.
    pub(crate) error_type: Cow<'static, str>,
    /// The text, where the type has one.
    pub(crate) text: Option<&'a dyn fmt::Display>,
    /// The error below.
    pub(crate) source: Option<&'a (dyn Error + 'static)>,
}

/// An error whose parts were copied, for those who are shown it but cannot keep it.
#[derive(Default)]
pub(crate) struct Told {
    /// `error.type`, where it is known.
    pub(crate) error_type: Option<Cow<'static, str>>,
    /// The text, where the type has one.
    pub(crate) text: Option<String>,
    /// The texts of the errors below.
    pub(crate) sources: Vec<String>,
    /// What else the exception says.
    pub(crate) more: Attributes,
}

/// The text of an error, bounded; `None` where its `Display` panics.
pub(crate) fn text_of(error: &dyn fmt::Display) -> Option<String> {
    let mut text = Vec::new();
    caught(|| {
        format_bounded(&mut text, TEXT_BOUND, format_args!("{error}"));
    })?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

fn print_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish() | 1
}

/// Sets the span's error from a failure, and records the exception unless a span below did.
pub(crate) fn fail(live: &mut Live, failure: &Failure<'_>, outcome: Outcome) {
    let text = failure
        .text
        .map(|text| text_of(text).unwrap_or_else(|| "[display panicked]".to_owned()));
    let told = Told {
        error_type: Some(failure.error_type.clone()),
        text,
        sources: sources(failure.source),
        more: Attributes::new(),
    };
    live.extra_mut().outcome.get_or_insert(outcome);
    fails(live, &told);
    let added = record_once(live, told);
    // This failure is what goes up from here.
    let prints = &mut live.extra_mut().prints;
    *prints = Fingerprints::default();
    added.into_iter().for_each(|print| prints.add(print));
}

/// The same from what was told of it before the end, which may still be a time-out or a cancellation.
pub(crate) fn fail_as_told(live: &mut Live, told: Told) {
    live.extra_mut().failed = true;
    fails(live, &told);
    tell(live, told);
}

fn fails(live: &mut Live, told: &Told) {
    let extra = live.extra_mut();
    if let Some(error_type) = &told.error_type {
        extra.error_type.get_or_insert_with(|| error_type.clone());
    }
    if let Some(text) = &told.text {
        extra.message.clone_from(text);
    }
}

/// Records the exception unless it was, here or by a span below; the status stays.
pub(crate) fn tell(live: &mut Live, told: Told) {
    let added = record_once(live, told);
    let prints = &mut live.extra_mut().prints;
    added.into_iter().for_each(|print| prints.add(print));
}

/// Records the exception unless it was; answers what tells it and those below it from others.
fn record_once(live: &mut Live, told: Told) -> Vec<u64> {
    // A type without text is told apart by its name.
    let name = told.text.as_deref().or(told.error_type.as_deref());
    let mut added = vec![print_of(name.unwrap_or_default())];
    added.extend(told.sources.iter().map(|source| print_of(source)));
    let prints = &live.extra().prints;
    if !added.iter().any(|print| prints.has(*print)) {
        record(live, told);
    }
    added
}

/// The texts of an error and of those below it.
pub(crate) fn sources(first: Option<&(dyn Error + 'static)>) -> Vec<String> {
    let mut texts = Vec::new();
    let _ = caught(|| {
        let mut next = first;
        while let Some(error) = next.filter(|_| texts.len() < CHAIN_BOUND) {
            texts.push(text_of(&error).unwrap_or_default());
            next = error.source();
        }
    });
    texts
}

fn record(live: &mut Live, told: Told) {
    let mut fields = Vec::new();
    if let Some(error_type) = told.error_type {
        fields.push((semconv::EXCEPTION_TYPE, Value::from(error_type.into_owned())));
    }
    if let Some(text) = told.text {
        fields.push((semconv::EXCEPTION_MESSAGE, Value::String(text)));
    }
    if !told.sources.is_empty() {
        fields.push((semconv::EXCEPTION_SOURCES, Value::from(told.sources)));
    }
    if BACKTRACES.load(Ordering::Relaxed) {
        let backtrace = std::backtrace::Backtrace::force_capture();
        fields.push((
            semconv::EXCEPTION_STACKTRACE,
            Value::String(backtrace.to_string()),
        ));
    }
    let more = told.more.iter();
    fields.extend(more.map(|(key, value)| (key.as_str(), value.clone())));
    let signal = SIGNAL.load(Ordering::Relaxed);
    if signal != ExceptionSignal::Logs as u8 {
        live.add_event(semconv::error::EVENT_EXCEPTION, EventFields::Values(&fields));
    }
    if signal != ExceptionSignal::Events as u8 {
        let severity = match live.kind {
            crate::record::Kind::Client | crate::record::Kind::Producer => Severity::Warn,
            _ => Severity::Error,
        };
        super::record_log(live, severity, semconv::error::EVENT_EXCEPTION, None, &fields);
    }
}

/// Records an exception that unwinding shows: a panic. Its message is not at hand here.
pub(crate) fn panicked(live: &mut Live) {
    let extra = live.extra_mut();
    extra.outcome = Some(Outcome::Panicked);
    extra.error_type.get_or_insert("panic".into());
    let print = print_of("panic");
    if !extra.prints.has(print) {
        let fields = [
            (semconv::EXCEPTION_TYPE, Value::from("panic")),
            ("exception.escaped", Value::Bool(true)),
        ];
        live.add_event("exception", EventFields::Values(&fields));
    }
    live.extra_mut().prints.add(print);
}

/// Leaves the errors of an ended span with its parent, where that is on top of this thread's stack.
pub(crate) fn hand_up(live: &Live) {
    let prints = live.extra().prints;
    if prints.is_empty() || !live.parent.is_valid() {
        return;
    }
    with_stack(|stack| {
        stack.with_live(live.parent.to_u64(), |parent| {
            for print in prints.iter() {
                parent.extra_mut().prints.add(print);
            }
        })
    });
}

/// Whether an error says that time ran out.
pub(crate) fn is_timeout(type_name: &str, error: Option<&(dyn Error + 'static)>) -> bool {
    caught(|| says_timeout(type_name, error)).unwrap_or(false)
}

fn says_timeout(type_name: &str, error: Option<&(dyn Error + 'static)>) -> bool {
    let name = type_name.rsplit("::").next().unwrap_or(type_name);
    if matches!(name, "Elapsed" | "TimedOut" | "TimeoutError" | "RecvTimeoutError") {
        return true;
    }
    let mut next = error;
    for _ in 0..CHAIN_BOUND {
        let Some(error) = next else { return false };
        if is_known_timeout(error)
            || error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut)
        {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(feature = "tokio")]
fn is_known_timeout(error: &(dyn Error + 'static)) -> bool {
    error.is::<super::TimedOut>() || error.is::<tokio::time::error::Elapsed>()
}

#[cfg(not(feature = "tokio"))]
fn is_known_timeout(error: &(dyn Error + 'static)) -> bool {
    error.is::<super::TimedOut>()
}
