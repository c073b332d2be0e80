//! OTLP over gRPC against a tonic server on a real socket: what arrives, and what each status does.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod otlp;

use otlp::batch::{everything, spans};
use otlp::expected;
use otlp::grpc::{Call, LOGS, METRICS, Server, TRACES};
use prost::Message;
use spanwright::destination::{Compression, Otlp};
use spanwright::{Batch, Delivered, DeliveryError, Destination};
use std::time::Duration;
use tonic::{Code, Status};

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
        let denied = matches!(
            code,
            Code::Unauthenticated | Code::PermissionDenied | Code::Unimplemented | Code::NotFound
        );
        let message = match result {
            Err(DeliveryError::Retry { after: None, message }) if may_pass => message,
            Err(DeliveryError::Denied { message }) if denied => message,
            Err(DeliveryError::Permanent { message }) if !may_pass && !denied => message,
            other => panic!("{code:?}: {other:?}"),
        };
        assert!(
            message.contains(&format!("{code:?}")) && !message.contains("secret"),
            "{message}"
        );
    }
}

/// 5 MiB of spaces as the message of a partial success.
fn long_reply() -> Vec<u8> {
    let length = 5 << 20;
    let varint = |mut number: usize| {
        let mut bytes = Vec::new();
        while number >= 128 {
            bytes.push(number as u8 | 128);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    };
    let message = [&[0x12][..], &varint(length), &vec![b' '; length]].concat();
    [&[0x0a][..], &varint(message.len()), &message].concat()
}

#[test]
fn a_reply_that_is_too_long_to_be_read_says_that_the_spans_arrived() {
    for gzip in [false, true] {
        let server = Server::start_answering(gzip, || Some(Ok(long_reply())));
        let mut destination = Otlp::grpc(&*server.url).build().unwrap();
        for _ in 0..2 {
            let delivered = destination.deliver(&spans(&["one"]));
            assert_eq!(delivered, Ok(Delivered::default()), "gzip: {gzip}");
        }
        assert_eq!(server.calls().len(), 2);
    }
}

/// A server written with tonic says of a request that is too long for it what our side says of such a reply.
#[test]
fn a_server_for_which_the_request_is_too_long_did_not_take_it() {
    let refused = "Error, decoded message length too large: found 5242880 bytes, the limit is: 4194304 bytes";
    let result = answered(move || Status::out_of_range(refused));
    assert!(matches!(result, Err(DeliveryError::Retry { .. })), "{result:?}");
    let refused = "Error decompressing: size limit, of 4194304 bytes, exceeded while decompressing message";
    let result = answered(move || Status::resource_exhausted(refused));
    assert!(
        matches!(result, Err(DeliveryError::Permanent { .. })),
        "{result:?}"
    );
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
fn a_refused_connection_is_tried_again() {
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
fn a_connection_that_breaks_is_made_again() {
    let server = Server::start_late(2);
    let mut destination = Otlp::grpc(&*server.url).build().unwrap();
    let mut results = (0..10).map(|_| destination.deliver(&spans(&["one"])));
    let first = results.next().unwrap();
    assert!(matches!(first, Err(DeliveryError::Retry { .. })), "{first:?}");
    let delivered = results.find(|result| !matches!(result, Err(DeliveryError::Retry { .. })));
    assert_eq!(delivered, Some(Ok(Delivered::default())));
    assert_eq!(server.calls().len(), 1);
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
