//! The body of an answer: at most one piece, and gRPC's trailers after it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Body, Frame, SizeHint};

use super::activity::Busy;

/// The body of an answer.
#[derive(Debug, Default)]
pub(super) struct Reply {
    data: Option<Bytes>,
    trailers: Option<HeaderMap>,
    /// Until the answer has been handed to the connection, the connection is busy.
    _busy: Option<Busy>,
}

impl Reply {
    pub(super) fn new(data: impl Into<Bytes>) -> Self {
        let data = data.into();
        Self {
            data: (!data.is_empty()).then_some(data),
            ..Self::default()
        }
    }

    pub(super) fn with_trailers(data: impl Into<Bytes>, trailers: HeaderMap) -> Self {
        Self {
            trailers: Some(trailers),
            ..Self::new(data)
        }
    }

    pub(super) fn hold(response: Response<Self>, busy: Busy) -> Response<Self> {
        response.map(|reply| Self {
            _busy: Some(busy),
            ..reply
        })
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = self.data.take().map(Frame::data);
        Poll::Ready(data.or_else(|| self.trailers.take().map(Frame::trailers)).map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.data.as_ref().map_or(0, Bytes::len) as u64)
    }
}
