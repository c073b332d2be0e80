//! [`Settings`]: what an [`Otlp`](super::Otlp) was found to say.

use super::signal::Signal;
use crate::destination::Signals;
use crate::destination::http::{Endpoint, Tls, unencrypted_key};
use crate::profile::Profile;
use crate::record::{Attributes, SpanRecord};
use std::borrow::Cow;
use std::time::Duration;
use ureq::http::HeaderMap;

/// How records travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    HttpProtobuf,
    HttpJson,
    #[cfg(feature = "grpc")]
    Grpc,
}

impl Protocol {
    /// The name that `OTEL_EXPORTER_OTLP_PROTOCOL` gives it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::HttpProtobuf => "http/protobuf",
            Self::HttpJson => "http/json",
            #[cfg(feature = "grpc")]
            Self::Grpc => "grpc",
        }
    }
}

/// An [`Otlp`] that was found to be in order; shared with the copies for forked children.
pub(super) struct Settings {
    pub(super) protocol: Protocol,
    pub(super) name: Cow<'static, str>,
    pub(super) endpoints: [Endpoint; 3],
    pub(super) headers: HeaderMap,
    pub(super) gzip: bool,
    pub(super) timeout: Duration,
    pub(super) signals: Signals,
    pub(super) profile: Option<Profile>,
    /// Attributes of each span.
    pub(super) stamps: Attributes,
    #[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "empty without TLS"))]
    pub(super) tls: Tls,
}

impl Settings {
    pub(super) fn endpoint(&self, signal: Signal) -> &Endpoint {
        &self.endpoints[signal as usize]
    }

    /// Whether spans are written otherwise than they were recorded.
    pub(super) fn rewrites(&self) -> bool {
        self.profile.is_some() || !self.stamps.is_empty()
    }

    /// A span as it is to be written.
    pub(super) fn rewritten(&self, span: &SpanRecord) -> SpanRecord {
        let mut span = match self.profile {
            Some(profile) => profile.of(span),
            None => span.clone(),
        };
        for (key, value) in &self.stamps {
            if span.attribute(key).is_none() {
                span.attributes.push((key.clone(), value.clone()));
            }
        }
        span
    }

    /// One warning where a key travels unencrypted to another machine.
    pub(super) fn warnings(&self) -> Vec<String> {
        let endpoints = Signal::ALL
            .into_iter()
            .filter(|signal| signal.is_in(self.signals))
            .map(|signal| self.endpoint(signal));
        unencrypted_key(endpoints, &self.headers).into_iter().collect()
    }
}
