//! What the program itself says, beside the traces. A closed pipe is no reason to fail.

use std::io::Write;

/// A line on standard output.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A line on standard error.
pub(crate) fn problem(text: &str) {
    let _ = writeln!(std::io::stderr(), "assistant: {text}");
}
