//! OTLP over HTTP against a server on a real socket: what arrives, and what each kind of answer does.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod otlp;

use flate2::read::GzDecoder;
use otlp::batch::{any_batch, everything, spans};
use otlp::expected;
use otlp::server::{Reply, Request, Server};
use proptest::prelude::*;
use prost::Message;
use spanwright::destination::{Compression, Otlp, Profile};
use spanwright::{Batch, Delivered, DeliveryError, Destination, Signals};
use std::cell::RefCell;
use std::io::Read;
use std::sync::mpsc;
use std::time::Duration;

const TRACES_ONLY: Signals = Signals::TRACES;

fn deliver(otlp: Otlp, batch: &Batch) -> Result<Delivered, DeliveryError> {
    otlp.build().unwrap().deliver(batch)
}

/// Delivers one span to a server that gives this reply.
fn answered(reply: impl Fn() -> Reply + Send + 'static) -> Result<Delivered, DeliveryError> {
    let server = Server::start(move |_| reply());
    deliver(Otlp::http(&*server.url), &spans(&["one"]))
}

fn assert_protobuf(requests: &[Request], batch: &Batch) {
    let [traces, logs, metrics] = requests else {
        panic!("{} requests", requests.len())
    };
    assert_eq!(traces.path, "/v1/traces");
    assert_eq!(Message::decode(&*traces.body), Ok(expected::traces(batch)));
    assert_eq!(logs.path, "/v1/logs");
    assert_eq!(Message::decode(&*logs.body), Ok(expected::logs(batch)));
    assert_eq!(metrics.path, "/v1/metrics");
    assert_eq!(Message::decode(&*metrics.body), Ok(expected::metrics(batch)));
}

fn assert_json(requests: &[Request], batch: &Batch) {
    let [traces, logs, metrics] = requests else {
        panic!("{} requests", requests.len())
    };
    assert_eq!(read_json(&traces.body), Ok(expected::traces(batch)));
    assert_eq!(read_json(&logs.body), Ok(expected::logs(batch)));
    assert_eq!(read_json(&metrics.body), Ok(expected::metrics(batch)));
}

fn read_json<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

#[test]
fn all_signals_arrive_as_they_were() {
    let (server, batch) = (Server::ok(), everything());
    let otlp = Otlp::http(&*server.url).header("x-api-key", "k1");
    assert_eq!(deliver(otlp, &batch), Ok(Delivered::default()));
    let requests = server.requests();
    assert_protobuf(&requests, &batch);
    for request in requests {
        assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
        assert_eq!(request.header("x-api-key"), Some("k1"));
        let agent = request.header("user-agent").unwrap();
        assert!(
            agent.starts_with("OTel-OTLP-Exporter-Rust-Spanwright/"),
            "{agent}"
        );
    }
}

#[test]
fn json_arrives_as_it_was() {
    let (server, batch) = (Server::ok(), everything());
    assert_eq!(
        deliver(Otlp::http_json(&*server.url), &batch),
        Ok(Delivered::default())
    );
    let requests = server.requests();
    assert_json(&requests, &batch);
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    let json: serde_json::Value = serde_json::from_slice(&requests[0].body).unwrap();
    let span = &json["resourceSpans"][0]["scopeSpans"][1]["spans"][1];
    assert_eq!(span["traceId"], batch.spans[1].trace_id.to_string());
    assert_eq!((&span["kind"], &span["flags"]), (&4.into(), &0x303.into()));
    assert_eq!(span["startTimeUnixNano"], "1700000000000000001");
}

#[test]
fn any_batch_arrives_as_it_was() {
    let (protobuf, json) = (Server::ok(), Server::ok());
    let to_protobuf = RefCell::new(Otlp::http(&*protobuf.url).build().unwrap());
    let to_json = RefCell::new(Otlp::http_json(&*json.url).build().unwrap());
    proptest!(ProptestConfig::with_cases(128), |(batch in any_batch())| {
        prop_assert!(to_protobuf.borrow_mut().deliver(&batch).is_ok());
        assert_protobuf(&protobuf.requests(), &batch);
        prop_assert!(to_json.borrow_mut().deliver(&batch).is_ok());
        assert_json(&json.requests(), &batch);
    });
}

/// A profile is applied to what is sent, each time anew; the batch stays as it was.
#[test]
fn a_profile_renames_what_is_sent_in_both_encodings() {
    let mut batch = spans(&["chat m"]);
    batch.spans[0].attributes = vec![
        ("gen_ai.operation.name".into(), "chat".into()),
        ("gen_ai.usage.input_tokens".into(), 7.into()),
    ];
    let mut wanted = batch.clone();
    wanted.spans[0].attributes = vec![
        ("gen_ai.operation.name".into(), "chat".into()),
        ("langfuse.trace.name".into(), "chat m".into()),
        ("langfuse.observation.type".into(), "generation".into()),
        (
            "langfuse.observation.usage_details".into(),
            r#"{"input":7}"#.into(),
        ),
    ];
    for (make, is_json) in [(Otlp::http as fn(String) -> Otlp, false), (Otlp::http_json, true)] {
        let server = Server::start(|number| Reply::status(if number == 0 { "503 Busy" } else { "200 OK" }));
        let otlp = make(server.url.clone()).profile(Profile::Langfuse);
        let mut destination = otlp.build().unwrap();
        assert!(matches!(
            destination.deliver(&batch),
            Err(DeliveryError::Retry { .. })
        ));
        assert_eq!(destination.deliver(&batch), Ok(Delivered::default()));
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        for request in requests {
            let sent = if is_json {
                read_json(&request.body).unwrap()
            } else {
                Message::decode(&*request.body).unwrap()
            };
            assert_eq!(expected::traces(&wanted), sent);
        }
    }
    assert_eq!(batch.spans[0].attributes.len(), 2);
}

#[test]
fn gzip_is_packed_and_said_so() {
    let (server, batch) = (Server::ok(), spans(&["packed"; 100]));
    let otlp = Otlp::http(&*server.url).compression(Compression::Gzip);
    assert_eq!(deliver(otlp, &batch), Ok(Delivered::default()));
    let request = server.request();
    assert_eq!(request.header("content-encoding"), Some("gzip"));
    let mut plain = Vec::new();
    GzDecoder::new(&*request.body).read_to_end(&mut plain).unwrap();
    assert!(plain.len() > request.body.len());
    assert_eq!(Message::decode(&*plain), Ok(expected::traces(&batch)));
}

#[test]
fn an_exact_endpoint_and_the_signals_are_obeyed() {
    let server = Server::ok();
    let otlp = Otlp::http("http://127.0.0.1:1")
        .traces_endpoint(format!("{}/in?k=1", server.url))
        .signals(TRACES_ONLY);
    assert_eq!(deliver(otlp, &everything()), Ok(Delivered::default()));
    assert_eq!(server.request().path, "/in?k=1");
}

#[test]
fn a_password_in_the_url_is_sent_as_basic_authorization() {
    let server = Server::ok();
    let url = server.url.replace("http://", "http://me:pw@");
    assert_eq!(
        deliver(Otlp::http(url), &spans(&["one"])),
        Ok(Delivered::default())
    );
    assert_eq!(server.request().header("authorization"), Some("Basic bWU6cHc="));
}

#[test]
fn each_failure_that_may_pass_is_tried_again_by_the_same_destination() {
    for status in [
        "429 Too Many",
        "502 Bad Gateway",
        "503 Unavailable",
        "504 Time-out",
    ] {
        let server = Server::start(move |number| Reply::status(if number == 0 { status } else { "200 OK" }));
        let mut destination = Otlp::http(&*server.url).build().unwrap();
        let batch = spans(&["one"]);
        let Err(DeliveryError::Retry { after: None, message }) = destination.deliver(&batch) else {
            panic!("{status} is no retry")
        };
        assert!(message.contains(&status[..3]), "{message}");
        assert_eq!(destination.deliver(&batch), Ok(Delivered::default()));
        assert_eq!(server.requests().len(), 2);
    }
}

#[test]
fn a_mixed_batch_goes_on_where_it_stopped() {
    let server = Server::start(|number| Reply::status(if number == 1 { "503 Busy" } else { "200 OK" }));
    let mut destination = Otlp::http(&*server.url).build().unwrap();
    let batch = everything();
    assert!(matches!(
        destination.deliver(&batch),
        Err(DeliveryError::Retry { .. })
    ));
    assert_eq!(destination.deliver(&batch), Ok(Delivered::default()));
    let paths: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(paths, ["/v1/traces", "/v1/logs", "/v1/logs", "/v1/metrics"]);
}

#[test]
fn a_backend_without_logs_and_metrics_keeps_the_spans() {
    let server = Server::start(|number| Reply::status(if number == 0 { "200 OK" } else { "404 Not Found" }));
    let delivered = deliver(Otlp::http(&*server.url), &everything()).unwrap();
    assert_eq!(delivered.rejected, 5);
    assert!(delivered.message.unwrap().contains("404"));
}

#[test]
fn retry_after_is_handed_on_and_capped() {
    for (header, seconds) in [
        ("7", Some(7)),
        ("0", Some(0)),
        ("86400", Some(300)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", Some(300)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
        ("-5", None),
    ] {
        let error = answered(move || Reply::with("503 Busy", &format!("retry-after: {header}\r\n"), b""));
        let Err(DeliveryError::Retry { after, .. }) = error else {
            panic!("{header}: {error:?}")
        };
        assert_eq!(after, seconds.map(Duration::from_secs), "{header}");
    }
}

#[test]
fn what_will_not_pass_is_permanent_and_says_nothing_of_the_request() {
    for status in ["400 Bad", "401 No", "403 No", "404 No", "500 Oops", "501 No"] {
        let server = Server::start(move |_| Reply::with(status, "", b"you sent secret-key"));
        let otlp = Otlp::http(&*server.url).header("authorization", "secret-key");
        let denied = ["401", "403", "404"].contains(&&status[..3]);
        let message = match deliver(otlp, &spans(&["secret-span"])) {
            Err(DeliveryError::Denied { message }) if denied => message,
            Err(DeliveryError::Permanent { message }) if !denied => message,
            other => panic!("{status}: {other:?}"),
        };
        assert!(
            message.contains(&status[..3]) && !message.contains("secret"),
            "{message}"
        );
    }
}

#[test]
fn too_large_is_said_so() {
    let result = answered(|| Reply::status("413 Content Too Large"));
    assert!(
        matches!(result, Err(DeliveryError::TooLarge { .. })),
        "{result:?}"
    );
}

#[test]
fn a_redirect_is_not_followed_and_no_key_leaks() {
    for status in [
        "301 Moved",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let elsewhere = Server::ok();
        let location = format!("location: {}/v1/traces\r\n", elsewhere.url);
        let server = Server::start(move |_| Reply::with(status, &location, b""));
        let otlp = Otlp::http(&*server.url).header("x-api-key", "k1");
        let result = deliver(otlp, &spans(&["one"]));
        assert!(
            matches!(result, Err(DeliveryError::Permanent { .. })),
            "{status}: {result:?}"
        );
        assert_eq!((server.requests().len(), elsewhere.requests().len()), (1, 0));
    }
}

#[test]
fn a_partial_success_is_counted_and_not_an_error() {
    let expected = Ok(Delivered {
        rejected: 3,
        message: Some("too old".into()),
    });
    assert_eq!(
        answered(|| Reply::with("200 OK", "", b"\x0a\x0b\x08\x03\x12\x07too old")),
        expected
    );
    let json = br#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#;
    assert_eq!(
        answered(|| Reply::with("200 OK", "content-type: application/json\r\n", json)),
        expected
    );
}

#[test]
fn a_success_with_a_garbage_body_is_delivered() {
    for body in [&b"<html>hello"[..], b"\xff\xff\xff", &[0; 1000]] {
        assert_eq!(
            answered(move || Reply::with("200 OK", "", body)),
            Ok(Delivered::default())
        );
    }
    let torn = || Reply::Last(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc".to_vec());
    assert_eq!(answered(torn), Ok(Delivered::default()));
}

#[test]
fn a_reply_without_end_is_read_to_four_mebibytes() {
    let (done, sent) = mpsc::channel();
    let server = Server::start(move |_| Reply::Endless(done.clone()));
    assert_eq!(
        deliver(Otlp::http(&*server.url), &spans(&["one"])),
        Ok(Delivered::default())
    );
    let sent = sent.recv().unwrap();
    // The sockets' own buffers take some more.
    assert!((4 << 20..64 << 20).contains(&sent), "{sent}");
}

#[test]
fn no_answer_in_time_is_tried_again() {
    let server = Server::start(|_| Reply::Hang);
    let otlp = Otlp::http(&*server.url).timeout(Duration::from_millis(100));
    let result = deliver(otlp, &spans(&["one"]));
    let Err(DeliveryError::Retry { after: None, message }) = result else {
        panic!("{result:?}")
    };
    assert!(message.ends_with("no answer in time"), "{message}");
}

#[test]
fn a_connection_that_fails_or_breaks_is_tried_again() {
    let server = Server::start(|_| Reply::status("404 Not Found"));
    let described = Otlp::http(&*server.url)
        .signals(TRACES_ONLY)
        .build()
        .unwrap()
        .describe();
    assert!(
        described.contains("/v1/traces (reachable, but takes no traces: ") && described.contains("404"),
        "{described}"
    );
    assert_eq!(server.request().body, b"");
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let refused = deliver(Otlp::http(format!("http://{closed}")), &spans(&["one"]));
    assert!(matches!(refused, Err(DeliveryError::Retry { .. })), "{refused:?}");
    for reply in [&b""[..], b"HTTP/1.1 20", b"SSH-2.0-OpenSSH\r\n\r\n"] {
        let result = answered(move || Reply::Last(reply.to_vec()));
        assert!(
            matches!(result, Err(DeliveryError::Retry { .. })),
            "{reply:?}: {result:?}"
        );
    }
}

#[test]
fn tls_never_falls_back_to_plain_text() {
    let server = Server::ok();
    let otlp = Otlp::http(server.url.replace("http:", "https:"))
        .header("x-api-key", "k1")
        .timeout(Duration::from_secs(2));
    let result = deliver(otlp, &spans(&["one"]));
    let Err(DeliveryError::Retry { message, .. }) = result else {
        panic!("{result:?}")
    };
    assert!(!message.contains("k1"), "{message}");
    assert!(server.requests().is_empty());
}

#[test]
fn a_child_sends_on_its_own_connection() {
    let server = Server::ok();
    let parent = Otlp::http(&*server.url).named("mine").build().unwrap();
    let mut child = parent.for_child().unwrap();
    assert_eq!(child.name(), "mine");
    assert_eq!(child.deliver(&spans(&["one"])), Ok(Delivered::default()));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_description_tells_whether_the_endpoint_can_be_reached() {
    let server = Server::ok();
    let url = server.url.replace("http://", "http://me:secret@");
    let described = Otlp::http(url).signals(TRACES_ONLY).build().unwrap().describe();
    assert_eq!(
        described,
        format!("otlp http/protobuf {}/v1/traces (reachable)", server.url)
    );
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let described = Otlp::http(format!("http://{closed}")).build().unwrap().describe();
    assert!(described.contains("(not reachable)"), "{described}");
}

#[test]
fn a_kept_connection_that_the_server_closed_is_made_again() {
    let last = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let server = Server::start(|_| Reply::Last(last.to_vec()));
    let mut destination = Otlp::http(&*server.url).build().unwrap();
    let mut delivered = 0;
    for _ in 0..50 {
        match destination.deliver(&spans(&["one"])) {
            Ok(_) => delivered += 1,
            // The closing was not seen before the next request was under way.
            Err(DeliveryError::Retry { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(server.requests().len(), delivered);
    assert!(delivered >= 25, "{delivered}");
}
