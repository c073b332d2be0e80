//! The legacy JSON: every answer in an envelope, but for metrics.

mod envelope;
mod lists;
mod metrics;
mod parse;
mod tag;
mod trace;
mod traces;
mod transform;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::Api;
use super::answer::Answer;
use super::failure::Failure;

/// Bytes of OTLP that are turned into Jaeger's traces at once.
const UPLOAD: usize = 64 << 20;

pub(super) fn routes() -> Router<Api> {
    let upload = post(transform::answer).layer(DefaultBodyLimit::max(UPLOAD));
    Router::new()
        .route("/api/services", get(lists::services))
        .route("/api/services/{service}/operations", get(lists::operation_names))
        .route("/api/operations", get(lists::operations))
        .route("/api/dependencies", get(lists::dependencies))
        .route("/api/traces", get(traces::search))
        .route("/api/traces/{id}", get(traces::by_id))
        .route("/api/transform", upload)
        .route("/api/metrics/latencies", get(metrics::latencies))
        .route("/api/metrics/calls", get(metrics::calls))
        .route("/api/metrics/errors", get(metrics::errors))
        .route("/api/metrics/minstep", get(metrics::min_step))
}

fn respond(made: Result<Answer, Failure>) -> Response {
    match made {
        Ok(answer) => answer.into_response(),
        Err(failure) => failure.legacy(),
    }
}
