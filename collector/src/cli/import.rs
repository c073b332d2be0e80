//! `spanwright import`.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::Failure;
use super::arguments::Import;
use super::asking::address;
use super::terminal::counted;
use crate::store::{self, OpenError, Store, StoreConfig};
use crate::transfer::{Bad, ImportError, Imported, Source, Target, Watch, import};

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
        return Ok((Target::collector(&address(url)?), None));
    }
    let folder = options.folder.path()?;
    match Store::open(StoreConfig::new(&folder)) {
        Ok(store) => Ok((Target::store(store.clone()), Some(store))),
        Err(OpenError::InUse { .. }) => Ok((Target::collector(&writer(&folder)?), None)),
        Err(error) => Err(error.into()),
    }
}

/// Where the collector is that writes the folder.
fn writer(folder: &Path) -> Result<String, Failure> {
    let shown = folder.display();
    match store::address(folder) {
        Some(url) if url.starts_with("http://") => Ok(url),
        Some(url) => Err(format!(
            "the collector that writes {shown} takes OTLP by TLS, at {url}, which an import does not speak: stop it \
             meanwhile, or name another collector by --to"
        )
        .into()),
        None => Err(format!(
            "{shown} is being written by another command, or by a collector that does not say where it is: try again \
             when that has ended, or name the collector by --to"
        )
        .into()),
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
    let (spans, logs) = (counted(sum.spans, "span"), counted(sum.logs, "log record"));
    eprintln!("{spans} and {logs} imported");
    if failed == 0 && sum.is_whole() {
        return Ok(());
    }
    let Imported { bad, left_out, .. } = sum;
    let bad = match bad {
        1 => "1 line or trace is bad".to_owned(),
        bad => format!("{bad} lines or traces are bad"),
    };
    let (failed, left_out) = (counted(failed, "file"), counted(left_out, "record"));
    Err(format!("not all was imported: {failed} cannot be read, {bad}, {left_out} left out").into())
}

async fn one(path: &Path, name: &str, target: &Target) -> Result<Imported, ImportError> {
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
