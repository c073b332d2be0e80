//! The command line.

mod arguments;
mod export;
mod folder;
mod generate;
mod import;
mod search;
mod serve;
mod show;

pub use arguments::Arguments;

use std::process::ExitCode;

use arguments::Command;

/// Runs a command. Its output goes to stdout, what is wrong to stderr.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.command {
        Command::Serve(options) => serve::run(options),
        Command::Search(options) => search::run(&options),
        Command::Show(options) => show::run(&options),
        Command::Generate(options) => generate::run(options),
        Command::Import(options) => import::run(&options),
        Command::Export(options) => export::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spanwright: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a command ends with when it fails: said to a person, and that is all.
type Failure = Box<dyn std::error::Error>;
