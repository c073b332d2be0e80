//! [`TraceLayer`]: requests in, a span around each, to the service below.

use super::config::Config;
use super::protocol::method_name;
use super::response::ResponseFuture;
use super::scope::Scope;
use super::skip::Skip;
use super::{TracedBody, headers, request};
use crate::context::{Context, Mode};
use crate::propagate::{self, Inbound, Trust};
use crate::record::Kind;
use crate::recorder::{self, Start};
use crate::site::Site;
use http::{Request, Response};
use http_body::Body;
use std::borrow::Cow;
use std::sync::Arc;
use std::task::{self, Poll};
use tower_layer::Layer;
use tower_service::Service;

static SERVER: Site = Site::new("HTTP", module_path!(), file!(), line!()).kind(Kind::Server);

/// A tower layer that makes a server span for each request, named `{method} {route}`.
///
/// The span continues the trace that the request belongs to, is current while the handler and the response's body
/// are polled, and ends with the body. A response of 5xx is an error, one of 4xx is not. Health checks and static
/// files make no span, nor does anything below them.
///
/// ```
/// use axum::{Router, routing::get};
/// use spanwright::http::TraceLayer;
///
/// let app: Router = Router::new()
///     .route("/users/{id}", get(|| async { "Ada" }))
///     .layer(TraceLayer::new());
/// ```
///
/// `Router::layer` sees the requests that match no route, too; with `Router::route_layer` they leave no span. Around
/// a whole `Router` (`ServiceBuilder`, `nest_service`) the layer cannot see the route: use it inside.
///
/// A layer that is made while a [`TestTraces`](crate::testing::TestTraces) collects on the same thread records there.
#[derive(Clone, Debug)]
pub struct TraceLayer {
    config: Arc<Config>,
}

impl Default for TraceLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl TraceLayer {
    /// Continues inbound traces, and skips [`DEFAULT_SKIP`](super::DEFAULT_SKIP).
    pub fn new() -> Self {
        Self {
            config: Arc::new(Config {
                trust: Trust::Continue,
                skip: Skip::default(),
                forwarded: false,
                request_headers: Vec::new(),
                response_headers: Vec::new(),
                test: Context::current().of_same_test(),
            }),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(Arc::make_mut(&mut self.config));
        self
    }

    /// What an inbound context may do; [`Trust::Continue`] unless set. **Where strangers can send requests, use
    /// [`Trust::LinkOnly`]**: otherwise they choose your trace ids and whether you sample.
    #[must_use]
    pub fn trust(self, trust: Trust) -> Self {
        self.with(|config| config.trust = trust)
    }

    /// Skips exactly these paths: no span for them, nor for anything below. `/ping` is one path, `/internal/*`
    /// that path and all below it, `*.css` all that end so and are only read. To add to the default, chain it:
    ///
    /// ```
    /// use spanwright::http::{DEFAULT_SKIP, TraceLayer};
    /// let layer = TraceLayer::new().skip(DEFAULT_SKIP.iter().copied().chain(["/internal/*"]));
    /// ```
    #[must_use]
    pub fn skip(self, paths: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        self.with(|config| config.skip = Skip::new(paths))
    }

    /// Skips nothing.
    #[must_use]
    pub fn skip_none(self) -> Self {
        self.skip([""; 0])
    }

    /// Believes `X-Forwarded-For`, `-Host` and `-Proto`: for servers behind a proxy that sets them. Anybody else
    /// can write what they like there.
    #[must_use]
    pub fn forwarded(self, believed: bool) -> Self {
        self.with(|config| config.forwarded = believed)
    }

    /// Records these headers of requests, as `http.request.header.<name>`.
    #[must_use]
    pub fn request_headers(self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.with(|config| config.request_headers = headers::recorded(names, "http.request.header."))
    }

    /// Records these headers of responses, as `http.response.header.<name>`.
    #[must_use]
    pub fn response_headers(self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.with(|config| config.response_headers = headers::recorded(names, "http.response.header."))
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = TraceService<S>;

    fn layer(&self, inner: S) -> TraceService<S> {
        TraceService {
            inner,
            config: Arc::clone(&self.config),
        }
    }
}

/// A service whose requests have spans; made by [`TraceLayer`].
#[derive(Clone, Debug)]
pub struct TraceService<S> {
    inner: S,
    config: Arc<Config>,
}

impl Config {
    /// The span of a request, or what stands for it.
    fn scope<B>(&self, request: &Request<B>) -> Scope {
        let current = Context::current();
        if current.mode() == Mode::Suppressed || self.skip.covers(request) {
            return Scope::Context(Context::suppressed());
        }
        let inbound = propagate::extract(request.headers(), self.trust);
        let context = self.parent(&inbound, current);
        let mut span = recorder::start_with(&SERVER, Start::new().parent(&context));
        if span.0.is_none() {
            return Scope::Context(context);
        }
        if span.recording() {
            request::describe(&mut span, request, method_name(request.method()), self);
            span.set("legacy.trace_id", &inbound.foreign_id);
        }
        Scope::of(span)
    }

    fn parent(&self, inbound: &Inbound, current: Context) -> Context {
        let mut context = inbound.context();
        let continues = matches!(self.trust, Trust::Continue | Trust::IgnoreSampled);
        if continues && inbound.parent.is_none() && current.span().is_valid() {
            // Called from within this process: the caller's span is the parent.
            context = context.with_span(current.span().clone());
        }
        context.inherit(&self.test);
        context
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for TraceService<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Body,
{
    type Response = Response<TracedBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut scope = self.config.scope(&request);
        let method = request.method().clone();
        let routed = request::route(request.extensions()).is_some();
        let entered = scope.enter();
        let future = self.inner.call(request);
        drop(entered);
        ResponseFuture::new(future, scope, method, routed, Arc::clone(&self.config))
    }
}
