//! `spanwright doctor`: what runs, what is stored, and where programs send their traces.

mod environment;
mod listening;
mod owner;
mod stored;

use std::io::Write;

use super::Failure;
use super::arguments::Doctor;

/// What is found, as lines, and what is wrong with it.
#[derive(Debug, Default)]
struct Report {
    text: String,
    problems: usize,
}

impl Report {
    fn heading(&mut self, text: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        self.text.push_str(&format!("{gap}{text}\n"));
    }

    fn line(&mut self, label: &str, text: impl std::fmt::Display) {
        self.text.push_str(&format!("  {label:<16}  {text}\n"));
    }

    fn problem(&mut self, label: &str, text: impl std::fmt::Display) {
        self.line(label, format!("! {text}"));
        self.problems += 1;
    }
}

pub(super) fn run(options: &Doctor) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut report = Report::default();
    report.heading("Listening");
    runtime.block_on(listening::examine(&options.at, &mut report));
    report.heading("Stored");
    stored::examine(&options.folder.path()?, &mut report);
    report.heading("Environment");
    environment::examine(&options.at, &|name| std::env::var(name).ok(), &mut report);
    let mut out = std::io::stdout().lock();
    out.write_all(report.text.as_bytes())?;
    out.flush()?;
    match report.problems {
        0 => Ok(()),
        1 => Err("there is a problem: see the line with !".into()),
        problems => Err(format!("there are {problems} problems: see the lines with !").into()),
    }
}
