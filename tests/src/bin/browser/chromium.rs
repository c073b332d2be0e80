//! The browser: found, started without a window, and ended.

use crate::devtools::DevTools;
use serde_json::{Value, json};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;

/// How long it may take to end when told to.
const LAST: Duration = Duration::from_secs(5);

/// Nothing but what is asked of it; no name is resolved, and nothing but loopback is asked.
const FLAGS: [&str; 16] = [
    "--headless",
    "--remote-debugging-pipe",
    // Containers and the superuser have none; it shows nothing but pages of this process.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--mute-audio",
    "--hide-scrollbars",
    "--lang=en",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// A browser that runs, until it is stopped or dropped.
pub(crate) struct Chromium {
    pub(crate) devtools: Arc<DevTools>,
    /// What it tells, once.
    pub(crate) events: Mutex<Option<UnboundedReceiver<Value>>>,
    process: Child,
    /// Profile and home, so that nothing of a person's own is read or written.
    _folder: TempDir,
}

/// The program that `CHROMIUM` names, else `chromium` in `PATH`.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM").filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("chromium"))
        .find(|program| program.is_file())
}

impl Chromium {
    pub(crate) async fn start(program: &Path) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        // DevTools speaks on file descriptors 3 and 4: no port that others on the machine could use, and no WebSocket.
        let mut process = Command::new("sh")
            .args(["-c", r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#, "sh"])
            .arg(program)
            .args(FLAGS)
            .arg(format!(
                "--user-data-dir={}",
                folder.path().join("profile").display()
            ))
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("Chromium has no pipes".into());
        };
        let (devtools, events) = DevTools::new(input, output);
        let chromium = Self {
            devtools: Arc::new(devtools),
            events: Mutex::new(Some(events)),
            process,
            _folder: folder,
        };
        let version = chromium.devtools.ask("Browser.getVersion", json!({}), None).await;
        let version = version.map_err(|error| format!("{} does not start: {error}", program.display()))?;
        println!("{}", version["product"].as_str().unwrap_or_default());
        Ok(chromium)
    }

    /// Ends it; by force where it does not end by itself.
    pub(crate) async fn stop(mut self) {
        // It closes the pipe instead of an answer, or is gone already.
        let _ = self.devtools.ask("Browser.close", json!({}), None).await;
        if tokio::time::timeout(LAST, self.process.wait()).await.is_err() {
            // An error means that it is gone.
            let _ = self.process.kill().await;
        }
    }
}
