//! Traces in a few numbers, for a list of what was found.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::{parse, respond};
use crate::analysis::{ServiceCount, Summary};
use crate::jaeger::answer::Answer;
use crate::jaeger::failure::Failure;
use crate::jaeger::parameters::Parameters;
use crate::jaeger::{Api, off};
use crate::model::Trace;

#[derive(Debug, Serialize)]
struct Summaries {
    summaries: Vec<SummaryJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryJson {
    trace_id: String,
    root_service_name: String,
    root_operation_name: String,
    min_start_time_unix_nano: String,
    max_end_time_unix_nano: String,
    span_count: usize,
    error_span_count: usize,
    orphan_span_count: usize,
    services: Vec<ServiceJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceJson {
    name: String,
    span_count: usize,
    error_span_count: usize,
}

pub(super) async fn answer(State(api): State<Api>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let query = parse::search(&parameters)?.search().map_err(Failure::Parameter)?;
        let mut summaries = Vec::new();
        for hit in read.search(&query)?.hits {
            summaries.extend(read.trace(hit.trace_id)?.as_ref().map(SummaryJson::new));
        }
        Answer::json(&Summaries { summaries }, false)
    });
    respond(made.await)
}

impl SummaryJson {
    fn new(trace: &Trace) -> Self {
        let summary = Summary::new(trace);
        let (service, operation) = summary
            .root
            .map(|root| (root.service, root.operation))
            .unwrap_or_default();
        Self {
            trace_id: trace.id.to_string(),
            root_service_name: service,
            root_operation_name: operation,
            min_start_time_unix_nano: summary.start.to_string(),
            max_end_time_unix_nano: summary.end.to_string(),
            span_count: summary.spans,
            error_span_count: summary.errors,
            orphan_span_count: summary.orphans,
            services: summary.services.into_iter().map(ServiceJson::new).collect(),
        }
    }
}

impl ServiceJson {
    fn new(service: ServiceCount) -> Self {
        Self {
            name: service.name,
            span_count: service.spans,
            error_span_count: service.errors,
        }
    }
}
