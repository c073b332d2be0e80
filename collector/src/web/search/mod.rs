//! The first page: the query line, and what it finds.

mod form;
mod params;
mod results;
mod scatter;
mod welcome;

use std::ops::Range;
use std::time::{Duration, Instant};

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

pub(super) use form::query_line;
pub(super) use params::{Params, RANGES, address, encoded};

use super::Site;
use super::layout::Page;
use super::respond::{PageError, off, to_response};
use crate::analysis::{Summary, Tree};
use crate::filter::line::{LineError, parse, trace_id};
use crate::model::{Nanos, TraceId, now};
use crate::store::{Hit, Read, Search};

/// Whole traces are read for the list as long as this takes no longer; the rest is listed with what the search knows.
const SUMMARIES: Duration = Duration::from_millis(250);

pub(super) async fn page(
    State(site): State<Site>,
    Query(params): Query<Params>,
) -> Result<Response, PageError> {
    if let Some(id) = params.trace.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
        let id: TraceId = id.parse()?;
        return Ok(Redirect::to(&format!("/trace/{id}")).into_response());
    }
    let page = off(&site, move |read| {
        let now = now();
        let outcome = search(read, &params, now)?;
        if let (Outcome::Found(rows), Some(id)) = (&outcome, trace_id(&params.q))
            && rows.is_empty()
            && read.trace(id)?.is_some()
        {
            return Ok(Err(id));
        }
        Ok(Ok(render(&params, &outcome, now)))
    })
    .await?;
    Ok(match page {
        Ok(page) => to_response(page),
        Err(id) => Redirect::to(&format!("/trace/{id}")).into_response(),
    })
}

/// What came of a search.
enum Outcome {
    Refused(LineError),
    /// Nothing has ever come in.
    Untouched,
    Found(Vec<Row>),
}

/// A trace in the list.
struct Row {
    hit: Hit,
    /// `None` where there was no time to read the trace.
    summary: Option<Summary>,
    /// From its start to its end, as its page has them.
    time: Range<Nanos>,
}

impl Row {
    fn start(&self) -> Nanos {
        self.time.start
    }

    fn duration(&self) -> Nanos {
        self.time.end - self.time.start
    }

    fn has_error(&self) -> bool {
        self.hit.error || self.summary.as_ref().is_some_and(|summary| summary.errors > 0)
    }

    /// Service and operation that name the trace.
    fn name(&self) -> (&str, &str) {
        match self.summary.as_ref().and_then(|summary| summary.root.as_ref()) {
            Some(root) => (&root.service, &root.operation),
            None => (&self.hit.service, &self.hit.name),
        }
    }
}

fn search(read: &dyn Read, params: &Params, now: Nanos) -> Result<Outcome, PageError> {
    let filter = match parse(&params.q, now) {
        Ok(filter) => filter,
        Err(error) => return Ok(Outcome::Refused(error)),
    };
    let search = Search {
        filter,
        time: params.time(now),
        order: params.order(),
        limit: params.limit(),
    };
    let hits = read.search(&search)?.hits;
    if hits.is_empty() && read.services()?.is_empty() {
        return Ok(Outcome::Untouched);
    }
    let began = Instant::now();
    let mut rows = Vec::with_capacity(hits.len());
    for hit in hits {
        let trace = match began.elapsed() < SUMMARIES {
            true => read.trace(hit.trace_id)?,
            false => None,
        };
        rows.push(Row {
            time: trace.as_ref().map_or_else(
                || hit.start..hit.start.saturating_add(hit.duration),
                |trace| Tree::new(trace).time(),
            ),
            summary: trace.as_ref().map(Summary::new),
            hit,
        });
    }
    Ok(Outcome::Found(rows))
}

fn render(params: &Params, outcome: &Outcome, now: Nanos) -> Markup {
    let title = if params.q.is_empty() { "Search" } else { &params.q };
    let page = Page {
        title,
        here: Some("/"),
        scripts: &["search.js"],
        wide: false,
    };
    page.with(&html! {
        h1.hidden { "Search" }
        (form::form(params, match outcome {
            Outcome::Refused(error) => Some(error),
            _ => None,
        }))
        @match outcome {
            Outcome::Refused(_) => {}
            Outcome::Untouched => (welcome::welcome()),
            Outcome::Found(rows) if rows.is_empty() => (results::nothing(params)),
            Outcome::Found(rows) => {
                (scatter::scatter(rows, params.drawn(now)))
                (results::list(params, rows, now))
            }
        }
    })
}
