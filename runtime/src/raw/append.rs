//! Appending several pieces to a vector with one check of its room.

/// Appends the pieces, in order. `extend_from_slice` for each would check the room each time, which is half of what
/// an attribute costs.
#[inline]
pub(crate) fn append<const PIECES: usize>(buffer: &mut Vec<u8>, pieces: [&[u8]; PIECES]) {
    let mut length = 0;
    for piece in pieces {
        length += piece.len();
    }
    buffer.reserve(length);
    let mut at = buffer.len();
    for piece in pieces {
        // SAFETY: `reserve` made room for all of them behind the length, so `at + piece.len()` stays within the
        // allocation; `piece` is borrowed from elsewhere, since `buffer` is borrowed mutably.
        unsafe { std::ptr::copy_nonoverlapping(piece.as_ptr(), buffer.as_mut_ptr().add(at), piece.len()) };
        at += piece.len();
    }
    // SAFETY: all bytes up to `at` are initialised by now, and `at` is within the capacity.
    unsafe { buffer.set_len(at) };
}

#[cfg(test)]
mod tests {
    use super::append;

    #[test]
    fn pieces_come_behind_what_is_there() {
        let mut buffer = b"a".to_vec();
        append(&mut buffer, [b"bc", b"", b"def"]);
        assert_eq!(buffer, b"abcdef");
        let long = vec![7; 10_000];
        append(&mut buffer, [&long]);
        assert_eq!(buffer.len(), 10_006);
    }
}
