//! `spanwright export`.

use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use super::arguments::Export;
use super::line::checked;
use super::terminal::counted;
use crate::transfer::export;

pub(super) fn run(options: &Export) -> Result<(), Failure> {
    let filter = checked(&options.line.join(" "))?;
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
        "{} written to {}: {}, {}",
        counted(exported.traces, "trace"),
        options.to.display(),
        counted(exported.spans, "span"),
        counted(exported.logs, "log record")
    );
    Ok(())
}
