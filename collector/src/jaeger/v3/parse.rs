//! Parameters with the names of `/api/v3`, and those in `snake_case` that it had before.

use std::collections::BTreeMap;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;

use crate::jaeger::failure::Failure;
use crate::jaeger::go;
use crate::jaeger::parameters::Parameters;
use crate::jaeger::search::{LIMIT, TraceQuery, parse_trace_id};
use crate::model::{Nanos, TraceId};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&alphabet::STANDARD, LENIENT),
    GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT),
];

fn malformed(name: &str, error: &str) -> Failure {
    Failure::Parameter(format!("malformed parameter {name}: {error}"))
}

/// A parameter under one of its names; `None` where it is under none.
fn parsed<T>(
    parameters: &Parameters,
    names: &[&str],
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, Failure> {
    match parameters.first_of(names) {
        (_, "") => Ok(None),
        (name, text) => parse(text).map(Some).map_err(|error| malformed(name, &error)),
    }
}

/// A moment.
pub(super) fn time(parameters: &Parameters, names: &[&str]) -> Result<Option<Nanos>, Failure> {
    parsed(parameters, names, |text| {
        let time: Timestamp = text.parse().map_err(|error| {
            format!("{text:?} is no time as RFC 3339 has it, such as 2026-01-31T12:00:00Z: {error}")
        })?;
        Ok(Nanos::try_from(time.as_nanosecond().max(0)).unwrap_or(Nanos::MAX))
    })
}

pub(super) fn yes(parameters: &Parameters, names: &[&str]) -> Result<bool, Failure> {
    Ok(parsed(parameters, names, go::parse_bool)?.unwrap_or(false))
}

/// A trace's id, as hex or as base64.
pub(super) fn trace_id(text: &str) -> Result<TraceId, Failure> {
    parse_trace_id(text).or_else(|error| {
        let decoded = BASE64.iter().find_map(|base64| base64.decode(text).ok());
        let id: Option<[u8; 16]> = decoded.and_then(|bytes| bytes.try_into().ok());
        id.map(TraceId).ok_or_else(|| malformed("trace_id", &error))
    })
}

/// A search.
pub(super) fn search(parameters: &Parameters) -> Result<TraceQuery, Failure> {
    let text = |names: &[&str]| parameters.first_of(names).1.to_owned();
    let tags: Option<BTreeMap<String, String>> = parsed(parameters, &["query.attributes"], |json| {
        serde_json::from_str(json).map_err(|error| error.to_string())
    })?;
    let filter = parameters.get("query.filter");
    if !filter.is_empty() {
        return Err(malformed(
            "query.filter",
            "filters are not supported: use query.attributes",
        ));
    }
    const FIRST: [&str; 2] = ["query.startTimeMin", "query.start_time_min"];
    const LAST: [&str; 2] = ["query.startTimeMax", "query.start_time_max"];
    if parameters.first_of(&FIRST).1.is_empty() || parameters.first_of(&LAST).1.is_empty() {
        return Err(Failure::Parameter(format!(
            "{} and {} are required",
            FIRST[0], LAST[0]
        )));
    }
    let first = time(parameters, &FIRST)?.unwrap_or_default();
    let last = time(parameters, &LAST)?.unwrap_or_default();
    if first >= last {
        return Err(Failure::Parameter(format!(
            "{} must be before {}",
            FIRST[0], LAST[0]
        )));
    }
    let limit = ["query.searchDepth", "query.search_depth", "query.num_traces"];
    let duration = |names: &[&str]| parsed(parameters, names, go::parse_duration);
    Ok(TraceQuery {
        service: text(&["query.serviceName", "query.service_name"]),
        operation: text(&["query.operationName", "query.operation_name"]),
        tags: tags.unwrap_or_default(),
        time: (first, last),
        limit: parsed(parameters, &limit, go::parse_count)?.unwrap_or(LIMIT),
        min: duration(&["query.durationMin", "query.duration_min"])?.unwrap_or(0),
        max: duration(&["query.durationMax", "query.duration_max"])?.unwrap_or(0),
        raw: yes(parameters, &["query.rawTraces", "query.raw_traces"])?,
    })
}
