//! Writes messages, field by field as they come.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use super::scalar::ScalarSeed;
use super::schema::{Field, Kind, Message};
use super::skip::Skip;
use crate::wire::Writer;
use crate::wire::value::MAX_DEPTH;

/// Writes the fields of a message.
pub(super) struct MessageSeed<'w, 'r> {
    pub(super) message: &'static Message,
    pub(super) writer: &'w mut Writer<'r>,
    /// How many lists and maps the values stand in.
    pub(super) depth: u32,
    /// Whether it is the request itself, which is no `null`.
    pub(super) whole: bool,
}

impl<'de> DeserializeSeed<'de> for MessageSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MessageSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.whole {
            return Err(E::invalid_type(Unexpected::Unit, &self));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(Name(self.message))? {
            let Some(field) = field else {
                map.next_value_seed(Skip::any())?;
                continue;
            };
            map.next_value_seed(FieldSeed {
                field,
                writer: self.writer,
                depth: self.depth,
            })?;
        }
        Ok(())
    }
}

/// Finds a field by its name.
struct Name(&'static Message);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.field(name))
    }
}

/// Writes a field.
struct FieldSeed<'w, 'r> {
    field: &'static Field,
    writer: &'w mut Writer<'r>,
    depth: u32,
}

impl FieldSeed<'_, '_> {
    /// Writes a message in this field, as `seed` does.
    fn within<E: Error>(
        writer: &mut Writer<'_>,
        number: u32,
        write: impl FnOnce(&mut Writer<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let open = writer.open(number).map_err(E::custom)?;
        write(writer)?;
        writer.close(open).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for FieldSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let &Field(_, number, kind) = self.field;
        if let Kind::Many(_) = kind {
            return deserializer.deserialize_any(self);
        }
        let Self { writer, depth, .. } = self;
        match kind {
            Kind::One(message) => deserializer.deserialize_any(Maybe {
                message,
                writer,
                number,
                depth,
            }),
            Kind::Nested(_) if depth >= MAX_DEPTH => {
                // The empty list alone is too deep: its span will be rejected.
                Self::within(writer, number, |_| Skip::any().deserialize(deserializer))
            }
            Kind::Nested(message) => deserializer.deserialize_any(Maybe {
                message,
                writer,
                number,
                depth: depth + 1,
            }),
            kind => deserializer.deserialize_any(ScalarSeed { number, kind, writer }),
        }
    }
}

impl<'de> Visitor<'de> for FieldSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list for {}", self.field.0)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let &Field(_, number, Kind::Many(message)) = self.field else {
            return Ok(());
        };
        loop {
            let before = self.writer.len();
            let mut more = false;
            Self::within(self.writer, number, |writer| {
                let depth = self.depth;
                more = list
                    .next_element_seed(MessageSeed {
                        message,
                        writer,
                        depth,
                        whole: false,
                    })?
                    .is_some();
                Ok::<_, A::Error>(())
            })?;
            if !more {
                self.writer.truncate(before);
                return Ok(());
            }
        }
    }
}

/// Writes a message that may be `null`, which is none.
struct Maybe<'w, 'r> {
    message: &'static Message,
    writer: &'w mut Writer<'r>,
    number: u32,
    depth: u32,
}

impl<'de> Visitor<'de> for Maybe<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let (message, depth) = (self.message, self.depth);
        FieldSeed::within(self.writer, self.number, |writer| {
            MessageSeed {
                message,
                writer,
                depth,
                whole: false,
            }
            .visit_map(map)
        })
    }
}
