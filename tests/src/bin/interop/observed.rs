//! The programs that are observed: each sends its spans to an OTLP endpoint and writes them to files. In: where to.
//! Out: what was made.

use super::Protocol;
use super::made;
use super::span::{FOLLOWS_FROM, Span};
use std::error::Error;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// How long a program may take.
const LONGEST: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Observed {
    /// [`program`](super::program): one span at least of each sort.
    Everything,
    /// `examples/assistant`: its service, its client.
    Assistant,
}

/// Builds `examples/assistant` where this program was built.
pub(crate) async fn build_assistant() -> Result<(), Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "-p", "assistant"])
        // Of Jaeger's protocols all.
        .args(["--features", "spanwright/jaeger-thrift"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("examples/assistant could not be built: {status}").into())
    }
}

impl Observed {
    /// Runs it to its end, and reads what it wrote to its files.
    pub(crate) async fn run(self, protocol: Protocol, endpoint: &str) -> Result<Vec<Span>, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let this = std::env::current_exe()?;
        let mut command = match self {
            Self::Everything => {
                let mut command = Command::new(this);
                command
                    .env_clear()
                    .args(["emit", "shop", protocol.as_str(), endpoint])
                    .arg(folder.path());
                command
            }
            Self::Assistant => {
                let mut command = Command::new(this.with_file_name("assistant"));
                command
                    .env_clear()
                    .env("ASSISTANT_TRACES_FILE", folder.path().join("assistant.jsonl"))
                    .envs(protocol.variables(endpoint));
                command
            }
        };
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let status = tokio::time::timeout(LONGEST, command.status())
            .await
            .map_err(|_| format!("{self:?} did not end within {LONGEST:?}"))??;
        if !status.success() {
            return Err(format!("{self:?} ended with {status}").into());
        }
        made::read_folder(folder.path())
    }

    /// What it must have made and has not, or the comparison would say little.
    pub(crate) fn missing(self, made: &[Span]) -> Vec<&'static str> {
        let any = |test: &dyn Fn(&Span) -> bool| made.iter().any(test);
        let kind = |kind: &'static str| any(&|span| span.text("span.kind") == Some(kind));
        let status = |status: Option<&str>| any(&|span| span.text("otel.status_code") == status);
        let outcome = |outcome: &str| any(&|span| span.text("spanwright.outcome") == Some(outcome));
        let across_services = any(&|span| {
            let parent = span.parent().map(|parent| parent.span_id.as_str());
            any(&|other| Some(other.span_id.as_str()) == parent && other.service != span.service)
        });
        let link = any(&|span| {
            span.references
                .iter()
                .any(|reference| reference.kind == FOLLOWS_FROM)
        });
        let everything = self == Self::Everything;
        let cases = [
            ("span without a parent", any(&|span| span.parent().is_none())),
            ("internal span", kind("internal")),
            ("server span", kind("server")),
            ("client span", kind("client")),
            ("producer span", kind("producer") || !everything),
            ("consumer span", kind("consumer") || !everything),
            ("span with an unset status", status(None)),
            ("span with an error", status(Some("ERROR"))),
            ("span that is OK", status(Some("OK")) || !everything),
            ("span that was cancelled", outcome("cancelled")),
            ("span that panicked", outcome("panicked") || !everything),
            ("span with an event", any(&|span| !span.logs.is_empty())),
            ("span with a link", link || !everything),
            (
                "span of which the limits left out something",
                any(&|span| span.unseen.dropped.len() == 3) || !everything,
            ),
            (
                "span with a `tracestate`",
                any(&|span| span.text("w3c.tracestate").is_some()) || !everything,
            ),
            ("child of another service's span", across_services),
        ];
        cases
            .into_iter()
            .filter(|(_, there)| !there)
            .map(|(what, _)| what)
            .collect()
    }
}
