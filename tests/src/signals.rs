//! Programs that are told to end.

use std::error::Error;
use tokio::signal::unix::{SignalKind, signal};

/// Runs `work` on a runtime. Ends it when the process is told to end, so that what it started ends too.
///
/// # Errors
/// Those of `work`, and that the process was told to end.
pub fn until_signalled(work: impl Future<Output = Result<(), Box<dyn Error>>>) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            result = work => result,
            _ = terminate.recv() => Err("terminated".into()),
            _ = interrupt.recv() => Err("interrupted".into()),
        }
    })
}
