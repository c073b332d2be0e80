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

/// Appends four pieces of which two have a length that is known when it is compiled: an attribute's length and key, tag
/// and value.
#[inline(always)]
pub(crate) fn append_framed<const A: usize, const B: usize>(
    buffer: &mut Vec<u8>,
    a: [u8; A],
    first: &[u8],
    b: [u8; B],
    second: &[u8],
) {
    let length = A + first.len() + B + second.len();
    buffer.reserve(length);
    let at = buffer.len();
    // SAFETY: `reserve` made room for all four behind the length; `first` and `second` are borrowed from elsewhere, since
    // `buffer` is borrowed mutably. `[u8; N]` has no alignment. All bytes up to the new length are written.
    unsafe {
        let to = buffer.as_mut_ptr().add(at);
        *to.cast::<[u8; A]>() = a;
        copy(first, to.add(A));
        *to.add(A + first.len()).cast::<[u8; B]>() = b;
        copy(second, to.add(A + first.len() + B));
        buffer.set_len(at + length);
    }
}

/// Copies a piece; keys and most values are short, for which two moves that may overlap are less than a call.
///
/// # Safety
/// `piece.len()` bytes from `to` on are ours to write, and are not those of `piece`.
#[inline(always)]
unsafe fn copy(piece: &[u8], to: *mut u8) {
    let (from, length) = (piece.as_ptr(), piece.len());
    // SAFETY: in each arm both moves lie within the first `length` bytes of either side: one begins at the first byte,
    // the other ends with the last. `[u8; N]` has no alignment.
    unsafe {
        match length {
            0 => {}
            1..4 => {
                *to = *from;
                *to.add(length / 2) = *from.add(length / 2);
                *to.add(length - 1) = *from.add(length - 1);
            }
            4..8 => ends::<4>(from, to, length),
            8..16 => ends::<8>(from, to, length),
            16..32 => ends::<16>(from, to, length),
            _ => std::ptr::copy_nonoverlapping(from, to, length),
        }
    }
}

/// The first and the last `N` bytes.
///
/// # Safety
/// As of [`copy`], and `length` is at least `N`.
#[inline(always)]
unsafe fn ends<const N: usize>(from: *const u8, to: *mut u8, length: usize) {
    // SAFETY: by the caller's word.
    unsafe {
        let last = length - N;
        let (head, tail) = (*from.cast::<[u8; N]>(), *from.add(last).cast::<[u8; N]>());
        *to.cast::<[u8; N]>() = head;
        *to.add(last).cast::<[u8; N]>() = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::{append, append_framed};

    #[test]
    fn pieces_come_behind_what_is_there() {
        let mut buffer = b"a".to_vec();
        append(&mut buffer, [b"bc", b"", b"def"]);
        assert_eq!(buffer, b"abcdef");
        let long = vec![7; 10_000];
        append(&mut buffer, [&long]);
        assert_eq!(buffer.len(), 10_006);
    }

    #[test]
    fn pieces_of_every_length_are_whole() {
        let text: Vec<u8> = (0..100).collect();
        for length in 0..text.len() {
            let mut buffer = Vec::new();
            append_framed(&mut buffer, *b"<", &text[..length], *b"||", &text[..length]);
            assert_eq!(buffer, [b"<", &text[..length], b"||", &text[..length]].concat());
        }
    }
}
