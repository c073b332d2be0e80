//! The HTTP side. In: `POST /api/v1/chat/message`. Out: the answer, or an error with the right status.

use crate::orchestrator::{Answer, Orchestrator, OrchestratorError, Query};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use spanwright::http::TraceLayer;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Where questions go.
pub(crate) const CHAT: &str = "/api/v1/chat/message";

/// Serves until the runtime ends. `/health` leaves no trace: `TraceLayer` skips it.
pub(crate) async fn serve(listener: TcpListener, orchestrator: Arc<Orchestrator>) {
    let app = Router::new()
        .route(CHAT, post(message))
        .route("/health", get(|| async { "ok" }))
        .layer(TraceLayer::new())
        .with_state(orchestrator);
    if let Err(error) = axum::serve(listener, app).await {
        crate::output::problem(&error.to_string());
    }
}

async fn message(
    State(orchestrator): State<Arc<Orchestrator>>,
    Json(query): Json<Query>,
) -> Result<Json<Answer>, OrchestratorError> {
    orchestrator.execute_query(&query).await.map(Json)
}

impl IntoResponse for OrchestratorError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::EmptyQuery => StatusCode::BAD_REQUEST,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Llm(_) | Self::Reply(_) => StatusCode::BAD_GATEWAY,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}
