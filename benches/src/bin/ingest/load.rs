//! The load: requests that were made before, each time with other trace ids.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use spanwright_collector::generate::{Data, Generator};
use spanwright_collector::wire::{Limits, Request, Signal};

/// Requests that are made before: enough for a variety, few enough for a cache.
const BODIES: usize = 48;

pub struct Load {
    bodies: Vec<Body>,
}

#[derive(Clone)]
struct Body {
    bytes: Vec<u8>,
    /// Where the last eight bytes of each span's trace id are.
    ids: Vec<usize>,
}

/// What was sent and acknowledged.
pub struct Sent {
    pub spans: usize,
    pub refused: usize,
    pub time: Duration,
    latencies: Vec<Duration>,
}

impl Sent {
    /// In milliseconds.
    pub fn quantile(&self, part: f64) -> f64 {
        let place = (self.latencies.len() as f64 * part) as usize;
        self.latencies
            .get(place)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

impl Load {
    pub fn new(data: Data, per_request: usize) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970")
            .as_nanos() as u64;
        let mut generator = Generator::new(1, data, per_request, now);
        let bodies = (0..BODIES).map(|_| {
            let (bytes, _) = generator.request();
            let request =
                Request::read(Signal::Traces, bytes.clone(), &Limits::default()).expect("a request");
            let ids = request.records.iter().map(|place| {
                // A span begins with its trace id: a tag, a length, sixteen bytes.
                request.record(*place).as_ptr().addr() - bytes.as_ptr().addr() + 2 + 8
            });
            Body {
                bytes: bytes.to_vec(),
                ids: ids.collect(),
            }
        });
        Self {
            bodies: bodies.collect(),
        }
    }

    /// Sends on so many connections for some time.
    pub fn send(&self, to: SocketAddr, connections: usize, time: Duration) -> Sent {
        let number = AtomicU64::new(1);
        let began = Instant::now();
        let mut sent = Sent {
            spans: 0,
            refused: 0,
            time,
            latencies: Vec::new(),
        };
        thread::scope(|scope| {
            let connection = |first| {
                let number = &number;
                scope.spawn(move || self.connection(to, first, number, began + time))
            };
            let threads: Vec<_> = (0..connections).map(connection).collect();
            for thread in threads {
                let one = thread.join().expect("a connection");
                sent.spans += one.spans;
                sent.refused += one.refused;
                sent.latencies.extend(one.latencies);
            }
        });
        sent.time = began.elapsed();
        sent.latencies.sort_unstable();
        sent
    }

    fn connection(&self, to: SocketAddr, first: usize, number: &AtomicU64, until: Instant) -> Sent {
        let mut stream = TcpStream::connect(to).expect("connected");
        stream.set_nodelay(true).expect("set");
        let mut sent = Sent {
            spans: 0,
            refused: 0,
            time: Duration::ZERO,
            latencies: Vec::new(),
        };
        let mut bodies = self.bodies.clone();
        let mut answer = vec![0; 4096];
        for turn in first.. {
            if Instant::now() >= until {
                break;
            }
            let body = &mut bodies[turn % BODIES];
            let fresh = number
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            for &place in &body.ids {
                let id: &mut [u8; 8] = (&mut body.bytes[place..place + 8])
                    .try_into()
                    .expect("eight bytes");
                *id = (u64::from_le_bytes(*id) ^ fresh).to_le_bytes();
            }
            let head = format!(
                "POST /v1/traces HTTP/1.1\r\nhost: {to}\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
                body.bytes.len()
            );
            let began = Instant::now();
            stream.write_all(head.as_bytes()).expect("written");
            stream.write_all(&body.bytes).expect("written");
            if is_success(&mut stream, &mut answer) {
                sent.spans += body.ids.len();
            } else {
                sent.refused += 1;
            }
            sent.latencies.push(began.elapsed());
        }
        sent
    }
}

/// Reads an answer, whose length its head says.
fn is_success(stream: &mut TcpStream, buffer: &mut [u8]) -> bool {
    let mut length = 0;
    loop {
        let read = stream.read(&mut buffer[length..]).expect("an answer");
        assert!(read > 0, "the connection was closed");
        length += read;
        let text = String::from_utf8_lossy(&buffer[..length]);
        if let Some(end) = text.find("\r\n\r\n") {
            let head = text[..end].to_ascii_lowercase();
            let body = head
                .split("content-length:")
                .nth(1)
                .and_then(|rest| rest.lines().next()?.trim().parse().ok());
            if length >= end + 4 + body.unwrap_or(0_usize) {
                return head.starts_with("http/1.1 200");
            }
        }
    }
}
