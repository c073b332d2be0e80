//! A collector whose disk is full says so to its senders, keeps what it acknowledged, and goes on when there is room.
//!
//! The disk is a small tmpfs in a mount namespace of the collector's own; where the system refuses that, the test says
//! so and is skipped.

use std::io::{BufRead, BufReader, Read as _, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use spanwright_collector::generate::{Data, Generator};

struct Collector {
    process: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Collector {
    /// `None` where there can be no namespace.
    fn start(folder: &Path) -> Option<Self> {
        let script = "mount -t tmpfs -o size=8m tmpfs \"$1\" && dd if=/dev/zero of=\"$1/ballast\" bs=1M count=4 2>/dev/null \
                      && exec \"$2\" serve --listen=127.0.0.1:0 --otlp-http=127.0.0.1:0 --otlp-grpc=127.0.0.1:0 \
                      --data-dir \"$1\"";
        let mut process = Command::new("unshare")
            .args(["-rm", "sh", "-c", script, "sh"])
            .args([folder.as_os_str(), env!("CARGO_BIN_EXE_spanwright").as_ref()])
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        let lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let address = lines.map_while(Result::ok).find_map(|line| {
            line.contains("OTLP over HTTP")
                .then(|| line.rsplit_once("http://")?.1.parse().ok())?
        });
        let Some(address) = address else {
            process.wait().expect("ended");
            return None;
        };
        // What the collector sees of its own mounts.
        let folder = PathBuf::from(format!("/proc/{}/root", process.id()))
            .join(folder.strip_prefix("/").expect("absolute"));
        Some(Self {
            process,
            address,
            folder,
        })
    }

    /// The answer to a request: its head and body.
    fn send(&self, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).expect("connected");
        let head = format!(
            "POST /v1/traces HTTP/1.1\r\nhost: collector\r\nconnection: close\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("sent");
        stream.write_all(body).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_full_disk_is_told_and_got_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(collector) = Collector::start(folder.path()) else {
        eprintln!("skipped: this system lets nobody mount a tmpfs in a namespace");
        return;
    };
    let mut generator = Generator::new(1, Data::Rich, 1000, 1_780_000_000_000_000_000);
    let mut acknowledged = 0;
    let deadline = Instant::now() + Duration::from_secs(60);
    let refused = loop {
        let (body, spans) = generator.request();
        let answer = collector.send(&body);
        if !answer.starts_with("HTTP/1.1 200") {
            break answer;
        }
        acknowledged += spans;
        assert!(Instant::now() < deadline, "{acknowledged} spans fit");
    };
    assert!(acknowledged > 1000, "{acknowledged} spans fit");
    let head = refused.to_ascii_lowercase();
    assert!(
        head.starts_with("http/1.1 503") && head.contains("retry-after:"),
        "{refused}"
    );
    assert!(refused.contains("disk is full"), "{refused}");

    std::fs::remove_file(collector.folder.join("ballast")).expect("there is room again");
    let (body, spans) = generator.request();
    while !collector.send(&body).starts_with("HTTP/1.1 200") {
        assert!(Instant::now() < deadline, "it does not go on");
        std::thread::sleep(Duration::from_millis(50));
    }
    let found = Command::new("nsenter")
        .args([
            "--user",
            "--mount",
            "--preserve-credentials",
            "--target",
            &collector.process.id().to_string(),
        ])
        .arg(env!("CARGO_BIN_EXE_spanwright"))
        .args(["search", "--json", "--limit", "100000", "--data-dir"])
        .arg(folder.path())
        .output()
        .expect("searched");
    let traces = String::from_utf8_lossy(&found.stdout).lines().count();
    assert_eq!(
        traces * 10,
        acknowledged + spans,
        "{}",
        String::from_utf8_lossy(&found.stderr)
    );
}
