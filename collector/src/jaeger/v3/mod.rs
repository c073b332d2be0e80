//! `/api/v3`: traces as OTLP's JSON, in no envelope.

mod parse;
mod summary;

use std::io::Write;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use super::adjust::{Shown, adjusted, raw};
use super::answer::Answer;
use super::failure::Failure;
use super::parameters::Parameters;
use super::{Api, off};
use crate::model::{Kind, Span, Trace, Value};
use crate::wire::ResourceSpans;

const NOT_FOUND: Failure = Failure::Absent("No traces found");
/// Where Jaeger keeps what must be known of a span.
const WARNINGS: &str = "@jaeger@warnings";

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/api/v3/services", get(services))
        .route("/api/v3/operations", get(operations))
        .route("/api/v3/traces", get(search))
        .route("/api/v3/traces/{id}", get(by_id))
        .route("/api/v3/trace-summaries", get(summary::answer))
}

fn respond(made: Result<Answer, Failure>) -> Response {
    match made {
        Ok(answer) => answer.into_response(),
        Err(failure) => failure.v3(),
    }
}

async fn services(State(api): State<Api>) -> Response {
    let made = off(api, |read| {
        Answer::json(&json!({"services": read.services()?}), false)
    });
    respond(made.await)
}

async fn operations(State(api): State<Api>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let (_, wanted) = parameters.first_of(&["spanKind", "span_kind"]);
        let mut operations: Vec<(String, &str)> = read
            .operations(Some(parameters.get("service")))?
            .into_iter()
            .filter(|operation| {
                wanted.is_empty() || operation.kind != Kind::Unspecified && operation.kind.name() == wanted
            })
            .map(|operation| (operation.name, kind_name(operation.kind)))
            .collect();
        operations.sort_unstable();
        operations.dedup();
        let operations = operations
            .into_iter()
            .map(|(name, kind)| json!({"name": name, "spanKind": kind}));
        Answer::json(&json!({"operations": operations.collect::<Vec<_>>()}), false)
    });
    respond(made.await)
}

/// Where nobody said the kind, it is an internal one.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Unspecified => Kind::Internal.name(),
        kind => kind.name(),
    }
}

async fn search(State(api): State<Api>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let query = parse::search(&parameters)?;
        let hits = read.search(&query.search().map_err(Failure::Parameter)?)?.hits;
        let mut traces = Traces::begin()?;
        for hit in hits {
            if let Some(trace) = read.trace(hit.trace_id)? {
                traces.add(trace, query.raw)?;
            }
        }
        traces.end()
    });
    respond(made.await)
}

async fn by_id(State(api): State<Api>, Path(id): Path<String>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let id = parse::trace_id(&id)?;
        // They tell Jaeger where to look; here the id does.
        parse::time(&parameters, &["startTime", "start_time"])?;
        parse::time(&parameters, &["endTime", "end_time"])?;
        let raw = parse::yes(&parameters, &["rawTraces", "raw_traces"])?;
        let mut traces = Traces::begin()?;
        traces.add(read.trace(id)?.ok_or(NOT_FOUND)?, raw)?;
        traces.end()
    });
    respond(made.await)
}

/// Traces that are being written.
struct Traces {
    answer: Answer,
    list: ResourceSpans,
    empty: bool,
}

impl Traces {
    fn begin() -> Result<Self, Failure> {
        let mut answer = Answer::default();
        answer.write_all(b"{\"result\":{\"resourceSpans\":[")?;
        Ok(Self {
            answer,
            list: ResourceSpans::default(),
            empty: true,
        })
    }

    fn add(&mut self, trace: Trace, as_it_came: bool) -> Result<(), Failure> {
        let shown = if as_it_came { raw(trace) } else { adjusted(trace) };
        let spans: Vec<Span> = shown.into_iter().map(with_warnings).collect();
        self.list.add(&mut self.answer, &spans)?;
        self.empty = false;
        Ok(())
    }

    fn end(mut self) -> Result<Answer, Failure> {
        if self.empty {
            return Err(NOT_FOUND);
        }
        self.answer.write_all(b"]}}")?;
        Ok(self.answer)
    }
}

fn with_warnings(Shown { mut span, warnings }: Shown) -> Span {
    if !warnings.is_empty() {
        let list = Value::Array(warnings.into_iter().map(Value::Text).collect());
        span.attributes.push((WARNINGS.to_owned(), list));
    }
    span
}
