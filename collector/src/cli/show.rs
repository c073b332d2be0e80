//! `spanwright show`.

use std::io::Write;

use super::Failure;
use super::arguments::Show;
use super::details::Details;
use super::terminal::safe;
use crate::analysis::Tree;
use crate::filter::line::written_duration;
use crate::model::TraceId;
use crate::store::Read;

pub(super) fn run(options: &Show) -> Result<(), Failure> {
    let id: TraceId = options.trace.parse()?;
    let store = options.folder.open()?;
    let trace = store
        .trace(id)?
        .ok_or_else(|| format!("there is no trace {id}"))?;
    let tree = Tree::new(&trace);
    let mut out = std::io::stdout().lock();
    let mut details = Details::new(&trace);
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
            details.write(&mut out, span, &indent)?;
        }
    }
    if options.attributes {
        details.write_rest(&mut out)?;
    }
    Ok(())
}
