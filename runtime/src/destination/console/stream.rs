//! Where console output goes, and what to make of an error there.

use crate::destination::DeliveryError;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, ErrorKind, IsTerminal, Write};

pub(super) enum Kind {
    Stderr,
    Stdout,
    Other(Box<dyn Write + Send>),
}

/// A stream, and what it would not take yet.
pub(super) struct Stream {
    kind: Kind,
    rest: Vec<u8>,
}

impl Stream {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            rest: Vec::new(),
        }
    }

    /// The same standard stream for a forked child; a writer of the user's cannot be had twice.
    pub(super) fn again(&self) -> Option<Kind> {
        match self.kind {
            Kind::Stderr => Some(Kind::Stderr),
            Kind::Stdout => Some(Kind::Stdout),
            Kind::Other(_) => None,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Stderr => "standard error",
            Kind::Stdout => "standard output",
            Kind::Other(_) => "a writer",
        }
    }

    pub(super) fn wants_color(&self) -> bool {
        let is_terminal = match self.kind {
            Kind::Stderr => io::stderr().is_terminal(),
            Kind::Stdout => io::stdout().is_terminal(),
            Kind::Other(_) => false,
        };
        let variable = |name| std::env::var_os(name);
        wants_color(
            is_terminal,
            variable("NO_COLOR").as_deref(),
            variable("TERM").as_deref(),
        )
    }

    /// Writes text, behind anything that was left. What the stream cannot take now is kept and `Retry` is
    /// returned; on any other error everything is given up.
    pub(super) fn write(&mut self, text: &str) -> Result<(), DeliveryError> {
        self.rest.extend_from_slice(text.as_bytes());
        self.write_rest()
    }

    /// Writes what was left.
    pub(super) fn write_rest(&mut self) -> Result<(), DeliveryError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        let result = match &mut self.kind {
            Kind::Stderr => write_from(&mut self.rest, &mut io::stderr().lock()),
            Kind::Stdout => write_from(&mut self.rest, &mut io::stdout().lock()),
            Kind::Other(writer) => write_from(&mut self.rest, writer),
        };
        self.judge(result)
    }

    pub(super) fn flush(&mut self) -> Result<(), DeliveryError> {
        let result = match &mut self.kind {
            Kind::Stderr => io::stderr().flush(),
            Kind::Stdout => io::stdout().flush(),
            Kind::Other(writer) => writer.flush(),
        };
        self.judge(result)
    }

    fn judge(&mut self, result: io::Result<()>) -> Result<(), DeliveryError> {
        let Err(error) = result else {
            return Ok(());
        };
        let message = format!("cannot write to {}: {}", self.name(), error.kind());
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::StorageFull | ErrorKind::Interrupted => {
                Err(DeliveryError::retry(message))
            }
            _ => {
                self.rest = Vec::new();
                Err(DeliveryError::permanent(message))
            }
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream({})", self.name())
    }
}

/// Writes from the front of `rest` and takes off what was written, so that an error loses nothing.
fn write_from(rest: &mut Vec<u8>, writer: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut written = 0;
    let result = loop {
        let Some(left) = rest.get(written..).filter(|left| !left.is_empty()) else {
            break writer.flush();
        };
        match writer.write(left) {
            Ok(0) => break Err(ErrorKind::WriteZero.into()),
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    rest.drain(..written.min(rest.len()));
    result
}

/// The conventions of no-color.org, and a terminal that can do nothing.
fn wants_color(is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty) && term.is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_needs_a_terminal_that_is_not_dumb_and_nobody_against_it() {
        let text = |text: &'static str| Some(OsStr::new(text));
        for (terminal, no_color, term, expected) in [
            (true, None, None, true),
            (true, text(""), text("xterm"), true),
            (true, text("1"), text("xterm"), false),
            (true, None, text("dumb"), false),
            (false, None, text("xterm"), false),
        ] {
            assert_eq!(wants_color(terminal, no_color, term), expected);
        }
    }

    /// Takes `room` bytes, then fails in its own way until `room` grows.
    struct Narrow {
        taken: std::sync::Arc<std::sync::Mutex<(Vec<u8>, usize)>>,
        error: ErrorKind,
    }

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut taken = self.taken.lock().unwrap();
            let count = bytes.len().min(taken.1).min(3);
            if count == 0 {
                return Err(self.error.into());
            }
            taken.1 -= count;
            taken.0.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_stream_loses_nothing_and_writes_nothing_twice() {
        let taken = std::sync::Arc::new(std::sync::Mutex::new((Vec::new(), 5)));
        let mut stream = Stream::new(Kind::Other(Box::new(Narrow {
            taken: std::sync::Arc::clone(&taken),
            error: ErrorKind::WouldBlock,
        })));
        assert!(matches!(
            stream.write("12345678"),
            Err(DeliveryError::Retry { .. })
        ));
        assert!(matches!(stream.write_rest(), Err(DeliveryError::Retry { .. })));
        taken.lock().unwrap().1 = 100;
        assert_eq!(stream.write("9"), Ok(()));
        assert_eq!(taken.lock().unwrap().0, b"123456789");
    }

    #[test]
    fn a_broken_pipe_is_final_and_keeps_nothing() {
        let taken = std::sync::Arc::new(std::sync::Mutex::new((Vec::new(), 0)));
        let mut stream = Stream::new(Kind::Other(Box::new(Narrow {
            taken: std::sync::Arc::clone(&taken),
            error: ErrorKind::BrokenPipe,
        })));
        let error = stream.write("text").unwrap_err();
        assert_eq!(
            error,
            DeliveryError::permanent("cannot write to a writer: broken pipe")
        );
        assert_eq!(stream.write_rest(), Ok(()));
    }
}
