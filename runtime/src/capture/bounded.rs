//! A `fmt::Write` that stops user formatting early.

use std::fmt;

/// What ends a text that was cut when it was captured, until redaction has looked at it: a secret may begin there.
/// It ends in a control character, so that hardly any text ends so by itself.
pub(crate) const CUT: &str = "…\u{1a}";

/// What stands in its place afterwards.
pub(crate) const WAS_CUT: &str = "…[cut]";

/// Appends what the arguments say, up to this many bytes; where they say more, [`CUT`] follows. A formatting that
/// fails leaves what was written until then.
pub(crate) fn format_bounded(buffer: &mut Vec<u8>, bound: usize, arguments: fmt::Arguments<'_>) {
    let mut writer = BoundedWriter::new(buffer, bound);
    let _ = fmt::write(&mut writer, arguments);
    if writer.cut {
        buffer.extend_from_slice(CUT.as_bytes());
    }
}

/// Open brackets at which a derived `Debug` is cut off. Without a bound, formatting a list of a million nested
/// nodes overflows a 2 MiB stack.
const OPEN_BRACKETS: i32 = 64;

/// Fails once `bound` bytes or 64 open brackets were written; what came before is kept, whole characters only.
pub(crate) struct BoundedWriter<'a> {
    buffer: &'a mut Vec<u8>,
    room: usize,
    open: i32,
    cut: bool,
}

impl<'a> BoundedWriter<'a> {
    pub(crate) fn new(buffer: &'a mut Vec<u8>, bound: usize) -> Self {
        Self {
            buffer,
            room: bound,
            open: 0,
            cut: false,
        }
    }
}

impl fmt::Write for BoundedWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() > self.room {
            let end = text.floor_char_boundary(self.room);
            self.buffer.extend_from_slice(&text.as_bytes()[..end]);
            self.room = 0;
            self.cut = true;
            return Err(fmt::Error);
        }
        self.buffer.extend_from_slice(text.as_bytes());
        self.room -= text.len();
        // Long pieces are data; the brackets of a derived `Debug` come in short ones.
        if text.len() <= 32 {
            for byte in text.bytes() {
                match byte {
                    b'(' | b'[' | b'{' => self.open += 1,
                    b')' | b']' | b'}' => self.open -= 1,
                    _ => {}
                }
            }
        }
        if self.open > OPEN_BRACKETS {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}
