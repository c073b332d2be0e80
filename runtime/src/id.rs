//! Trace and span identifiers, and the generator that makes them.

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

/// A trace's 16 bytes. All zeros is not a valid id.
///
/// ```
/// use spanwright::TraceId;
/// let id = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
/// assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// assert!(TraceId::from_hex("abc123").is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TraceId([u8; 16]);

/// A span's 8 bytes. All zeros is not a valid id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct SpanId([u8; 8]);

/// The flags byte of W3C Trace Context, Level 2: bit 0 sampled, bit 1 random.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TraceFlags(u8);

/// Lower-case hexadecimal digits only, exactly `2 * N` of them.
fn parse_hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    fn digit(byte: u8) -> Option<u8> {
        match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        }
    }
    if text.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(out)
}

macro_rules! id_type {
    ($name:ident, $size:literal) => {
        impl $name {
            /// The invalid id, all zeros.
            pub const INVALID: Self = Self([0; $size]);

            /// An id of these bytes, in network order.
            pub const fn from_bytes(bytes: [u8; $size]) -> Self {
                Self(bytes)
            }

            /// The bytes, in network order.
            pub const fn to_bytes(self) -> [u8; $size] {
                self.0
            }

            /// Reads exactly the lower-case hexadecimal form that [`Display`](fmt::Display) writes.
            /// Anything else, the all-zero id too, is `None`: ids are never padded or cut to fit.
            pub fn from_hex(text: &str) -> Option<Self> {
                parse_hex::<$size>(text.as_bytes())
                    .map(Self)
                    .filter(|id| id.is_valid())
            }

            /// Whether any byte is not zero.
            pub fn is_valid(self) -> bool {
                self.0 != [0; $size]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

id_type!(TraceId, 16);
id_type!(SpanId, 8);

impl TraceId {
    /// The lower 64 bits, which Level 2's random flag speaks of and ratio sampling reads.
    pub(crate) fn low(self) -> u64 {
        let mut low = [0; 8];
        low.copy_from_slice(&self.0[8..]);
        u64::from_be_bytes(low)
    }
}

impl SpanId {
    pub(crate) fn to_u64(self) -> u64 {
        u64::from_be_bytes(self.0)
    }

    pub(crate) fn from_u64(value: u64) -> Self {
        Self(value.to_be_bytes())
    }
}

impl TraceFlags {
    /// Bit 0: the caller may have recorded this trace.
    pub const SAMPLED: Self = Self(1);
    /// Bit 1: the lower 7 bytes of the trace id are random (Level 2).
    pub const RANDOM: Self = Self(2);

    /// Flags of this byte; unknown bits are dropped, as the specification asks.
    pub const fn from_byte(byte: u8) -> Self {
        Self(byte & 3)
    }

    /// The byte as it is sent.
    pub const fn to_byte(self) -> u8 {
        self.0 & 3
    }

    /// Not sampled, but recorded in this process, which may keep it yet. Never leaves the process.
    const HELD: u8 = 1 << 7;

    pub(crate) const fn is_held(self) -> bool {
        self.0 & Self::HELD != 0
    }

    pub(crate) const fn with_held(self, held: bool) -> Self {
        Self(self.0 & !Self::HELD | if held { Self::HELD } else { 0 })
    }

    /// The byte within the process.
    pub(crate) const fn to_wire(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_wire(byte: u8) -> Self {
        Self(byte & (3 | Self::HELD))
    }

    /// Whether the sampled bit is set.
    pub const fn is_sampled(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether the random bit is set.
    pub const fn is_random(self) -> bool {
        self.0 & 2 != 0
    }

    /// The same flags with the sampled bit as given.
    #[must_use]
    pub const fn with_sampled(self, sampled: bool) -> Self {
        Self(self.0 & !1 | sampled as u8)
    }

    /// The same flags with the random bit as given.
    #[must_use]
    pub const fn with_random(self, random: bool) -> Self {
        Self(self.0 & !2 | (random as u8) << 1)
    }
}

impl fmt::Debug for TraceFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceFlags({:02x})", self.to_byte())
    }
}

/// A thread's random numbers, of two kinds.
struct Generator {
    /// SplitMix64, for span ids: it gives each word once before it repeats any, so that a thread's ids never meet each
    /// other.
    narrow: Cell<u64>,
    /// xoshiro256++, for trace ids: those of all processes together must not meet, for which 64 bits are too few.
    wide: Cell<[u64; 4]>,
    /// The fork epoch under which it was seeded, plus one; 0 before.
    seeded: Cell<u32>,
}

thread_local! {
    static GENERATOR: Generator = const {
        Generator { narrow: Cell::new(0), wide: Cell::new([0; 4]), seeded: Cell::new(0) }
    };
}

/// A word from `RandomState`, whose keys the standard library takes from the operating system.
/// The process id makes a forked child, which inherits those keys, differ from its parent.
fn seed() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.write_u128(
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |age| age.as_nanos()),
    );
    hasher.finish()
}

impl Generator {
    #[inline]
    fn ensure_seeded(&self) {
        let epoch = crate::raw::fork_epoch().wrapping_add(1);
        if self.seeded.get() != epoch {
            self.reseed(epoch);
        }
    }

    #[cold]
    fn reseed(&self, epoch: u32) {
        self.narrow.set(seed());
        // All zeros is the one state that xoshiro cannot leave.
        self.wide.set([seed() | 1, seed(), seed(), seed()]);
        self.seeded.set(epoch);
    }

    #[inline]
    fn narrow(&self) -> u64 {
        self.ensure_seeded();
        let state = self.narrow.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.narrow.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn wide(&self) -> u64 {
        self.ensure_seeded();
        let mut s = self.wide.get();
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        self.wide.set(s);
        result
    }
}

/// A random word of this thread's generator.
#[inline]
pub(crate) fn random_u64() -> u64 {
    // The thread's storage may be gone already.
    GENERATOR.try_with(Generator::narrow).unwrap_or_else(|_| seed())
}

impl TraceId {
    /// A new random id.
    pub fn random() -> Self {
        let word = || GENERATOR.try_with(Generator::wide).unwrap_or_else(|_| seed());
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&word().to_be_bytes());
        bytes[8..].copy_from_slice(&word().to_be_bytes());
        Self(bytes)
    }
}

impl SpanId {
    /// A new random id.
    #[inline]
    pub fn random() -> Self {
        let word = random_u64();
        Self((if word == 0 { 1 } else { word }).to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_exact() {
        assert!(TraceId::from_hex("4BF92f3577b34da6a3ce929d0e0e4736").is_none());
        assert!(TraceId::from_hex("00000000000000000000000000000000").is_none());
        assert!(SpanId::from_hex("+0f067aa0ba902b7").is_none());
        assert_eq!(
            SpanId::from_hex("00f067aa0ba902b7")
                .map(|id| id.to_string())
                .as_deref(),
            Some("00f067aa0ba902b7")
        );
    }

    #[test]
    fn random_ids_differ_between_calls_and_threads() {
        let mut seen = std::collections::HashSet::new();
        let other: Vec<_> = std::thread::spawn(|| (0..1000).map(|_| TraceId::random()).collect())
            .join()
            .unwrap();
        for id in (0..1000).map(|_| TraceId::random()).chain(other) {
            assert!(id.is_valid() && seen.insert(id));
        }
    }
}
