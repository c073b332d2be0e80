//! Keys in a file or in a variable: 64 hexadecimal digits each, the current one first, older ones behind it.

use super::{DataKey, KeyError, KeyProvider, WrappedKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::PathBuf;

/// A file of keys may not be longer, in bytes.
const LONGEST_FILE: u64 = 64 << 10;

/// Keys in a file, which is read each time that one is needed, so that a new key can be put first without a restart.
///
/// Each is 64 hexadecimal digits, as `openssl rand -hex 32` writes them, with white space or commas between. The
/// first wraps what is new; the others open what is old.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The keys in this file.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn keys(&self) -> Result<LocalKeys, KeyError> {
        let unreadable =
            |error| KeyError::Unavailable(format!("{} cannot be read: {error}", self.path.display()));
        let mut text = String::new();
        fs::File::open(&self.path)
            .and_then(|file| file.take(LONGEST_FILE).read_to_string(&mut text))
            .map_err(unreadable)?;
        LocalKeys::parse(&text, &self.path.display().to_string())
    }
}

impl KeyProvider for KeyFile {
    fn wrap_key(&self, key: &DataKey) -> Result<WrappedKey, KeyError> {
        self.keys()?.wrap(key)
    }

    fn unwrap_key(&self, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        self.keys()?.unwrap(wrapped)
    }
}

/// Keys in a variable of the environment, read once; written as [`KeyFile`] says.
#[derive(Clone, Debug)]
pub struct KeyVariable {
    keys: Result<LocalKeys, KeyError>,
}

impl KeyVariable {
    /// The keys in the variable of this name. Where it holds none, nothing can be spooled, and each attempt says so.
    pub fn named(name: &str) -> Self {
        let keys = match std::env::var(name) {
            Ok(text) => LocalKeys::parse(&text, name),
            Err(_) => Err(KeyError::Unavailable(format!("{name} is not set"))),
        };
        Self { keys }
    }
}

impl KeyProvider for KeyVariable {
    fn wrap_key(&self, key: &DataKey) -> Result<WrappedKey, KeyError> {
        self.keys.as_ref().map_err(Clone::clone)?.wrap(key)
    }

    fn unwrap_key(&self, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        self.keys.as_ref().map_err(Clone::clone)?.unwrap(wrapped)
    }
}

/// At least one key.
#[derive(Clone)]
struct LocalKeys {
    current: LocalKey,
    older: Vec<LocalKey>,
}

#[derive(Clone)]
struct LocalKey {
    id: String,
    bytes: [u8; 32],
}

impl LocalKeys {
    /// `place` is what messages call the source by.
    fn parse(text: &str, place: &str) -> Result<Self, KeyError> {
        let mut keys = Vec::new();
        for word in text
            .split([',', ' ', '\t', '\r', '\n'])
            .filter(|word| !word.is_empty())
        {
            let key = LocalKey::parse(word).ok_or_else(|| {
                let message = format!("key {} in {place} is not 64 hexadecimal digits", keys.len() + 1);
                KeyError::Unavailable(message)
            })?;
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(KeyError::Unavailable(format!("{place} holds no key")));
        }
        Ok(Self {
            current: keys.remove(0),
            older: keys,
        })
    }

    fn wrap(&self, key: &DataKey) -> Result<WrappedKey, KeyError> {
        let current = &self.current;
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new()
            .fill(&mut nonce)
            .map_err(|_| KeyError::unusable())?;
        let mut sealed = key.as_bytes().to_vec();
        current
            .cipher()?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(current.id.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| KeyError::unusable())?;
        Ok(WrappedKey {
            key_id: current.id.clone(),
            bytes: [&nonce[..], &sealed].concat(),
        })
    }

    fn unwrap(&self, wrapped: &WrappedKey) -> Result<DataKey, KeyError> {
        let key_id = wrapped.key_id.clone();
        let known = std::iter::once(&self.current).chain(&self.older);
        let key = known
            .into_iter()
            .find(|key| key.id == key_id)
            .ok_or_else(|| KeyError::Missing {
                key_id: key_id.clone(),
            })?;
        let opened = wrapped
            .bytes
            .split_first_chunk::<NONCE_LEN>()
            .and_then(|(nonce, sealed)| {
                let mut sealed = sealed.to_vec();
                let nonce = Nonce::assume_unique_for_key(*nonce);
                let aad = Aad::from(key_id.as_bytes());
                let opened = key.cipher().ok()?.open_in_place(nonce, aad, &mut sealed).ok()?;
                <[u8; 32]>::try_from(&*opened).ok()
            });
        opened
            .map(DataKey::from_bytes)
            .ok_or(KeyError::Mismatch { key_id })
    }
}

impl LocalKey {
    fn parse(word: &str) -> Option<Self> {
        let digits = word.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16);
            *byte = u8::try_from(digit(0)? << 4 | digit(1)?).ok()?;
        }
        // A part of the digest names a key and says nothing of it.
        let id = digest(&SHA256, &bytes).as_ref()[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Some(Self { id, bytes })
    }

    fn cipher(&self) -> Result<LessSafeKey, KeyError> {
        UnboundKey::new(&AES_256_GCM, &self.bytes)
            .map(LessSafeKey::new)
            .map_err(|_| KeyError::unusable())
    }
}

impl fmt::Debug for LocalKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = std::iter::once(&self.current).chain(&self.older);
        f.debug_list().entries(known.map(|key| &key.id)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";
    const OTHER: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    fn keys(text: &str) -> LocalKeys {
        LocalKeys::parse(text, "the test").unwrap()
    }

    #[test]
    fn a_wrapped_key_opens_under_its_own_key_alone() {
        let data_key = DataKey::random().unwrap();
        let wrapped = keys(ONE).wrap(&data_key).unwrap();
        let later = keys(&format!("{OTHER},\n{ONE}\n"));
        assert_eq!(later.unwrap(&wrapped).unwrap().as_bytes(), data_key.as_bytes());
        assert_eq!(
            keys(OTHER).unwrap(&wrapped).unwrap_err(),
            KeyError::Missing {
                key_id: wrapped.key_id.clone()
            }
        );
        let mut changed = wrapped.clone();
        changed.bytes[20] ^= 1;
        assert!(matches!(
            keys(ONE).unwrap(&changed),
            Err(KeyError::Mismatch { .. })
        ));
        changed.bytes.truncate(5);
        assert!(matches!(
            keys(ONE).unwrap(&changed),
            Err(KeyError::Mismatch { .. })
        ));
        assert_ne!(keys(ONE).wrap(&data_key).unwrap().bytes, wrapped.bytes);
    }

    #[test]
    fn nothing_shows_a_key() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), format!("{ONE}\nnot-a-key-{OTHER}")).unwrap();
        let error = KeyFile::at(file.path())
            .wrap_key(&DataKey::random().unwrap())
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("key 2 in") && text.ends_with("is not 64 hexadecimal digits"),
            "{text}"
        );
        let shown = format!("{:?}", keys(ONE)).to_lowercase();
        assert!(!shown.contains("0001020304"), "{shown}");
        assert_eq!(
            KeyVariable::named("SPANWRIGHT_TEST_NO_SUCH_KEY")
                .wrap_key(&DataKey::random().unwrap())
                .unwrap_err()
                .to_string(),
            "SPANWRIGHT_TEST_NO_SUCH_KEY is not set"
        );
    }
}
