//! A collector in a process of its own, at ports that the system gives.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longest wait for something that takes milliseconds when nothing else runs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Where everything listens, when the test does not care.
pub(crate) const ANY_PORTS: [&str; 6] = [
    "--listen",
    "127.0.0.1:0",
    "--otlp-http",
    "127.0.0.1:0",
    "--otlp-grpc",
    "127.0.0.1:0",
];

/// The command, with nothing in its environment.
pub(crate) fn spanwright(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spanwright"));
    command.env_clear().args(arguments).stdin(Stdio::null());
    command
}

/// A collector that runs; it is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    folder: TempDir,
    said: Vec<String>,
}

impl Running {
    pub(crate) fn serve() -> Self {
        Self::start("serve", &ANY_PORTS)
    }

    /// Starts a command that runs a collector, and waits until it says where the traces are kept.
    pub(crate) fn start(command: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = spanwright(&[command])
            .arg("--data-dir")
            .arg(folder.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        while !said.iter().any(|line: &String| line.contains("kept in")) {
            said.push(lines.next().expect("an address").unwrap());
        }
        // What it says later must find a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, folder, said }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address behind this label.
    pub(crate) fn address(&self, label: &str) -> SocketAddr {
        let line = self.said.iter().find(|line| line.trim().starts_with(label));
        let (_, address) = line.expect("a line").split_once("http://").unwrap();
        address.parse().unwrap()
    }

    /// What the page at this path is: status and body.
    pub(crate) fn page(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address("traces")).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }

    /// What a command says about the same folder.
    pub(crate) fn ask(&self, command: &str, arguments: &[&str]) -> Output {
        ask(self.folder(), command, arguments)
    }

    /// Ends it without a chance to tidy up. Gives its folder.
    pub(crate) fn kill(mut self) -> Kept {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        Kept(folder)
    }

    /// Asks it to end by SIGTERM. Gives how it ended, and its folder.
    pub(crate) fn end(mut self) -> (ExitStatus, Kept) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(&id).status().unwrap().success());
        let asked = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(asked.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        (status, Kept(folder))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The folder of a collector that has ended.
pub(crate) struct Kept(TempDir);

impl Kept {
    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn ask(&self, command: &str, arguments: &[&str]) -> Output {
        ask(self.0.path(), command, arguments)
    }
}

fn ask(folder: &Path, command: &str, arguments: &[&str]) -> Output {
    spanwright(&[command])
        .arg("--data-dir")
        .arg(folder)
        .args(arguments)
        .output()
        .unwrap()
}

/// What a command said that succeeded, and complained of nothing.
pub(crate) fn said(output: Output) -> String {
    let problems = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && problems.is_empty(),
        "{:?}: {problems}",
        output.status
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What a command complained of that failed, and said nothing else.
pub(crate) fn complained(output: Output) -> String {
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), said.as_str()), (Some(1), ""));
    let problems = String::from_utf8(output.stderr).unwrap();
    assert!(problems.starts_with("spanwright: "), "{problems}");
    problems
}

/// A path that nothing is at.
pub(crate) fn nowhere() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nothing");
    (folder, path)
}
