//! OTLP's messages: what their fields are called in JSON, and their numbers in protobuf.

/// A message.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) fields: &'static [Field],
}

/// A field: its name in lowerCamelCase, its number, what it holds.
#[derive(Debug)]
pub(super) struct Field(pub(super) &'static str, pub(super) u32, pub(super) Kind);

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    /// An id.
    Hex,
    Bytes,
    Bool,
    Uint32,
    Int64,
    Fixed64,
    Fixed32,
    Double,
    /// A number, or its place in these names; the enum's prefix may stand before them.
    Enum(&'static str, &'static [&'static str]),
    One(&'static Message),
    /// Messages, in a list.
    Many(&'static Message),
    /// A message that holds values, within a value.
    Nested(&'static Message),
}

use Kind::*;

const fn message(fields: &'static [Field]) -> Message {
    Message { fields }
}

pub(super) static TRACES: Message = message(&[Field("resourceSpans", 1, Many(&RESOURCE_SPANS))]);
pub(super) static LOGS: Message = message(&[Field("resourceLogs", 1, Many(&RESOURCE_LOGS))]);
pub(super) static METRICS: Message = message(&[Field("resourceMetrics", 1, Many(&RESOURCE_METRICS))]);

static RESOURCE_SPANS: Message = message(&[
    Field("resource", 1, One(&RESOURCE)),
    Field("scopeSpans", 2, Many(&SCOPE_SPANS)),
    Field("schemaUrl", 3, Text),
]);

static SCOPE_SPANS: Message = message(&[
    Field("scope", 1, One(&SCOPE)),
    Field("spans", 2, Many(&SPAN)),
    Field("schemaUrl", 3, Text),
]);

static SPAN: Message = message(&[
    Field("traceId", 1, Hex),
    Field("spanId", 2, Hex),
    Field("traceState", 3, Text),
    Field("parentSpanId", 4, Hex),
    Field("name", 5, Text),
    Field("kind", 6, Enum("SPAN_KIND_", &KINDS)),
    Field("startTimeUnixNano", 7, Fixed64),
    Field("endTimeUnixNano", 8, Fixed64),
    Field("attributes", 9, Many(&KEY_VALUE)),
    Field("droppedAttributesCount", 10, Uint32),
    Field("events", 11, Many(&EVENT)),
    Field("droppedEventsCount", 12, Uint32),
    Field("links", 13, Many(&LINK)),
    Field("droppedLinksCount", 14, Uint32),
    Field("status", 15, One(&STATUS)),
    Field("flags", 16, Fixed32),
]);

const KINDS: [&str; 6] = [
    "UNSPECIFIED",
    "INTERNAL",
    "SERVER",
    "CLIENT",
    "PRODUCER",
    "CONSUMER",
];

static STATUS: Message = message(&[
    Field("message", 2, Text),
    Field("code", 3, Enum("STATUS_CODE_", &["UNSET", "OK", "ERROR"])),
]);

static EVENT: Message = message(&[
    Field("timeUnixNano", 1, Fixed64),
    Field("name", 2, Text),
    Field("attributes", 3, Many(&KEY_VALUE)),
    Field("droppedAttributesCount", 4, Uint32),
]);

static LINK: Message = message(&[
    Field("traceId", 1, Hex),
    Field("spanId", 2, Hex),
    Field("traceState", 3, Text),
    Field("attributes", 4, Many(&KEY_VALUE)),
    Field("droppedAttributesCount", 5, Uint32),
    Field("flags", 6, Fixed32),
]);

static RESOURCE_LOGS: Message = message(&[
    Field("resource", 1, One(&RESOURCE)),
    Field("scopeLogs", 2, Many(&SCOPE_LOGS)),
    Field("schemaUrl", 3, Text),
]);

static SCOPE_LOGS: Message = message(&[
    Field("scope", 1, One(&SCOPE)),
    Field("logRecords", 2, Many(&LOG_RECORD)),
    Field("schemaUrl", 3, Text),
]);

static LOG_RECORD: Message = message(&[
    Field("timeUnixNano", 1, Fixed64),
    Field("severityNumber", 2, Enum("SEVERITY_NUMBER_", &SEVERITIES)),
    Field("severityText", 3, Text),
    Field("body", 5, One(&ANY_VALUE)),
    Field("attributes", 6, Many(&KEY_VALUE)),
    Field("droppedAttributesCount", 7, Uint32),
    Field("flags", 8, Fixed32),
    Field("traceId", 9, Hex),
    Field("spanId", 10, Hex),
    Field("observedTimeUnixNano", 11, Fixed64),
    Field("eventName", 12, Text),
]);

const SEVERITIES: [&str; 25] = [
    "UNSPECIFIED",
    "TRACE",
    "TRACE2",
    "TRACE3",
    "TRACE4",
    "DEBUG",
    "DEBUG2",
    "DEBUG3",
    "DEBUG4",
    "INFO",
    "INFO2",
    "INFO3",
    "INFO4",
    "WARN",
    "WARN2",
    "WARN3",
    "WARN4",
    "ERROR",
    "ERROR2",
    "ERROR3",
    "ERROR4",
    "FATAL",
    "FATAL2",
    "FATAL3",
    "FATAL4",
];

static RESOURCE: Message = message(&[
    Field("attributes", 1, Many(&KEY_VALUE)),
    Field("droppedAttributesCount", 2, Uint32),
]);

static SCOPE: Message = message(&[
    Field("name", 1, Text),
    Field("version", 2, Text),
    Field("attributes", 3, Many(&KEY_VALUE)),
    Field("droppedAttributesCount", 4, Uint32),
]);

static KEY_VALUE: Message = message(&[Field("key", 1, Text), Field("value", 2, One(&ANY_VALUE))]);

static ANY_VALUE: Message = message(&[
    Field("stringValue", 1, Text),
    Field("boolValue", 2, Bool),
    Field("intValue", 3, Int64),
    Field("doubleValue", 4, Double),
    Field("arrayValue", 5, Nested(&ARRAY)),
    Field("kvlistValue", 6, Nested(&KEY_VALUE_LIST)),
    Field("bytesValue", 7, Bytes),
]);

static ARRAY: Message = message(&[Field("values", 1, Many(&ANY_VALUE))]);
static KEY_VALUE_LIST: Message = message(&[Field("values", 1, Many(&KEY_VALUE))]);

static RESOURCE_METRICS: Message = message(&[Field("scopeMetrics", 2, Many(&SCOPE_METRICS))]);
static SCOPE_METRICS: Message = message(&[Field("metrics", 2, Many(&METRIC))]);

static METRIC: Message = message(&[
    Field("gauge", 5, One(&POINTS)),
    Field("sum", 7, One(&POINTS)),
    Field("histogram", 9, One(&POINTS)),
    Field("exponentialHistogram", 10, One(&POINTS)),
    Field("summary", 11, One(&POINTS)),
]);

static POINTS: Message = message(&[Field("dataPoints", 1, Many(&POINT))]);
static POINT: Message = message(&[]);

impl Message {
    /// The field with this name, in lowerCamelCase or `snake_case`.
    pub(super) fn field(&'static self, name: &str) -> Option<&'static Field> {
        self.fields
            .iter()
            .find(|field| field.0 == name || is_snake_of(name, field.0))
    }
}

/// Whether `snake` is `camel` with underscores.
fn is_snake_of(snake: &str, camel: &str) -> bool {
    if !snake.contains('_') {
        return false;
    }
    let mut snake = snake.bytes();
    let same = camel.bytes().all(|byte| {
        let underscore = !byte.is_ascii_uppercase() || snake.next() == Some(b'_');
        underscore && snake.next() == Some(byte.to_ascii_lowercase())
    });
    same && snake.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_either_form() {
        for (name, number) in [
            ("startTimeUnixNano", Some(7)),
            ("start_time_unix_nano", Some(7)),
            ("name", Some(5)),
        ] {
            assert_eq!(SPAN.field(name).map(|field| field.1), number, "{name}");
        }
        for name in [
            "starttimeunixnano",
            "start_time_unix_nano_",
            "start__time_unix_nano",
            "_name",
            "NAME",
            "",
        ] {
            assert!(SPAN.field(name).is_none(), "{name}");
        }
    }
}
