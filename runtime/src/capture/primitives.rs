//! `Capture` for what the language has: numbers, Booleans, text.

use super::{Capture, Captured, Simple};
use std::borrow::Cow;

macro_rules! capture_int {
    ($($type:ty),*) => {$(
        impl Capture for $type {
            const TRUSTED: bool = true;
            #[inline]
            fn capture(&self, out: &mut Captured<'_>) {
                out.int(i64::from(*self));
            }
            #[inline]
            fn simple(&self) -> Option<Simple<'_>> {
                Some(Simple::Int(i64::from(*self)))
            }
        }
    )*};
}

capture_int!(i8, i16, i32, i64, u8, u16, u32);

/// Integers that may not fit: above `i64` they are decimal text, as OpenTelemetry's mapping asks.
macro_rules! capture_wide {
    ($($type:ty),*) => {$(
        impl Capture for $type {
            const TRUSTED: bool = true;
            #[inline]
            fn capture(&self, out: &mut Captured<'_>) {
                match i64::try_from(*self) {
                    Ok(value) => out.int(value),
                    Err(_) => out.display(self),
                }
            }
            #[inline]
            fn simple(&self) -> Option<Simple<'_>> {
                i64::try_from(*self).ok().map(Simple::Int)
            }
        }
    )*};
}

capture_wide!(u64, usize, isize, i128, u128);

macro_rules! capture_as {
    ($($type:ty => |$out:ident, $value:ident| $write:expr),* $(,)?) => {$(
        impl Capture for $type {
            const TRUSTED: bool = true;
            #[inline]
            fn capture(&self, $out: &mut Captured<'_>) {
                let $value = self;
                $write
            }
        }
    )*};
}

capture_as! {
    bool => |out, value| out.bool(*value),
    f32 => |out, value| out.float(f64::from(*value)),
    f64 => |out, value| out.float(*value),
    char => |out, value| out.str(value.encode_utf8(&mut [0; 4])),
    std::time::Duration => |out, value| out.float(value.as_secs_f64()),
    crate::TraceId => |out, value| out.display(value),
    crate::SpanId => |out, value| out.display(value),
    crate::Key => |out, value| out.str(value),
    std::net::IpAddr => |out, value| out.display(value),
    std::net::SocketAddr => |out, value| out.display(value),
    std::path::Path => |out, value| out.display(&value.display()),
    std::path::PathBuf => |out, value| out.display(&value.display()),
    std::fmt::Arguments<'_> => |out, value| out.display(value),
}

macro_rules! capture_text {
    ($($type:ty),*) => {$(
        impl Capture for $type {
            const TRUSTED: bool = true;
            #[inline]
            fn capture(&self, out: &mut Captured<'_>) {
                out.str(self);
            }
            #[inline]
            fn simple(&self) -> Option<Simple<'_>> {
                Some(Simple::Str(self))
            }
        }
    )*};
}

capture_text!(str, String, Cow<'_, str>);

macro_rules! capture_nonzero {
    ($($type:ident),*) => {$(
        impl Capture for std::num::$type {
            const TRUSTED: bool = true;
            #[inline]
            fn capture(&self, out: &mut Captured<'_>) {
                self.get().capture(out);
            }
        }
    )*};
}

capture_nonzero!(
    NonZeroI32,
    NonZeroI64,
    NonZeroU8,
    NonZeroU16,
    NonZeroU32,
    NonZeroU64,
    NonZeroUsize
);
