//! Code that is not ours, and may panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs it; `None` where it panicked. Dropping the panic's payload may run the user's code and panic again, so that is
/// caught too; what comes of that is forgotten.
#[inline]
pub(crate) fn caught<R>(run: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(value) => Some(value),
        Err(payload) => {
            if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(another);
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::caught;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[test]
    fn a_payload_that_panics_when_it_is_dropped_is_not_dropped() {
        assert_eq!(caught(|| 1), Some(1));
        assert_eq!(caught(|| std::panic::panic_any(Bomb)), None::<u32>);
    }
}
