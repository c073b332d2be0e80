//! How much memory requests take: measured from outside, of a process that does nothing else.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};

use bytes::Bytes;
use futures_util::future::join_all;
use prost::Message;

#[path = "../support/mod.rs"]
mod support;

use support::client::{GZIP, JSON, PROTOBUF, ZSTD};
use support::requests::{gzip, large_traces, zstd};
use support::{Answer, Client, Server};

const MIB: usize = 1 << 20;

/// What the process may have beside the budget, for all that requests need while they are read.
const BESIDE: usize = 24 * MIB;

/// A collector in a process of its own.
struct Process {
    child: Child,
    /// Kept open, as the process writes more.
    _output: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
    /// Bytes that it had before the first request.
    idle: usize,
}

impl Process {
    fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            "--ignored",
            "--exact",
            "serves_until_its_input_ends",
            "--nocapture",
        ]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut addresses = output
            .by_ref()
            .filter_map(|line| line.unwrap().split("listens at ").nth(1)?.parse().ok());
        let address = addresses.next().unwrap();
        let idle = peak(&child);
        Self {
            child,
            _output: output,
            address,
            idle,
        }
    }

    /// The most bytes that it had since the first request.
    fn taken(&self) -> usize {
        peak(&self.child) - self.idle
    }

    async fn post(&self, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        Client::connect(self.address)
            .await
            .post("/v1/traces", headers, body)
            .await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn peak(child: &Child) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[tokio::test]
#[ignore = "is the process that the others measure"]
async fn serves_until_its_input_ends() {
    let server = Server::forgetting().await;
    println!("listens at {}", server.address);
    tokio::task::spawn_blocking(|| std::io::stdin().lines().count())
        .await
        .unwrap();
}

/// A message with so many empty spans.
fn empty_spans(count: usize) -> Vec<u8> {
    let spans = b"\x12\x00".repeat(count);
    let mut scope = vec![];
    prost::encoding::encode_key(2, prost::encoding::WireType::LengthDelimited, &mut scope);
    prost::encoding::encode_varint(spans.len() as u64, &mut scope);
    scope.extend(spans);
    let mut resource = vec![];
    prost::encoding::encode_key(1, prost::encoding::WireType::LengthDelimited, &mut resource);
    prost::encoding::encode_varint(scope.len() as u64, &mut resource);
    resource.extend(scope);
    resource
}

#[tokio::test]
async fn a_gzip_of_two_million_spans_is_refused_with_little_memory() {
    let process = Process::start();
    let spans = empty_spans(2_000_000);
    let small = gzip(&spans);
    assert!(small.len() < 5000, "{}", small.len());
    for (headers, body) in [([PROTOBUF, GZIP], small), ([PROTOBUF, ZSTD], zstd(&spans))] {
        let answer = process.post(&headers, body).await;
        assert_eq!(answer.status, 413, "{headers:?}");
    }
    println!("empty spans: {} KiB", process.taken() / 1024);
    assert!(process.taken() < 24 * MIB, "{} KiB", process.taken() / 1024);
}

#[tokio::test]
async fn what_unpacks_beyond_the_limit_takes_no_more_than_the_limit() {
    let zeros = vec![0; 300 * MIB];
    let spaces = vec![b' '; 300 * MIB];
    let cases = [
        ([PROTOBUF, GZIP], gzip(&zeros), 413),
        ([PROTOBUF, ZSTD], zstd(&zeros), 413),
        // No JSON needs so much of nothing.
        ([JSON, GZIP], gzip(&spaces), 400),
    ];
    drop((zeros, spaces));
    for (headers, body, status) in cases {
        let process = Process::start();
        assert_eq!(process.post(&headers, body).await.status, status, "{headers:?}");
        println!("a bomb of {headers:?}: {} KiB", process.taken() / 1024);
        assert!(
            process.taken() < 64 * MIB + BESIDE,
            "{} KiB",
            process.taken() / 1024
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_of_the_largest_requests_stay_within_the_budget() {
    let protobuf = large_traces(63 * MIB).encode_to_vec();
    let json = serde_json::to_vec(&large_traces(63 * MIB)).unwrap();
    let cases = [
        (vec![PROTOBUF, GZIP], Bytes::from(gzip(&protobuf))),
        (vec![PROTOBUF, ZSTD], Bytes::from(zstd(&protobuf))),
        (vec![JSON, GZIP], Bytes::from(gzip(&json))),
        (vec![PROTOBUF], Bytes::from(protobuf)),
        (vec![JSON], Bytes::from(json)),
    ];
    for (headers, body) in cases {
        let process = Process::start();
        let answers = join_all((0..8).map(|_| process.post(&headers, body.clone()))).await;
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        println!("{headers:?}: {} KiB, {statuses:?}", process.taken() / 1024);
        assert!(
            statuses.iter().all(|status| matches!(status, 200 | 503)),
            "{statuses:?}"
        );
        assert_eq!(
            process.post(&headers, body).await.status,
            200,
            "alone it is taken"
        );
        assert!(
            process.taken() < 64 * MIB + BESIDE,
            "{headers:?}: {} KiB",
            process.taken() / 1024
        );
    }
}
