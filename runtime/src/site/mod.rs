//! One annotated place in the source: what is known of it at compile time, and a runtime switch.

mod filter;
mod switch;

pub use filter::{Filter, FilterError};
#[cfg(feature = "pipeline")]
pub(crate) use switch::current_filter;
#[cfg(all(unix, feature = "pipeline"))]
pub(crate) use switch::{Kept, keep};
pub(crate) use switch::{by_number, generation, set_recording};
pub use switch::{set_filter, sites};

use crate::record::Kind;
use std::panic::Location;
use std::sync::atomic::AtomicU32;

/// How much detail a site is: as `tracing`'s levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The finest.
    Trace = 1,
    /// For debugging.
    Debug,
    /// The default.
    Info,
    /// Something to look at.
    Warn,
    /// A failure.
    Error,
}

impl Level {
    /// `trace`, `debug`, `info`, `warn` or `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// What kind of call a site is, beyond a plain function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Domain {
    /// A plain function.
    Function,
    /// A call to a large language model.
    Llm,
    /// A database query.
    Db,
    /// A tool call.
    Tool,
}

/// One annotated place in the source.
#[derive(Debug)]
pub struct Site {
    name: &'static str,
    target: &'static str,
    file: &'static str,
    line: u32,
    kind: Kind,
    level: Level,
    domain: Domain,
    keys: &'static [&'static str],
    metrics: bool,
    tracing_span: bool,
    /// See `switch`: the cached answer of the filter, and under which generation it was given.
    state: AtomicU32,
    /// See `switch`: the site's number, from 1; 0 before the first call.
    number: AtomicU32,
}

/// What the macros write. The place is where this is called, which costs the compiler less than `file!()` and `line!()`; a
/// free function costs it less than one of the type.
#[doc(hidden)]
#[track_caller]
pub const fn site(name: &'static str, target: &'static str) -> Site {
    let place = Location::caller();
    Site::new(name, target, place.file(), place.line())
}

/// The same where the source shows attributes' keys.
#[doc(hidden)]
#[track_caller]
pub const fn site_with(name: &'static str, target: &'static str, keys: &'static [&'static str]) -> Site {
    let mut site = site(name, target);
    site.keys = keys;
    site
}

impl Site {
    /// A site at a given place.
    #[doc(hidden)]
    pub const fn new(name: &'static str, target: &'static str, file: &'static str, line: u32) -> Self {
        Self {
            name,
            target,
            file,
            line,
            kind: Kind::Internal,
            level: Level::Info,
            domain: Domain::Function,
            keys: &[],
            metrics: false,
            tracing_span: false,
            state: AtomicU32::new(0),
            number: AtomicU32::new(0),
        }
    }

    #[doc(hidden)]
    pub const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    #[doc(hidden)]
    pub const fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    #[doc(hidden)]
    pub const fn domain(mut self, domain: Domain) -> Self {
        self.domain = domain;
        self
    }

    #[doc(hidden)]
    pub const fn metrics(mut self) -> Self {
        self.metrics = true;
        self
    }

    #[doc(hidden)]
    pub const fn tracing_span(mut self) -> Self {
        self.tracing_span = true;
        self
    }

    /// The span's name, unless one is computed.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The module path, or what `target = …` says.
    pub const fn target(&self) -> &'static str {
        self.target
    }

    /// The source file.
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// The line in it.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// The span's kind.
    pub const fn span_kind(&self) -> Kind {
        self.kind
    }

    /// The site's level.
    pub const fn span_level(&self) -> Level {
        self.level
    }

    /// Whether it is a function, an LLM call, a query or a tool call.
    pub const fn span_domain(&self) -> Domain {
        self.domain
    }

    /// The attribute keys that are known at compile time.
    pub const fn attribute_keys(&self) -> &'static [&'static str] {
        self.keys
    }

    pub(crate) const fn has_metrics(&self) -> bool {
        self.metrics
    }

    pub(crate) const fn wants_tracing_span(&self) -> bool {
        self.tracing_span
    }
}
