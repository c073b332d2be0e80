//! Counts, in tests, the bytes that detectors look at, so that a test can tell linear work from more without a clock.

/// So many bytes were looked at.
#[inline]
pub(super) fn looked(bytes: usize) {
    #[cfg(test)]
    BYTES.set(BYTES.get() + bytes);
    let _ = bytes;
}

#[cfg(test)]
thread_local!(static BYTES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });

/// The bytes that were looked at on this thread since it was last asked.
#[cfg(test)]
pub(super) fn take() -> usize {
    BYTES.take()
}
