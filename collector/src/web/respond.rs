//! Answers: pages, data, and errors that say what to do.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Serialize;

use super::{Site, layout};
use crate::model::InvalidId;
use crate::store::{Read, ReadError};

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
    /// A part of the address is not what it should be.
    #[error("{0}")]
    Address(#[from] InvalidId),
    /// Nothing is there.
    #[error("{0}")]
    Absent(String),
    /// The store cannot be read.
    #[error("{0}")]
    Store(#[from] ReadError),
    /// A defect of ours.
    #[error("this page could not be made: that is a defect, please report it with the address of the page")]
    Defect,
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Address(_) => StatusCode::BAD_REQUEST,
            Self::Absent(_) => StatusCode::NOT_FOUND,
            Self::Store(_) | Self::Defect => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The error for a script.
    pub(super) fn into_data(self) -> Response {
        (
            self.status(),
            Json(serde_json::json!({ "error": self.to_string() })),
        )
            .into_response()
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let page = layout::Page {
            title: "Not found",
            here: None,
            scripts: &[],
            wide: false,
        };
        let body = html! {
            div.message {
                h1 { (self.status().canonical_reason().unwrap_or("Error")) }
                p { (self) }
                p { a href="/" { "Search for traces" } }
            }
        };
        (self.status(), to_response(page.with(&body))).into_response()
    }
}

pub(super) async fn not_found() -> PageError {
    PageError::Absent("There is no such page.".to_owned())
}

/// Reads, and makes the answer, off the runtime's workers: both may take milliseconds.
pub(super) async fn off<T: Send + 'static>(
    site: &Site,
    make: impl FnOnce(&dyn Read) -> Result<T, PageError> + Send + 'static,
) -> Result<T, PageError> {
    let read = site.read.clone();
    tokio::task::spawn_blocking(move || make(read.as_ref()))
        .await
        .map_err(|_| PageError::Defect)?
}

pub(super) fn to_response(page: Markup) -> Response {
    (
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        page.into_string(),
    )
        .into_response()
}

/// Data for a script, already written while off the workers.
pub(super) fn data_response(made: Result<String, PageError>) -> Response {
    match made {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => error.into_data(),
    }
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, PageError> {
    serde_json::to_string(value).map_err(|_| PageError::Defect)
}
