//! Jaeger's HTTP APIs, so that its own page and Grafana's data source read from this store: the legacy JSON, which Jaeger
//! had until v2.20, and `/api/v3`.
//!
//! Names, types, order and errors are those of Jaeger v2.20. What differs on purpose: errors are sent as
//! `application/json`; lists are sorted; where nothing is, a list is empty and not `null`; a number that JSON has not is
//! a text and no error; traces stand in the order of their start; tag searches look at numbers by their value.

mod adjust;
mod answer;
mod failure;
mod go;
mod legacy;
mod parameters;
mod search;
mod v3;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, Uri, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::any;

use self::failure::Failure;
use crate::model::now;
use crate::store::Read;

/// The APIs over a store, all under `/api/`.
pub fn router(read: Arc<dyn Read>) -> Router {
    Router::new()
        .merge(legacy::routes())
        .merge(v3::routes())
        .route("/api/{*rest}", any(no_such))
        .layer(map_response(with_headers))
        .with_state(Api { read })
}

/// What every answer is made from.
#[derive(Clone)]
struct Api {
    read: Arc<dyn Read>,
}

/// Reads, and makes the answer, off the runtime's workers: both may take milliseconds.
async fn off<T: Send + 'static>(
    api: Api,
    make: impl FnOnce(&dyn Read) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(move || make(api.read.as_ref()))
        .await
        .map_err(|_| Failure::Defect)?
}

async fn no_such(uri: Uri) -> Response {
    let failure = Failure::Absent("there is no such address");
    if uri.path().starts_with("/api/v3/") {
        failure.v3()
    } else {
        failure.legacy()
    }
}

/// Traces are nothing that a browser may take for something else, show in a foreign page, or keep.
async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
