//! What a trace is, in one line, and what can be done with it.

use maud::{Markup, html};

use super::view::View;
use crate::web::format;

pub(super) fn head(view: &View<'_>) -> Markup {
    let (service, operation) = view.name();
    let summary = &view.summary;
    let moved = view.tree.nodes().iter().filter(|node| node.shift != 0).count();
    html! {
        header.trace-head {
            h1 { i.dot.(view.palette.class(service)) {} span.service { (service) } " " span.operation { (operation) } }
            ul.facts {
                li { b { (format::duration(view.duration())) } }
                li { (format::time_element(summary.start)) }
                li { (format::count(summary.spans, "span")) }
                @if summary.errors > 0 { li.bad { (format::count(summary.errors, "error")) } }
                @if summary.root.is_none() && summary.spans > 0 { li.odd { "root not here yet" } }
                @if summary.orphans > 0 {
                    li.odd title="Their parents are not here, or not yet: they stand at the top" {
                        (format::count(summary.orphans, "orphan"))
                    }
                }
                @if moved > 0 {
                    li.odd title="Clocks of services disagree: these spans were moved to fit their callers" {
                        (format::count(moved, "span")) " moved"
                    }
                }
                li.id { code { (view.trace.id) } }
                li { a href=(format!("/trace/{}/otlp.json", view.trace.id)) download { "OTLP JSON" } }
            }
            ul.legend aria-label="Services" {
                @for service in &summary.services {
                    li { i.dot.(view.palette.class(&service.name)) {} (service.name) " " small { (service.spans) } }
                }
            }
        }
    }
}

/// What works only with the script; it shows them.
pub(super) fn tools() -> Markup {
    html! {
        div.tools #tools hidden {
            div.views role="group" aria-label="View" {
                button type="button" data-view="waterfall" aria-pressed="true" { "Waterfall" }
                button type="button" data-view="table" aria-pressed="false" { "Table" }
            }
            label.find {
                span.hidden { "Find in this trace" }
                input #find type="search" placeholder="Find in this trace: text, or a query line" spellcheck="false" autocomplete="off";
                output #found for="find" {}
            }
            div.more role="group" aria-label="Rows" {
                button type="button" data-do="collapse" { "Collapse all" }
                button type="button" data-do="expand" { "Expand all" }
                button type="button" data-do="critical" aria-pressed="true" { "Critical path" }
            }
        }
    }
}
