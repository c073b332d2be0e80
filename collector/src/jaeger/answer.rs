//! Answers of a bounded size.

use std::io;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::failure::Failure;

/// Bytes that are sent at most in one answer.
const LIMIT: usize = 512 << 20;

/// An answer that is being written.
#[derive(Debug, Default)]
pub(super) struct Answer {
    bytes: Vec<u8>,
}

impl io::Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > LIMIT - self.bytes.len().min(LIMIT) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Answer {
    /// Writes a value as JSON, in one line or with Jaeger's indent.
    pub(super) fn json(value: &impl Serialize, pretty: bool) -> Result<Self, Failure> {
        let mut answer = Self::default();
        let written = if pretty {
            let format = serde_json::ser::PrettyFormatter::with_indent(b"    ");
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut answer, format))
        } else {
            value.serialize(&mut serde_json::Serializer::new(&mut answer))
        };
        written.map_err(io::Error::from)?;
        Ok(answer)
    }
}

/// Only the limit stops an answer from being written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::FileTooLarge => Self::Large { limit: LIMIT },
            _ => Self::Defect,
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.bytes).into_response()
    }
}
