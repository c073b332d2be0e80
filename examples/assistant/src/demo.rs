//! `cargo run`: starts the service, sends it requests from a second process, and shows the trace of each: first the
//! client's spans, then the service's. A collector in this process has them as a web page, too.

use crate::page::Page;
use crate::service::{self, Service};
use crate::{Failure, output, telemetry};
use spanwright::Guard;
use spanwright::destination::console::Console;
use std::net::Ipv4Addr;
use std::process::{ExitCode, Stdio};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::process::Command;

/// Longer than any client waits.
const PATIENCE: Duration = Duration::from_secs(180);

/// A request to send.
struct Scene {
    title: &'static str,
    options: &'static [&'static str],
    question: &'static str,
    /// Whether there is an answer, if the model is the stub.
    answered: bool,
}

const SCENES: &[Scene] = &[
    Scene {
        title: "Noor looks something up: a model call, a tool call, a streamed answer",
        options: &[],
        question: "Which projects are delayed?",
        answered: true,
    },
    Scene {
        title: "Noor again: what she knows is in the cache now",
        options: &[
            "--earlier",
            "Which projects are delayed?",
            "--earlier",
            "Two of them.",
        ],
        question: "And why?",
        answered: true,
    },
    Scene {
        title: "Maestro: no tools, a streamed answer",
        options: &["--persona", "maestro", "--session", "s-2"],
        question: "What should we do next year?",
        answered: true,
    },
    Scene {
        title: "A greeting: the fast path, without a model",
        options: &[],
        question: "Hello!",
        answered: true,
    },
    Scene {
        title: "The model breaks its JSON: automatic recovery",
        options: &["--persona", "maestro"],
        question: "Is the plan garbled?",
        answered: true,
    },
    Scene {
        title: "The model fails: an error, recorded once where it arose",
        options: &["--persona", "maestro"],
        question: "What do we do in an outage?",
        answered: false,
    },
    Scene {
        title: "The client gives up: its request timed out, the service's work was cancelled",
        options: &["--persona", "maestro", "--patience", "500"],
        question: "Where will we be in ten years?",
        answered: false,
    },
];

/// Plays all scenes, unless it is interrupted.
pub(crate) async fn run() -> Result<ExitCode, Failure> {
    let page = Page::start().await;
    let collector = page.as_ref().map(Page::collector);
    let guard = telemetry::start_held("assistant", Console::stdout(), collector.clone())?;
    let played = tokio::select! {
        code = play_all(&guard, collector.as_deref()) => Some(code?),
        interrupted = service::interrupted() => {
            interrupted?;
            None
        }
    };
    telemetry::end(guard).await;
    if let Some(page) = page {
        page.end(played.is_some()).await?;
    }
    Ok(played.unwrap_or(ExitCode::FAILURE))
}

/// With the stub, the exit code says whether all went as it should.
async fn play_all(guard: &Guard, collector: Option<&str>) -> Result<ExitCode, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let service = service::start(listener).await?;
    output::line(&format!(
        "The assistant listens on http://{}, and asks {}.\n",
        service.address, service.model
    ));
    let mut code = ExitCode::SUCCESS;
    for (number, scene) in (1..).zip(SCENES) {
        output::line(&format!("── {number}. {}", scene.title));
        let answered = play(scene, &service, guard, collector).await?;
        if service.stubbed && answered != scene.answered {
            output::problem(&format!("scene {number} did not go as it should"));
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// Lets a client ask, waits for it to end, and shows the service's part of the trace. Says whether it got an answer.
async fn play(
    scene: &Scene,
    service: &Service,
    guard: &Guard,
    collector: Option<&str>,
) -> Result<bool, Failure> {
    let mut client = Command::new(std::env::current_exe()?)
        .arg("client")
        .arg(format!("http://{}", service.address))
        .args(scene.options)
        .arg(scene.question)
        .envs(collector.map(|url| (telemetry::COLLECTOR, url)))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let status = tokio::time::timeout(PATIENCE, client.wait()).await??;
    telemetry::show(guard).await;
    Ok(status.success())
}
