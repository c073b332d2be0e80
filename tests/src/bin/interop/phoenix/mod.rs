//! Arize Phoenix, the real one: what two programs sent by its destination, read back by its API and compared.
//!
//! `assistant` has the traces of a service and its client; `model-calls` one request of which tokens, cost, session and
//! tags are known. `server` installs and runs Phoenix, `expected` says what it must show of a span, `read` asks it.

mod expected;
mod read;
mod server;

use super::made;
use super::observed;
use super::span::Span;
use expected::{Shown, expected};
use server::Phoenix;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

/// How long Phoenix may take to show what it has accepted.
const SHOWN: Duration = Duration::from_secs(30);
/// How long a program may take.
const LONGEST: Duration = Duration::from_secs(120);

/// Runs it all; says so and answers where there is no Python.
pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let Some(python) = server::install().await? else {
        return Ok(());
    };
    let phoenix = Phoenix::start(&python).await?;
    println!(
        "Phoenix {} answers at {} after {:.1} s",
        read::version(&phoenix.url).await?,
        phoenix.url,
        began.elapsed().as_secs_f64()
    );
    observed::build_assistant().await?;
    let this = std::env::current_exe()?;
    let mut found = Vec::new();
    for (project, program, arguments) in [
        ("assistant", this.with_file_name("assistant"), &[][..]),
        ("model-calls", this.clone(), &["model-calls"]),
    ] {
        let made = observe(&phoenix.url, project, &program, arguments).await?;
        let shown = shown(&phoenix.url, project, made.len()).await?;
        let differences = differences(&made, &shown);
        println!(
            "{project}: {} spans made, {} shown, {} differences",
            made.len(),
            shown.len(),
            differences.len()
        );
        found.extend(differences);
    }
    found.extend(model_calls(&phoenix.url).await?);
    found.extend(server::refusals(&phoenix.url).await?);
    phoenix.stop().await?;
    for difference in &found {
        println!("  {difference}");
    }
    if !found.is_empty() {
        return Err("what Phoenix shows is not what was made".into());
    }
    println!("all as made, in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// Runs a program that sends to this project by Phoenix's own variables, and reads what it wrote to its files.
async fn observe(
    url: &str,
    project: &str,
    program: &Path,
    arguments: &[&str],
) -> Result<Vec<Span>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(program);
    command
        .env_clear()
        .args(arguments)
        .env("ASSISTANT_TRACES_FILE", folder.path().join("traces.jsonl"))
        .env("PHOENIX_COLLECTOR_ENDPOINT", url)
        .env("PHOENIX_PROJECT_NAME", project)
        .env("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "SPAN_ONLY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    let status = tokio::time::timeout(LONGEST, command.status())
        .await
        .map_err(|_| format!("{project} did not end within {LONGEST:?}"))??;
    if !status.success() {
        return Err(format!("{project} ended with {status}").into());
    }
    made::read_folder(folder.path())
}

/// What `interop model-calls` does: one request, to the destinations of the environment and to a file.
pub(crate) fn emit() -> Result<(), Box<dyn Error>> {
    let path = std::env::var("ASSISTANT_TRACES_FILE")?;
    let guard = spanwright::builder("model-calls")
        .destination(spanwright::destination::File::create(path)?)
        .install_subscriber(false)
        .init()?;
    spanwright_tests::model_calls::request();
    guard.shutdown(Duration::from_secs(20)).into_result()?;
    Ok(())
}

/// The project's spans, once there are so many.
async fn shown(url: &str, project: &str, count: usize) -> Result<Vec<Shown>, Box<dyn Error>> {
    let deadline = Instant::now() + SHOWN;
    loop {
        let shown = read::spans(url, project).await?;
        if shown.len() >= count || Instant::now() > deadline {
            return Ok(shown);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

fn differences(made: &[Span], shown: &[Shown]) -> Vec<String> {
    let mut left: BTreeMap<_, _> = shown.iter().map(|span| (span.id.clone(), span)).collect();
    let mut found = Vec::new();
    for span in made {
        let wanted = match expected(span) {
            Ok(wanted) => wanted,
            Err(error) => {
                found.push(format!("{:?}: cannot be read: {error}", span.name));
                continue;
            }
        };
        match left.remove(&wanted.id) {
            Some(shown) => found.extend(
                wanted
                    .differences(shown)
                    .into_iter()
                    .map(|what| format!("{:?} ({}): {what}", wanted.name, wanted.id.1)),
            ),
            None => found.push(format!("{:?}: made, but not in Phoenix", wanted.name)),
        }
    }
    found.extend(
        left.values()
            .map(|span| format!("{:?}: in Phoenix, but never made", span.name)),
    );
    found
}

/// Model, tokens, cost and session of the known request, as Phoenix's pages show them.
async fn model_calls(url: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut equal = |what: &str, shown: String, wanted: &str| {
        if shown != wanted {
            found.push(format!("model-calls: {what} is {shown}, not {wanted}"));
        }
    };
    let spans = read::spans(url, "model-calls").await?;
    let chat = spans
        .iter()
        .find(|span| span.kind == "LLM")
        .ok_or("no model call is shown")?;
    let summary = read::summary(url, &chat.node).await?;
    equal("the prompt's tokens", summary.prompt.to_string(), "1000");
    equal("the completion's tokens", summary.completion.to_string(), "200");
    equal("the total of tokens", summary.total.to_string(), "1200");
    // Its own table: 590 and 10 at 0.15, 400 at 0.075, 200 at 0.6 dollars for a million.
    equal("the cost", format!("{:.8}", summary.cost), "0.00024000");
    let detail = |name: &str| {
        let found = summary.details.iter().find(|(own, _)| own == name);
        found.map_or_else(|| "absent".to_owned(), |(_, tokens)| tokens.to_string())
    };
    for (name, tokens) in [
        ("input", "590"),
        ("cache_read", "400"),
        ("cache_write", "10"),
        ("output", "150"),
        ("reasoning", "50"),
    ] {
        equal(&format!("the bucket {name}"), detail(name), tokens);
    }
    let session = chat
        .attributes
        .get("session.id")
        .and_then(|id| id.as_str())
        .unwrap_or_default();
    let sessions = read::sessions(url, "model-calls").await?;
    equal(
        "the sessions",
        format!("{sessions:?}"),
        &format!("{:?}", [(session, 1, 1200)]),
    );
    println!(
        "model-calls: gpt-4o-mini shown with {} tokens for {:.5} dollars in {} session",
        summary.total,
        summary.cost,
        sessions.len()
    );
    Ok(found)
}
