//! Server-sent events. In: the bytes of a response as they arrive. Out: the `data` of each event.

/// The longest line that is waited for.
const MOST_BYTES: usize = 1 << 20;

/// The other side sends a line without end.
#[derive(Debug, thiserror::Error)]
#[error("a line of the stream is longer than {MOST_BYTES} bytes")]
pub(crate) struct TooLong;

/// Bytes that do not make a whole line yet.
#[derive(Debug, Default)]
pub(crate) struct Lines(Vec<u8>);

impl Lines {
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        self.0.extend_from_slice(bytes);
        if self.0.len() > MOST_BYTES && !self.0.contains(&b'\n') {
            return Err(TooLong);
        }
        Ok(())
    }

    /// The next event's data, if it is there as a whole.
    pub(crate) fn next_data(&mut self) -> Option<String> {
        loop {
            let end = self.0.iter().position(|byte| *byte == b'\n')?;
            let line: Vec<u8> = self.0.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            if let Some(data) = line.strip_prefix("data:") {
                return Some(data.trim().to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_may_come_in_pieces() {
        let mut lines = Lines::default();
        lines.push(b": comment\nda").unwrap();
        assert_eq!(lines.next_data(), None);
        lines
            .push("ta: {\"a\":\"é\"}\r\n\ndata: [DONE]\n".as_bytes())
            .unwrap();
        assert_eq!(lines.next_data().as_deref(), Some("{\"a\":\"é\"}"));
        assert_eq!(lines.next_data().as_deref(), Some("[DONE]"));
        assert_eq!(lines.next_data(), None);
    }

    #[test]
    fn a_line_has_a_bound() {
        let mut lines = Lines::default();
        assert!(lines.push(&vec![b'a'; MOST_BYTES + 1]).is_err());
    }
}
