//! `spanwright search`.

use std::io::Write;

use jiff::Timestamp;
use serde_json::json;

use super::Failure;
use super::arguments::{Order, Search};
use super::line::checked;
use super::terminal::{counted, safe};
use crate::analysis::Summary;
use crate::filter::line::{trace_id, written_duration};
use crate::model::Nanos;
use crate::store::{self, Read, SearchOrder};

pub(super) fn run(options: &Search) -> Result<(), Failure> {
    let line = options.line.join(" ");
    let filter = checked(&line)?;
    let store = options.folder.open()?;
    let order = match options.order {
        Order::Latest => SearchOrder::Latest,
        Order::Slowest => SearchOrder::Slowest,
    };
    let search = store::Search {
        filter,
        time: 0..Nanos::MAX,
        order,
        limit: options.limit,
    };
    let mut found: Vec<_> = store
        .search(&search)?
        .hits
        .iter()
        .map(|hit| hit.trace_id)
        .collect();
    if found.is_empty() {
        found.extend(trace_id(&line));
    }
    let mut out = std::io::stdout().lock();
    for id in found {
        if let Some(trace) = store.trace(id)? {
            let summary = Summary::new(&trace);
            let id = trace.id.to_string();
            let line = if options.json {
                object(&id, &summary)
            } else {
                row(&id, &summary)
            };
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn root(summary: &Summary) -> (&str, &str) {
    summary
        .root
        .as_ref()
        .map_or(("", "(no root yet)"), |root| (&root.service, &root.operation))
}

fn row(id: &str, summary: &Summary) -> String {
    let (service, operation) = root(summary);
    let start = Timestamp::from_nanosecond(i128::from(summary.start)).unwrap_or_default();
    let duration = written_duration(summary.end.saturating_sub(summary.start));
    let errors = match summary.errors {
        0 => String::new(),
        errors => format!(", {errors} with an error"),
    };
    format!(
        "{id}  {start:.3}  {duration:>10}  {} {}  ({}{errors})",
        safe(service),
        safe(operation),
        counted(summary.spans as u64, "span")
    )
}

fn object(id: &str, summary: &Summary) -> String {
    let (service, operation) = root(summary);
    json!({
        "trace_id": id,
        "service": service,
        "operation": operation,
        "start_unix_nano": summary.start.to_string(),
        "duration_nano": summary.end.saturating_sub(summary.start).to_string(),
        "spans": summary.spans,
        "errors": summary.errors,
        "orphans": summary.orphans,
        "services": summary.services.iter().map(|service| &service.name).collect::<Vec<_>>(),
    })
    .to_string()
}
