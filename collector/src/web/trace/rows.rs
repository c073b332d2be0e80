//! The first rows of the waterfall, as they are before the script draws them all, and without it.

use std::collections::HashMap;

use maud::{Markup, html};

use super::view::View;
use crate::analysis::{Origin, Section};
use crate::model::Nanos;
use crate::web::format;

const ROWS: usize = 200;

/// Levels that are indented; the style has a class for each.
const LEVELS: usize = 24;

pub(super) fn axis(view: &View<'_>) -> Markup {
    let duration = view.duration();
    html! {
        div.axis aria-hidden="true" {
            span.cell { "Service and operation" }
            svg #axis width="100%" height="24" {
                @for quarter in 0..4u64 {
                    text.tick x=(format!("{}%", quarter * 25)) dx="4" y="16" {
                        (format::duration(duration / 4 * quarter))
                    }
                }
            }
            span.cell.duration { "Duration" }
        }
    }
}

pub(super) fn rows(view: &View<'_>, chosen: Option<usize>) -> Markup {
    let order = view.tree.order();
    let mut critical: HashMap<usize, Vec<&Section>> = HashMap::new();
    for section in &view.critical {
        critical.entry(section.span).or_default().push(section);
    }
    html! {
        @for at in order.iter().take(ROWS) {
            (row(view, *at, critical.get(at).map_or(&[][..], |sections| sections), chosen == Some(*at)))
        }
        @if order.len() > ROWS {
            p.rest { "Without JavaScript only the first " (ROWS) " of " (format::count(order.len(), "span")) " are shown." }
        }
    }
}

fn row(view: &View<'_>, at: usize, critical: &[&Section], chosen: bool) -> Markup {
    let (span, node) = (view.span(at), view.tree.node(at));
    let same = node
        .parent
        .is_some_and(|parent| view.span(parent).service() == span.service());
    let whole = view.duration();
    let from = view.tree.time().start;
    let percent = |part: Nanos| format::percent(part, whole);
    html! {
        a.row role="row" aria-level=(node.depth + 1) aria-selected=(chosen) href=(format!("?span={}", view.key(at))) {
            span.cell.name.(format!("d{}", node.depth.min(LEVELS))) role="gridcell" {
                i.twist {}
                i.dot.(view.palette.class(span.service())) {}
                @if span.is_error() { span.bad title="Error" { "!" } }
                @if node.origin == Origin::Orphan { span.odd title="Its parent is not here" { "?" } }
                span.service.same[same] { (span.service()) } " " span.operation { (span.name) }
            }
            svg.bar width="100%" height="24" role="gridcell" {
                rect.time.failed[span.is_error()].(view.palette.class(span.service())) x=(percent(view.offset(at)))
                    width=(format::width(node.duration(), whole)) y="7" height="10" rx="2" {}
                @for section in critical {
                    rect.critical x=(percent(section.start - from)) width=(format::width(section.end - section.start, whole))
                        y="18" height="2" {}
                }
            }
            span.cell.duration role="gridcell" { (format::duration(node.duration())) }
        }
    }
}
