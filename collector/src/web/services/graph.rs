//! Where services stand in the picture of their calls: in layers from callers to called.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::Dependency;

/// More services than this make no picture that can be read: those with the most calls are drawn.
const DRAWN: usize = 120;

/// Passes over the layers that bring neighbours near each other.
const PASSES: usize = 6;

/// Services in layers, and the calls between them.
#[derive(Debug, PartialEq)]
pub(super) struct Graph<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) edges: Vec<Edge>,
    /// How many services are not drawn.
    pub(super) left_out: usize,
}

#[derive(Debug, PartialEq)]
pub(super) struct Node<'a> {
    pub(super) name: &'a str,
    /// From the callers on.
    pub(super) layer: usize,
    /// From the top of the layer.
    pub(super) place: usize,
    /// Calls of the service by itself.
    pub(super) own_calls: u64,
}

#[derive(Debug, PartialEq)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) calls: u64,
    pub(super) errors: u64,
    pub(super) duration: u64,
}

impl<'a> Graph<'a> {
    pub(super) fn new(calls: &'a [Dependency]) -> Self {
        let (names, left_out) = busiest(calls);
        let place: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let mut nodes: Vec<Node<'_>> = names
            .iter()
            .map(|name| Node {
                name,
                layer: 0,
                place: 0,
                own_calls: 0,
            })
            .collect();
        let mut edges = Vec::new();
        for call in calls {
            let (Some(&from), Some(&to)) = (place.get(&*call.parent), place.get(&*call.child)) else {
                continue;
            };
            if from == to {
                nodes[from].own_calls += call.calls;
                continue;
            }
            edges.push(Edge {
                from,
                to,
                calls: call.calls,
                errors: call.errors,
                duration: call.duration,
            });
        }
        for (node, layer) in nodes.iter_mut().zip(layers(names.len(), &edges)) {
            node.layer = layer;
        }
        arrange(&mut nodes, &edges);
        Self {
            nodes,
            edges,
            left_out,
        }
    }

    pub(super) fn layers(&self) -> usize {
        self.nodes.iter().map(|node| node.layer + 1).max().unwrap_or(0)
    }

    /// The number of services in the fullest layer.
    pub(super) fn height(&self) -> usize {
        self.nodes.iter().map(|node| node.place + 1).max().unwrap_or(0)
    }

    /// The number of services in a layer.
    pub(super) fn in_layer(&self, layer: usize) -> usize {
        self.nodes.iter().filter(|node| node.layer == layer).count()
    }
}

fn busiest(calls: &[Dependency]) -> (Vec<&str>, usize) {
    let mut of: BTreeMap<&str, u64> = BTreeMap::new();
    for call in calls {
        for name in [&call.parent, &call.child] {
            let calls_of = of.entry(name).or_default();
            *calls_of = calls_of.saturating_add(call.calls);
        }
    }
    let all = of.len();
    let mut names: Vec<(&str, u64)> = of.into_iter().collect();
    names.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    names.truncate(DRAWN);
    let names: BTreeSet<&str> = names.into_iter().map(|(name, _)| name).collect();
    let left_out = all - names.len();
    (names.into_iter().collect(), left_out)
}

/// The layer of each service: one further than the furthest of its callers. In a circle, the one with the most calls
/// out of those left begins.
fn layers(count: usize, edges: &[Edge]) -> Vec<usize> {
    let mut layer = vec![0; count];
    let mut left: BTreeSet<usize> = (0..count).collect();
    while !left.is_empty() {
        let called = |at: usize| {
            edges
                .iter()
                .any(|edge| edge.to == at && left.contains(&edge.from))
        };
        let calls_out = |at: usize| -> u64 {
            edges
                .iter()
                .filter(|edge| edge.from == at && left.contains(&edge.to))
                .map(|edge| edge.calls)
                .fold(0, u64::saturating_add)
        };
        let free = left.iter().copied().find(|at| !called(*at));
        let most = || {
            left.iter()
                .copied()
                .max_by_key(|at| (calls_out(*at), usize::MAX - at))
        };
        let Some(next) = free.or_else(most) else { break };
        left.remove(&next);
        for edge in edges
            .iter()
            .filter(|edge| edge.from == next && left.contains(&edge.to))
        {
            layer[edge.to] = layer[edge.to].max(layer[next] + 1);
        }
    }
    layer
}

/// Places within the layers: each service near the middle of its neighbours.
fn arrange(nodes: &mut [Node<'_>], edges: &[Edge]) {
    let depth = nodes.iter().map(|node| node.layer + 1).max().unwrap_or(0);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); depth];
    for (at, node) in nodes.iter_mut().enumerate() {
        node.place = layers[node.layer].len();
        layers[node.layer].push(at);
    }
    for pass in 0..PASSES {
        let there: Vec<usize> = if pass % 2 == 0 {
            (0..depth).collect()
        } else {
            (0..depth).rev().collect()
        };
        for layer in there {
            let middle = |at: usize| middle(nodes, edges, at);
            let mut by_middle: Vec<(f64, usize)> =
                layers[layer].iter().map(|at| (middle(*at), *at)).collect();
            by_middle.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            layers[layer] = by_middle.into_iter().map(|(_, at)| at).collect();
            for (place, at) in layers[layer].iter().enumerate() {
                nodes[*at].place = place;
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are few services")]
fn middle(nodes: &[Node<'_>], edges: &[Edge], at: usize) -> f64 {
    let neighbours: Vec<usize> = edges
        .iter()
        .filter_map(|edge| match at {
            at if at == edge.from => Some(nodes[edge.to].place),
            at if at == edge.to => Some(nodes[edge.from].place),
            _ => None,
        })
        .collect();
    match neighbours.len() {
        0 => nodes[at].place as f64,
        count => neighbours.iter().sum::<usize>() as f64 / count as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(parent: &str, child: &str) -> Dependency {
        Dependency {
            parent: parent.to_owned(),
            child: child.to_owned(),
            calls: 3,
            ..Dependency::default()
        }
    }

    fn layers_of(calls: &[Dependency]) -> Vec<(String, usize)> {
        let graph = Graph::new(calls);
        graph
            .nodes
            .iter()
            .map(|node| (node.name.to_owned(), node.layer))
            .collect()
    }

    #[test]
    fn who_is_called_stands_behind_all_who_call() {
        let calls = [
            call("web", "shop"),
            call("web", "db"),
            call("shop", "db"),
            call("shop", "shop"),
        ];
        let of = |name: &str, layer| (name.to_owned(), layer);
        assert_eq!(layers_of(&calls), [of("db", 2), of("shop", 1), of("web", 0)]);
        assert_eq!(Graph::new(&calls).nodes[1].own_calls, 3);
        assert_eq!(Graph::new(&calls).edges.len(), 3);
    }

    #[test]
    fn circles_end() {
        let calls = [call("a", "b"), call("b", "c"), call("c", "a")];
        let of = |name: &str, layer| (name.to_owned(), layer);
        assert_eq!(layers_of(&calls), [of("a", 0), of("b", 1), of("c", 2)]);
    }

    #[test]
    fn of_many_services_the_busiest_are_drawn() {
        let calls: Vec<Dependency> = (0..1000)
            .map(|number| call("web", &format!("s{number:04}")))
            .collect();
        let graph = Graph::new(&calls);
        assert_eq!((graph.nodes.len(), graph.left_out), (DRAWN, 1001 - DRAWN));
        assert!(graph.nodes.iter().any(|node| node.name == "web"));
    }
}
