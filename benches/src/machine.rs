//! Where a benchmark runs and on what: processor, compiler and the versions of the peers.

use std::fmt;
use std::process::Command;

/// The peers whose versions are named under each result.
const PEERS: [&str; 10] = [
    "tracing",
    "tracing-subscriber",
    "tracing-opentelemetry",
    "opentelemetry",
    "opentelemetry_sdk",
    "opentelemetry-otlp",
    "fastrace",
    "emit",
    "fastant",
    "allocation-counter",
];

/// Processor, cores, compiler and versions.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Model name of the processor.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// `rustc --version`.
    pub rustc: String,
    /// Names and versions of the peers, as the lockfile has them.
    pub peers: Vec<(String, String)>,
}

impl Machine {
    /// What can be read of it; `unknown` for the rest.
    pub fn read() -> Self {
        let unknown = || String::from("unknown");
        let processor = std::fs::read_to_string("/proc/cpuinfo")
            .ok()
            .and_then(|text| {
                let line = text.lines().find(|line| line.starts_with("model name"))?;
                Some(line.split_once(':')?.1.trim().to_owned())
            })
            .unwrap_or_else(unknown);
        let rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .arg("--version")
            .output()
            .ok()
            .and_then(|output| String::from_utf8(output.stdout).ok())
            .map_or_else(unknown, |text| text.trim().to_owned());
        let lockfile = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");
        Self {
            processor,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            rustc,
            peers: locked(&std::fs::read_to_string(lockfile).unwrap_or_default()),
        }
    }
}

/// The versions of the peers in a lockfile, where `version` follows `name`.
fn locked(lockfile: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut name = "";
    for line in lockfile.lines() {
        let quoted = || line.split('"').nth(1).unwrap_or_default();
        if line.starts_with("name = ") {
            name = quoted();
        } else if line.starts_with("version = ") && PEERS.contains(&name) {
            found.push((name.to_owned(), quoted().to_owned()));
        }
    }
    found
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} cores; {}", self.processor, self.cores, self.rustc)?;
        for (name, version) in &self.peers {
            write!(f, "; {name} {version}")?;
        }
        Ok(())
    }
}
