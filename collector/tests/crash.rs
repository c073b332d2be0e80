//! A collector that is killed while it takes requests: what it acknowledged is there after the next start.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use spanwright_collector::generate::{Data, Generator};
use spanwright_collector::model::TraceId;
use spanwright_collector::store::{Read, Store};
use spanwright_collector::wire::{Limits, Request, Signal};

const KILLS: u64 = 50;
const CONNECTIONS: u64 = 2;

/// A collector in a process of its own.
struct Collector {
    process: Child,
    address: SocketAddr,
}

impl Collector {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_spanwright"))
            .args([
                "serve",
                "--listen=127.0.0.1:0",
                "--otlp-http=127.0.0.1:0",
                "--otlp-grpc=127.0.0.1:0",
            ])
            .arg("--data-dir")
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let mut said = Vec::new();
        let address = lines.map_while(Result::ok).find_map(|line| {
            let address = line
                .contains("OTLP over HTTP")
                .then(|| line.rsplit_once("http://")?.1.parse().ok());
            said.push(line);
            address.flatten()
        });
        Self {
            process,
            address: address.unwrap_or_else(|| panic!("it does not listen: {said:?}")),
        }
    }

    fn kill(mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }
}

/// What was acknowledged: how many spans, and of the requests at both ends the traces, with how many spans each has.
#[derive(Default)]
struct Acknowledged {
    spans: usize,
    requests: Vec<HashMap<TraceId, usize>>,
}

/// Sends requests until the connection breaks.
fn send(to: SocketAddr, seed: u64) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    let Ok(mut stream) = TcpStream::connect(to) else {
        return acknowledged;
    };
    let mut generator = Generator::new(seed, Data::Rich, 300, 1_780_000_000_000_000_000);
    loop {
        let (body, _) = generator.request();
        let head = format!(
            "POST /v1/traces HTTP/1.1\r\nhost: {to}\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let sent = stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(&body));
        let mut answer = [0; 4096];
        let read = sent.and_then(|()| stream.read(&mut answer)).unwrap_or(0);
        if !answer[..read].starts_with(b"HTTP/1.1 200") {
            return acknowledged;
        }
        let request = Request::read(Signal::Traces, body, &Limits::default()).expect("a request");
        acknowledged.spans += request.records.len();
        let mut traces = HashMap::new();
        for span in request.spans() {
            *traces.entry(span.trace_id).or_default() += 1;
        }
        // The first one and the last three.
        if acknowledged.requests.len() > 3 {
            acknowledged.requests.remove(1);
        }
        acknowledged.requests.push(traces);
    }
}

#[test]
fn what_was_acknowledged_is_found_after_fifty_kills() {
    let folder = tempfile::tempdir().expect("a folder");
    let seeds = AtomicU64::new(1);
    let mut acknowledged = Acknowledged::default();
    for kill in 0..KILLS {
        let collector = Collector::start(folder.path());
        let address = collector.address;
        thread::scope(|scope| {
            let senders: Vec<_> = (0..CONNECTIONS)
                .map(|_| scope.spawn(|| send(address, seeds.fetch_add(1, Ordering::Relaxed))))
                .collect();
            // From before the first acknowledgement to some blocks later.
            let life = if kill % 10 == 9 { 2000 } else { 5 + kill * 37 % 300 };
            thread::sleep(Duration::from_millis(life));
            collector.kill();
            for sender in senders {
                let sent = sender.join().expect("a sender");
                acknowledged.spans += sent.spans;
                acknowledged.requests.extend(sent.requests);
            }
        });
    }
    let spans = acknowledged.spans as u64;
    assert!(spans > 50_000, "only {spans} spans were acknowledged");
    let store = Store::open_read_only(folder.path()).expect("opened");
    let stored = store.inventory();
    assert!(stored.spans + stored.unsealed >= spans);
    assert!(
        stored.unsealed < stored.spans,
        "blocks were made between the kills"
    );
    // Few of each request: a debug build needs milliseconds for one.
    let traces = acknowledged
        .requests
        .iter()
        .flat_map(|request| request.iter().take(5));
    for (&id, &spans) in traces {
        let trace = store
            .trace(id)
            .expect("readable")
            .unwrap_or_else(|| panic!("trace {id} is lost"));
        assert_eq!(trace.spans.len(), spans, "spans of trace {id}");
    }
}
