//! A server's process: started, waited for, ended.

use std::error::Error;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// How often it is asked whether it is ready.
const EVERY: Duration = Duration::from_millis(100);

/// A process that runs. Dropped, it is killed.
pub(crate) struct Process {
    name: &'static str,
    child: Child,
}

impl Process {
    /// Starts it, with nothing to read, and its output thrown away; errors go where the command says.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> std::io::Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { name, child })
    }

    /// Waits until `is_ready`. It must not end before, nor take longer than `within`.
    pub(crate) async fn wait_until(
        &mut self,
        within: Duration,
        mut is_ready: impl AsyncFnMut() -> bool,
    ) -> Result<(), Box<dyn Error>> {
        let name = self.name;
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("{name} ended at its start with {status}").into());
            }
            if is_ready().await {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("{name} did not answer within {within:?}").into());
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Ends it and waits until it is gone.
    pub(crate) async fn stop(mut self) -> Result<(), Box<dyn Error>> {
        self.child.kill().await?;
        Ok(())
    }
}
