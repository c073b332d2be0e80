//! OTLP over TLS, both transports: whom the exporter trusts, and how it proves who it is.
//!
//! `otlp/tls` holds an authority's certificate, and a server's and a client's with their keys, which are used
//! nowhere else. They were made with `openssl`, and the authority's key was thrown away.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod otlp;

use otlp::batch::spans;
use otlp::expected;
use otlp::grpc::{HTTP_TRACES, Server, TRACES};
use prost::Message;
use spanwright::destination::{Otlp, OtlpError};
use spanwright::{Delivered, DeliveryError, Destination};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/otlp/tls")
        .join(name)
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(file(name)).unwrap()
}

fn server() -> ServerTlsConfig {
    ServerTlsConfig::new().identity(Identity::from_pem(read("server.pem"), read("server.key")))
}

/// Both transports to this server, with the path that each calls.
fn both(server: &Server) -> [(Otlp, &'static str); 2] {
    [
        (Otlp::http(&*server.url), HTTP_TRACES),
        (Otlp::grpc(&*server.url), TRACES),
    ]
}

fn assert_refused(otlp: Otlp, server: &Server, reason: &str) {
    let otlp = otlp
        .header("x-api-key", "k1-secret")
        .timeout(Duration::from_secs(5));
    let result = otlp.build().unwrap().deliver(&spans(&["one"]));
    let Err(DeliveryError::Retry { message, .. }) = result else {
        panic!("{result:?}")
    };
    assert!(
        message.to_lowercase().contains(reason) && !message.contains("secret"),
        "{message}"
    );
    assert!(server.calls().is_empty());
}

#[test]
fn a_server_of_a_named_authority_is_trusted() {
    let server = Server::start_tls(server());
    for (otlp, path) in both(&server) {
        let mut destination = otlp.certificate(file("ca.pem")).build().unwrap();
        let batch = spans(&["one"]);
        assert_eq!(destination.deliver(&batch), Ok(Delivered::default()));
        let calls = server.calls();
        assert_eq!((calls.len(), calls[0].path), (1, path));
        assert_eq!(Message::decode(&*calls[0].message), Ok(expected::traces(&batch)));
    }
}

#[test]
fn a_server_of_an_unknown_authority_gets_nothing() {
    let server = Server::start_tls(server());
    for (otlp, _) in both(&server) {
        assert_refused(otlp, &server, "unknownissuer");
    }
}

#[test]
fn a_server_under_another_name_gets_nothing() {
    let server = Server::start_tls(server());
    let elsewhere = server.url.replace("127.0.0.1", "localhost");
    for otlp in [Otlp::http(&*elsewhere), Otlp::grpc(&*elsewhere)] {
        assert_refused(otlp.certificate(file("ca.pem")), &server, "not valid for name");
    }
}

#[test]
fn a_client_certificate_is_shown_where_one_is_asked_for() {
    let asking = server().client_ca_root(Certificate::from_pem(read("ca.pem")));
    let server = Server::start_tls(asking);
    for (otlp, _) in both(&server) {
        let otlp = otlp.certificate(file("ca.pem"));
        // The server closes the connection; what of that is seen first varies.
        assert_refused(otlp.clone(), &server, "");
        let otlp = otlp.client_certificate(file("client.pem"), file("client.key"));
        let mut destination = otlp.build().unwrap();
        assert_eq!(destination.deliver(&spans(&["one"])), Ok(Delivered::default()));
        assert_eq!(server.calls().len(), 1);
    }
}

#[test]
fn a_file_that_holds_no_certificate_or_key_is_named() {
    let base = || Otlp::http("https://localhost:4318");
    for (otlp, option, name) in [
        (
            base().certificate(file("server.key")),
            "certificate",
            "server.key",
        ),
        (
            base().client_certificate(file("client.pem"), file("ca.pem")),
            "client_certificate",
            "ca.pem",
        ),
    ] {
        let Err(OtlpError::Certificate { option: at, path, .. }) = otlp.build() else {
            panic!("{name} was taken")
        };
        assert_eq!((at, path), (option, file(name)));
    }
}
