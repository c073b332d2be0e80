//! Zipkin's v2 JSON becomes OTLP's protobuf, as it is read.
//!
//! A service becomes a resource, and spans of one service that follow one another share it. What OTLP has no field for
//! is kept as attributes: `zipkin.shared`, which tells the two halves of a span whose id client and server share,
//! `zipkin.debug`, and the endpoints' addresses.

mod endpoint;
mod parts;
mod span;

use std::fmt;
use std::io::BufReader;

use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

use self::span::SpanSeed;
use super::json::{BoundedTexts, Input, JsonError, LONGEST};
use super::{NoRoom, Open, Room, Writer};
use crate::model::Nanos;

/// Bytes of a span; one with more would be rejected anyway.
const LARGEST_SPAN: usize = 8 << 20;

/// Writes a list of Zipkin's spans as an `ExportTraceServiceRequest`. A span without a timestamp begins with its earliest
/// annotation, else when it `arrived`.
///
/// # Errors
/// When it is no such list, or there is no room.
pub fn from_zipkin(json: Input<'_>, arrived: Nanos, room: &mut dyn Room) -> Result<Vec<u8>, JsonError> {
    let mut groups = Groups {
        writer: Writer::new(room),
        open: None,
        arrived,
    };
    let read = match json {
        Input::Whole(json) => read(&mut groups, serde_json::Deserializer::from_slice(json)),
        Input::Stream(json) => {
            let json = BufReader::new(BoundedTexts::new(json, LONGEST));
            read(&mut groups, serde_json::Deserializer::from_reader(json))
        }
    };
    let ended = groups.end();
    if groups.writer.is_full() {
        return Err(NoRoom.into());
    }
    read.map_err(JsonError::Zipkin)?;
    ended?;
    Ok(groups.writer.finish())
}

fn read<'de, R: serde_json::de::Read<'de>>(
    groups: &mut Groups<'_>,
    mut json: serde_json::Deserializer<R>,
) -> Result<(), serde_json::Error> {
    json.deserialize_seq(List(groups))?;
    json.end()
}

/// Spans by their service, as they follow one another.
struct Groups<'r> {
    writer: Writer<'r>,
    open: Option<Group>,
    arrived: Nanos,
}

/// A `ResourceSpans` with its `ScopeSpans`, to which spans are being added.
struct Group {
    service: Option<String>,
    resource_spans: Open,
    scope_spans: Open,
}

impl Groups<'_> {
    fn begin(&mut self, service: Option<String>) -> Result<(), NoRoom> {
        self.open = Some(Group {
            service,
            resource_spans: self.writer.open(1)?,
            scope_spans: self.writer.open(2)?,
        });
        Ok(())
    }

    /// The resource comes last: protobuf's fields may come in any order, and so the spans need not be moved.
    fn end(&mut self) -> Result<(), NoRoom> {
        let Some(group) = self.open.take() else {
            return Ok(());
        };
        self.writer.close(group.scope_spans)?;
        if let Some(service) = &group.service {
            let resource = self.writer.open(1)?;
            parts::text_attribute(&mut self.writer, 1, "service.name", service)?;
            self.writer.close(resource)?;
        }
        self.writer.close(group.resource_spans)
    }

    /// What was written from `start` on is a span of `service`: moves it to a group of its own when it is of another
    /// than those before it.
    fn settle(&mut self, start: usize, service: Option<String>) -> Result<(), NoRoom> {
        if self.open.as_ref().is_some_and(|group| group.service == service) {
            return Ok(());
        }
        let span = self.writer.written_from(start).to_vec();
        self.writer.truncate(start);
        self.end()?;
        self.begin(service)?;
        self.writer.raw(&span)
    }
}

/// The list.
struct List<'g, 'r>(&'g mut Groups<'r>);

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of spans")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(InGroup(self.0))?.is_some() {}
        Ok(())
    }
}

/// A span of the list.
struct InGroup<'g, 'r>(&'g mut Groups<'r>);

impl<'de> DeserializeSeed<'de> for InGroup<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let groups = self.0;
        let start = groups.writer.len();
        let span = groups.writer.open(2).map_err(D::Error::custom)?;
        let service = SpanSeed {
            writer: &mut groups.writer,
            arrived: groups.arrived,
        }
        .deserialize(deserializer)?;
        groups.writer.close(span).map_err(D::Error::custom)?;
        if groups.writer.len() - start > LARGEST_SPAN {
            let why = format_args!("a span has more than {LARGEST_SPAN} bytes");
            return Err(D::Error::custom(why));
        }
        groups.settle(start, service).map_err(D::Error::custom)
    }
}
