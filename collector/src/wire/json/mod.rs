//! OTLP's JSON becomes OTLP's protobuf, as it is read: no tree of it is ever in memory.
//!
//! By OTLP's rules: ids are hex, names are lowerCamelCase, enums are numbers, 64-bit integers may be texts, unknown
//! fields are nothing. What some senders write as well is read too: `snake_case`, names of enums. What is wrong with
//! one span (an id that is none) is written so that [`super::Request::read`] rejects that span alone.

mod message;
mod scalar;
mod schema;
mod skip;
mod texts;

use std::io::{BufReader, Read};

use serde::de::DeserializeSeed;

use self::message::MessageSeed;
pub(super) use self::scalar::{NO_ID, from_hex};
pub(super) use self::skip::Skip;
pub(super) use self::texts::BoundedTexts;
use super::{NoRoom, Room, Writer};

/// Bytes of a text or a number. A span with a longer text would be rejected anyway.
pub(super) const LONGEST: usize = 8 << 20;

/// What a request holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonRequest {
    /// `ExportTraceServiceRequest`.
    Traces,
    /// `ExportLogsServiceRequest`.
    Logs,
    /// `ExportMetricsServiceRequest`, of which only the data points' number is kept.
    Metrics,
}

/// JSON is no request of OTLP.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// It is no JSON, or not what OTLP has there; or the reader failed.
    #[error("the request is not OTLP JSON: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It is no JSON, or not what Zipkin has there; or the reader failed.
    #[error("the request is not Zipkin's v2 JSON: {0}")]
    Zipkin(#[source] serde_json::Error),
    /// The room said no.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
}

/// JSON to read.
pub enum Input<'a> {
    /// All of it, which is faster.
    Whole(&'a [u8]),
    /// As it comes.
    Stream(&'a mut dyn Read),
}

/// Writes a request that is JSON as protobuf.
///
/// # Errors
/// When it is no JSON of OTLP, or there is no room.
pub fn from_json(request: JsonRequest, json: Input<'_>, room: &mut dyn Room) -> Result<Vec<u8>, JsonError> {
    let message = match request {
        JsonRequest::Traces => &schema::TRACES,
        JsonRequest::Logs => &schema::LOGS,
        JsonRequest::Metrics => &schema::METRICS,
    };
    let mut writer = Writer::new(room);
    let seed = MessageSeed {
        message,
        writer: &mut writer,
        depth: 0,
        whole: true,
    };
    let result = match json {
        Input::Whole(json) => read(seed, serde_json::Deserializer::from_slice(json)),
        Input::Stream(json) => {
            let json = BufReader::new(BoundedTexts::new(json, LONGEST));
            read(seed, serde_json::Deserializer::from_reader(json))
        }
    };
    if writer.is_full() {
        return Err(NoRoom.into());
    }
    result?;
    Ok(writer.finish())
}

fn read<'de, R: serde_json::de::Read<'de>>(
    seed: MessageSeed<'_, '_>,
    mut json: serde_json::Deserializer<R>,
) -> Result<(), serde_json::Error> {
    // It is beyond what OTLP may nest; the visitors have a limit of their own.
    json.disable_recursion_limit();
    seed.deserialize(&mut json)?;
    json.end()
}
