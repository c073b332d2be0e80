//! A trace's rows for the script that draws them: columns, as names of fields for each of 10,000 rows would be most
//! of the bytes.

use std::collections::HashMap;

use serde::Serialize;

use super::view::View;
use crate::analysis::Origin;
use crate::model::Nanos;

#[derive(Debug, Serialize)]
pub(super) struct Columns<'a> {
    duration: Nanos,
    services: Vec<Service<'a>>,
    names: Vec<&'a str>,
    /// From top to bottom; the other columns are beside it.
    key: Vec<&'a str>,
    depth: Vec<usize>,
    /// How many rows are below it in the tree; they follow it.
    below: Vec<usize>,
    /// Places in `services` and `names`.
    service: Vec<usize>,
    name: Vec<usize>,
    /// Nanoseconds from the trace's start.
    start: Vec<Nanos>,
    length: Vec<Nanos>,
    own: Vec<Nanos>,
    /// 1 error, 2 orphan or circle, 4 moved, 8 has events, 16 has links: added up.
    marks: Vec<u8>,
    /// Row, from, to; in order of time.
    critical: Vec<(usize, Nanos, Nanos)>,
}

#[derive(Debug, Serialize)]
struct Service<'a> {
    name: &'a str,
    color: usize,
}

pub(super) fn columns<'a>(view: &'a View<'a>) -> Columns<'a> {
    let order = view.tree.order();
    let below = view.tree.descendants();
    let services: HashMap<&str, usize> = view
        .palette
        .services()
        .enumerate()
        .map(|(at, (name, _))| (name, at))
        .collect();
    let mut names = Names::default();
    let mut row_of = vec![0; order.len()];
    for (row, at) in order.iter().enumerate() {
        row_of[*at] = row;
    }
    let start = view.tree.time().start;
    let by_row = |of: &dyn Fn(usize) -> Nanos| order.iter().map(|at| of(*at)).collect();
    Columns {
        duration: view.duration(),
        services: view
            .palette
            .services()
            .map(|(name, color)| Service { name, color })
            .collect(),
        key: order.iter().map(|at| view.key(*at)).collect(),
        depth: order.iter().map(|at| view.tree.node(*at).depth).collect(),
        below: order.iter().map(|at| below[*at]).collect(),
        service: order
            .iter()
            .map(|at| services[view.span(*at).service()])
            .collect(),
        name: order.iter().map(|at| names.place(&view.span(*at).name)).collect(),
        start: by_row(&|at| view.offset(at)),
        length: by_row(&|at| view.tree.node(at).duration()),
        own: by_row(&|at| view.self_times[at]),
        marks: order.iter().map(|at| marks(view, *at)).collect(),
        critical: view
            .critical
            .iter()
            .map(|section| (row_of[section.span], section.start - start, section.end - start))
            .collect(),
        names: names.texts,
    }
}

#[derive(Default)]
struct Names<'a> {
    texts: Vec<&'a str>,
    places: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    fn place(&mut self, name: &'a str) -> usize {
        *self.places.entry(name).or_insert_with(|| {
            self.texts.push(name);
            self.texts.len() - 1
        })
    }
}

fn marks(view: &View<'_>, at: usize) -> u8 {
    let (span, node) = (view.span(at), view.tree.node(at));
    // What is below one that was moved was moved with it, and is not marked again.
    let above = node.parent.map_or(0, |parent| view.tree.node(parent).shift);
    let odd = matches!(node.origin, Origin::Orphan | Origin::Cycle);
    u8::from(span.is_error())
        | u8::from(odd) << 1
        | u8::from(node.shift != 0 && node.shift != above) << 2
        | u8::from(!span.events.is_empty()) << 3
        | u8::from(!span.links.is_empty()) << 4
}
