//! The command `spanwright`.

use std::process::ExitCode;

use spanwright_collector::cli;

fn main() -> ExitCode {
    cli::run(cli::Arguments::read())
}
