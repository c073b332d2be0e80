//! TLS on the listeners. The certificates are those of the exporters' tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use prost::Message;
use spanwright_collector::ingest::{IngestConfig, Listeners, ServeError, TlsError, TlsFiles, serve};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::support::client::{JSON, PROTOBUF};
use crate::support::requests::some_traces;
use crate::support::{Client, Memory, Server};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/tests/otlp/tls")
        .join(name)
}

fn files(certificate: &str, key: &str) -> TlsFiles {
    TlsFiles {
        certificate: file(certificate),
        key: file(key),
    }
}

fn connector(protocol: &[u8]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file("ca.pem")).unwrap())
        .unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn every_listener_speaks_tls() {
    let server = Server::with(|config| config.tls = Some(files("server.pem", "server.key"))).await;
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let ports = [
        (
            server.address,
            "/v1/traces",
            PROTOBUF,
            some_traces(1).encode_to_vec(),
            200,
        ),
        (
            server.zipkin,
            "/api/v2/spans",
            JSON,
            br#"[{"traceId":"1","id":"2"}]"#.to_vec(),
            202,
        ),
    ];
    for (address, path, content_type, body, status) in ports {
        let plain = TcpStream::connect(address).await.unwrap();
        let stream = connector(b"http/1.1").connect(name.clone(), plain).await.unwrap();
        let answer = Client::over(stream).await.post(path, &[content_type], body).await;
        assert_eq!(answer.status, status);
    }

    let plain = TcpStream::connect(server.address).await.unwrap();
    let stream = connector(b"h2").connect(name, plain).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let executor = hyper_util::rt::TokioExecutor::new();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (send, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
    tokio::spawn(connection);
    let origin = "https://127.0.0.1".parse().unwrap();
    let call = tower_of(send);
    let mut client = TraceServiceClient::with_origin(call, origin);
    client.export(some_traces(1)).await.unwrap();
    assert_eq!(server.store.records(), 3);
}

/// A connection as what tonic sends by.
fn tower_of(
    send: hyper::client::conn::http2::SendRequest<tonic::body::Body>,
) -> impl tonic::client::GrpcService<
    tonic::body::Body,
    ResponseBody = hyper::body::Incoming,
    Error = hyper::Error,
    Future: Send,
> + Clone {
    #[derive(Clone)]
    struct Sends(hyper::client::conn::http2::SendRequest<tonic::body::Body>);

    impl tower_service::Service<hyper::Request<tonic::body::Body>> for Sends {
        type Response = hyper::Response<hyper::body::Incoming>;
        type Error = hyper::Error;
        type Future = futures_util::future::BoxFuture<'static, Result<Self::Response, hyper::Error>>;

        fn poll_ready(
            &mut self,
            context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), hyper::Error>> {
            self.0.poll_ready(context)
        }

        fn call(&mut self, request: hyper::Request<tonic::body::Body>) -> Self::Future {
            Box::pin(self.0.send_request(request))
        }
    }

    Sends(send)
}

#[tokio::test]
async fn plain_senders_and_silent_ones_do_not_disturb() {
    let server = Server::with(|config| {
        config.tls = Some(files("server.pem", "server.key"));
        config.timeouts.header = std::time::Duration::from_secs(1);
    })
    .await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut read = vec![];
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut silent, &mut read).await;
    assert!(read.is_empty(), "the connection is closed");
    let plain = TcpStream::connect(server.address).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    assert!(connector(b"http/1.1").connect(name, plain).await.is_ok());
}

#[tokio::test]
async fn files_that_do_not_fit_are_named() {
    let error = |tls| {
        let config = IngestConfig {
            tls: Some(tls),
            ..IngestConfig::default()
        };
        let served = serve(Listeners::default(), config, Arc::new(Memory::default()));
        match served.err().unwrap() {
            ServeError::Tls(error) => error,
            other => panic!("{other}"),
        }
    };
    let absent = error(files("absent.pem", "server.key"));
    assert!(
        matches!(absent, TlsError::Read { .. }) && absent.to_string().contains("absent.pem"),
        "{absent}"
    );
    let swapped = error(files("server.pem", "ca.pem"));
    assert!(
        matches!(&swapped, TlsError::Nothing { path, .. } if path.ends_with("ca.pem")),
        "{swapped}"
    );
    assert!(swapped.to_string().contains("private key"), "{swapped}");
    let other = error(files("server.pem", "client.key"));
    assert!(
        matches!(other, TlsError::Unfit { .. }) && other.to_string().contains("client.key"),
        "{other}"
    );
}

#[tokio::test]
async fn the_web_page_speaks_it_too_where_it_is_told() {
    use spanwright_collector::service::{Service, ServiceConfig};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let folder = tempfile::tempdir().unwrap();
    let mut config = ServiceConfig::new(folder.path()).any_ports();
    config.web_tls = Some(files("server.pem", "server.key"));
    let service = Service::start(config).await.unwrap();
    let address = service.addresses().web;
    // Who says nothing, and who does not speak TLS, keep nobody waiting.
    let _silent = TcpStream::connect(address).await.unwrap();
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut stream = connector(b"http/1.1").connect(name, stream).await.unwrap();
    let request = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("\r\n\r\nok\n"),
        "{answer}"
    );
    assert!(service.stop(std::time::Duration::from_secs(5)).await);
}
