//! A small assistant, made observable by annotation: a chat service that reads its knowledge from SQLite, asks a
//! language model and calls tools, and a client in a process of its own.
//!
//! ```text
//! cargo run                     starts the service, lets the client send it some requests, shows each trace, and all of
//!                               them on a web page, which stays where this runs on a terminal
//! cargo run -- serve [ADDRESS]  stays up; ADDRESS is 127.0.0.1:8080 unless given
//! cargo run -- client …         sends one request; see `client`
//! ```
//!
//! The model is a stub in this program, unless `OPENAI_BASE_URL` names a real one, or `OPENAI_API_KEY` opens OpenAI's.
//! What is at an `https://` address needs `--features https`.

// What annotations alone read is unused without them.
#![cfg_attr(feature = "off", allow(unused))]

mod client;
mod demo;
mod language;
mod llm;
mod orchestrator;
mod output;
mod page;
mod reply;
mod server;
mod service;
mod sse;
mod store;
mod stub;
mod telemetry;
mod tier1;
mod tool;
mod tool_server;

use std::process::ExitCode;

/// Whatever ends the program early.
type Failure = Box<dyn std::error::Error + Send + Sync>;

const USAGE: &str = "usage: assistant [serve [ADDRESS] | client URL [OPTIONS] QUESTION]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            output::problem(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// The runtime is made first and the guard dropped last, so that every task has ended when spans are delivered.
fn run(arguments: &[String]) -> Result<ExitCode, Failure> {
    // An error would say that there is a provider already, which is as good.
    #[cfg(feature = "https")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.split_first() {
        None => runtime.block_on(demo::run()),
        Some((word, rest)) if word == "serve" => runtime.block_on(service::serve(rest.first())),
        Some((word, rest)) if word == "client" => runtime.block_on(client::run(rest)),
        Some(_) => Err(USAGE.into()),
    }
}
