//! A response's body: the span is current while it is polled, and ends with it.

use super::protocol::error_type_of;
use super::scope::Scope;
use crate::record::Outcome;
use crate::recorder::outcome_of_drop;
use bytes::Buf;
use http::{Method, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project_lite::pin_project! {
    /// The body of a response of [`TraceService`](super::TraceService).
    pub struct TracedBody<B>
    where
        B: Body,
    {
        #[pin]
        body: B,
        scope: Scope,
        // What `content-length` leaves to send: a server does not poll beyond that.
        remaining: Option<u64>,
    }
    impl<B: Body> PinnedDrop for TracedBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // A server need not poll a body that says it has ended.
            let outcome = if this.body.is_end_stream() {
                Outcome::Ok
            } else {
                outcome_of_drop(Outcome::Abandoned)
            };
            this.scope.end(outcome);
        }
    }
}

impl<B: Body> std::fmt::Debug for TracedBody<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TracedBody")
    }
}

/// Whether a server sends no body, whatever the response holds.
fn is_bodiless(method: &Method, status: StatusCode) -> bool {
    method == Method::HEAD
        || status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

impl<B: Body> TracedBody<B> {
    /// Hands the span on to the response's body; ends it where there is none to send.
    pub(super) fn around(response: Response<B>, mut scope: Scope, method: &Method) -> Response<Self> {
        let length = response.headers().get(header::CONTENT_LENGTH);
        let remaining = length.and_then(|length| length.to_str().ok()?.parse().ok());
        let bodiless = is_bodiless(method, response.status()) || remaining == Some(0);
        if bodiless || response.body().is_end_stream() {
            scope.end(Outcome::Ok);
        }
        response.map(|body| Self {
            body,
            scope,
            remaining,
        })
    }
}

impl<B: Body> Body for TracedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let entered = this.scope.enter();
        let polled = this.body.as_mut().poll_frame(cx);
        drop(entered);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(None) => this.scope.end(Outcome::Ok),
            Poll::Ready(Some(Err(_))) => {
                this.scope
                    .write(|end| end.error_type(error_type_of::<B::Error>()));
                this.scope.end(Outcome::Error);
            }
            Poll::Ready(Some(Ok(frame))) => {
                let sent = frame.data_ref().map_or(0, Buf::remaining) as u64;
                let left = this.remaining.map(|remaining| remaining.saturating_sub(sent));
                *this.remaining = left;
                if left == Some(0) || this.body.is_end_stream() {
                    this.scope.end(Outcome::Ok);
                }
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
