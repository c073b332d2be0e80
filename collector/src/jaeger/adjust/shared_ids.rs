//! Zipkin's client and server share an id; Jaeger's UI wants each span to have its own.

use std::collections::{HashMap, HashSet};

use super::Shown;
use crate::model::{Kind, SpanId};

/// Gives servers that share their client's id another one, and makes them parts of the client.
pub(super) fn tell_apart(spans: &mut [Shown]) {
    let clients: HashSet<SpanId> = spans
        .iter()
        .filter(|shown| shown.span.kind == Kind::Client)
        .map(|shown| shown.span.span_id)
        .collect();
    let taken: HashSet<SpanId> = spans.iter().map(|shown| shown.span.span_id).collect();
    let mut free = (1..=u64::MAX)
        .map(|id| SpanId(id.to_be_bytes()))
        .filter(|id| !taken.contains(id));
    let mut new_ids: HashMap<SpanId, SpanId> = HashMap::new();
    for shown in spans.iter_mut() {
        let shared = shown.span.span_id;
        if shown.span.kind != Kind::Server || !clients.contains(&shared) {
            continue;
        }
        let Some(id) = free.next() else { continue };
        new_ids.insert(shared, id);
        shown.span.parent_id = Some(shared);
        shown.span.span_id = id;
    }
    // Whose parent had the shared id is a part of the server.
    for shown in spans {
        let server = shown.span.parent_id.and_then(|parent| new_ids.get(&parent));
        if let Some(server) = server.filter(|server| **server != shown.span.span_id) {
            shown.span.parent_id = Some(*server);
        }
    }
}
