//! [`ClientMiddleware`]: a span around each request of a `reqwest` client, and the trace context in its headers.

use super::protocol::{method_name, protocol_version};
use crate::context::Context;
use crate::propagate;
use crate::record::{Kind, Outcome};
use crate::recorder::{self, End, Finish, Span};
use crate::site::Site;
use http::Extensions;
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Error, Middleware, Next};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

static CLIENT: Site = Site::new("HTTP", module_path!(), file!(), line!()).kind(Kind::Client);

/// The path's template, such as `/users/{id}`: `url.template`, and part of the span's name.
///
/// ```ignore
/// client.get(url).with_extension(UrlTemplate("/users/{id}".into())).send().await?;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlTemplate(pub Cow<'static, str>);

/// Whether a server gets the trace context.
type To = dyn Fn(&Url) -> bool + Send + Sync;

/// How many times a request has been sent, among its extensions.
#[derive(Clone, Copy)]
struct Sent(u32);

/// Middleware for `reqwest-middleware` that makes a client span for each attempt, and sends the trace context along.
///
/// The span ends when the response's headers are there. A response of 4xx or 5xx is an error. Put it after a
/// middleware that retries, so that every attempt has its span.
///
/// ```
/// use spanwright::http::ClientMiddleware;
///
/// let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
///     .with(ClientMiddleware::new())
///     .build();
/// ```
#[derive(Clone, Default)]
pub struct ClientMiddleware {
    /// `None`: to all.
    to: Option<Arc<To>>,
}

impl fmt::Debug for ClientMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientMiddleware")
            .field("to_all", &self.to.is_none())
            .finish()
    }
}

impl ClientMiddleware {
    /// Sends the trace context to every server.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends trace context and baggage only to the servers that `to` accepts: other people's need not see them.
    ///
    /// ```
    /// use spanwright::http::ClientMiddleware;
    /// let middleware = ClientMiddleware::new()
    ///     .propagate_to(|url| url.host_str().is_some_and(|host| host.ends_with(".internal.test")));
    /// ```
    #[must_use]
    pub fn propagate_to(mut self, to: impl Fn(&Url) -> bool + Send + Sync + 'static) -> Self {
        self.to = Some(Arc::new(to));
        self
    }

    fn inject(&self, span: &Span, request: &mut Request) {
        if self.to.as_ref().is_some_and(|to| !to(request.url())) {
            return;
        }
        let context = match &span.0 {
            Some(live) => Context::from_parts(live.span_context(), live.carried().clone()),
            None => Context::current(),
        };
        propagate::inject_context(&context, request.headers_mut());
    }
}

#[async_trait::async_trait]
impl Middleware for ClientMiddleware {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let Sent(before) = extensions.get().copied().unwrap_or(Sent(0));
        extensions.insert(Sent(before.saturating_add(1)));
        let mut span = recorder::start(&CLIENT);
        if span.recording() {
            describe(&mut span, &request, extensions.get(), before);
        }
        self.inject(&span, &mut request);
        recorder::future(span, ReadResponse, next.run(request, extensions)).await
    }
}

fn describe(span: &mut Span, request: &Request, template: Option<&UrlTemplate>, before: u32) {
    let method = method_name(request.method());
    let url = request.url();
    match template {
        Some(UrlTemplate(template)) => {
            span.set_name(&format_args!("{} {template}", method.in_name));
            span.set("url.template", template);
        }
        None => span.set_name(method.in_name),
    }
    span.set("http.request.method", method.method);
    span.set("http.request.method_original", &method.original);
    span.set("url.full", url.as_str());
    let host = url
        .host_str()
        .map(|host| host.trim_start_matches('[').trim_end_matches(']'));
    span.set("server.address", &host);
    span.set("server.port", &url.port_or_known_default());
    span.set("http.request.resend_count", &(before > 0).then_some(before));
}

/// Reads how an attempt ended.
struct ReadResponse;

impl Finish<Result<Response, Error>> for ReadResponse {
    fn finish(self, result: &Result<Response, Error>, end: &mut End<'_>) {
        match result {
            Ok(response) => {
                let status = response.status();
                end.set("http.response.status_code", &status.as_u16());
                end.set("network.protocol.version", &protocol_version(response.version()));
                if status.is_client_error() || status.is_server_error() {
                    end.error_type(status.as_str().to_owned());
                    end.outcome(Outcome::Error);
                }
            }
            Err(error) => {
                let (error_type, outcome) = kind_of(error);
                end.error(error_type, error, outcome);
            }
        }
    }
}

/// `error.type` of a request without a response.
fn kind_of(error: &Error) -> (&'static str, Outcome) {
    let error_type = match () {
        () if error.is_timeout() => return ("timeout", Outcome::Timeout),
        () if error.is_middleware() => "middleware",
        () if error.is_connect() => "connect",
        () if error.is_redirect() => "redirect",
        () if error.is_builder() => "builder",
        () if error.is_body() => "body",
        () if error.is_decode() => "decode",
        () if error.is_request() => "request",
        () => "_OTHER",
    };
    (error_type, Outcome::Error)
}
