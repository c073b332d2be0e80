//! [`SettingsError`]: what can be wrong with the settings of a destination that sends over the network.

use std::path::PathBuf;

/// What is wrong with the settings of a destination, such as [`Otlp`](super::super::otlp::Otlp). No header value and no
/// URL is repeated: both may hold a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// An endpoint is not a URL that can be used.
    #[error("the option {option} {problem}; write a URL such as http://localhost:4318")]
    Endpoint {
        /// The builder's option.
        option: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// An option asks for TLS, which this build does not have.
    #[error("the option {option} needs TLS; switch on the feature `tls` of spanwright")]
    NoTls {
        /// The builder's option.
        option: &'static str,
    },
    /// An option asks for what this build does not have.
    #[error("the option {option} needs the feature `{feature}` of spanwright; add it, or use {instead}")]
    Feature {
        /// The builder's option.
        option: &'static str,
        /// The feature.
        feature: &'static str,
        /// What this build can do.
        instead: &'static str,
    },
    /// A variable cannot be used.
    #[error("{variable}: {problem}")]
    Variable {
        /// The variable's name.
        variable: String,
        /// What is wrong with its value, which is not repeated where it may hold a key.
        problem: String,
    },
    /// A header's name is not one.
    #[error("header {position} has a name that is not valid; use letters, digits and hyphens")]
    HeaderName {
        /// Which of the headers, from 1. The name is not repeated: a mistake may have put the value there.
        position: usize,
    },
    /// A header's value holds a line break or another character that cannot be sent.
    #[error("the header {name} has a value that cannot be sent; use visible ASCII characters")]
    HeaderValue {
        /// The header's name.
        name: String,
    },
    /// A header that the exporter sets itself.
    #[error("the header {name} cannot be set: the exporter sets it itself")]
    ReservedHeader {
        /// The header's name.
        name: String,
    },
    /// The time-out is zero.
    #[error("the option timeout must be above zero")]
    Timeout,
    /// A certificate or key cannot be used.
    #[error("the option {option} names {}, which {problem}", path.display())]
    Certificate {
        /// The builder's option.
        option: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}
