//! `spanwright show`.

use std::io::Write;

use super::Failure;
use super::arguments::Show;
use super::terminal::safe;
use crate::analysis::Tree;
use crate::filter::line::written_duration;
use crate::model::{Attribute, Span, TraceId, Value};
use crate::store::Read;

pub(super) fn run(options: &Show) -> Result<(), Failure> {
    let id: TraceId = options.trace.parse()?;
    let store = options.folder.open()?;
    let trace = store
        .trace(id)?
        .ok_or_else(|| format!("there is no trace {id}"))?;
    let tree = Tree::new(&trace);
    let mut out = std::io::stdout().lock();
    for &at in tree.order() {
        let (span, node) = (&trace.spans[at], tree.node(at));
        let indent = "  ".repeat(node.depth.min(60));
        let error = if span.is_error() { "  ERROR" } else { "" };
        let duration = written_duration(span.duration());
        writeln!(
            out,
            "{indent}{} {}  {duration}{error}",
            safe(span.service()),
            safe(&span.name)
        )?;
        if options.attributes {
            details(&mut out, span, &indent)?;
        }
    }
    Ok(())
}

fn details(out: &mut impl Write, span: &Span, indent: &str) -> std::io::Result<()> {
    let mut list = |attributes: &[Attribute], indent: &str| {
        attributes
            .iter()
            .try_for_each(|(key, value)| writeln!(out, "{indent}    {} = {}", safe(key), text(value)))
    };
    list(&span.attributes, indent)?;
    for event in &span.events {
        list(&[("event".to_owned(), Value::Text(event.name.clone()))], indent)?;
        list(&event.attributes, &format!("{indent}  "))?;
    }
    if !span.status.message.is_empty() {
        list(
            &[("status".to_owned(), Value::Text(span.status.message.clone()))],
            indent,
        )?;
    }
    Ok(())
}

fn text(value: &Value) -> String {
    match value {
        Value::Empty => "(empty)".to_owned(),
        Value::Text(text) => safe(text),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Bytes(bytes) => format!("({} bytes)", bytes.len()),
        Value::Array(values) => format!("[{}]", values.iter().map(text).collect::<Vec<_>>().join(", ")),
        Value::Map(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(key, value)| format!("{}: {}", safe(key), text(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}
