//! Which attributes of a record are shown, in which order, and how.

use super::layout::Item;
use super::text::{clean, is_unsafe};
use crate::record::Attributes;
use crate::value::Value;

/// What a reader looks for first, in this order.
const IMPORTANT: &[&str] = &[
    "gen_ai.request.model",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.tool.name",
    "db.system.name",
    "db.query.summary",
    "db.response.status_code",
    "http.request.method",
    "http.route",
    "url.path",
    "http.response.status_code",
    "rpc.method",
    "messaging.destination.name",
    "error.type",
];

/// Beginnings of what is there for machines: where in the source, which thread, a stack trace.
const HIDDEN: &[&str] = &["code.", "thread.", "exception."];

/// Characters of a key and of a value that are shown.
const MOST_KEY: usize = 40;
const MOST_VALUE: usize = 60;

/// The attributes of a record with this name, the important ones first. One whose value the name already
/// says is left out.
pub(super) fn items(attributes: &Attributes, name: &str) -> Vec<Item> {
    let has = |wanted: &str| attributes.iter().any(|(key, _)| key == wanted);
    let rank = |key: &str| IMPORTANT.iter().position(|wanted| *wanted == key);
    let mut chosen: Vec<_> = attributes
        .iter()
        .filter(|(key, _)| !HIDDEN.iter().any(|hidden| key.starts_with(hidden)))
        .filter(|(key, _)| *key != "url.path" || !has("http.route"))
        .map(|(key, value)| (rank(key).unwrap_or(IMPORTANT.len()), key, value))
        .filter(|(rank, _, value)| *rank == IMPORTANT.len() || !is_said(name, value))
        .collect();
    // Stable: the others stay in the order they were set.
    chosen.sort_by_key(|(rank, _, _)| *rank);
    chosen
        .into_iter()
        .map(|(rank, key, value)| Item {
            key: clean(key, MOST_KEY),
            value: shown(value),
            important: rank < IMPORTANT.len(),
        })
        .collect()
}

fn is_said(name: &str, value: &Value) -> bool {
    let Some(text) = value.as_str() else {
        return false;
    };
    name == text || name.split(' ').any(|word| word == text)
}

/// A value on one line; quoted where it would not be plain where it ends.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let plain = |c: char| !c.is_whitespace() && !matches!(c, '"' | '=') && !is_unsafe(c);
            if !text.is_empty() && text.chars().all(plain) {
                clean(text, MOST_VALUE)
            } else {
                format!("\"{}\"", clean(text, MOST_VALUE).replace('"', "\\\""))
            }
        }
        other => clean(&other.to_string(), MOST_VALUE),
    }
}
