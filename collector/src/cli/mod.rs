//! The command line.

mod arguments;
mod asking;
mod demo;
mod details;
mod doctor;
mod folder;
mod forget;
mod generate;
mod health;
mod line;
mod options;
mod export;
mod import;
mod search;
mod serve;
mod show;
mod tail;
mod terminal;

pub use arguments::Arguments;

use std::io;
use std::process::ExitCode;

use arguments::Command;

/// Runs a command. Its output goes to stdout, what is wrong to stderr.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.command {
        Command::Serve(options) => serve::run(options),
        Command::Search(options) => search::run(&options),
        Command::Show(options) => show::run(&options),
        Command::Tail(options) => tail::run(&options),
        Command::Demo(options) => demo::run(options),
        Command::Doctor(options) => doctor::run(&options),
        Command::Health(options) => health::run(&options),
        Command::Generate(options) => generate::run(options),
        Command::Import(options) => import::run(&options),
        Command::Export(options) => export::run(&options),
        Command::Forget(options) => forget::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read this, such as `head`, has seen enough.
        Err(error) if is_closed_pipe(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spanwright: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// What a command ends with when it fails: said to a person, and that is all.
type Failure = Box<dyn std::error::Error>;
