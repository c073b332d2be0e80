//! A server from PyPI: installed once into an environment of its own, in the cache.

use crate::jaeger::cache;
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::process::Stdio;
use tokio::process::Command;

/// The environment's folder with all of `requirements`, installed unless the cache has it. `None` where there is no
/// Python 3 with its module `venv`, which is said.
pub(crate) async fn environment(
    name: &str,
    requirements: &str,
    options: &[&str],
) -> Result<Option<PathBuf>, Box<dyn Error>> {
    let mut hasher = DefaultHasher::new();
    (requirements, options).hash(&mut hasher);
    let folder = cache()?.join(format!("{name}-{:016x}", hasher.finish()));
    if folder.exists() {
        return Ok(Some(folder));
    }
    let unfinished = folder.with_extension(std::process::id().to_string());
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv"]).arg(&unfinished);
    if !runs(venv.stdout(Stdio::null()).stderr(Stdio::null())).await {
        let _ = std::fs::remove_dir_all(&unfinished);
        println!("skipped: {name} needs Python 3 with its module `venv`");
        return Ok(None);
    }
    println!(
        "installing {name} into {}; the first time takes minutes",
        folder.display()
    );
    let list = unfinished.join("requirements.txt");
    std::fs::write(&list, requirements)?;
    let mut pip = Command::new(unfinished.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(options)
        .arg("-r")
        .arg(&list);
    if !runs(&mut pip).await {
        let _ = std::fs::remove_dir_all(&unfinished);
        return Err(format!("{name} could not be installed: pip failed, and said why above").into());
    }
    // Under its own name only when it is whole.
    std::fs::rename(&unfinished, &folder)?;
    Ok(Some(folder))
}

async fn runs(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).kill_on_drop(true).status();
    status.await.is_ok_and(|status| status.success())
}
