//! Why there is no answer, in the forms of both APIs.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::store::ReadError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// A parameter is missing, or is not what it should be.
    #[error("{0}")]
    Parameter(String),
    /// Nothing is there.
    #[error("{0}")]
    Absent(&'static str),
    /// The answer would be larger than what is sent at once.
    #[error("the answer has more than {limit} bytes: ask for fewer traces")]
    Large {
        /// What is sent at most.
        limit: usize,
    },
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] ReadError),
    /// A defect of ours.
    #[error("this answer could not be made: that is a defect, please report it with the address")]
    Defect,
}

/// An error in the list of the legacy API.
#[derive(Debug, Serialize)]
pub(super) struct ErrorJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<u16>,
    pub(super) msg: String,
    #[serde(rename = "traceID", skip_serializing_if = "Option::is_none")]
    pub(super) trace_id: Option<String>,
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::Parameter(_) => StatusCode::BAD_REQUEST,
            Self::Absent(_) => StatusCode::NOT_FOUND,
            Self::Large { .. } | Self::Store(_) | Self::Defect => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// As the legacy API says it.
    pub(super) fn legacy(&self) -> Response {
        let status = self.status();
        let error = ErrorJson {
            code: Some(status.as_u16()),
            msg: self.to_string(),
            trace_id: None,
        };
        let body = json!({"data": null, "total": 0, "limit": 0, "offset": 0, "errors": [error]});
        (status, Json(body)).into_response()
    }

    /// As `/api/v3` says it.
    pub(super) fn v3(&self) -> Response {
        let status = self.status();
        let body = json!({"error": {"httpCode": status.as_u16(), "message": self.to_string()}});
        (status, Json(body)).into_response()
    }
}
