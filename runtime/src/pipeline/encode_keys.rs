//! What is known of attribute keys beforehand, so that a key is looked at once and not with each span.

use super::prepare::Preparation;
use crate::destination::otlp::Writer;
use crate::limits;
use crate::redact::Treatment;
use crate::value::Key;
use std::collections::HashMap;

/// Programs have some hundred keys; of one that makes them up as it goes, the rest goes by way of records.
const MOST_KEYS: usize = 4096;

/// A key's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyId(u32);

impl KeyId {
    /// No key has this one.
    pub(super) const NONE: Self = Self(u32::MAX);
}

/// What is known of one key.
#[derive(Debug)]
pub(super) struct KeyFacts {
    key: Key,
    /// The field `key` of `KeyValue`.
    field: Box<[u8]>,
    treatment: Treatment,
    ordinary: bool,
}

impl KeyFacts {
    /// `None` for a key whose span needs a record: one that changes other attributes, or is changed or cut itself.
    fn new(key: &str, preparation: &Preparation) -> Option<Self> {
        let redactor = &preparation.redactor;
        if key.len() > Key::LONGEST || Preparation::settles(key) || redactor.redact_text(key) != key {
            return None;
        }
        let mut field = Writer::default();
        field.bytes(1, key.as_bytes());
        let treatment = redactor.treatment(key);
        Some(Self {
            key: Key::from(key.to_owned()),
            field: field.as_slice().into(),
            treatment,
            ordinary: treatment.is_ordinary() && !limits::has_own_length(key),
        })
    }

    /// The key.
    pub(super) fn key(&self) -> &str {
        self.key.as_str()
    }

    /// The field `key` of `KeyValue`.
    pub(super) fn field(&self) -> &[u8] {
        &self.field
    }

    /// What redaction does with its values.
    pub(super) fn treatment(&self) -> Treatment {
        self.treatment
    }

    /// Its texts are redacted and cut like those of most keys.
    pub(super) fn is_ordinary(&self) -> bool {
        self.ordinary
    }
}

/// The keys that were seen.
#[derive(Debug, Default)]
pub(super) struct Keys {
    facts: Vec<KeyFacts>,
    ids: HashMap<Box<[u8]>, KeyId>,
}

impl Keys {
    /// Whether the key of this number is written so.
    #[inline]
    pub(super) fn is(&self, id: KeyId, key: &[u8]) -> bool {
        self.facts(id).is_some_and(|facts| facts.key().as_bytes() == key)
    }

    #[inline]
    pub(super) fn facts(&self, id: KeyId) -> Option<&KeyFacts> {
        self.facts.get(id.0 as usize)
    }

    /// The number of a key; `None` where its span needs a record, there are too many keys, or it is no text.
    pub(super) fn find(&mut self, key: &[u8], preparation: &Preparation) -> Option<KeyId> {
        if let Some(id) = self.ids.get(key) {
            return Some(*id);
        }
        if self.facts.len() >= MOST_KEYS {
            return None;
        }
        let facts = KeyFacts::new(std::str::from_utf8(key).ok()?, preparation)?;
        let id = KeyId(self.facts.len() as u32);
        self.facts.push(facts);
        self.ids.insert(key.into(), id);
        Some(id)
    }
}
