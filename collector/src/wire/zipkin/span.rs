//! One span.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::endpoint::Endpoint;
use super::parts::{Annotations, Said, Tags, flag, nanos, text_attribute};
use crate::model::Nanos;
use crate::wire::json::{NO_ID, Skip, from_hex};
use crate::wire::{NoRoom, Writer};

/// Writes the fields of a span; gives its service.
pub(super) struct SpanSeed<'w, 'r> {
    pub(super) writer: &'w mut Writer<'r>,
    pub(super) arrived: Nanos,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Key {
    TraceId,
    Id,
    ParentId,
    Kind,
    Name,
    Timestamp,
    Duration,
    Debug,
    Shared,
    LocalEndpoint,
    RemoteEndpoint,
    Annotations,
    Tags,
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Kind {
    Server,
    Client,
    Producer,
    Consumer,
}

/// What is written when the whole span has been read.
#[derive(Debug, Default)]
struct Whole {
    /// 0 where nothing says it.
    start: Nanos,
    /// When its earliest annotation was made.
    annotated: Option<Nanos>,
    duration: Nanos,
    said: Said,
    service: Option<String>,
}

impl<'de> DeserializeSeed<'de> for SpanSeed<'_, '_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SpanSeed<'_, '_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Self { writer, arrived } = self;
        let mut whole = Whole::default();
        while let Some(key) = map.next_key()? {
            field(&key, &mut map, writer, &mut whole)?;
        }
        if whole.start == 0 {
            whole.start = whole.annotated.unwrap_or(arrived);
        }
        whole.write(writer).map_err(A::Error::custom)?;
        Ok(whole.service)
    }
}

fn field<'de, A: MapAccess<'de>>(
    key: &Key,
    map: &mut A,
    writer: &mut Writer<'_>,
    whole: &mut Whole,
) -> Result<(), A::Error> {
    let written = match key {
        Key::TraceId => id(map.next_value()?, 1, 16, writer),
        Key::Id => id(map.next_value()?, 2, 8, writer),
        Key::ParentId => id(map.next_value()?, 4, 8, writer),
        Key::Name => {
            let name: Option<String> = map.next_value()?;
            writer.bytes(5, name.unwrap_or_default().as_bytes())
        }
        Key::Kind => {
            let number = map
                .next_value::<Option<Kind>>()?
                .map_or(0, |kind| kind as u64 + 2);
            writer.varint(6, number)
        }
        Key::Timestamp => {
            whole.start = nanos(map.next_value::<Option<u64>>()?.unwrap_or(0));
            Ok(())
        }
        Key::Duration => {
            whole.duration = nanos(map.next_value::<Option<u64>>()?.unwrap_or(0));
            Ok(())
        }
        Key::Debug | Key::Shared => match (map.next_value()?, key) {
            (Some(true), Key::Debug) => flag(writer, 9, "zipkin.debug"),
            (Some(true), _) => flag(writer, 9, "zipkin.shared"),
            _ => Ok(()),
        },
        Key::LocalEndpoint => local(map.next_value()?, writer, whole),
        Key::RemoteEndpoint => remote(map.next_value()?, writer),
        Key::Annotations => {
            whole.annotated = map.next_value_seed(Annotations(writer))?;
            return Ok(());
        }
        Key::Tags => {
            let said = &mut whole.said;
            return map.next_value_seed(Tags { writer, said });
        }
        Key::Other => return map.next_value_seed(Skip::any()),
    };
    written.map_err(A::Error::custom)
}

/// An id of `length` bytes; shorter ones are of a Zipkin that had 64 bits for trace ids, or left out zeros.
fn id(text: Option<String>, number: u32, length: usize, writer: &mut Writer<'_>) -> Result<(), NoRoom> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    if text.len() > 2 * length {
        return writer.bytes(number, NO_ID);
    }
    let digits = format!("{text:0>width$}", width = 2 * length);
    writer.bytes(number, from_hex(&digits).as_deref().unwrap_or(NO_ID))
}

fn local(endpoint: Option<Endpoint>, writer: &mut Writer<'_>, whole: &mut Whole) -> Result<(), NoRoom> {
    let endpoint = endpoint.unwrap_or_default();
    endpoint.write(writer, "network.local.address", "network.local.port")?;
    whole.service = endpoint.service_name.filter(|name| !name.is_empty());
    Ok(())
}

fn remote(endpoint: Option<Endpoint>, writer: &mut Writer<'_>) -> Result<(), NoRoom> {
    let endpoint = endpoint.unwrap_or_default();
    endpoint.write(writer, "network.peer.address", "network.peer.port")?;
    match endpoint.service_name.filter(|name| !name.is_empty()) {
        Some(name) => text_attribute(writer, 9, "peer.service", &name),
        None => Ok(()),
    }
}

impl Whole {
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), NoRoom> {
        writer.fixed64(7, self.start)?;
        writer.fixed64(8, self.start.saturating_add(self.duration))?;
        let code = match (self.said.error, self.said.ok) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => return Ok(()),
        };
        let status = writer.open(15)?;
        if self.said.error {
            writer.bytes(2, self.said.message.as_bytes())?;
        }
        writer.varint(3, code)?;
        writer.close(status)
    }
}
