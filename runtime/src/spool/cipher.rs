//! AES-256-GCM for the frames of one segment, under a key of its own. A frame's number is its nonce, so no nonce
//! comes twice under one key.

#[cfg(feature = "spool-encryption")]
pub(super) use aes::Cipher;
#[cfg(not(feature = "spool-encryption"))]
pub(super) use none::Cipher;

/// Bytes that encryption adds to a body.
pub(super) const OVERHEAD: usize = 16;

#[cfg(feature = "spool-encryption")]
mod aes {
    use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    use std::fmt;

    /// A segment's key, ready for use.
    pub(in crate::spool) struct Cipher(LessSafeKey);

    impl Cipher {
        pub(in crate::spool) fn new(key: &[u8; 32]) -> Option<Self> {
            let key = UnboundKey::new(&AES_256_GCM, key).ok()?;
            Some(Self(LessSafeKey::new(key)))
        }

        pub(in crate::spool) fn seal(&self, index: u64, bound: &[u8], body: &mut Vec<u8>) -> Option<()> {
            self.0
                .seal_in_place_append_tag(nonce(index), Aad::from(bound), body)
                .ok()
        }

        pub(in crate::spool) fn open(&self, index: u64, bound: &[u8], mut body: Vec<u8>) -> Option<Vec<u8>> {
            let length = self
                .0
                .open_in_place(nonce(index), Aad::from(bound), &mut body)
                .ok()?
                .len();
            body.truncate(length);
            Some(body)
        }
    }

    fn nonce(index: u64) -> Nonce {
        let mut bytes = [0; 12];
        bytes[4..].copy_from_slice(&index.to_be_bytes());
        Nonce::assume_unique_for_key(bytes)
    }

    impl fmt::Debug for Cipher {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Cipher")
        }
    }
}

#[cfg(not(feature = "spool-encryption"))]
mod none {
    /// There is none without the feature `spool-encryption`.
    #[derive(Debug)]
    pub(in crate::spool) enum Cipher {}

    impl Cipher {
        pub(in crate::spool) fn seal(&self, _: u64, _: &[u8], _: &mut Vec<u8>) -> Option<()> {
            match *self {}
        }

        pub(in crate::spool) fn open(&self, _: u64, _: &[u8], _: Vec<u8>) -> Option<Vec<u8>> {
            match *self {}
        }
    }
}
