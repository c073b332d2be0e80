//! The list of traces.

use maud::{Markup, html};

use super::Row;
use super::params::Params;
use crate::analysis::{ServiceCount, Summary};
use crate::model::Nanos;
use crate::web::format;
use crate::web::palette::Palette;

/// So many services of a trace are named; of the others, how many they are.
const NAMED: usize = 6;

pub(super) fn list(params: &Params, rows: &[Row], now: Nanos) -> Markup {
    let longest = rows.iter().map(Row::duration).max().unwrap_or(0);
    let palette = Palette::new(
        rows.iter()
            .flat_map(services)
            .map(|service| service.name.as_str()),
    );
    html! {
        p.count role="status" {
            (format::count(rows.len(), "trace"))
            @if rows.len() == params.limit() { ", and maybe more" }
        }
        ol.results {
            @for row in rows {
                li { (result(row, params, longest, &palette, now)) }
            }
        }
    }
}

fn services(row: &Row) -> &[ServiceCount] {
    row.summary.as_ref().map_or(&[], |summary| &summary.services)
}

fn result(row: &Row, params: &Params, longest: Nanos, palette: &Palette<'_>, now: Nanos) -> Markup {
    let (service, operation) = row.name();
    let color = palette.class(service);
    let address = match params.q.is_empty() {
        true => format!("/trace/{}", row.hit.trace_id),
        false => format!("/trace/{}?span={}", row.hit.trace_id, row.hit.span_id),
    };
    html! {
        a.result.failed[row.has_error()] href=(address) {
            span.who {
                i.dot.(color) {}
                b { (service) } " " span.operation { (format::named(operation)) }
                @if row.summary.as_ref().is_some_and(|summary| summary.root.is_none()) {
                    " " em.tag { "root not here yet" }
                }
            }
            span.duration { (format::duration(row.duration())) }
            svg.length width="100%" height="6" aria-hidden="true" {
                rect.rest width="100%" height="6" rx="3" {}
                rect.(color) width=(format::width(row.duration(), longest)) height="6" rx="3" {}
            }
            span.when { (format::ago(row.start(), now)) " · " (format::time_element(row.start())) }
            span.what { (what(row, params, palette)) }
        }
    }
}

fn what(row: &Row, params: &Params, palette: &Palette<'_>) -> Markup {
    let hit = &row.hit;
    html! {
        @match &row.summary {
            Some(summary) => (counts(summary, palette)),
            None => span { "open it to see how long it is" },
        }
        @if !params.q.is_empty() && (hit.service.as_str(), hit.name.as_str()) != row.name() {
            span.match {
                "matches " b { (hit.service) } " " (hit.name) " " (format::duration(hit.duration))
            }
        }
    }
}

fn counts(summary: &Summary, palette: &Palette<'_>) -> Markup {
    html! {
        span { (format::count(summary.spans, "span")) }
        @if summary.errors > 0 { span.bad { (format::count(summary.errors, "error")) } }
        @for service in summary.services.iter().take(NAMED) {
            span.service { i.dot.(palette.class(&service.name)) {} (service.name) " " small { (service.spans) } }
        }
        @if summary.services.len() > NAMED { span { "+" (summary.services.len() - NAMED) } }
    }
}

pub(super) fn nothing(params: &Params) -> Markup {
    html! {
        div.message {
            h2 { "Nothing matches" }
            @if params.range() != "all" {
                p { "No span in this time is like this. " a href=(params.everywhen()) { "Search in all time" } }
            } @else {
                p { "No span is like this. Parts of a text are found with " code { "~" } ", as in " code { "name~cart" } "." }
            }
        }
    }
}
