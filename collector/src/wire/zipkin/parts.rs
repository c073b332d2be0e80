//! What spans are made of: attributes, tags, annotations.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::model::Nanos;
use crate::wire::{NoRoom, Writer};

/// Writes a text as an attribute in field `number`.
pub(super) fn text_attribute(
    writer: &mut Writer<'_>,
    number: u32,
    key: &str,
    value: &str,
) -> Result<(), NoRoom> {
    attribute(writer, number, key, |writer| writer.bytes(1, value.as_bytes()))
}

/// Writes a number as an attribute in field `number`.
pub(super) fn int_attribute(
    writer: &mut Writer<'_>,
    number: u32,
    key: &str,
    value: u64,
) -> Result<(), NoRoom> {
    attribute(writer, number, key, |writer| writer.varint(3, value))
}

/// Writes `true` as an attribute in field `number`.
pub(super) fn flag(writer: &mut Writer<'_>, number: u32, key: &str) -> Result<(), NoRoom> {
    attribute(writer, number, key, |writer| writer.varint(2, 1))
}

fn attribute(
    writer: &mut Writer<'_>,
    number: u32,
    key: &str,
    value: impl FnOnce(&mut Writer<'_>) -> Result<(), NoRoom>,
) -> Result<(), NoRoom> {
    let attribute = writer.open(number)?;
    writer.bytes(1, key.as_bytes())?;
    let open = writer.open(2)?;
    value(writer)?;
    writer.close(open)?;
    writer.close(attribute)
}

/// What tags say of a span's status.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) ok: bool,
    pub(super) error: bool,
    pub(super) message: String,
}

impl Said {
    fn note(&mut self, key: &str, value: &str) {
        match (key, value) {
            ("error", _) => {
                self.error = true;
                if !matches!(value, "" | "true" | "false") {
                    value.clone_into(&mut self.message);
                }
            }
            ("otel.status_code", "ERROR") => self.error = true,
            ("otel.status_code", "OK") => self.ok = true,
            ("otel.status_description", _) => value.clone_into(&mut self.message),
            _ => {}
        }
    }
}

/// Writes tags as attributes.
pub(super) struct Tags<'w, 'r> {
    pub(super) writer: &'w mut Writer<'r>,
    pub(super) said: &'w mut Said,
}

impl<'de> DeserializeSeed<'de> for Tags<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tags<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tags: an object of texts")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut tags: A) -> Result<(), A::Error> {
        while let Some((key, value)) = tags.next_entry::<String, String>()? {
            self.said.note(&key, &value);
            text_attribute(self.writer, 9, &key, &value).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// Writes annotations as events; gives the time of the earliest.
pub(super) struct Annotations<'w, 'r>(pub(super) &'w mut Writer<'r>);

/// Zipkin's `Annotation`.
#[derive(Deserialize)]
struct Annotation {
    timestamp: u64,
    #[serde(default)]
    value: String,
}

impl<'de> DeserializeSeed<'de> for Annotations<'_, '_> {
    type Value = Option<Nanos>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Annotations<'_, '_> {
    type Value = Option<Nanos>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("annotations: a list")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut earliest = None;
        while let Some(Annotation { timestamp, value }) = list.next_element()? {
            let write = |writer: &mut Writer<'_>| {
                let event = writer.open(11)?;
                writer.fixed64(1, nanos(timestamp))?;
                writer.bytes(2, value.as_bytes())?;
                writer.close(event)
            };
            write(self.0).map_err(A::Error::custom)?;
            let at = nanos(timestamp);
            if at > 0 {
                earliest = Some(earliest.map_or(at, |earliest: Nanos| earliest.min(at)));
            }
        }
        Ok(earliest)
    }
}

/// Zipkin counts microseconds.
pub(super) fn nanos(micros: u64) -> Nanos {
    micros.saturating_mul(1000)
}
