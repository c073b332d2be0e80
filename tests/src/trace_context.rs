//! A service that W3C's test suite for Trace Context can drive: it calls back the addresses it is given, with
//! the headers that `Propagators` makes of those it received.

use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::Value;
use spanwright::propagate::Propagators;
use spanwright::{SpanContext, SpanId, TraceFlags, TraceId};

/// One call that the suite asks for.
#[derive(Deserialize)]
pub struct Callback {
    url: String,
    arguments: Value,
}

/// `POST /test` takes a JSON array of callbacks, makes them, and answers `null`; 502 where one fails.
pub fn router() -> Router {
    let client = reqwest::Client::new();
    Router::new().route(
        "/test",
        post(move |headers: HeaderMap, Json(callbacks): Json<Vec<Callback>>| {
            let client = client.clone();
            async move { answer(&client, &headers, callbacks).await }
        }),
    )
}

async fn answer(
    client: &reqwest::Client,
    headers: &HeaderMap,
    callbacks: Vec<Callback>,
) -> Result<Json<Value>, StatusCode> {
    let propagators = Propagators::default();
    let inbound = propagators.extract(headers);
    for callback in callbacks {
        let span = child(inbound.span.as_ref());
        let mut outbound = HeaderMap::new();
        propagators.inject(&span, &inbound.baggage, &mut outbound);
        call(client, callback, outbound)
            .await
            .map_err(|_| StatusCode::BAD_GATEWAY)?;
    }
    Ok(Json(Value::Null))
}

async fn call(client: &reqwest::Client, callback: Callback, headers: HeaderMap) -> reqwest::Result<()> {
    let request = client
        .post(callback.url)
        .headers(headers)
        .json(&callback.arguments);
    request.send().await?.error_for_status()?;
    Ok(())
}

/// A new span of the parent's trace, or of a new one.
fn child(parent: Option<&SpanContext>) -> SpanContext {
    let mut span = parent.cloned().unwrap_or_else(|| SpanContext {
        trace_id: TraceId::random(),
        flags: TraceFlags::SAMPLED.with_random(true),
        ..SpanContext::default()
    });
    span.span_id = SpanId::random();
    span.is_remote = false;
    span
}
