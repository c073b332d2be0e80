//! The picture of who calls whom.

use maud::{Markup, html};

use super::graph::{Edge, Graph, Node};
use crate::filter::line::quoted;
use crate::web::format;
use crate::web::palette::Palette;
use crate::web::search::address;

const WIDTH: usize = 168;
const HEIGHT: usize = 40;
const ACROSS: usize = WIDTH + 130;
const DOWN: usize = HEIGHT + 32;
const MARGIN: usize = 16;

/// Letters of a name that fit.
const LETTERS: usize = 18;

pub(super) fn graph(graph: &Graph<'_>, palette: &Palette<'_>) -> Markup {
    let width = MARGIN * 2 + graph.layers().saturating_sub(1) * ACROSS + WIDTH;
    let height = MARGIN * 2 + graph.height().saturating_sub(1) * DOWN + HEIGHT + 24;
    html! {
        figure.graph tabindex="0" aria-label="Calls between services" {
            svg width=(width) height=(height) viewBox=(format!("0 0 {width} {height}")) role="img"
                aria-label="Calls between services; the table below says the same" {
                defs {
                    marker #arrow viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8"
                        markerUnits="userSpaceOnUse" orient="auto" { path.arrow d="M0 0 8 4 0 8Z" {} }
                }
                @for edge in &graph.edges { (line(edge, graph)) }
                @for node in &graph.nodes { (service(node, graph, palette)) }
                @for edge in &graph.edges { (label(edge, graph)) }
            }
            @if graph.left_out > 0 {
                figcaption { (format::count(graph.left_out, "service")) " with fewer calls " (if graph.left_out == 1 { "is" } else { "are" }) " not drawn" }
            }
        }
        (calls(graph))
    }
}

fn corner(node: &Node<'_>, graph: &Graph<'_>) -> (usize, usize) {
    let above = (graph.height() - graph.in_layer(node.layer)) * DOWN / 2;
    (MARGIN + node.layer * ACROSS, MARGIN + above + node.place * DOWN)
}

fn service(node: &Node<'_>, graph: &Graph<'_>, palette: &Palette<'_>) -> Markup {
    let (x, y) = corner(node, graph);
    let short: String = match node.name.chars().count() > LETTERS {
        true => node.name.chars().take(LETTERS - 1).chain(['…']).collect(),
        false => node.name.to_owned(),
    };
    html! {
        a.node href=(address(&format!("service={}", quoted(node.name)), "24h")) {
            rect.box x=(x) y=(y) width=(WIDTH) height=(HEIGHT) rx="8" {}
            rect.(palette.class(node.name)) x=(x + 10) y=(y + 12) width="4" height="16" rx="2" {}
            text x=(x + 22) y=(y + HEIGHT / 2) dominant-baseline="central" { (short) }
            title { (node.name) @if node.own_calls > 0 { ", calls itself " (format::grouped(node.own_calls)) " times" } }
        }
    }
}

/// From the right of the caller to the left of the called; back to an earlier layer, around below.
fn ends(edge: &Edge, graph: &Graph<'_>) -> ((usize, usize), (usize, usize), bool) {
    let (from, to) = (&graph.nodes[edge.from], &graph.nodes[edge.to]);
    let ((x1, y1), (x2, y2)) = (corner(from, graph), corner(to, graph));
    match from.layer < to.layer {
        true => ((x1 + WIDTH, y1 + HEIGHT / 2), (x2, y2 + HEIGHT / 2), true),
        false => (
            (x1 + WIDTH / 2, y1 + HEIGHT),
            (x2 + WIDTH / 2 + 12, y2 + HEIGHT),
            false,
        ),
    }
}

fn line(edge: &Edge, graph: &Graph<'_>) -> Markup {
    let ((x1, y1), (x2, y2), ahead) = ends(edge, graph);
    let path = match ahead {
        true => {
            let bend = (x2 - x1) / 2;
            format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend)
        }
        false => format!("M{x1} {y1}C{x1} {} {x2} {} {x2} {y2}", y1 + 40, y2 + 40),
    };
    let width = 1 + edge.calls.max(1).ilog10().min(4);
    html! {
        path.edge.bad[edge.errors > 0].back[!ahead] d=(path) stroke-width=(width) marker-end="url(#arrow)" {
            title {
                (graph.nodes[edge.from].name) " → " (graph.nodes[edge.to].name) ": "
                (format::grouped(edge.calls)) " calls, " (format::grouped(edge.errors)) " errors"
            }
        }
    }
}

fn label(edge: &Edge, graph: &Graph<'_>) -> Markup {
    let ((x1, y1), (x2, y2), ahead) = ends(edge, graph);
    html! {
        // Calls back to earlier layers are told on hovering: labels of theirs would lie on others.
        @if ahead {
            // Before the called, as edges part at the caller, and on the side that the line does not come from.
            text.calls x=(x2 - ((x2 - x1) / 3).min(44)) y=(if y1 < y2 { y2 + 17 } else { y2 - 9 }) text-anchor="middle" {
                (format::grouped(edge.calls))
                @if edge.errors > 0 { tspan.bad { " · " (format::grouped(edge.errors)) " err" } }
            }
        }
    }
}

fn calls(graph: &Graph<'_>) -> Markup {
    html! {
        details.calls {
            summary { "As a table" }
            div.scroll {
                table {
                    thead { tr { th { "Caller" } th { "Called" } th.number { "Calls" } th.number { "Errors" } th.number { "Mean duration" } } }
                    tbody {
                        @for edge in &graph.edges {
                            tr {
                                td { (graph.nodes[edge.from].name) }
                                td { (graph.nodes[edge.to].name) }
                                td.number { (format::grouped(edge.calls)) }
                                td.number.bad[edge.errors > 0] { (format::grouped(edge.errors)) }
                                td.number { (format::duration(edge.duration / edge.calls.max(1))) }
                            }
                        }
                    }
                }
            }
        }
    }
}
