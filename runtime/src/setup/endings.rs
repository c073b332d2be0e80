//! Ends of a process that nobody else would wait for: signals, and panics that abort. Both are asked for.

use super::builder::Builder;
use crate::{pipeline, raw};
use std::io::Read;
use std::time::Duration;

/// What is to be delivered before the process ends, and how long that may take.
#[derive(Clone, Copy, Default)]
pub(super) struct Endings {
    signals: Option<Duration>,
    panics: Option<Duration>,
}

impl Builder {
    /// At SIGINT and SIGTERM, delivers what has ended, waits for it up to this long, and then ends the process by the
    /// same signal, so that its exit status is what it would have been. A second such signal ends it at once.
    ///
    /// A signal that the program catches or ignores when this starts is left alone: such a program shuts down by itself,
    /// and calls [`Guard::shutdown`](crate::Guard::shutdown). In a forked child both have their default effect.
    pub fn shutdown_on_signals(mut self, wait: Duration) -> Self {
        self.endings.signals = Some(wait);
        self
    }

    /// At every panic of the program's own threads, delivers what has ended and waits for it up to this long, after the
    /// panic hook that is there when this starts. For programs that `panic = "abort"` or that otherwise do not survive a
    /// panic; where panics unwind, the guard does the same without keeping those waiting that catch them.
    pub fn flush_on_panic(mut self, wait: Duration) -> Self {
        self.endings.panics = Some(wait);
        self
    }
}

impl Endings {
    /// Installs what was asked for.
    ///
    /// # Errors
    /// When the operating system refuses a thread or a pipe.
    pub(super) fn install(self) -> std::io::Result<()> {
        if let Some(wait) = self.panics {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                previous(info);
                // Our own threads would wait for themselves, and catch what panics on them.
                if !pipeline::is_own_thread() {
                    let _ = pipeline::flush(wait);
                }
            }));
        }
        if let Some(wait) = self.signals
            && let Some(mut pipe) = raw::catch_signals()?
        {
            std::thread::Builder::new()
                .name("spanwright-signals".to_owned())
                .spawn(move || {
                    let mut signal = [0];
                    if pipe.read_exact(&mut signal).is_ok() {
                        pipeline::shutdown_unattended(wait);
                        raw::end_by(signal[0].into());
                    }
                })?;
        }
        Ok(())
    }
}
