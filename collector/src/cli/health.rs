//! `spanwright health`: for who starts a collector again when it is not well, such as a container's health check.

use std::time::Duration;

use http_body_util::BodyExt;

use super::Failure;
use super::arguments::Health;
use super::asking::Asking;

/// A collector that is well answers at once.
const PATIENCE: Duration = Duration::from_secs(4);

pub(super) fn run(options: &Health) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ask = async {
        let answer = Asking::new(&options.of)?.get("/health").await?;
        let text = answer.into_body().collect().await?.to_bytes();
        Ok::<_, Failure>(String::from_utf8_lossy(&text).trim().to_owned())
    };
    let answered = runtime.block_on(async { tokio::time::timeout(PATIENCE, ask).await });
    let text = answered.map_err(|_| format!("{} does not answer within {PATIENCE:?}", options.of))??;
    println!("{}", super::terminal::safe(&text));
    Ok(())
}
