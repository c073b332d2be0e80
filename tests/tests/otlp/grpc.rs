//! A tonic server over a real socket that answers by script and takes messages as bytes.

use axum::body::Bytes;
use axum::http::HeaderMap;
use prost::bytes::{Buf, BufMut};
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::server::UnaryService;
use tonic::transport::ServerTlsConfig;
use tonic::{Request, Response, Status};

pub(crate) const HTTP_TRACES: &str = "/v1/traces";
pub(crate) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
pub(crate) const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
pub(crate) const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// One call as it came.
pub(crate) struct Call {
    pub(crate) path: &'static str,
    pub(crate) metadata: MetadataMap,
    pub(crate) message: Vec<u8>,
}

pub(crate) type Answer = Result<Vec<u8>, Status>;
type Script = Arc<Mutex<dyn FnMut() -> Option<Answer> + Send>>;

/// Answers each call by script; `None` is no answer at all.
#[derive(Clone)]
struct Service {
    path: &'static str,
    calls: Sender<Call>,
    script: Script,
}

impl UnaryService<Vec<u8>> for Service {
    type Response = Vec<u8>;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, Status>> + Send>>;

    fn call(&mut self, request: Request<Vec<u8>>) -> Self::Future {
        let (metadata, _, message) = request.into_parts();
        let path = self.path;
        self.calls
            .send(Call {
                path,
                metadata,
                message,
            })
            .unwrap();
        let answer = (self.script.lock().unwrap())();
        Box::pin(async move {
            match answer {
                Some(answer) => answer.map(Response::new),
                None => std::future::pending().await,
            }
        })
    }
}

struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, input: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; input.remaining()];
        input.copy_to_slice(&mut item);
        Ok(Some(item))
    }
}

pub(crate) struct Server {
    pub(crate) url: String,
    calls: Receiver<Call>,
}

impl Server {
    pub(crate) fn start(script: impl FnMut() -> Option<Answer> + Send + 'static) -> Self {
        Self::start_answering(false, script)
    }

    /// The same, with answers that are packed or not.
    pub(crate) fn start_answering(
        gzip: bool,
        script: impl FnMut() -> Option<Answer> + Send + 'static,
    ) -> Self {
        Self::start_with(None, 0, gzip, script)
    }

    /// Takes all calls, over TLS; OTLP over HTTP too, on the same port.
    pub(crate) fn start_tls(tls: ServerTlsConfig) -> Self {
        Self::start_with(Some(tls), 0, false, || Some(Ok(Vec::new())))
    }

    /// Takes all calls, but closes so many connections before it does.
    pub(crate) fn start_late(closed: usize) -> Self {
        Self::start_with(None, closed, false, || Some(Ok(Vec::new())))
    }

    fn start_with(
        tls: Option<ServerTlsConfig>,
        closed: usize,
        gzip: bool,
        script: impl FnMut() -> Option<Answer> + Send + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let (sender, calls) = mpsc::channel();
        let script: Script = Arc::new(Mutex::new(script));
        std::thread::spawn(move || {
            (0..closed).for_each(|_| drop(listener.accept().unwrap()));
            listener.set_nonblocking(true).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(serve(listener, tls, gzip, sender, script));
        });
        Self { url, calls }
    }

    /// The calls that were answered so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.try_iter().collect()
    }
}

async fn serve(
    listener: std::net::TcpListener,
    tls: Option<ServerTlsConfig>,
    gzip: bool,
    calls: Sender<Call>,
    script: Script,
) {
    let mut router = axum::Router::new();
    for path in [TRACES, LOGS, METRICS] {
        let service = Service {
            path,
            calls: calls.clone(),
            script: script.clone(),
        };
        let handle = move |request: axum::extract::Request| async move {
            let mut grpc = tonic::server::Grpc::new(Raw).accept_compressed(CompressionEncoding::Gzip);
            if gzip {
                grpc = grpc.send_compressed(CompressionEncoding::Gzip);
            }
            Ok::<_, Infallible>(grpc.unary(service, request).await)
        };
        router = router.route_service(path, tower::service_fn(move |request| handle.clone()(request)));
    }
    let post = move |headers: HeaderMap, body: Bytes| async move {
        let (path, metadata) = (HTTP_TRACES, MetadataMap::from_headers(headers));
        let message = body.to_vec();
        calls
            .send(Call {
                path,
                metadata,
                message,
            })
            .unwrap();
    };
    router = router.route(HTTP_TRACES, axum::routing::post(post));
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let mut server = tonic::transport::Server::builder().accept_http1(true);
    if let Some(tls) = tls {
        server = server.tls_config(tls).unwrap();
    }
    server
        .add_routes(tonic::service::Routes::from(router))
        .serve_with_incoming(tonic::transport::server::TcpIncoming::from(listener))
        .await
        .unwrap();
}
