//! Spans as they arrive.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use maud::html;
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::layout::Page;
use super::palette::own;
use super::respond::{PageError, to_response};
use super::search::{Params, query_line};
use super::{Site, format};
use crate::filter::Filter;
use crate::filter::line::parse;
use crate::model::{Span, now};

/// Of what arrives at once, so many spans are sent to a page; of the others, how many they are.
const AT_ONCE: usize = 40;

/// How long a page waits between two updates: nobody reads faster.
const PAUSE: Duration = Duration::from_millis(250);

/// Where spans can be watched as they arrive.
pub trait Tail: Send + Sync {
    /// Spans from now on, in the groups they arrive in. Who does not keep up misses some.
    fn subscribe(&self) -> Receiver<Arc<[Span]>>;
}

pub(super) async fn page(State(site): State<Site>, Query(params): Query<Params>) -> Response {
    let error = parse(&params.q, now()).err();
    let watching = site.tail.is_some() && error.is_none();
    let page = Page {
        title: "Live",
        here: Some("/live"),
        scripts: &["live.js"],
        wide: false,
    };
    let body = html! {
        div.heading {
            h1 { "Live" }
            p.state #tail-state role="status" { @if watching { "Needs JavaScript" } }
            button #tail-pause type="button" hidden aria-pressed="false" { "Pause" }
        }
        form.search action="/live" role="search" { (query_line(&params.q, error.is_some(), "Watch")) }
        @if let Some(error) = &error {
            div.line-error #line-error role="alert" {
                pre { (params.q) "\n" span.caret { (error.caret(&params.q)) } }
                p { (error) }
            }
        }
        @if site.tail.is_none() {
            div.message { p { "This page reads a store that somebody else writes: nothing arrives here." } }
        }
        ol.tail #tail aria-label="Spans, the latest first" data-watch=[watching.then_some("/live/events")] data-q=(params.q) {}
    };
    to_response(page.with(&body))
}

/// A span, in short.
#[derive(Debug, Serialize)]
struct Shown {
    trace: String,
    span: String,
    service: String,
    color: usize,
    name: String,
    start: u64,
    duration: String,
    error: bool,
}

#[derive(Debug, Default, Serialize)]
struct Update {
    spans: Vec<Shown>,
    /// Spans that are like the line but too many to send.
    more: usize,
    /// Groups of spans that went by unseen.
    missed: u64,
}

pub(super) async fn events(State(site): State<Site>, Query(params): Query<Params>) -> Response {
    let (Some(tail), Ok(filter)) = (&site.tail, parse(&params.q, now())) else {
        return PageError::Absent("Nothing can be watched here.".to_owned()).into_data();
    };
    let watch = Watch {
        receiver: tail.subscribe(),
        filter,
    };
    let events = stream::unfold(watch, |mut watch| async move {
        let update = watch.next().await?;
        let event = Event::default().json_data(update).unwrap_or_default();
        Some((Ok::<_, Infallible>(event), watch))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

struct Watch {
    receiver: Receiver<Arc<[Span]>>,
    filter: Filter,
}

impl Watch {
    /// What arrived, once something did that the filter is true of; `None` at the end.
    async fn next(&mut self) -> Option<Update> {
        let mut update = Update::default();
        while update.spans.is_empty() && update.missed == 0 {
            match self.receiver.recv().await {
                Ok(spans) => self.take(&spans, &mut update),
                Err(RecvError::Lagged(missed)) => update.missed += missed,
                Err(RecvError::Closed) => return None,
            }
        }
        tokio::time::sleep(PAUSE).await;
        while let Ok(spans) = self.receiver.try_recv() {
            self.take(&spans, &mut update);
        }
        Some(update)
    }

    fn take(&self, spans: &[Span], update: &mut Update) {
        for span in spans.iter().filter(|span| self.filter.matches(span)) {
            match update.spans.len() < AT_ONCE {
                true => update.spans.push(shown(span)),
                false => update.more += 1,
            }
        }
    }
}

fn shown(span: &Span) -> Shown {
    Shown {
        trace: span.trace_id.to_string(),
        span: span.span_id.to_string(),
        service: span.service().to_owned(),
        color: own(span.service()),
        name: span.name.clone(),
        start: span.start / 1_000_000,
        duration: format::duration(span.duration()),
        error: span.is_error(),
    }
}
