//! The collector's web page in a real browser: `cargo run -p spanwright-tests --bin browser [-- FOLDER]`.
//!
//! Starts a collector in this process, sends traces to it by OTLP over HTTP, and does with Chromium what a person does:
//! searches, opens traces, follows links, finds, watches. Says for each row whether it held. No row may leave an error on
//! the console, break the Content-Security-Policy, open a dialog or ask any other host.
//!
//! Screenshots are written to FOLDER, which is `target/browser` unless given. Chromium is the one that `CHROMIUM` names,
//! else `chromium` in `PATH`; where there is none nothing is checked, unless `SPANWRIGHT_REQUIRE_BROWSER=1`.

mod chromium;
mod devtools;
mod page;
mod rows;
mod traces;
mod watch;

use chromium::Chromium;
use page::Page;
use spanwright_collector::service::{Service, ServiceConfig};
use spanwright_tests::signals::until_signalled;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use traces::Sender;

/// What a row comes to.
type Held = Result<(), Box<dyn Error>>;

/// What the rows have.
struct Scene {
    page: Page,
    sender: Sender,
}

fn main() -> ExitCode {
    let Some(program) = chromium::find() else {
        return without_a_browser();
    };
    let folder = std::env::args_os().nth(1).map_or_else(target, PathBuf::from);
    match until_signalled(run(&program, folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("browser: {error}");
            ExitCode::FAILURE
        }
    }
}

fn without_a_browser() -> ExitCode {
    if std::env::var_os("SPANWRIGHT_REQUIRE_BROWSER").is_some_and(|value| value == "1") {
        eprintln!("browser: there is no Chromium in PATH or CHROMIUM, and SPANWRIGHT_REQUIRE_BROWSER is set");
        return ExitCode::FAILURE;
    }
    println!("SKIPPED: there is no Chromium in PATH or CHROMIUM; nothing was checked in a browser");
    ExitCode::SUCCESS
}

/// `target/browser` of the workspace, wherever the target folder is.
fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target");
    target.unwrap_or(workspace).join("browser")
}

async fn run(program: &std::path::Path, folder: PathBuf) -> Held {
    std::fs::create_dir_all(&folder)?;
    let stored = tempfile::tempdir()?;
    let service = Service::start(ServiceConfig::new(stored.path()).any_ports()).await?;
    let addresses = service.addresses();
    let sender = Sender::new(addresses.otlp_http);
    sender.fill().await?;
    let chromium = Chromium::start(program).await?;
    let page = Page::open(&chromium, &format!("http://{}", addresses.web), folder.clone()).await?;
    let failed = all_rows(&Scene { page, sender }).await;
    chromium.stop().await;
    service.stop(Duration::from_secs(5)).await;
    println!("screenshots are in {}", folder.display());
    match failed {
        0 => Ok(()),
        failed => Err(format!("{failed} rows did not hold").into()),
    }
}

/// Says of each row whether it held; how many did not.
async fn all_rows(scene: &Scene) -> usize {
    let mut failed = 0;
    macro_rules! row {
        ($name:literal, $row:path) => {
            let began = Instant::now();
            let held = $row(scene).await;
            failed += usize::from(!told($name, began, held, scene).await);
        };
    }
    row!("what is forbidden is seen", rows::forbidden::seen);
    row!("search by the query line", rows::search::by_the_line);
    row!("search by completion", rows::search::by_completion);
    row!("a trace and its details", rows::trace::details);
    row!("a link leads to the other trace", rows::trace::link);
    row!("find in the trace", rows::trace::find);
    row!("keys", rows::trace::keys);
    row!("a deep link opens its span", rows::trace::deep_link);
    row!("the table", rows::trace::table);
    row!("services and who calls whom", rows::services::graph);
    row!("rates, errors and durations", rows::services::red);
    row!("the live page shows what arrives", rows::live::arrives);
    row!("nothing hostile runs", rows::hostile::is_text);
    row!("without JavaScript", rows::plain::every_page);
    row!("narrow, dark and light", rows::looks::every_page);
    row!("10,000 spans are soon there", rows::large::interactive);
    failed
}

async fn told(name: &str, began: Instant, held: Held, scene: &Scene) -> bool {
    // What the page did in the background belongs to the row that opened it.
    let problems = scene.page.problems().await;
    let held = match (held, problems.is_empty()) {
        (Ok(()), false) => Err(problems.join("\n      ")),
        (Ok(()), true) => Ok(()),
        (Err(error), _) => Err([vec![error.to_string()], problems].concat().join("\n      ")),
    };
    let seconds = began.elapsed().as_secs_f64();
    match held {
        Ok(()) => {
            println!("ok     {name} ({seconds:.1} s)");
            true
        }
        Err(error) => {
            println!("FAILED {name} ({seconds:.1} s)\n      {error}");
            let shot = format!("failed-{}", name.replace([' ', ','], "-"));
            // The row's own error says more than why there is no picture of it.
            let _ = scene.page.shot(&shot).await;
            false
        }
    }
}
