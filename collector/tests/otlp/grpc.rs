//! OTLP over gRPC, with tonic's client.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message;
use spanwright_collector::store::AppendError;
use tonic::codec::CompressionEncoding;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use crate::support::client::{PROTOBUF, RpcStatus};
use crate::support::requests::{large_traces, log, logs, metrics, some_traces, traces};
use crate::support::{Memory, Server};

async fn channel(server: &Server) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", server.address)).unwrap();
    endpoint.connect().await.unwrap()
}

async fn client(server: &Server) -> TraceServiceClient<Channel> {
    TraceServiceClient::new(channel(server).await)
}

fn details(status: &Status) -> RpcStatus {
    RpcStatus::decode(status.details()).unwrap()
}

#[tokio::test]
async fn spans_of_every_encoding_are_stored_and_acknowledged() {
    let server = Server::start().await;
    let request = some_traces(3);
    let mut client = client(&server).await;
    let reply = client.export(request.clone()).await.unwrap();
    assert_eq!(reply.into_inner().partial_success, None);
    for encoding in [CompressionEncoding::Gzip, CompressionEncoding::Zstd] {
        let mut client = client
            .clone()
            .send_compressed(encoding)
            .accept_compressed(encoding);
        client.export(request.clone()).await.unwrap();
    }
    let stored = server.store.requests();
    assert_eq!(stored.len(), 3);
    for stored in stored {
        assert_eq!(
            (stored.bytes, stored.records.len()),
            (request.encode_to_vec().into(), 3)
        );
    }
    assert_eq!(server.ingest.counts().accepted_spans, 9);
}

#[tokio::test]
async fn an_empty_request_and_one_of_many_frames_are_successes() {
    let server = Server::start().await;
    let mut client = client(&server).await.max_encoding_message_size(usize::MAX);
    client.export(traces(vec![])).await.unwrap();
    client.export(large_traces(9 << 20)).await.unwrap();
    assert_eq!(server.ingest.counts().accepted_spans, 9);
}

#[tokio::test]
async fn what_is_not_stored_is_said() {
    let server = Server::start().await;
    let mut request = some_traces(3);
    request.resource_spans[0].scope_spans[0].spans[0].span_id = vec![1];
    let reply = client(&server).await.export(request).await.unwrap();
    let partial = reply.into_inner().partial_success.unwrap();
    assert_eq!((partial.rejected_spans, server.store.records()), (1, 2));
    assert!(
        partial.error_message.contains("span id"),
        "{}",
        partial.error_message
    );

    let records = vec![log(vec![1; 16], vec![2; 8]), log(vec![], vec![])];
    let mut client = LogsServiceClient::new(channel(&server).await);
    let partial = client
        .export(logs(records))
        .await
        .unwrap()
        .into_inner()
        .partial_success
        .unwrap();
    assert_eq!((partial.rejected_log_records, server.store.records()), (1, 3));

    let mut client = MetricsServiceClient::new(channel(&server).await);
    let partial = client
        .export(metrics(4))
        .await
        .unwrap()
        .into_inner()
        .partial_success
        .unwrap();
    assert_eq!(partial.rejected_data_points, 4);
    assert!(
        partial.error_message.contains("not stored"),
        "{}",
        partial.error_message
    );
}

#[tokio::test]
async fn what_is_too_large_is_refused_for_good() {
    let server = Server::with(|config| config.request_bytes = 1 << 20).await;
    let mut plain = client(&server).await;
    for mut client in [
        plain.clone(),
        plain.clone().send_compressed(CompressionEncoding::Gzip),
    ] {
        let status = client.export(large_traces(2 << 20)).await.unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert!(details(&status).details.is_empty(), "no RetryInfo");
    }
    let status = plain
        .export(traces(vec![Default::default(); 50_001]))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(
        plain.export(some_traces(1)).await.is_ok(),
        "the connection goes on"
    );
}

#[tokio::test]
async fn a_store_that_cannot_write_says_when_to_come_again() {
    let server = Server::start().await;
    let mut client = client(&server).await;
    for error in [
        AppendError::Full,
        AppendError::Io("EIO".to_owned()),
        AppendError::Closed,
    ] {
        server.store.fail(Some(error));
        let status = client.export(some_traces(1)).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable);
        let details = details(&status);
        assert_eq!((details.code, details.message.as_str()), (14, status.message()));
        assert_eq!(
            details.details[0].type_url,
            "type.googleapis.com/google.rpc.RetryInfo"
        );
    }
}

#[tokio::test]
async fn beyond_the_budget_a_sender_is_told_to_come_again() {
    let (store, open) = Memory::held();
    let server = Server::keeping(store, |config| config.budget_bytes = 3 << 20).await;
    let mut client = client(&server).await;
    let mut first = client.clone();
    let first = tokio::spawn(async move { first.export(large_traces(2 << 20)).await });
    while server.store.records() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let status = client.export(large_traces(2 << 20)).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    // RetryInfo { retry_delay: Duration { seconds: 1 } }
    assert_eq!(details(&status).details[0].value, [0x0a, 2, 0x08, 1]);
    let mut zipped = client.clone().send_compressed(CompressionEncoding::Gzip);
    assert_eq!(
        zipped.export(large_traces(2 << 20)).await.unwrap_err().code(),
        Code::Unavailable
    );
    open.send(true).unwrap();
    first.await.unwrap().unwrap();
    client.export(large_traces(2 << 20)).await.unwrap();
}

/// Calls that no client library makes, over hyper's HTTP/2.
async fn raw(server: &Server, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (String, String) {
    let stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let executor = hyper_util::rt::TokioExecutor::new();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut send, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
    tokio::spawn(connection);
    let mut request = hyper::Request::post(format!("http://localhost{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = http_body_util::Full::new(bytes::Bytes::copy_from_slice(body));
    let response = send.send_request(request.body(body).unwrap()).await.unwrap();
    let header = |name| {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
            .to_owned()
    };
    (header("grpc-status"), header("grpc-message"))
}

#[tokio::test]
async fn what_is_no_call_is_refused() {
    const GRPC: (&str, &str) = ("content-type", "application/grpc");
    let server = Server::start().await;
    let export = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [u8], &'a str, &'a str);
    let cases: [Case<'_>; 9] = [
        ("/a.Service/Method", &[GRPC], b"\0\0\0\0\0", "12", "no method"),
        (
            export,
            &[GRPC, ("grpc-encoding", "br")],
            b"\0\0\0\0\0",
            "12",
            "gzip or zstd",
        ),
        (
            export,
            &[("content-type", "application/grpc+json")],
            b"\0\0\0\0\0",
            "12",
            "protobuf",
        ),
        (export, &[GRPC], b"\x01\0\0\0\0", "3", "grpc-encoding"),
        (export, &[GRPC], b"\0\0\0\0\x02\x0a\x05", "3", "not OTLP protobuf"),
        (
            export,
            &[GRPC],
            b"\0\0\0\0\0\0\0\0\0\0",
            "3",
            "more than one message",
        ),
        (export, &[GRPC], b"\0\0\0", "3", "ended early"),
        (export, &[GRPC], b"\0\0\0\0\x05\x0a", "3", "ended early"),
        (export, &[GRPC], b"\0\xff\xff\xff\xff\x0a", "8", "67108864"),
    ];
    for (path, headers, body, code, message) in cases {
        let (status, text) = raw(&server, path, headers, body).await;
        assert_eq!(status, code, "{headers:?} {body:?}: {text}");
        assert!(text.contains(message), "{text}");
    }
    let answer = server.post(export, &[GRPC], "").await;
    assert_eq!(
        (
            answer.status,
            answer.json()["message"].as_str().unwrap().contains("HTTP/2")
        ),
        (415, true)
    );
}

#[tokio::test]
async fn http_and_grpc_share_a_port() {
    let server = Server::start().await;
    client(&server).await.export(some_traces(1)).await.unwrap();
    let body = some_traces(1).encode_to_vec();
    assert_eq!(server.post("/v1/traces", &[PROTOBUF], body).await.status, 200);
    assert_eq!(server.store.records(), 2);
}

#[tokio::test]
async fn a_stop_answers_calls_and_says_goodbye() {
    let server = Server::keeping(Memory::slow(Duration::from_millis(200)), |_| {}).await;
    let idle = client(&server).await;
    let mut client = client(&server).await;
    let call = tokio::spawn(async move { client.export(some_traces(1)).await });
    while server.store.records() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(server.ingest.stop(Duration::from_secs(10)).await);
    call.await.unwrap().unwrap();
    drop(idle);
}
