//! What a provider of keys is.

use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;

/// Wraps and unwraps the keys that segments are encrypted by. Implement it for a key management service.
///
/// Asked on the destination's thread, when a segment is begun and when one is found: it may block. One that panics is
/// taken as one that has no key.
///
/// A key must stay known for as long as segments under it may wait, 24 hours unless configured otherwise. What is
/// encrypted under a key that is lost is kept, and refused by its file's name.
pub trait KeyProvider: Send + Sync + 'static {
    /// Encrypts a segment's key under the current key.
    ///
    /// # Errors
    /// Where there is no key just now: nothing is spooled then, and it goes on waiting in memory.
    fn wrap_key(&self, key: &DataKey) -> Result<WrappedKey, KeyError>;

    /// Decrypts a segment's key.
    ///
    /// # Errors
    /// Where the key that wrapped it is not known, or not to be had now: the segment is kept for a later start.
    fn unwrap_key(&self, wrapped: &WrappedKey) -> Result<DataKey, KeyError>;
}

/// The key of one segment: 32 random bytes. Never shown.
pub struct DataKey([u8; 32]);

impl DataKey {
    pub(super) fn random() -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| KeyError::Unavailable("the system gives no random numbers".to_owned()))?;
        Ok(Self(bytes))
    }

    /// A key of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be wrapped and not to be kept.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(hidden)")
    }
}

/// A segment's key as its file holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Which key it is wrapped under: at most 255 bytes, and no secret.
    pub key_id: String,
    /// The wrapped key: at most 4,096 bytes.
    pub bytes: Vec<u8>,
}

/// Why a provider has no key. The message must not hold one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The key of this id is not known.
    #[error("key {key_id} is not known")]
    Missing {
        /// The id.
        key_id: String,
    },
    /// The wrapped key is not what this key wrapped: it was changed, or another key has the same id.
    #[error("key {key_id} does not open it")]
    Mismatch {
        /// The id.
        key_id: String,
    },
    /// There is no key just now, for this reason.
    #[error("{0}")]
    Unavailable(String),
}

impl KeyError {
    pub(super) fn unusable() -> Self {
        Self::Unavailable("it is no key of AES-256".to_owned())
    }
}
