//! OTLP over gRPC against a tonic server on a real socket: what arrives, and what each status does.

mod otlp;

use otlp::batch::{everything, spans};
use otlp::expected;
use prost::Message;
use prost::bytes::{Buf, BufMut};
use spanwright::destination::{Compression, Otlp};
use spanwright::{Batch, Delivered, DeliveryError, Destination};
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::server::UnaryService;
use tonic::{Code, Request, Response, Status};

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// One call as it came.
struct Call {
    path: &'static str,
    metadata: MetadataMap,
    message: Vec<u8>,
}

type Answer = Result<Vec<u8>, Status>;
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

struct Server {
    url: String,
    calls: Receiver<Call>,
}

impl Server {
    fn start(script: impl FnMut() -> Option<Answer> + Send + 'static) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, calls) = mpsc::channel();
        let script: Script = Arc::new(Mutex::new(script));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(serve(listener, sender, script));
        });
        Self { url, calls }
    }

    fn calls(&self) -> Vec<Call> {
        self.calls.try_iter().collect()
    }
}

async fn serve(listener: std::net::TcpListener, calls: Sender<Call>, script: Script) {
    let mut router = axum::Router::new();
    for path in [TRACES, LOGS, METRICS] {
        let service = Service {
            path,
            calls: calls.clone(),
            script: script.clone(),
        };
        let handle = move |request: axum::extract::Request| async move {
            let mut grpc = tonic::server::Grpc::new(Raw).accept_compressed(CompressionEncoding::Gzip);
            Ok::<_, Infallible>(grpc.unary(service, request).await)
        };
        router = router.route_service(path, tower::service_fn(move |request| handle.clone()(request)));
    }
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    tonic::transport::Server::builder()
        .add_routes(tonic::service::Routes::from(router))
        .serve_with_incoming(tonic::transport::server::TcpIncoming::from(listener))
        .await
        .unwrap();
}

fn deliver(otlp: Otlp, batch: &Batch) -> Result<Delivered, DeliveryError> {
    otlp.build().unwrap().deliver(batch)
}

/// Delivers one span to a server that answers with this status.
fn answered(status: impl Fn() -> Status + Send + 'static) -> Result<Delivered, DeliveryError> {
    let server = Server::start(move || Some(Err(status())));
    deliver(Otlp::grpc(&*server.url), &spans(&["one"]))
}

fn assert_calls(calls: &[Call], batch: &Batch) {
    let [traces, logs, metrics] = calls else {
        panic!("{} calls", calls.len())
    };
    assert_eq!((traces.path, logs.path, metrics.path), (TRACES, LOGS, METRICS));
    assert_eq!(Message::decode(&*traces.message), Ok(expected::traces(batch)));
    assert_eq!(Message::decode(&*logs.message), Ok(expected::logs(batch)));
    assert_eq!(Message::decode(&*metrics.message), Ok(expected::metrics(batch)));
}

#[test]
fn all_signals_arrive_as_they_were() {
    let (server, batch) = (Server::start(|| Some(Ok(Vec::new()))), everything());
    let otlp = Otlp::grpc(&*server.url).header("X-Api-Key", "k1");
    assert_eq!(deliver(otlp, &batch), Ok(Delivered::default()));
    let calls = server.calls();
    assert_calls(&calls, &batch);
    for call in calls {
        assert_eq!(call.metadata.get("x-api-key").unwrap(), "k1");
        let agent = call.metadata.get("user-agent").unwrap().to_str().unwrap();
        assert!(
            agent.starts_with("OTel-OTLP-Exporter-Rust-Spanwright/"),
            "{agent}"
        );
    }
}

#[test]
fn gzip_is_packed_and_said_so() {
    let (server, batch) = (Server::start(|| Some(Ok(Vec::new()))), everything());
    let otlp = Otlp::grpc(&*server.url).compression(Compression::Gzip);
    assert_eq!(deliver(otlp, &batch), Ok(Delivered::default()));
    let calls = server.calls();
    assert_eq!(calls[0].metadata.get("grpc-encoding").unwrap(), "gzip");
    assert_calls(&calls, &batch);
}

#[test]
fn a_partial_success_is_counted_and_not_an_error() {
    let server = Server::start(|| Some(Ok(b"\x0a\x0b\x08\x03\x12\x07too old".to_vec())));
    let delivered = deliver(Otlp::grpc(&*server.url), &spans(&["one"]));
    let message = Some("too old".into());
    assert_eq!(delivered, Ok(Delivered { rejected: 3, message }));
}

#[test]
fn each_status_is_what_the_protocol_says() {
    for code in 1..=16 {
        let code = Code::from_i32(code);
        let result = answered(move || Status::new(code, "you sent secret"));
        let may_pass = matches!(
            code,
            Code::Cancelled
                | Code::DeadlineExceeded
                | Code::Aborted
                | Code::OutOfRange
                | Code::Unavailable
                | Code::DataLoss
        );
        let message = match result {
            Err(DeliveryError::Retry { after: None, message }) if may_pass => message,
            Err(DeliveryError::Permanent { message }) if !may_pass => message,
            other => panic!("{code:?}: {other:?}"),
        };
        assert!(
            message.contains(&format!("{code:?}")) && !message.contains("secret"),
            "{message}"
        );
    }
}

/// A `google.rpc.Status` with a `RetryInfo` of two and a half seconds.
fn retry_info() -> Vec<u8> {
    let delay = [&b"\x0a\x07\x08\x02\x10"[..], b"\x80\xca\xb5\xee\x01"].concat();
    let delay = [&[0x0a, delay.len() as u8 - 2][..], &delay[2..]].concat();
    let url = b"type.googleapis.com/google.rpc.RetryInfo";
    let any = [
        &[0x0a, url.len() as u8][..],
        url,
        &[0x12, delay.len() as u8],
        &delay,
    ]
    .concat();
    [&[0x08, 8, 0x1a, any.len() as u8][..], &any].concat()
}

#[test]
fn resource_exhausted_is_tried_again_only_with_retry_info() {
    for code in [Code::ResourceExhausted, Code::Unavailable] {
        let result = answered(move || Status::with_details(code, "", retry_info().into()));
        let Err(DeliveryError::Retry { after, .. }) = result else {
            panic!("{code:?}: {result:?}")
        };
        assert_eq!(after, Some(Duration::from_millis(2500)));
    }
    let result = answered(|| Status::with_details(Code::ResourceExhausted, "", vec![0xff; 9].into()));
    assert!(
        matches!(result, Err(DeliveryError::Permanent { .. })),
        "{result:?}"
    );
}

#[test]
fn no_answer_in_time_is_tried_again() {
    let server = Server::start(|| None);
    let otlp = Otlp::grpc(&*server.url).timeout(Duration::from_millis(200));
    let Err(DeliveryError::Retry { message, .. }) = deliver(otlp, &spans(&["one"])) else {
        panic!("no retry")
    };
    assert!(message.ends_with("no answer in time"), "{message}");
}

#[test]
fn a_refused_connection_is_tried_again_and_made_when_the_server_is_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut destination = Otlp::grpc(url).build().unwrap();
    for _ in 0..2 {
        let result = destination.deliver(&spans(&["one"]));
        let Err(DeliveryError::Retry { message, .. }) = result else {
            panic!("{result:?}")
        };
        assert!(message.contains("refused"), "{message}");
    }
}

#[test]
fn a_server_that_speaks_something_else_is_tried_again() {
    let http1 = otlp::server::Server::start(|_| otlp::server::Reply::status("200 OK"));
    let otlp = Otlp::grpc(&*http1.url).timeout(Duration::from_secs(2));
    let result = deliver(otlp, &spans(&["one"]));
    assert!(matches!(result, Err(DeliveryError::Retry { .. })), "{result:?}");
}

#[test]
fn one_destination_delivers_again_and_again() {
    let server = Server::start(|| Some(Ok(Vec::new())));
    let mut destination = Otlp::grpc(&*server.url).build().unwrap();
    for _ in 0..20 {
        assert_eq!(destination.deliver(&spans(&["one"])), Ok(Delivered::default()));
    }
    assert_eq!(server.calls().len(), 20);
}

#[tokio::test(flavor = "current_thread")]
async fn it_works_beside_and_inside_a_current_thread_runtime() {
    let server = Server::start(|| Some(Ok(Vec::new())));
    let mut destination = Otlp::grpc(&*server.url).build().unwrap();
    assert_eq!(destination.deliver(&spans(&["inside"])), Ok(Delivered::default()));
    let mut child = destination.for_child().unwrap();
    let beside = std::thread::spawn(move || child.deliver(&spans(&["beside"])));
    assert_eq!(beside.join().unwrap(), Ok(Delivered::default()));
    assert_eq!(server.calls().len(), 2);
    // The runtime inside is dropped here, in an async function, which must not panic.
    drop(destination);
}
