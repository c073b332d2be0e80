//! The primitives that the hand-over is made of: the standard library's, and in the models (`cfg(loom)`) loom's, which
//! try every order in which threads may meet. Only tests of this crate see loom: a user's own `--cfg loom` changes
//! nothing here.

#[cfg(not(all(test, loom)))]
mod real {
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicUsize};
    pub(crate) use std::sync::{Arc, Mutex, OnceLock};

    /// Notes who touches which bytes, in the models only.
    #[derive(Default)]
    pub(in crate::raw) struct Witness {}

    impl Witness {
        #[inline(always)]
        pub(in crate::raw) fn read(&self, _from: usize, _to: usize) {}

        #[inline(always)]
        pub(in crate::raw) fn written(&self, _from: usize, _to: usize) {}
    }
}

#[cfg(all(test, loom))]
mod modelled {
    use loom::cell::UnsafeCell;
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicUsize};
    pub(crate) use loom::sync::{Arc, Mutex};
    use std::collections::HashMap;
    use std::sync::atomic::Ordering;

    /// Bytes as loom sees them: an access that another thread's is not ordered with ends the model, and so does reading
    /// a byte that was never written.
    #[derive(Default)]
    pub(in crate::raw) struct Witness {
        // A standard lock, which orders nothing in loom's eyes.
        bytes: std::sync::Mutex<HashMap<usize, UnsafeCell<()>>>,
    }

    impl Witness {
        pub(in crate::raw) fn read(&self, from: usize, to: usize) {
            let bytes = self.bytes.lock().unwrap();
            for at in from..to {
                bytes[&at].with(|_| ());
            }
        }

        pub(in crate::raw) fn written(&self, from: usize, to: usize) {
            let mut bytes = self.bytes.lock().unwrap();
            for at in from..to {
                bytes
                    .entry(at)
                    .or_insert_with(|| UnsafeCell::new(()))
                    .with_mut(|_| ());
            }
        }
    }

    const EMPTY: usize = 0;
    const SETTING: usize = 1;
    const SET: usize = 2;

    /// `std::sync::OnceLock`, as far as it is used, with the orders that it promises; loom has none.
    pub(crate) struct OnceLock<T> {
        state: AtomicUsize,
        value: UnsafeCell<Option<T>>,
    }

    // SAFETY: the value is written once, by the one who moved the state from `EMPTY`, and read only after `SET` was
    // seen; loom's cell checks just that.
    unsafe impl<T: Send + Sync> Sync for OnceLock<T> {}
    // SAFETY: as above; it owns the value.
    unsafe impl<T: Send> Send for OnceLock<T> {}

    impl<T> OnceLock<T> {
        pub(crate) fn new() -> Self {
            Self {
                state: AtomicUsize::new(EMPTY),
                value: UnsafeCell::new(None),
            }
        }

        pub(crate) fn set(&self, value: T) -> Result<(), T> {
            let begun = self
                .state
                .compare_exchange(EMPTY, SETTING, Ordering::Acquire, Ordering::Acquire);
            if begun.is_err() {
                return Err(value);
            }
            self.value.with_mut(|place| {
                // SAFETY: see `Sync` above.
                unsafe { *place = Some(value) }
            });
            self.state.store(SET, Ordering::Release);
            Ok(())
        }

        pub(crate) fn get(&self) -> Option<&T> {
            if self.state.load(Ordering::Acquire) != SET {
                return None;
            }
            // SAFETY: see `Sync` above; nothing writes it again while it is borrowed.
            self.value.with(|place| unsafe { (*place).as_ref() })
        }
    }
}

#[cfg(all(test, loom))]
pub(crate) use modelled::*;
#[cfg(not(all(test, loom)))]
pub(crate) use real::*;
