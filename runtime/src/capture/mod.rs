//! Turning a value into typed, bounded, panic-proof attributes.
//!
//! [`Capture`] writes into a [`Captured`], which puts bytes into the span's own buffer: nothing is allocated for
//! primitives and strings. User code that runs meanwhile is bounded and caught.

mod bounded;
mod containers;
mod forms;
mod primitives;
mod secret;

pub(crate) use bounded::{BoundedWriter, CUT, WAS_CUT, format_bounded};
pub use secret::Secret;

use crate::caught::caught;
use crate::wire;
use std::fmt;

/// Bytes of a single value that are captured; the value limit of [`Limits`](crate::Limits) applies later,
/// after redaction.
pub(crate) const CAPTURE_BOUND: usize = 64 * 1024;

/// How deep a captured value may nest.
const DEPTH_BOUND: u8 = 16;

/// What a value looks like as an attribute.
///
/// Implemented for integers, floats, Booleans, strings, arrays and slices of them, `Option` (absent when `None`),
/// references and smart pointers. Derive it for your own types: a struct's fields become attributes below its key.
///
/// ```
/// use spanwright::{Capture, Captured};
///
/// struct Money { minor: i64, currency: &'static str }
///
/// impl Capture for Money {
///     fn capture(&self, out: &mut Captured<'_>) {
///         out.field("minor", &self.minor);
///         out.field("currency", self.currency);
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be captured as an attribute",
    label = "does not implement `spanwright::Capture`",
    note = "derive it with `#[derive(spanwright::Capture)]`, or capture the `Debug` or `Display` form: `?value` or `%value` in `fields(…)`, `#[capture(debug)]` or `#[capture(display)]` on a parameter",
    note = "for a type from another crate, use `#[capture(with = path)]` with a function that returns something capturable",
    note = "a `Secret` is never captured: name what may be seen of it, such as `fields(token.present = true)`"
)]
pub trait Capture {
    /// Whether `capture` runs no user code; such values need no protection against panics.
    #[doc(hidden)]
    const TRUSTED: bool = false;

    /// Writes the value. Writing nothing leaves the attribute out.
    fn capture(&self, out: &mut Captured<'_>);

    /// The value itself where it is of the two commonest kinds: those have a short way into the span. It must be what
    /// `capture` writes.
    #[doc(hidden)]
    #[inline]
    fn simple(&self) -> Option<Simple<'_>> {
        None
    }
}

/// A value of the commonest kinds.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Simple<'a> {
    /// An integer.
    Int(i64),
    /// Text.
    Str(&'a str),
}

/// A key that may be below others: `account`, `account.id`.
#[derive(Clone, Copy)]
struct KeyPath<'a> {
    parent: Option<&'a KeyPath<'a>>,
    part: &'a str,
}

impl KeyPath<'_> {
    fn write(&self, buffer: &mut Vec<u8>) {
        if let Some(parent) = self.parent {
            parent.write(buffer);
            buffer.push(b'.');
        }
        buffer.extend_from_slice(self.part.as_bytes());
    }
}

enum Target<'a> {
    /// An attribute (or several below it) of a span, event or link.
    Attribute {
        key: KeyPath<'a>,
        count: &'a mut u16,
        room: u16,
    },
    /// One item of an array; `map` is set once a field was written into it.
    Item { written: bool, map: Option<usize> },
}

/// Where a [`Capture`] writes to. Each call below writes one value under the key at hand.
pub struct Captured<'a> {
    buffer: &'a mut Vec<u8>,
    target: Target<'a>,
    depth: u8,
}

impl fmt::Debug for Captured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Captured")
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

impl<'a> Captured<'a> {
    /// Starts the attribute `key`; `count` grows by each attribute that is written, up to `room`.
    pub(crate) fn attribute(buffer: &'a mut Vec<u8>, key: &'a str, count: &'a mut u16, room: u16) -> Self {
        Self {
            buffer,
            target: Target::Attribute {
                key: KeyPath {
                    parent: None,
                    part: key,
                },
                count,
                room,
            },
            depth: 0,
        }
    }

    /// Writes the key, or what stands for it in an array. `false`: there is no room, write nothing.
    #[inline]
    fn begin(&mut self) -> bool {
        match &mut self.target {
            Target::Attribute { key, count, room } => {
                let counted = count.saturating_add(1);
                **count = counted;
                if counted > *room {
                    return false;
                }
                match key.parent {
                    None => wire::put_key(self.buffer, key.part),
                    Some(_) => {
                        let at = self.buffer.len();
                        self.buffer.extend_from_slice(&[0, 0]);
                        key.write(self.buffer);
                        let length = (self.buffer.len() - at - 2).min(u16::MAX.into());
                        self.buffer.truncate(at + 2 + length);
                        self.buffer[at..at + 2].copy_from_slice(&(length as u16).to_le_bytes());
                    }
                }
                true
            }
            Target::Item { written, .. } => !std::mem::replace(written, true),
        }
    }

    /// A Boolean.
    pub fn bool(&mut self, value: bool) {
        if self.begin() {
            wire::put_bool(self.buffer, value);
        }
    }

    /// An integer.
    #[inline]
    pub fn int(&mut self, value: i64) {
        if self.begin() {
            wire::put_int(self.buffer, value);
        }
    }

    /// A float.
    #[inline]
    pub fn float(&mut self, value: f64) {
        if self.begin() {
            wire::put_float(self.buffer, value);
        }
    }

    /// Text; beyond 64 KiB it is cut.
    #[inline]
    pub fn str(&mut self, value: &str) {
        if self.begin() {
            put_text(self.buffer, value);
        }
    }

    /// Bytes; beyond 64 KiB they are cut.
    pub fn bytes(&mut self, value: &[u8]) {
        if self.begin() {
            wire::put_bytes(self.buffer, &value[..value.len().min(CAPTURE_BOUND)]);
        }
    }

    /// The `Debug` form, bounded.
    pub fn debug<T: fmt::Debug + ?Sized>(&mut self, value: &T) {
        self.format(format_args!("{value:?}"));
    }

    /// The `Display` form, bounded.
    pub fn display<T: fmt::Display + ?Sized>(&mut self, value: &T) {
        self.format(format_args!("{value}"));
    }

    fn format(&mut self, arguments: fmt::Arguments<'_>) {
        if self.begin() {
            let opened = wire::open_str(self.buffer);
            format_bounded(self.buffer, CAPTURE_BOUND, arguments);
            wire::close(self.buffer, opened);
        }
    }

    /// A value below this one: an attribute `key.name`, or a map's entry inside an array.
    pub fn field<T: Capture + ?Sized>(&mut self, name: &str, value: &T) {
        self.nested(name, |out| value.capture(out));
    }

    /// As [`field`](Self::field), by `Debug`.
    pub fn field_debug<T: fmt::Debug + ?Sized>(&mut self, name: &str, value: &T) {
        self.nested(name, |out| out.debug(value));
    }

    /// As [`field`](Self::field), by `Display`.
    pub fn field_display<T: fmt::Display + ?Sized>(&mut self, name: &str, value: &T) {
        self.nested(name, |out| out.display(value));
    }

    fn nested(&mut self, name: &str, write: impl FnOnce(&mut Captured<'_>)) {
        if self.depth >= DEPTH_BOUND {
            return;
        }
        let depth = self.depth + 1;
        match &mut self.target {
            Target::Attribute { key, count, room } => {
                let key = KeyPath {
                    parent: Some(key),
                    part: name,
                };
                let target = Target::Attribute {
                    key,
                    count,
                    room: *room,
                };
                write(&mut Captured {
                    buffer: self.buffer,
                    target,
                    depth,
                });
            }
            Target::Item { written, map } => {
                if map.is_none() {
                    if std::mem::replace(written, true) {
                        return;
                    }
                    *map = Some(wire::open_map(self.buffer));
                }
                let before = self.buffer.len();
                wire::put_key(self.buffer, name);
                if !Captured::item(self.buffer, depth, write) {
                    self.buffer.truncate(before);
                }
            }
        }
    }

    /// Writes one item; `false` where nothing was written.
    fn item(buffer: &mut Vec<u8>, depth: u8, write: impl FnOnce(&mut Captured<'_>)) -> bool {
        let mut item = Captured {
            buffer,
            target: Target::Item {
                written: false,
                map: None,
            },
            depth,
        };
        write(&mut item);
        let Target::Item { written, map } = item.target else {
            return false;
        };
        if let Some(opened) = map {
            wire::close(buffer, opened);
        }
        written
    }

    /// An array; items that write nothing are left out. Beyond 64 KiB the rest is left out.
    pub fn array<T: Capture>(&mut self, items: impl IntoIterator<Item = T>) {
        if self.depth >= DEPTH_BOUND || !self.begin() {
            return;
        }
        let opened = wire::open_array(self.buffer);
        for item in items {
            if self.buffer.len() - opened > CAPTURE_BOUND {
                break;
            }
            Captured::item(self.buffer, self.depth + 1, |out| item.capture(out));
        }
        wire::close(self.buffer, opened);
    }
}

/// Writes text, at most 64 KiB of it.
#[inline]
fn put_text(buffer: &mut Vec<u8>, text: &str) {
    if text.len() <= CAPTURE_BOUND {
        wire::put_str(buffer, text);
    } else {
        let opened = wire::open_str(buffer);
        buffer.extend_from_slice(&text.as_bytes()[..text.floor_char_boundary(CAPTURE_BOUND)]);
        buffer.extend_from_slice(CUT.as_bytes());
        wire::close(buffer, opened);
    }
}

/// Runs `write` so that neither a panic in user code nor what it wrote before can do harm.
pub(crate) fn protected(
    buffer: &mut Vec<u8>,
    key: &str,
    count: &mut u16,
    room: u16,
    write: impl FnOnce(&mut Captured<'_>),
) {
    let (length, counted) = (buffer.len(), *count);
    let done = caught(|| write(&mut Captured::attribute(buffer, key, count, room)));
    if done.is_none() {
        buffer.truncate(length);
        *count = counted;
        Captured::attribute(buffer, key, count, room).str("[capture panicked]");
    }
}

/// Captures under this key.
#[inline]
pub(crate) fn capture_into<T: Capture + ?Sized>(
    buffer: &mut Vec<u8>,
    key: &str,
    count: &mut u16,
    room: u16,
    value: &T,
) {
    if T::TRUSTED {
        value.capture(&mut Captured::attribute(buffer, key, count, room));
    } else {
        protected(buffer, key, count, room, |out| value.capture(out));
    }
}

#[cfg(test)]
mod tests;
