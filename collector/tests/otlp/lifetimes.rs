//! How long connections last: slow senders, silent ones, and the end.

use std::time::{Duration, Instant};

use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::client::PROTOBUF;
use crate::support::requests::{large_traces, some_traces};
use crate::support::{Memory, Server};

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

async fn server(header: Duration, body: Duration, idle: Duration) -> Server {
    Server::with(|config| {
        config.timeouts.header = header;
        config.timeouts.body = body;
        config.timeouts.idle = idle;
    })
    .await
}

/// What the server says until it closes the connection, and how long that took.
async fn rest(stream: &mut TcpStream) -> (String, Duration) {
    let began = Instant::now();
    let mut said = vec![];
    let _ = stream.read_to_end(&mut said).await;
    (String::from_utf8_lossy(&said).into_owned(), began.elapsed())
}

async fn closed(server: &Server) {
    while server.ingest.counts().open_connections > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_not_waited_for() {
    let server = server(SHORT, LONG, LONG).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let trickle = async {
        for byte in b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\nx: yyyyyyyyyyyyyyyyy"
            .iter()
            .cycle()
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
        }
    };
    assert!(tokio::time::timeout(10 * SHORT, trickle).await.is_ok());
    closed(&server).await;
}

#[tokio::test]
async fn silent_connections_are_closed_and_others_kept() {
    let server = server(LONG, LONG, SHORT).await;
    let mut fresh = TcpStream::connect(server.address).await.unwrap();
    let (said, took) = rest(&mut fresh).await;
    assert!(said.is_empty() && took < 10 * SHORT, "{said} {took:?}");

    let mut used = TcpStream::connect(server.address).await.unwrap();
    let request = b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\
        content-type: application/x-protobuf\r\n\r\n";
    for _ in 0..9 {
        used.write_all(request).await.unwrap();
        tokio::time::sleep(SHORT / 6).await;
    }
    let (said, took) = rest(&mut used).await;
    assert_eq!(said.matches("200 OK").count(), 9, "{said}");
    assert!(took < 10 * SHORT, "{took:?}");

    // HTTP/2, which says hello and then nothing.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .unwrap();
    assert!(rest(&mut stream).await.1 < 10 * SHORT);
    closed(&server).await;
}

#[tokio::test]
async fn a_body_that_stops_is_not_waited_for() {
    let server = server(LONG, SHORT, LONG).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\
        content-type: application/x-protobuf\r\n\r\nsome";
    stream.write_all(head).await.unwrap();
    let (said, took) = rest(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    assert!(took < 10 * SHORT, "{took:?}");
    assert_eq!(server.refused("slow_body"), 1);
    assert_eq!(server.ingest.counts().bytes_in_flight, 0);
}

#[tokio::test]
async fn a_body_that_trickles_does_not_hold_the_budget_for_ever() {
    let server = server(LONG, SHORT, LONG).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-length: 60000000\r\n\
        content-type: application/x-protobuf\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let (mut reads, mut writes) = stream.into_split();
    let trickle = tokio::spawn(async move {
        while writes.write_all(b"x").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    });
    let mut said = vec![0; 12];
    let answer = tokio::time::timeout(20 * SHORT, reads.read_exact(&mut said)).await;
    answer.unwrap().unwrap();
    assert_eq!(said, b"HTTP/1.1 408");
    assert_eq!(server.ingest.counts().bytes_in_flight, 0);
    trickle.abort();
}

#[tokio::test]
async fn a_sender_that_goes_away_leaves_nothing() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = b"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\
        content-type: application/x-protobuf\r\n\r\nsome";
    stream.write_all(head).await.unwrap();
    while server.ingest.counts().bytes_in_flight == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(stream);
    closed(&server).await;
    assert_eq!(server.ingest.counts().bytes_in_flight, 0);
}

#[tokio::test]
async fn what_the_store_holds_counts_though_its_sender_has_gone() {
    let (store, open) = Memory::held();
    let server = Server::keeping(store, |_| {}).await;
    let mut client = server.client().await;
    let body = large_traces(2 << 20).encode_to_vec();
    let sent = client.post("/v1/traces", &[PROTOBUF], body);
    assert!(tokio::time::timeout(SHORT, sent).await.is_err());
    drop(client);
    closed(&server).await;
    assert!(server.ingest.counts().bytes_in_flight >= 2 << 20);
    open.send(true).unwrap();
    while server.ingest.counts().bytes_in_flight > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_refused_body_is_let_arrive_so_that_its_sender_reads_why() {
    let server = Server::with(|config| config.request_bytes = 1 << 20).await;
    let body = vec![0; 8 << 20];
    let mut client = server.client().await;
    for _ in 0..3 {
        assert_eq!(
            client.post("/v1/traces", &[PROTOBUF], body.clone()).await.status,
            413
        );
        client = server.client().await;
    }
    assert_eq!(
        server.post("/v1/traces", &[], vec![0; 512 << 10]).await.status,
        415
    );
}

#[tokio::test]
async fn a_stop_waits_for_requests_and_not_for_idle_connections() {
    let server = Server::keeping(Memory::slow(SHORT), |_| {}).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    let mut client = server.client().await;
    let body = some_traces(1).encode_to_vec();
    let answer = tokio::spawn(async move { client.post("/v1/traces", &[PROTOBUF], body).await });
    while server.store.records() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(server.ingest.stop(Duration::from_secs(10)).await);
    assert_eq!(answer.await.unwrap().status, 200);
    assert!(rest(&mut idle).await.0.is_empty());
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_stop_has_a_deadline() {
    let (store, _open) = Memory::held();
    let server = Server::keeping(store, |_| {}).await;
    let mut client = server.client().await;
    let body = some_traces(1).encode_to_vec();
    let answer = tokio::spawn(async move { client.post("/v1/traces", &[PROTOBUF], body).await });
    while server.store.records() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let began = Instant::now();
    assert!(!server.ingest.stop(SHORT).await);
    assert!(began.elapsed() < 10 * SHORT);
    assert!(answer.await.is_err(), "its connection is closed");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let server = Server::with(|config| config.connections = 1).await;
    let mut first = server.client().await;
    assert_eq!(first.post("/v1/traces", &[PROTOBUF], "").await.status, 200);
    let mut second = server.client().await;
    let mut answer = std::pin::pin!(second.post("/v1/traces", &[PROTOBUF], ""));
    assert!(tokio::time::timeout(SHORT, &mut answer).await.is_err());
    drop(first);
    assert_eq!(answer.await.status, 200);
}
