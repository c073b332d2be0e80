//! A bound for texts and numbers: JSON's reader holds one whole before it hands it on.

use std::io::{self, Read};

/// Reads JSON, and fails where a text or a number in it is too long.
#[derive(Debug)]
pub(in crate::wire) struct BoundedTexts<R> {
    json: R,
    longest: usize,
    /// Whether what is being read is within a text.
    text: bool,
    /// Whether the next byte is escaped.
    escaped: bool,
    /// Bytes since the last quotation mark.
    run: usize,
}

impl<R> BoundedTexts<R> {
    /// With so many bytes at most from one quotation mark to the next.
    pub(in crate::wire) fn new(json: R, longest: usize) -> Self {
        Self {
            json,
            longest,
            text: false,
            escaped: false,
            run: 0,
        }
    }

    /// Whether these bytes may follow.
    fn look(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let found = if self.escaped {
                Some(0)
            } else if self.text {
                memchr::memchr2(b'"', b'\\', bytes)
            } else {
                memchr::memchr(b'"', bytes)
            };
            let passed = found.map_or(bytes.len(), |at| at + 1);
            self.run += passed;
            if self.run > self.longest {
                return false;
            }
            let (now, later) = bytes.split_at(passed);
            let byte = found.and_then(|_| now.last());
            if std::mem::take(&mut self.escaped) {
                // Whatever it is, it belongs to the text.
            } else if byte == Some(&b'\\') {
                self.escaped = true;
            } else if byte.is_some() {
                self.text = !self.text;
                self.run = 0;
            }
            bytes = later;
        }
        true
    }
}

impl<R: Read> Read for BoundedTexts<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.json.read(buffer)?;
        if self.look(buffer.get(..count).unwrap_or_default()) {
            return Ok(count);
        }
        let why = format!("a text or a number in it has more than {} bytes", self.longest);
        Err(io::Error::new(io::ErrorKind::InvalidData, why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(json: &str, at_a_time: usize) -> bool {
        let mut texts = BoundedTexts::new(io::empty(), 100);
        json.as_bytes().chunks(at_a_time).all(|part| texts.look(part))
    }

    #[test]
    fn long_texts_are_found_however_they_come() {
        let half = "x".repeat(50);
        let fine = format!(r#"["{half}", "{half}\\", "\"{half}", {half}, "{half}"]"#);
        let long = format!(r#"["", "{half}\"{half}"]"#);
        let number = format!(r#"["", {}]"#, "1".repeat(101));
        for at_a_time in [1, 7, 1000] {
            assert!(passes(&fine, at_a_time));
            assert!(!passes(&long, at_a_time));
            assert!(!passes(&number, at_a_time));
        }
    }
}
