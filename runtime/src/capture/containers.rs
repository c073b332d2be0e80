//! `Capture` for what holds other values: references, pointers, `Option`, arrays, [`Value`].

use super::{CAPTURE_BOUND, Capture, Captured, DEPTH_BOUND, Simple, put_text};
use crate::value::Value;
use crate::wire;
use std::borrow::Cow;

macro_rules! capture_through {
    ($($type:ty),*) => {$(
        impl<T: Capture + ?Sized> Capture for $type {
            const TRUSTED: bool = T::TRUSTED;
            #[inline]
            fn capture(&self, out: &mut Captured<'_>) {
                T::capture(self, out);
            }
            #[inline]
            fn simple(&self) -> Option<Simple<'_>> {
                T::simple(self)
            }
        }
    )*};
}

capture_through!(&T, &mut T, Box<T>, std::rc::Rc<T>, std::sync::Arc<T>);

/// `None` leaves the attribute out.
impl<T: Capture> Capture for Option<T> {
    const TRUSTED: bool = T::TRUSTED;
    #[inline]
    fn capture(&self, out: &mut Captured<'_>) {
        if let Some(value) = self {
            value.capture(out);
        }
    }

    #[inline]
    fn simple(&self) -> Option<Simple<'_>> {
        self.as_ref().and_then(T::simple)
    }
}

impl<T: Capture> Capture for [T] {
    const TRUSTED: bool = T::TRUSTED;
    fn capture(&self, out: &mut Captured<'_>) {
        out.array(self);
    }
}

impl<T: Capture, const N: usize> Capture for [T; N] {
    const TRUSTED: bool = T::TRUSTED;
    fn capture(&self, out: &mut Captured<'_>) {
        out.array(self);
    }
}

impl<T: Capture> Capture for Vec<T> {
    const TRUSTED: bool = T::TRUSTED;
    fn capture(&self, out: &mut Captured<'_>) {
        out.array(self);
    }
}

impl<T: Capture + Clone> Capture for Cow<'_, [T]> {
    fn capture(&self, out: &mut Captured<'_>) {
        out.array(self.iter());
    }
}

impl Capture for Value {
    const TRUSTED: bool = true;
    fn capture(&self, out: &mut Captured<'_>) {
        match self {
            Self::String(text) => out.str(text),
            Self::Bytes(bytes) => out.bytes(bytes),
            other => {
                if out.begin() {
                    put_nested(out.buffer, other, out.depth);
                }
            }
        }
    }
}

/// A value with all its texts bounded; what is nested too deep is left out.
fn put_nested(buffer: &mut Vec<u8>, value: &Value, depth: u8) {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => wire::put_value(buffer, value),
        Value::String(text) => put_text(buffer, text),
        Value::Bytes(bytes) => wire::put_bytes(buffer, &bytes[..bytes.len().min(CAPTURE_BOUND)]),
        Value::Array(items) => {
            let opened = wire::open_array(buffer);
            for item in items.iter().filter(|_| depth < DEPTH_BOUND) {
                put_nested(buffer, item, depth + 1);
            }
            wire::close(buffer, opened);
        }
        Value::Map(items) => {
            let opened = wire::open_map(buffer);
            for (key, item) in items.iter().filter(|_| depth < DEPTH_BOUND) {
                wire::put_key(buffer, key);
                put_nested(buffer, item, depth + 1);
            }
            wire::close(buffer, opened);
        }
    }
}
