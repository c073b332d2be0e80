//! Keys of segments: each encrypted segment has one of its own, which its head holds wrapped under the provider's.

#[cfg(feature = "spool-encryption")]
mod local;
#[cfg(feature = "spool-encryption")]
mod provider;

#[cfg(feature = "spool-encryption")]
pub use local::{KeyFile, KeyVariable};
#[cfg(feature = "spool-encryption")]
pub use provider::{DataKey, KeyError, KeyProvider, WrappedKey};

use super::cipher::Cipher;
use super::error::SpoolError;
use std::path::Path;
#[cfg(feature = "spool-encryption")]
use std::sync::Arc;

/// A wrapped key may not be longer.
pub(super) const LONGEST_WRAPPED: usize = 4096;

/// A new segment's key: what its head says of it, and what encrypts by it.
#[cfg_attr(
    not(feature = "spool-encryption"),
    allow(dead_code, reason = "there is none then")
)]
pub(super) struct NewCipher {
    pub(super) key_id: String,
    pub(super) wrapped: Vec<u8>,
    pub(super) cipher: Cipher,
}

/// The provider of keys, where one is configured.
#[derive(Clone, Default)]
pub(super) struct Keys {
    #[cfg(feature = "spool-encryption")]
    provider: Option<Arc<dyn KeyProvider>>,
}

#[cfg(not(feature = "spool-encryption"))]
impl Keys {
    pub(super) fn new_cipher(&self, _: &Path) -> Result<Option<NewCipher>, SpoolError> {
        Ok(None)
    }

    pub(super) fn cipher_of(&self, path: &Path, _: &str, _: &[u8]) -> Result<Cipher, SpoolError> {
        Err(SpoolError::EncryptionNotBuilt {
            path: path.to_owned(),
        })
    }
}

#[cfg(feature = "spool-encryption")]
impl Keys {
    pub(super) fn of(provider: impl KeyProvider) -> Self {
        Self {
            provider: Some(Arc::new(provider)),
        }
    }

    /// A key for a new segment; `None` where segments are not encrypted.
    pub(super) fn new_cipher(&self, path: &Path) -> Result<Option<NewCipher>, SpoolError> {
        let Some(provider) = &self.provider else {
            return Ok(None);
        };
        let made = DataKey::random().and_then(|key| {
            let wrapped = guarded(|| provider.wrap_key(&key))?;
            let too_long =
                wrapped.key_id.len() > usize::from(u8::MAX) || wrapped.bytes.len() > LONGEST_WRAPPED;
            if too_long {
                return Err(KeyError::Unavailable(
                    "a key's id is longer than 255 bytes, or a wrapped key than 4,096".to_owned(),
                ));
            }
            let cipher = Cipher::new(key.as_bytes()).ok_or_else(KeyError::unusable)?;
            Ok(NewCipher {
                key_id: wrapped.key_id,
                wrapped: wrapped.bytes,
                cipher,
            })
        });
        made.map(Some).map_err(|error| refused(path, &error))
    }

    /// The key of a segment that is there.
    pub(super) fn cipher_of(&self, path: &Path, key_id: &str, wrapped: &[u8]) -> Result<Cipher, SpoolError> {
        let wrapped = WrappedKey {
            key_id: key_id.to_owned(),
            bytes: wrapped.to_owned(),
        };
        let provider = self.provider.as_ref().ok_or_else(|| KeyError::Missing {
            key_id: wrapped.key_id.clone(),
        });
        provider
            .and_then(|provider| guarded(|| provider.unwrap_key(&wrapped)))
            .and_then(|key| Cipher::new(key.as_bytes()).ok_or_else(KeyError::unusable))
            .map_err(|error| refused(path, &error))
    }
}

/// A provider is anybody's code: one that panics has no key.
#[cfg(feature = "spool-encryption")]
fn guarded<T>(ask: impl FnOnce() -> Result<T, KeyError>) -> Result<T, KeyError> {
    crate::caught::caught(ask)
        .unwrap_or_else(|| Err(KeyError::Unavailable("the provider panicked".to_owned())))
}

#[cfg(feature = "spool-encryption")]
fn refused(path: &Path, error: &KeyError) -> SpoolError {
    SpoolError::Key {
        path: path.to_owned(),
        message: error.to_string(),
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}
