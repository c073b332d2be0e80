//! One trace: its waterfall, its table, and all that is known of each span.

mod columns;
mod detail;
mod detail_markup;
mod head;
mod rows;
mod view;

use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::Site;
use super::layout::Page;
use super::respond::{PageError, data_response, off, to_json, to_response};
use crate::filter::line::parse;
use crate::model::{Trace, TraceId, now};
use crate::store::Read;
use crate::wire::write_spans;
use detail::Detail;
use view::View;

#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    /// The span whose details are to be shown.
    span: Option<String>,
}

pub(super) async fn page(
    State(site): State<Site>,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Result<Response, PageError> {
    let page = off(&site, move |read| {
        let trace = trace(read, &id)?;
        let view = View::new(&trace);
        Ok(render(&view, chosen.span.as_deref()))
    });
    Ok(to_response(page.await?))
}

/// All rows, as columns.
pub(super) async fn data(State(site): State<Site>, Path(id): Path<String>) -> Response {
    let made = off(&site, move |read| {
        let trace = trace(read, &id)?;
        to_json(&columns::columns(&View::new(&trace)))
    });
    data_response(made.await)
}

/// The trace as a file of OTLP's JSON.
pub(super) async fn download(State(site): State<Site>, Path(id): Path<String>) -> Response {
    let made = off(&site, move |read| {
        let trace = trace(read, &id)?;
        let mut json = Vec::new();
        write_spans(&mut json, &trace.spans).map_err(|_| PageError::Defect)?;
        Ok((trace.id, json))
    });
    match made.await {
        Ok((id, json)) => {
            let name = format!("attachment; filename=\"{id}.otlp.json\"");
            let headers = [
                (CONTENT_TYPE, "application/json".to_owned()),
                (CONTENT_DISPOSITION, name),
            ];
            (headers, json).into_response()
        }
        Err(error) => error.into_data(),
    }
}

/// All of one span.
pub(super) async fn span(State(site): State<Site>, Path((id, span)): Path<(String, String)>) -> Response {
    let made = off(&site, move |read| {
        let trace = trace(read, &id)?;
        let view = View::new(&trace);
        let at = view
            .with_key(&span)
            .ok_or_else(|| PageError::Absent(format!("The trace has no span {span}.")))?;
        to_json(&Detail::new(&view, at))
    });
    data_response(made.await)
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
}

/// The keys of the spans that a query line finds in a trace, from top to bottom.
pub(super) async fn find(
    State(site): State<Site>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let made = off(&site, move |read| {
        let filter = match parse(&wanted.q, now()) {
            Ok(filter) => filter,
            Err(error) => return to_json(&serde_json::json!({ "error": error.to_string() })),
        };
        let trace = trace(read, &id)?;
        let view = View::new(&trace);
        let found: Vec<&str> = view
            .tree
            .order()
            .iter()
            .filter(|at| filter.matches(&trace.spans[**at]))
            .map(|at| view.key(*at))
            .collect();
        to_json(&serde_json::json!({ "found": found }))
    });
    data_response(made.await)
}

fn trace(read: &dyn Read, id: &str) -> Result<Trace, PageError> {
    let id: TraceId = id.parse()?;
    read.trace(id)?.ok_or_else(|| {
        PageError::Absent(format!(
            "Trace {id} is not here: it has not arrived yet, or was deleted with its age. Load the page again to look again."
        ))
    })
}

fn render(view: &View<'_>, chosen: Option<&str>) -> Markup {
    let asked = chosen;
    let chosen = asked.and_then(|key| view.with_key(key));
    let (service, operation) = view.name();
    let title = format!("{service} {operation}");
    let page = Page {
        title: &title,
        here: None,
        scripts: &["trace.js"],
        wide: true,
    };
    page.with(&html! {
        div #trace data-trace=(view.trace.id) data-chosen=[chosen.map(|at| view.key(at))] {
            (head::head(view))
            (head::tools())
            div.minimap #minimap aria-hidden="true" title="Drag to look closer, double-click to see all" hidden { canvas {} div.window {} }
            div.split {
                section.waterfall #waterfall aria-label="Waterfall" {
                    (rows::axis(view))
                    div.rows #rows role="treegrid" aria-label="Spans" aria-rowcount=(view.trace.spans.len()) tabindex="0" {
                        (rows::rows(view, chosen))
                    }
                }
                section.table #table aria-label="Table" hidden {}
                aside.detail #detail aria-label="Span" hidden[asked.is_none()] {
                    @match (asked, chosen) {
                        (_, Some(at)) => (detail_markup::detail(&Detail::new(view, at))),
                        (Some(key), None) => (detail_markup::absent(key)),
                        (None, None) => {}
                    }
                }
            }
        }
    })
}
