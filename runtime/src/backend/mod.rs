//! Backends by name: endpoint, headers, protocol and [`Profile`](crate::destination::Profile) of each, over [`Otlp`].
//!
//! ```no_run
//! use spanwright::backend::{Langfuse, Phoenix};
//!
//! let guard = spanwright::builder("checkout")
//!     .destination(Langfuse::from_env()?)
//!     .destination(Phoenix::new("http://localhost:6006").project("checkout"))
//!     .init()?;
//! # drop(guard);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`init`](crate::init) adds each of them by itself where its own variables are set; `docs/backends.md` lists those.
//! `otlp()` turns any of them into an [`Otlp`], to set a time-out or a certificate.

mod braintrust;
mod datadog;
mod grafana_cloud;
mod honeycomb;
mod langfuse;
mod langwatch;
mod logfire;
mod mlflow;
mod opik;
mod phoenix;
mod tempo;
mod traceloop;
mod variables;

pub use braintrust::Braintrust;
pub use datadog::Datadog;
pub use grafana_cloud::GrafanaCloud;
pub use honeycomb::Honeycomb;
pub use langfuse::Langfuse;
pub use langwatch::LangWatch;
pub use logfire::Logfire;
pub use mlflow::MlFlow;
pub use opik::Opik;
pub use phoenix::Phoenix;
pub use tempo::Tempo;
pub use traceloop::Traceloop;
pub use variables::BackendError;

use crate::destination::Otlp;
pub(crate) use variables::Source;
use variables::Variables;

/// What the file of each backend says.
trait Backend: Sized {
    /// Its name in reports, and in `SPANWRIGHT_DISABLED_DESTINATIONS`.
    const NAME: &'static str;
    /// All variables that it reads.
    const VARIABLES: &'static [&'static str];

    /// The backend as its variables say; `None` where they do not ask for it.
    ///
    /// # Errors
    /// The first variable that is missing beside others, or cannot be used.
    fn read(variables: &mut Variables<'_>) -> Result<Option<Self>, BackendError>;

    fn into_otlp(self) -> Otlp;
}

/// What makes a backend a destination.
macro_rules! destination {
    ($name:ident, $otlp:ident) => {
        impl $name {
            /// As OTLP, to set what all OTLP destinations have: time-out, certificates, another name, …
            pub fn otlp(self) -> crate::destination::Otlp {
                self.$otlp()
            }
        }

        impl crate::destination::IntoDestination for $name {
            fn into_destination(
                self,
            ) -> Result<Box<dyn crate::destination::Destination>, Box<dyn std::error::Error + Send + Sync>>
            {
                self.otlp().into_destination()
            }
        }

        /// Shows no key.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name))
                    .field(&self.clone().otlp())
                    .finish()
            }
        }
    };
}

/// The same, of one that has variables of its own.
macro_rules! with_variables {
    ($name:ident) => {
        super::destination!($name, into_otlp);

        impl $name {
            /// As its environment variables say; `docs/backends.md` lists them.
            ///
            /// # Errors
            /// The first variable that is missing or cannot be used, by name.
            pub fn from_env() -> Result<Self, super::BackendError> {
                super::from_process()
            }
        }
    };
}

use {destination, with_variables};

/// A backend that the environment may ask for.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) variables: &'static [&'static str],
    pub(crate) read: fn(&Source<'_>) -> Reading,
}

/// What a backend's variables say.
pub(crate) struct Reading {
    /// What they ask for, if they do.
    pub(crate) found: Result<Option<Otlp>, BackendError>,
    /// What there is to say about them.
    pub(crate) notes: Vec<String>,
}

impl Known {
    const fn of<B: Backend>() -> Self {
        Self {
            name: B::NAME,
            variables: B::VARIABLES,
            read: |source| {
                let mut variables = Variables::new(B::NAME, source);
                let found = B::read(&mut variables);
                Reading {
                    found: found.map(|found| found.map(B::into_otlp)),
                    notes: variables.into_notes(),
                }
            },
        }
    }
}

/// All that have variables of their own.
pub(crate) const KNOWN: [Known; 11] = [
    Known::of::<Langfuse>(),
    Known::of::<LangWatch>(),
    Known::of::<Opik>(),
    Known::of::<Phoenix>(),
    Known::of::<Traceloop>(),
    Known::of::<Logfire>(),
    Known::of::<Braintrust>(),
    Known::of::<Datadog>(),
    Known::of::<Honeycomb>(),
    Known::of::<GrafanaCloud>(),
    Known::of::<MlFlow>(),
];

fn from_process<B: Backend>() -> Result<B, BackendError> {
    let source = |name: &str| std::env::var_os(name);
    let mut variables = Variables::new(B::NAME, &source);
    B::read(&mut variables)?.ok_or_else(|| {
        let first = B::VARIABLES.first().copied().unwrap_or_default();
        variables.missing(first, "it asks for this backend")
    })
}

/// `Basic` authorization (RFC 7617).
fn basic(user: &str, password: &str) -> String {
    use base64::Engine as _;
    let pair = format!("{user}:{password}");
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

/// A base URL and what comes below it.
fn below(base: &str, path: &str) -> String {
    format!("{}{path}", base.trim_end_matches('/'))
}

#[cfg(test)]
mod tests;
