//! `spanwright export`.

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::Failure;
use super::arguments::Export;
use crate::filter::line::parse;
use crate::model::Nanos;
use crate::transfer::export;

pub(super) fn run(options: &Export) -> Result<(), Failure> {
    let line = options.line.join(" ");
    let now = Nanos::try_from(Timestamp::now().as_nanosecond()).unwrap_or(0);
    let filter = parse(&line, now).map_err(|error| format!("{error}\n  {line}\n  {}", error.caret(&line)))?;
    let store = options.folder.open()?;
    let progress = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{bar:40} {human_pos} of {human_len} traces, {per_sec}, {eta} left",
    )?);
    let exported = export(&store, filter, &options.to, &mut |traces, of| {
        progress.set_length(of);
        progress.set_position(traces);
    })?;
    progress.finish_and_clear();
    eprintln!(
        "{} traces written to {}: {} spans, {} log records",
        exported.traces,
        options.to.display(),
        exported.spans,
        exported.logs
    );
    Ok(())
}
