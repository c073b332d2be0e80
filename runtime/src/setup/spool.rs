//! The spool that the builder is given, or that the environment names.

use crate::config::SpoolSettings;
#[cfg(feature = "spool")]
use crate::spool::Spool;

#[cfg(feature = "spool")]
impl super::builder::Builder {
    /// Lets what cannot be delivered wait on disk, in place of memory: while a backend is away, and over the end of
    /// the process. Goes before `SPANWRIGHT_SPOOL_DIR`; default no spool.
    pub fn spool(mut self, spool: Spool) -> Self {
        self.delivery.spool = Some(spool);
        self
    }
}

/// The spool that the environment names.
#[cfg(feature = "spool")]
pub(super) fn named(settings: &SpoolSettings) -> Option<Spool> {
    let mut spool = Spool::at(settings.folder.as_ref()?);
    if let Some(bytes) = settings.max_bytes {
        spool = spool.max_bytes(bytes);
    }
    if let Some(age) = settings.max_age {
        spool = spool.max_age(age);
    }
    if !settings.wants_encryption() {
        return Some(spool);
    }
    encrypted(spool, settings)
}

#[cfg(feature = "spool-encryption")]
#[allow(clippy::unnecessary_wraps, reason = "without the feature there is none")]
fn encrypted(spool: Spool, settings: &SpoolSettings) -> Option<Spool> {
    use crate::spool::{KeyFile, KeyVariable};
    Some(match &settings.key_file {
        Some(path) => spool.encrypted_by(KeyFile::at(path)),
        None => spool.encrypted_by(KeyVariable::named(crate::config::SPOOL_KEYS)),
    })
}

/// Who asks for encryption and cannot have it gets no spool, and [a line](note) that says so.
#[cfg(all(feature = "spool", not(feature = "spool-encryption")))]
fn encrypted(_: Spool, _: &SpoolSettings) -> Option<Spool> {
    None
}

/// What to tell where a spool is asked for that this program cannot have.
pub(super) fn note(settings: &SpoolSettings) -> Option<String> {
    let needed = match settings {
        SpoolSettings { folder: None, .. } => return None,
        _ if cfg!(not(feature = "spool")) => "spool",
        settings if settings.wants_encryption() && cfg!(not(feature = "spool-encryption")) => {
            "spool-encryption"
        }
        _ => return None,
    };
    Some(format!(
        "SPANWRIGHT_SPOOL_DIR has no effect, and nothing is spooled: this program was built without spanwright's \
         feature `{needed}`"
    ))
}
