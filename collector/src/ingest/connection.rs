//! One connection, from its first byte to its end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use super::activity::{Activity, Expired, Watched};
use super::counts::add;
use super::reply::Reply;
use super::take::Shared;
use super::{otlp_grpc, otlp_http, zipkin_http};

/// How long a connection that is closed for idleness may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// Bytes that HTTP/1 reads ahead, and that HTTP/2 may send ahead on a stream.
const AHEAD: u32 = 64 << 10;

/// What a listener is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// OTLP over HTTP and over gRPC.
    Otlp,
    /// Zipkin's v2 JSON.
    Zipkin,
}

/// Serves a connection until it ends, or `stopping` is true and its requests are answered.
pub(super) async fn serve<S>(stream: S, shared: Arc<Shared>, role: Role, mut stopping: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let activity = Activity::new();
    let watched = Watched {
        stream,
        activity: Arc::clone(&activity),
    };
    let service = service_fn(|request| {
        let (shared, activity) = (Arc::clone(&shared), Arc::clone(&activity));
        async move { answer(shared, activity, role, request).await }
    });
    let builder = builder();
    let connection = builder.serve_connection(TokioIo::new(watched), service);
    tokio::pin!(connection);
    let mut leaving = false;
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            () = stopped(&mut stopping), if !leaving => {
                leaving = true;
                connection.as_mut().graceful_shutdown();
            }
            expired = activity.expired(&shared.config.timeouts) => {
                if expired == Expired::Idle {
                    connection.as_mut().graceful_shutdown();
                    let _ = tokio::time::timeout(GOODBYE, connection.as_mut()).await;
                }
                return;
            }
        }
    }
}

/// Ready when the listeners stop.
pub(super) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|&stopping| stopping).await;
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(AHEAD as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .initial_stream_window_size(4 * AHEAD)
        .initial_connection_window_size(16 * AHEAD)
        .max_header_list_size(16 << 10);
    builder
}

async fn answer(
    shared: Arc<Shared>,
    activity: Arc<Activity>,
    role: Role,
    request: Request<Incoming>,
) -> Result<Response<Reply>, Infallible> {
    let busy = activity.begin();
    let response = match role {
        Role::Otlp if otlp_grpc::is_call(request.headers()) => otlp_grpc::answer(&shared, request).await,
        Role::Otlp => otlp_http::answer(&shared, request).await,
        Role::Zipkin => zipkin_http::answer(&shared, request).await,
    };
    add(&shared.counters.requests, 1);
    Ok(Reply::hold(response, busy))
}
