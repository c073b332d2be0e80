//! `spanwright generate`.

use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use super::arguments::Generate;
use super::asking::Asking;
use crate::generate::{Data, Generator};
use crate::model::now;

pub(super) fn run(options: Generate) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(send(options))
}

/// Sends the traces one request after the other; the last one ends about now.
async fn send(options: Generate) -> Result<(), Failure> {
    let data = if options.rich { Data::Rich } else { Data::Short };
    let first = now().saturating_sub(options.traces.saturating_mul(1_000_000) + 5_000_000_000);
    let total = options.traces.saturating_mul(10);
    let mut generator = Generator::new(options.seed, data, options.per_request.min(total as usize), first);
    let collector = Asking::new(&options.to)?;
    let progress = ProgressBar::new(total).with_style(ProgressStyle::with_template(
        "{bar:40} {human_pos} of {human_len} spans, {per_sec}, {eta} left",
    )?);
    let mut sent = 0;
    while sent < total {
        let (body, spans) = generator.request();
        collector.send(body).await?;
        sent += spans as u64;
        progress.set_position(sent);
    }
    progress.finish();
    Ok(())
}
