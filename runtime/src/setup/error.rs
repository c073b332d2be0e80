//! Why `init()` did not start anything.

/// Why [`init`](crate::init) or the builder did not start anything. Never holds a header's or a key's value.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// A pipeline runs already; keep the first guard and use that.
    #[error("already initialised: keep the guard of the first `init()`; a second pipeline is not started")]
    AlreadyInitialised,
    /// A destination cannot be built.
    #[error("destination {name}: {message}")]
    Destination {
        /// Its name, or the variable that asked for it.
        name: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The trace filter is not one.
    #[error("trace filter: {0}")]
    Filter(#[from] crate::site::FilterError),
    /// The sampler cannot be used.
    #[error("sampler: {0}")]
    Sampler(#[from] crate::sampler::SamplerError),
    /// The operating system refused a thread.
    #[error("cannot start a thread for telemetry: {0}")]
    Thread(#[from] std::io::Error),
    /// More than one of these.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<InitError>),
}

/// As it reads: a `main` that returns it prints this form.
impl std::fmt::Debug for InitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl InitError {
    /// One error of all that were found; `None` where there was none.
    pub(super) fn of(mut all: Vec<Self>) -> Option<Self> {
        match all.len() {
            0 => None,
            1 => all.pop(),
            _ => Some(Self::Several(all)),
        }
    }
}
