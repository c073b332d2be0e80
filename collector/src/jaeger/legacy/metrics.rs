//! Rates, errors and durations, as the page's monitor shows them: an OpenMetrics family as protobuf's JSON, in no envelope.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::envelope::{Envelope, is_pretty};
use super::parse::{self, MILLISECOND, unreadable};
use super::respond;
use crate::jaeger::answer::Answer;
use crate::jaeger::failure::Failure;
use crate::jaeger::parameters::Parameters;
use crate::jaeger::{Api, now, off};
use crate::model::{Kind, Nanos};
use crate::store::{Read, RedPoint, RedQuery, RedSeries};

const SECOND: i64 = 1_000_000_000;
/// Points of a series at most, as Prometheus has it.
const POINTS: u64 = 11_000;

/// What is asked for.
struct Family {
    name: &'static str,
    help: String,
    /// The median, unless another quantile is asked for.
    quantile: f64,
    value: fn(&RedPoint, &RedQuery) -> f64,
}

pub(super) async fn latencies(State(api): State<Api>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let text = parameters.get("quantile");
        let quantile: f64 = text.parse().map_err(|_| {
            unreadable(
                "quantile",
                &format!("strconv.ParseFloat: parsing {text:?}: invalid syntax"),
            )
        })?;
        let family = Family {
            name: "latencies",
            help: format!("{quantile:.2}th quantile latency, grouped by service"),
            quantile,
            value: |point, _| point.duration as f64 / 1e6,
        };
        answer(read, &parameters, &family)
    });
    respond(made.await)
}

pub(super) async fn calls(State(api): State<Api>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let family = Family {
        name: "call_rate",
        help: "calls/sec, grouped by service".to_owned(),
        quantile: 0.5,
        value: |point, query| point.calls as f64 / (query.window as f64 / 1e9),
    };
    respond(off(api, move |read| answer(read, &parameters, &family)).await)
}

pub(super) async fn errors(State(api): State<Api>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let family = Family {
        name: "error_rate",
        help: "error rate, computed as a fraction of errors/sec over calls/sec, grouped by service"
            .to_owned(),
        quantile: 0.5,
        value: |point, _| point.errors as f64 / point.calls.max(1) as f64,
    };
    respond(off(api, move |read| answer(read, &parameters, &family)).await)
}

/// The least step in milliseconds.
pub(super) async fn min_step(uri: Uri) -> Response {
    respond(Envelope::new(1).written(&Parameters::of(&uri)))
}

fn answer(read: &dyn Read, parameters: &Parameters, family: &Family) -> Result<Answer, Failure> {
    let query = query(parameters, family.quantile)?;
    let (of, and) = if query.by_operation {
        ("service_operation", " & operation")
    } else {
        ("service", "")
    };
    let series = read.red(&query)?;
    let json = json!({
        "name": format!("{of}_{}", family.name),
        "type": "GAUGE",
        "help": format!("{}{and}", family.help),
        "metrics": series.iter().map(|series| metric(series, &query, family)).collect::<Vec<_>>(),
    });
    Answer::json(&json, is_pretty(parameters))
}

fn metric(series: &RedSeries, query: &RedQuery, family: &Family) -> Value {
    let label = |name: &str, value: &str| json!({"name": name, "value": value});
    let mut labels = vec![label("service_name", &series.service)];
    labels.extend(
        series
            .operation
            .iter()
            .map(|operation| label("operation", operation)),
    );
    let points = series.points.iter().map(|point| {
        json!({
            "gaugeValue": {"doubleValue": (family.value)(point, query)},
            "timestamp": written(point.time),
        })
    });
    json!({"labels": labels, "metricPoints": points.collect::<Vec<_>>()})
}

/// A moment as protobuf's JSON has it.
fn written(time: Nanos) -> String {
    let time = Timestamp::from_nanosecond(i128::from(time)).unwrap_or_default();
    if time.subsec_nanosecond() == 0 {
        format!("{time:.0}")
    } else {
        format!("{time:.3}")
    }
}

fn query(parameters: &Parameters, quantile: f64) -> Result<RedQuery, Failure> {
    let services: Vec<String> = parameters.all("service").map(str::to_owned).collect();
    if services.is_empty() {
        return Err(unreadable("service", "please provide at least one service name"));
    }
    let by_operation = parse::yes(parameters, "groupByOperation")?;
    let kinds = kinds(parameters)?;
    let end = parse::time(parameters, "endTs", MILLISECOND, now())?;
    let lookback = positive(parameters, "lookback", 3600 * SECOND)?;
    let step = positive(parameters, "step", 5 * SECOND)?;
    let window = positive(parameters, "ratePer", 600 * SECOND)?;
    if lookback / step > POINTS {
        return Err(unreadable(
            "step",
            &format!("a series would have more than {POINTS} points"),
        ));
    }
    Ok(RedQuery {
        services,
        kinds,
        by_operation,
        time: end.saturating_sub(lookback)..end,
        step,
        window,
        quantile,
    })
}

fn positive(parameters: &Parameters, name: &str, absent: i64) -> Result<Nanos, Failure> {
    let nanos = parse::millis(parameters, name, absent)?;
    let positive = u64::try_from(nanos).ok().filter(|nanos| *nanos > 0);
    positive.ok_or_else(|| unreadable(name, "it must be greater than 0"))
}

fn kinds(parameters: &Parameters) -> Result<Vec<Kind>, Failure> {
    let kinds = parameters.all("spanKind").map(|name| {
        let known = Kind::from_name(name).filter(|kind| kind.name() == name);
        known.ok_or_else(|| unreadable("spanKind", &format!("unsupported span kind: '{name}'")))
    });
    let kinds: Vec<Kind> = kinds.collect::<Result<_, _>>()?;
    Ok(if kinds.is_empty() {
        vec![Kind::Server]
    } else {
        kinds
    })
}
