//! Parameters with Jaeger's names, forms and messages.

use std::collections::BTreeMap;

use crate::jaeger::failure::Failure;
use crate::jaeger::go;
use crate::jaeger::parameters::Parameters;
use crate::jaeger::search::{LIMIT, TraceQuery, parse_trace_id};
use crate::model::{Nanos, TraceId};

pub(super) const MILLISECOND: Nanos = 1_000_000;
pub(super) const MICROSECOND: Nanos = 1_000;
/// How far back a search looks, unless it says so: two days.
const LOOKBACK: Nanos = 2 * 24 * 3600 * 1_000_000_000;

/// A parameter that cannot be read.
pub(super) fn unreadable(name: &str, error: &str) -> Failure {
    Failure::Parameter(format!("unable to parse param '{name}': {error}"))
}

/// A parameter, or what it is when it is not there.
fn or<T>(
    parameters: &Parameters,
    name: &str,
    absent: T,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, Failure> {
    match parameters.get(name) {
        "" => Ok(absent),
        text => parse(text).map_err(|error| unreadable(name, &error)),
    }
}

/// A moment, in units of so many nanoseconds since 1970.
pub(super) fn time(
    parameters: &Parameters,
    name: &str,
    unit: Nanos,
    absent: Nanos,
) -> Result<Nanos, Failure> {
    let scaled = |text: &str| {
        Ok(u64::try_from(go::parse_int(text)?)
            .unwrap_or(0)
            .saturating_mul(unit))
    };
    or(parameters, name, absent, scaled)
}

/// A whole number of milliseconds, in nanoseconds.
pub(super) fn millis(parameters: &Parameters, name: &str, absent: i64) -> Result<i64, Failure> {
    or(parameters, name, absent, |text| {
        Ok(go::parse_int(text)?.saturating_mul(1_000_000))
    })
}

pub(super) fn yes(parameters: &Parameters, name: &str) -> Result<bool, Failure> {
    or(parameters, name, false, go::parse_bool)
}

/// A search, and the traces that it names itself.
pub(super) fn search(parameters: &Parameters, now: Nanos) -> Result<(TraceQuery, Vec<TraceId>), Failure> {
    let start = time(parameters, "start", MICROSECOND, now.saturating_sub(LOOKBACK))?;
    let end = time(parameters, "end", MICROSECOND, now)?;
    let tags = tags(parameters)?;
    let limit = match parameters.get("limit") {
        "" => LIMIT,
        text => go::parse_int(text).map_err(Failure::Parameter)?,
    };
    let min = or(parameters, "minDuration", 0, go::parse_duration)?;
    let max = or(parameters, "maxDuration", 0, go::parse_duration)?;
    let ids = parameters
        .all("traceID")
        .map(parse_trace_id)
        .collect::<Result<Vec<_>, _>>();
    let ids = ids.map_err(|error| Failure::Parameter(format!("cannot parse traceID param: {error}")))?;
    let query = TraceQuery {
        service: parameters.get("service").to_owned(),
        operation: parameters.get("operation").to_owned(),
        tags,
        time: (start, end),
        min,
        max,
        limit,
        raw: yes(parameters, "raw")?,
    };
    if ids.is_empty() && query.service.is_empty() {
        return Err(Failure::Parameter("parameter 'service' is required".to_owned()));
    }
    if min != 0 && max != 0 && max < min {
        let message = "'maxDuration' should be greater than 'minDuration'";
        return Err(Failure::Parameter(message.to_owned()));
    }
    Ok((query, ids))
}

fn tags(parameters: &Parameters) -> Result<BTreeMap<String, String>, Failure> {
    let mut tags = BTreeMap::new();
    for tag in parameters.all("tag") {
        let (key, value) = tag.split_once(':').ok_or_else(|| {
            Failure::Parameter(format!(
                "malformed 'tag' parameter, expecting key:value, received: {tag}"
            ))
        })?;
        tags.insert(key.to_owned(), value.to_owned());
    }
    for json in parameters.all("tags") {
        let more: BTreeMap<String, String> = serde_json::from_str(json).map_err(|error| {
            Failure::Parameter(format!(
                "malformed 'tags' parameter, cannot unmarshal JSON: {error}"
            ))
        })?;
        tags.extend(more);
    }
    Ok(tags)
}
