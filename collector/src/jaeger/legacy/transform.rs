//! An uploaded file of OTLP becomes Jaeger's traces; nothing of it is stored.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::Uri;
use axum::response::Response;

use super::envelope::Envelope;
use super::respond;
use super::trace::TraceJson;
use crate::jaeger::adjust::Shown;
use crate::jaeger::answer::Answer;
use crate::jaeger::failure::{ErrorJson, Failure};
use crate::jaeger::parameters::Parameters;
use crate::model::TraceId;
use crate::wire::{Input, JsonRequest, Limits, Request, Signal, Unbounded, from_json};

pub(super) async fn answer(uri: Uri, body: Bytes) -> Response {
    let parameters = Parameters::of(&uri);
    let made = tokio::task::spawn_blocking(move || transform(&body, &parameters));
    respond(made.await.unwrap_or(Err(Failure::Defect)))
}

fn transform(body: &[u8], parameters: &Parameters) -> Result<Answer, Failure> {
    let wrong =
        |error: &dyn std::fmt::Display| Failure::Parameter(format!("cannot unmarshal OTLP : {error}"));
    let message =
        from_json(JsonRequest::Traces, Input::Whole(body), &mut Unbounded).map_err(|error| wrong(&error))?;
    let limits = Limits::default();
    let request = Request::read(Signal::Traces, message.into(), &limits).map_err(|error| wrong(&error))?;
    let mut places: HashMap<TraceId, usize> = HashMap::new();
    let mut traces: Vec<Vec<Shown>> = Vec::new();
    for span in request.spans() {
        let at = *places.entry(span.trace_id).or_insert(traces.len());
        if at == traces.len() {
            traces.push(Vec::new());
        }
        traces[at].push(Shown {
            span,
            warnings: Vec::new(),
        });
    }
    let traces: Vec<TraceJson> = traces.iter().map(|spans| TraceJson::new(spans, true)).collect();
    let errors = request.reason.map(|reason| {
        vec![ErrorJson {
            code: None,
            msg: format!(
                "{} spans are left out; the first one because {reason}",
                request.rejected
            ),
            trace_id: None,
        }]
    });
    Envelope::with_errors(traces, errors).written(parameters)
}
