//! The variables of the spool.

use super::batching::number_of_bytes;
use super::env::{Env, quoted, whole};
use std::path::PathBuf;
use std::time::Duration;

const LEAST_BYTES: u64 = 1 << 20;

/// What the environment says of a spool.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    not(feature = "spool"),
    allow(dead_code, reason = "read, and told that it has no effect")
)]
pub(crate) struct SpoolSettings {
    /// `None` where no variable asks for a spool.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) key_file: Option<PathBuf>,
    /// Whether the variable of keys holds any; its value is not kept here.
    pub(crate) has_keys: bool,
}

/// The variable that holds keys.
pub(crate) const KEYS: &str = "SPANWRIGHT_SPOOL_KEY";

impl SpoolSettings {
    pub(super) fn read(env: &mut Env<'_>) -> Self {
        Self {
            folder: env.text("SPANWRIGHT_SPOOL_DIR").map(PathBuf::from),
            max_bytes: env.parsed("SPANWRIGHT_SPOOL_MAX_BYTES", "1 GiB", most_bytes),
            max_age: env.parsed("SPANWRIGHT_SPOOL_MAX_AGE", "24h", duration),
            key_file: env.text("SPANWRIGHT_SPOOL_KEY_FILE").map(PathBuf::from),
            has_keys: env.is_set(KEYS),
        }
    }

    /// Whether what is spooled is to be encrypted.
    pub(crate) fn wants_encryption(&self) -> bool {
        self.has_keys || self.key_file.is_some()
    }
}

fn most_bytes(text: &str) -> Result<u64, String> {
    let bytes = number_of_bytes(text)?;
    if bytes < LEAST_BYTES {
        return Err(format!("{} is below 1 MiB", quoted(text)));
    }
    Ok(bytes)
}

/// Milliseconds, or with a unit.
fn duration(text: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 5] = [
        ("ms", 1),
        ("s", 1000),
        ("min", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
    ];
    let (digits, unit) = UNITS
        .iter()
        .find_map(|(name, millis)| Some((text.strip_suffix(name)?.trim_end(), *millis)))
        .unwrap_or((text, 1));
    whole(digits, 1)
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .map(Duration::from_millis)
        .ok_or_else(|| format!("{} is no duration such as 24h", quoted(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (SpoolSettings, Vec<String>) {
        let source = |name: &str| {
            let found = pairs.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| (*value).into())
        };
        let mut env = Env::new(&source);
        let settings = SpoolSettings::read(&mut env);
        let problems = env.into_problems();
        (
            settings,
            problems.into_iter().map(|problem| problem.message).collect(),
        )
    }

    #[test]
    fn units_are_read_and_what_is_wrong_is_told() {
        let (settings, problems) = read(&[
            ("SPANWRIGHT_SPOOL_DIR", "/var/spool/x"),
            ("SPANWRIGHT_SPOOL_MAX_BYTES", "256 MiB"),
            ("SPANWRIGHT_SPOOL_MAX_AGE", "7d"),
        ]);
        assert_eq!(settings.max_bytes, Some(256 << 20));
        assert_eq!(settings.max_age, Some(Duration::from_secs(7 * 86_400)));
        assert!(problems.is_empty() && settings.folder.is_some() && !settings.wants_encryption());
        let (settings, problems) = read(&[
            ("SPANWRIGHT_SPOOL_MAX_BYTES", "12"),
            ("SPANWRIGHT_SPOOL_MAX_AGE", "soon"),
            ("SPANWRIGHT_SPOOL_KEY", "secret"),
        ]);
        assert!(settings.wants_encryption() && !format!("{settings:?}").contains("secret"));
        assert_eq!(
            problems,
            [
                "`12` is below 1 MiB; 1 GiB is used",
                "`soon` is no duration such as 24h; 24h is used"
            ]
        );
    }
}
