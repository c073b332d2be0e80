//! The address that is scraped: HTTP/1.1 on a thread of its own.

use super::exposition::Exposition;
use crate::raw;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, oneshot};

/// More scrapers than these wait.
const CONNECTIONS: usize = 16;
/// A request's head must be here by then.
const HEAD: Duration = Duration::from_secs(10);
/// After a failed accept, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Where scrapes are answered, until it is dropped.
#[derive(Debug)]
pub(super) struct Endpoint {
    address: SocketAddr,
    /// Ends the thread when it is dropped.
    _ending: oneshot::Sender<Infallible>,
}

impl Endpoint {
    pub(super) fn start(addresses: &[SocketAddr], exposition: Arc<Exposition>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(addresses)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (ending, ended) = oneshot::channel::<Infallible>();
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        raw::spawn("spanwright-prometheus".into(), move || {
            runtime.block_on(async {
                let Ok(listener) = TcpListener::from_std(listener) else {
                    return;
                };
                tokio::select! {
                    () = accept(&listener, &exposition) => {}
                    _ = ended => {}
                }
            });
            // Whoever is being answered is not waited for.
            runtime.shutdown_background();
        })?;
        Ok(Self {
            address,
            _ending: ending,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn accept(listener: &TcpListener, exposition: &Arc<Exposition>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let exposition = Arc::clone(exposition);
                tokio::spawn(async move {
                    serve(stream, exposition).await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// A connection for each scrape: one that stays open would hold a place.
async fn serve(stream: TcpStream, exposition: Arc<Exposition>) {
    let answer = service_fn(move |request| {
        let answer = answer(&request, &exposition);
        async move { Ok::<_, Infallible>(answer) }
    });
    let _gone = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

fn answer(request: &Request<Incoming>, exposition: &Arc<Exposition>) -> Response<String> {
    let mut response = Response::new(String::new());
    if request.uri().path() != "/metrics" {
        *response.status_mut() = StatusCode::NOT_FOUND;
        *response.body_mut() = "metrics are at /metrics\n".to_owned();
    } else if request.method() != Method::GET && request.method() != Method::HEAD {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        let methods = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, methods);
    } else if let Ok(text) = exposition.text() {
        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        *response.body_mut() = text;
    } else {
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    }
    response
}
