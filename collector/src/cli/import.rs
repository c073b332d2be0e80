//! `spanwright import`.

use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use super::arguments::Import;
use crate::store::{OpenError, Store, StoreConfig};
use crate::transfer::{Bad, ImportError, Imported, Source, Target, Watch, import};

/// Where a collector takes OTLP unless it was told otherwise.
const COLLECTOR: &str = "http://127.0.0.1:4318";

pub(super) fn run(options: &Import) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (target, store) = target(options)?;
    let done = runtime.block_on(all(options, &target));
    drop(target);
    if let Some(store) = store {
        store.close();
    }
    done
}

/// The collector that was named; else the folder, and while a collector writes that, the collector.
fn target(options: &Import) -> Result<(Target, Option<Store>), Failure> {
    if let Some(url) = &options.to {
        return Ok((Target::collector(url), None));
    }
    match Store::open(StoreConfig::new(options.folder.path()?)) {
        Ok(store) => Ok((Target::store(store.clone()), Some(store))),
        Err(OpenError::InUse { .. }) => Ok((Target::collector(COLLECTOR), None)),
        Err(error) => Err(error.into()),
    }
}

async fn all(options: &Import, target: &Target) -> Result<(), Failure> {
    let (mut sum, mut failed) = (Imported::default(), 0);
    for path in &options.files {
        let name = path.display().to_string();
        match one(path, &name, target).await {
            Ok(imported) => {
                sum.spans += imported.spans;
                sum.logs += imported.logs;
                sum.bad += imported.bad;
                sum.left_out += imported.left_out;
                imported
                    .refusals
                    .iter()
                    .for_each(|why| eprintln!("{name}: the collector left some out: {why}"));
            }
            // The next file would not get there either.
            Err(ImportError::Target(error)) => return Err(format!("{name}: {error}").into()),
            Err(error) => {
                failed += 1;
                eprintln!("{name}: {error}");
            }
        }
    }
    eprintln!("{} spans and {} log records imported", sum.spans, sum.logs);
    if failed == 0 && sum.is_whole() {
        return Ok(());
    }
    let Imported { bad, left_out, .. } = sum;
    Err(format!(
        "not all was imported: {failed} files and {bad} lines or traces are bad, {left_out} records left out"
    )
    .into())
}

async fn one(path: &std::path::Path, name: &str, target: &Target) -> Result<Imported, ImportError> {
    let source = Source::open(path)?;
    let mut shown = Shown::new(name, source.size());
    let imported = import(source, target, &mut shown).await;
    shown.progress.finish_and_clear();
    imported
}

/// What a person sees meanwhile.
struct Shown<'a> {
    name: &'a str,
    progress: ProgressBar,
}

impl<'a> Shown<'a> {
    fn new(name: &'a str, size: Option<u64>) -> Self {
        let (progress, template) = match size {
            Some(size) => (
                ProgressBar::new(size),
                "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            ),
            None => (ProgressBar::new_spinner(), "{spinner} {bytes}, {bytes_per_sec}"),
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self {
            name,
            progress: progress.with_style(style),
        }
    }
}

impl Watch for Shown<'_> {
    fn read(&mut self, bytes: u64) {
        self.progress.set_position(bytes);
    }

    fn bad(&mut self, bad: &Bad) {
        self.progress.suspend(|| eprintln!("{}: {bad}", self.name));
    }
}
