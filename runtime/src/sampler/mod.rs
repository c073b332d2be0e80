//! Head sampling: a trace id, its parent and a name go in, "record this trace" or not comes out.
//!
//! The recorder asks once for each trace in this process: where a span has no parent, or one in another
//! process. Spans with a local parent follow it, so that a trace is never half recorded.

mod bucket;
mod keep;

use crate::caught::caught;
use crate::context::SpanContext;
use crate::id::TraceId;
use crate::record::Kind;
use bucket::{Clock, TokenBucket};
pub(crate) use keep::Keep;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What a sampler is asked about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SampleRequest<'a> {
    /// The trace; its lower bytes are random unless another system made it otherwise.
    pub trace_id: TraceId,
    /// The span's parent, if it has one.
    pub parent: Option<&'a SpanContext>,
    /// The span's name.
    pub name: &'a str,
    /// The span's kind.
    pub kind: Kind,
}

impl<'a> SampleRequest<'a> {
    /// A request about a span without a parent.
    pub const fn new(trace_id: TraceId, name: &'a str, kind: Kind) -> Self {
        Self {
            trace_id,
            parent: None,
            name,
            kind,
        }
    }

    /// The same request with a parent.
    #[must_use]
    pub const fn with_parent(mut self, parent: &'a SpanContext) -> Self {
        self.parent = Some(parent);
        self
    }

    fn valid_parent(&self) -> Option<&'a SpanContext> {
        self.parent.filter(|parent| parent.is_valid())
    }
}

/// A sampler of one's own; give it to [`Sampler::custom`].
///
/// It is called on the application's threads and must not block. Where it panics, the trace is not recorded.
pub trait Sample: Send + Sync + 'static {
    /// Whether to record the trace.
    fn sample(&self, request: &SampleRequest<'_>) -> bool;
}

impl<F: Fn(&SampleRequest<'_>) -> bool + Send + Sync + 'static> Sample for F {
    fn sample(&self, request: &SampleRequest<'_>) -> bool {
        self(request)
    }
}

/// A rate that a sampler cannot use. `init()` reports it; until then nothing is sampled.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SamplerError {
    /// A share of traces that is not between 0 and 1.
    #[error("a sampling ratio must be between 0 and 1, not {0}")]
    Ratio(f64),
    /// A number of traces a second that is negative or not finite.
    #[error("a limit of traces per second must be 0 or more and finite, not {0}")]
    Rate(f64),
}

/// Decides which traces are recorded. The default is `parent_based(always_on())`.
///
/// ```
/// use spanwright::Sampler;
/// let sampler = Sampler::parent_ratio(0.1).limit(50.0);
/// assert!(sampler.check().is_ok());
/// assert!(Sampler::ratio(1.5).check().is_err());
/// ```
#[derive(Clone)]
#[must_use = "a sampler does nothing until it is given to the builder"]
pub struct Sampler {
    rule: Rule,
    limit: Option<Arc<TokenBucket>>,
    keep: Keep,
}

#[derive(Clone)]
enum Rule {
    On,
    Off,
    /// Sampled where the upper 63 of the trace id's last 64 bits are below the bound.
    Below {
        bound: u64,
        ratio: f64,
    },
    ParentBased(Box<Sampler>),
    Custom(Arc<dyn Sample>),
    Invalid(SamplerError),
}

impl Sampler {
    const fn of(rule: Rule) -> Self {
        Self {
            rule,
            limit: None,
            keep: Keep {
                errors: false,
                slower_than: None,
            },
        }
    }

    /// Records every trace.
    pub const fn always_on() -> Self {
        Self::of(Rule::On)
    }

    /// Records nothing.
    pub const fn always_off() -> Self {
        Self::of(Rule::Off)
    }

    /// Records this share of traces, from 0 to 1, whatever a parent decided. The choice depends on the trace
    /// id alone and agrees with `traceidratio` of OpenTelemetry's Go, Python and Rust SDKs.
    ///
    /// A value outside 0 to 1 is reported by [`check`](Self::check) and by `init()`.
    pub fn ratio(ratio: f64) -> Self {
        Self::of(if !(0.0..=1.0).contains(&ratio) {
            Rule::Invalid(SamplerError::Ratio(ratio))
        } else if ratio == 1.0 {
            Rule::On
        } else {
            Rule::Below {
                bound: (ratio * (1_u64 << 63) as f64) as u64,
                ratio,
            }
        })
    }

    /// Follows a parent's decision; records this share of the traces that begin here.
    pub fn parent_ratio(ratio: f64) -> Self {
        Self::parent_based(Self::ratio(ratio))
    }

    /// Follows a parent's decision; asks `root` about traces that begin here.
    pub fn parent_based(root: Self) -> Self {
        Self::of(Rule::ParentBased(Box::new(root)))
    }

    /// Follows a parent's decision; records at most so many of the traces that begin here per second.
    pub fn rate_limited(traces_per_second: f64) -> Self {
        Self::parent_based(Self::always_on()).limit(traces_per_second)
    }

    /// A rule of one's own.
    pub fn custom(sample: impl Sample) -> Self {
        Self::of(Rule::Custom(Arc::new(sample)))
    }

    /// Records at most so many new traces a second of those that this sampler would record. One second's
    /// worth, at least one trace, may come at once. Behind [`parent_based`](Self::parent_based) the limit
    /// holds for traces that begin here: a decision made by a caller stands.
    ///
    /// A limit of 0 records nothing. A negative or infinite one is reported by [`check`](Self::check).
    pub fn limit(self, per_second: f64) -> Self {
        self.limit_with_clock(per_second, bucket::monotonic())
    }

    /// Also keeps traces that it does not sample, if the span that they begin with in this process ends with an error.
    ///
    /// Spans of traces that are not sampled are then recorded, and cost what others cost. They wait in memory, 8 MiB of them
    /// at most, until their local root has ended; then they are delivered or let go together. Kept spans have the
    /// attribute `spanwright.promoted`, and no metric is made of them, since they are no sample of all traces.
    ///
    /// What is sent to other services still says that the trace is not sampled: they decide by themselves, so that of a
    /// trace through several services those parts are kept where something failed or was slow. `docs/sampling.md` has
    /// more.
    ///
    /// ```
    /// use spanwright::Sampler;
    /// use std::time::Duration;
    /// let sampler = Sampler::parent_ratio(0.01).keep_errors().slower_than(Duration::from_secs(1));
    /// assert!(sampler.check().is_ok());
    /// ```
    pub fn keep_errors(mut self) -> Self {
        self.keep.errors = true;
        self
    }

    /// As [`keep_errors`](Self::keep_errors), for traces whose local root takes at least so long.
    pub fn slower_than(mut self, least: Duration) -> Self {
        self.keep.slower_than = Some(least);
        self
    }

    /// Which traces are kept although they are not sampled.
    pub(crate) fn keep(&self) -> Keep {
        self.keep
    }

    fn limit_with_clock(mut self, per_second: f64, clock: Clock) -> Self {
        if let Rule::ParentBased(root) = self.rule {
            self.rule = Rule::ParentBased(Box::new(root.limit_with_clock(per_second, clock)));
            return self;
        }
        match TokenBucket::new(per_second, clock) {
            // The stricter of two limits would do, but which is stricter may change with bursts: ask both.
            Some(bucket) if self.limit.is_some() => Self {
                keep: self.keep,
                rule: Rule::Custom(Arc::new(move |request: &SampleRequest<'_>| self.sample(request))),
                limit: Some(Arc::new(bucket)),
            },
            Some(bucket) => Self {
                limit: Some(Arc::new(bucket)),
                ..self
            },
            None => Self::of(Rule::Invalid(SamplerError::Rate(per_second))),
        }
    }

    /// Whether it records all but what a parent did not.
    pub(crate) fn is_default(&self) -> bool {
        let is_on = |root: &Self| matches!(root.rule, Rule::On) && root.limit.is_none();
        self.limit.is_none() && matches!(&self.rule, Rule::ParentBased(root) if is_on(root))
    }

    /// Whether all rates are usable.
    ///
    /// # Errors
    /// The first rate that is out of range.
    pub fn check(&self) -> Result<(), SamplerError> {
        match &self.rule {
            Rule::Invalid(error) => Err(*error),
            Rule::ParentBased(root) => root.check(),
            _ => Ok(()),
        }
    }

    /// Whether to record this trace.
    pub fn sample(&self, request: &SampleRequest<'_>) -> bool {
        let wanted = match &self.rule {
            Rule::On => true,
            Rule::Off | Rule::Invalid(_) => false,
            Rule::Below { bound, .. } => request.trace_id.low() >> 1 < *bound,
            Rule::ParentBased(root) => match request.valid_parent() {
                Some(parent) => parent.is_sampled(),
                None => root.sample(request),
            },
            Rule::Custom(sample) => caught(|| sample.sample(request)).unwrap_or(false),
        };
        let Some(bucket) = self.limit.as_ref().filter(|_| wanted) else {
            return wanted;
        };
        match request.valid_parent() {
            // The limit counts traces: a span inside one that goes on takes no token.
            Some(parent) if !parent.is_remote => parent.is_sampled(),
            _ => bucket.take(),
        }
    }
}

impl Default for Sampler {
    fn default() -> Self {
        Self::parent_based(Self::always_on())
    }
}

/// The names of `OTEL_TRACES_SAMPLER`, as in `parentbased_traceidratio(0.1), at most 50 a second`.
impl fmt::Display for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Rule::On => f.write_str("always_on")?,
            Rule::Off => f.write_str("always_off")?,
            Rule::Below { ratio, .. } => write!(f, "traceidratio({ratio})")?,
            Rule::ParentBased(root) => write!(f, "parentbased_{root}")?,
            Rule::Custom(_) => f.write_str("custom")?,
            Rule::Invalid(error) => write!(f, "invalid ({error})")?,
        }
        if let Some(bucket) = &self.limit {
            write!(f, ", at most {} a second", bucket.per_second())?;
        }
        if self.keep.errors {
            f.write_str(", and what fails")?;
        }
        match self.keep.slower_than {
            Some(least) => write!(f, ", and what takes {least:?}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sampler({self})")
    }
}

#[cfg(test)]
mod tests;
