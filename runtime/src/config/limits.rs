//! `OTEL_*_LIMIT`: how much of a record is kept. A limit of its own kind first, then the general one.

use super::env::Env;
use crate::limits::Limits;

pub(super) fn read(env: &mut Env<'_>) -> Limits {
    let default = Limits::default();
    let length = number(env, "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", default.value_length);
    let count = number(env, "OTEL_ATTRIBUTE_COUNT_LIMIT", default.attributes);
    Limits {
        value_length: number(env, "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", length),
        attributes: number(env, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", count),
        events: number(env, "OTEL_SPAN_EVENT_COUNT_LIMIT", default.events),
        links: number(env, "OTEL_SPAN_LINK_COUNT_LIMIT", default.links),
        event_attributes: number(env, "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", count),
        link_attributes: number(env, "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", count),
        log_attributes: number(env, "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", count),
        log_value_length: number(env, "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", length),
    }
}

fn number(env: &mut Env<'_>, name: &str, default: usize) -> usize {
    env.count(name, 0, &default.to_string()).unwrap_or(default)
}
