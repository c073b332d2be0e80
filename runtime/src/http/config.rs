//! What a [`TraceLayer`](super::TraceLayer) was told, for those that handle requests and responses.

use super::headers::Recorded;
use super::skip::Skip;
use crate::context::Context;
use crate::propagate::Trust;

/// What all requests of a server share.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) trust: Trust,
    pub(super) skip: Skip,
    pub(super) forwarded: bool,
    pub(super) request_headers: Vec<Recorded>,
    pub(super) response_headers: Vec<Recorded>,
    /// The test that the layer was made in: connections are served by tasks that do not follow it.
    pub(super) test: Context,
}
