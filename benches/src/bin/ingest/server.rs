//! The servers: programs of their own, so that their memory is theirs.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use spanwright_collector::store::Store;

pub struct Server {
    process: Child,
    pub address: SocketAddr,
    folder: Option<PathBuf>,
}

impl Server {
    /// The program beside this one.
    pub fn spanwright(folder: &Path) -> Self {
        let program = std::env::current_exe()
            .expect("a path")
            .with_file_name("spanwright");
        let mut process = Command::new(&program)
            .args([
                "serve",
                "--listen=127.0.0.1:0",
                "--otlp-http=127.0.0.1:0",
                "--otlp-grpc=127.0.0.1:0",
                "--data-dir",
            ])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{}: {error}; cargo build --release -p spanwright-collector",
                    program.display()
                )
            });
        let lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let address = lines.map_while(Result::ok).find_map(|line| {
            line.contains("OTLP over HTTP").then(|| {
                line.rsplit("http://")
                    .next()
                    .expect("an address")
                    .parse()
                    .expect("an address")
            })
        });
        Self {
            process,
            address: address.expect("it listens"),
            folder: Some(folder.to_owned()),
        }
    }

    /// Jaeger with its defaults: in memory, at port 4318.
    pub fn jaeger(program: &str) -> Self {
        Self::jaeger_by(&mut Command::new(program))
    }

    /// Jaeger with its store on disk, Badger.
    pub fn jaeger_on_disk(program: &str, folder: &Path) -> Self {
        let config = folder.join("badger.yaml");
        std::fs::write(&config, include_str!("badger.yaml")).expect("written");
        Self::jaeger_by(
            Command::new(program)
                .arg("--config")
                .arg(config)
                .env("BADGER_FOLDER", folder),
        )
    }

    fn jaeger_by(command: &mut Command) -> Self {
        let process = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("jaeger starts");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 4318));
        while TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(50));
        }
        Self {
            process,
            address,
            folder: None,
        }
    }

    /// In MiB.
    pub fn resident(&self, field: &str) -> f64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok())
            .unwrap_or(0.0)
            / 1024.0
    }

    /// How many spans are stored, and the bytes of their blocks.
    pub fn stored(&self) -> Option<(usize, u64)> {
        let folder = self.folder.as_deref()?;
        // What is left in the log is made into blocks meanwhile.
        std::thread::sleep(Duration::from_secs(3));
        let store = Store::open_read_only(folder).expect("opened");
        let files = std::fs::read_dir(folder)
            .expect("readable")
            .filter_map(Result::ok);
        let blocks = files.filter(|file| file.path().extension().is_some_and(|end| end == "sqlite"));
        let bytes = blocks
            .map(|file| file.metadata().map_or(0, |file| file.len()))
            .sum();
        let stored = store.inventory();
        Some(((stored.spans + stored.unsealed) as usize, bytes))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
