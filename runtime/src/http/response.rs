//! The future of a response: the span is current in each poll, and goes on to the response's body.

use super::body::TracedBody;
use super::config::Config;
use super::protocol::{error_type_of, method_name};
use super::scope::Scope;
use super::{headers, request};
use crate::record::Outcome;
use crate::recorder::{End, outcome_of_drop};
use http::{Method, Response};
use http_body::Body;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

pin_project_lite::pin_project! {
    /// The response of a [`TraceService`](super::TraceService).
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        future: F,
        scope: Scope,
        method: Method,
        routed: bool,
        config: Arc<Config>,
    }
    impl<F> PinnedDrop for ResponseFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            // Dropped before the response: the client went away. After it, the body has the span.
            this.project().scope.end(outcome_of_drop(Outcome::Cancelled));
        }
    }
}

impl<F> std::fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseFuture")
    }
}

impl<F> ResponseFuture<F> {
    pub(super) fn new(future: F, scope: Scope, method: Method, routed: bool, config: Arc<Config>) -> Self {
        Self {
            future,
            scope,
            method,
            routed,
            config,
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<TracedBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let entered = this.scope.enter();
        let polled = this.future.poll(cx);
        drop(entered);
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(response)) => {
                let mut scope = std::mem::take(this.scope);
                scope.write(|end| {
                    describe(end, &response, this.config);
                    if let Some(route) = request::route(response.extensions()).filter(|_| !*this.routed) {
                        end.set("http.route", route);
                        end.set_name(&format_args!("{} {route}", method_name(this.method).in_name));
                    }
                });
                Poll::Ready(Ok(TracedBody::around(response, scope, this.method)))
            }
            Poll::Ready(Err(error)) => {
                this.scope.write(|end| end.error_type(error_type_of::<E>()));
                this.scope.end(Outcome::Error);
                Poll::Ready(Err(error))
            }
        }
    }
}

/// Writes what is known once the handler has answered.
fn describe<B>(end: &mut End<'_>, response: &Response<B>, config: &Config) {
    let status = response.status();
    end.set("http.response.status_code", &status.as_u16());
    headers::read(&config.response_headers, response.headers(), |key, values| {
        end.set(key, values);
    });
    if status.is_server_error() {
        end.error_type(status.as_str().to_owned());
        end.outcome(Outcome::Error);
    }
}
