//! `spanwright search`.

use jiff::Timestamp;
use serde_json::json;

use super::Failure;
use super::arguments::{Order, Search};
use crate::analysis::Summary;
use crate::filter::line::{parse, written_duration};
use crate::model::Nanos;
use crate::store::{self, Read, SearchOrder};

pub(super) fn run(options: &Search) -> Result<(), Failure> {
    let line = options.line.join(" ");
    let now = Nanos::try_from(Timestamp::now().as_nanosecond()).unwrap_or(0);
    let filter = parse(&line, now).map_err(|error| format!("{error}\n  {line}\n  {}", error.caret(&line)))?;
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
    for hit in store.search(&search)?.hits {
        if let Some(trace) = store.trace(hit.trace_id)? {
            let summary = Summary::new(&trace);
            println!(
                "{}",
                if options.json {
                    object(&trace.id.to_string(), &summary)
                } else {
                    row(&trace.id.to_string(), &summary)
                }
            );
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
        "{id}  {start:.3}  {duration:>10}  {service} {operation}  ({} spans{errors})",
        summary.spans
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
