//! `Capture` for what holds other values: references, pointers, `Option`, arrays, [`Value`].

use super::{Capture, Captured, Simple};
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
            other => {
                if out.begin() {
                    wire::put_value(out.buffer, other);
                }
            }
        }
    }
}
