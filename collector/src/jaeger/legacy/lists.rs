//! Services, operations, dependencies.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::envelope::Envelope;
use super::parse::{self, MILLISECOND};
use super::respond;
use crate::jaeger::failure::Failure;
use crate::jaeger::parameters::Parameters;
use crate::jaeger::{Api, now, off};
use crate::model::Kind;
use crate::store::Dependency;

/// How far back calls are counted, unless somebody says so: a day, in nanoseconds.
const LOOKBACK: i64 = 24 * 3600 * 1_000_000_000;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OperationJson {
    name: String,
    span_kind: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DependencyJson {
    parent: String,
    child: String,
    call_count: u64,
}

pub(super) async fn services(State(api): State<Api>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let services = read.services()?;
        let total = services.len();
        Envelope::new(services).of(total).written(&parameters)
    });
    respond(made.await)
}

pub(super) async fn operation_names(
    State(api): State<Api>,
    Path(service): Path<String>,
    uri: Uri,
) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let operations = read.operations(Some(&service))?;
        let mut names: Vec<String> = operations.into_iter().map(|operation| operation.name).collect();
        names.dedup();
        let total = names.len();
        Envelope::new(names).of(total).written(&parameters)
    });
    respond(made.await)
}

pub(super) async fn operations(State(api): State<Api>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let service = parameters.get("service");
        if service.is_empty() {
            return Err(Failure::Parameter("parameter 'service' is required".to_owned()));
        }
        let wanted = parameters.get("spanKind");
        let operations: Vec<OperationJson> = read
            .operations(Some(service))?
            .into_iter()
            .map(|operation| OperationJson {
                name: operation.name,
                span_kind: kind_name(operation.kind),
            })
            .filter(|operation| wanted.is_empty() || operation.span_kind == wanted)
            .collect();
        let total = operations.len();
        Envelope::new(operations).of(total).written(&parameters)
    });
    respond(made.await)
}

/// Jaeger has no name for a kind that nobody said.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Unspecified => "",
        kind => kind.name(),
    }
}

pub(super) async fn dependencies(State(api): State<Api>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let end = parse::time(&parameters, "endTs", MILLISECOND, now())?;
        let lookback = parse::millis(&parameters, "lookback", LOOKBACK)?;
        let lookback = u64::try_from(lookback)
            .map_err(|_| Failure::Parameter("end time must be greater than start time".to_owned()))?;
        let service = parameters.get("service");
        let about = |dependency: &Dependency| {
            service.is_empty() || dependency.parent == service || dependency.child == service
        };
        let dependencies: Vec<DependencyJson> = read
            .dependencies(end.saturating_sub(lookback)..end)?
            .into_iter()
            .filter(about)
            .map(|dependency| DependencyJson {
                parent: dependency.parent,
                child: dependency.child,
                call_count: dependency.calls,
            })
            .collect();
        Envelope::new(dependencies).written(&parameters)
    });
    respond(made.await)
}
