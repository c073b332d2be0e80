//! Buffers of encoded spans that were delivered or dropped, for the next batches: batches are made on one thread and freed
//! on another, and an allocator that is asked for a MiB here and given one back there takes several times as much.

use std::sync::{Mutex, TryLockError};

static SPARE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Buffers that are kept, and from how many bytes on it is worth it.
const KEPT: usize = 4;
const WORTH_KEEPING: usize = 64 << 10;

/// A buffer with room for so many bytes.
pub(super) fn take(bytes: usize) -> Vec<u8> {
    if bytes < WORTH_KEEPING {
        return Vec::with_capacity(bytes);
    }
    // Not waited for: in a forked child it may be locked for ever.
    let spare = SPARE.try_lock().ok().and_then(|mut spare| {
        let at = spare.iter().position(|buffer| buffer.capacity() >= bytes)?;
        Some(spare.swap_remove(at))
    });
    // Rounded up, so that one of nearly the same size serves as well.
    spare.unwrap_or_else(|| Vec::with_capacity(bytes.next_multiple_of(WORTH_KEEPING)))
}

/// Gives a buffer back.
pub(super) fn give(mut buffer: Vec<u8>) {
    if buffer.capacity() < WORTH_KEEPING {
        return;
    }
    match SPARE.try_lock() {
        Ok(mut spare) if spare.len() < KEPT => {
            buffer.clear();
            spare.push(buffer);
        }
        Ok(_) | Err(TryLockError::WouldBlock | TryLockError::Poisoned(_)) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_empty_and_has_room() {
        for bytes in [0, 10, WORTH_KEEPING, 3 * WORTH_KEEPING + 1, WORTH_KEEPING] {
            let mut buffer = take(bytes);
            assert!(buffer.is_empty() && buffer.capacity() >= bytes);
            buffer.resize(bytes, 7);
            give(buffer);
        }
        assert!(SPARE.lock().unwrap().len() <= KEPT);
    }
}
