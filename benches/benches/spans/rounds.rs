//! Starts a process for each system and case, and gives them turns.

use crate::case::Case;
use crate::systems::SYSTEMS;
use spanwright_benches::numbers::Spread;
use std::error::Error;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What was measured of one system in one case.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) system: &'static str,
    pub(crate) case: Case,
    /// Nanoseconds, or for `Case::Threads` the gain.
    pub(crate) time: Spread,
    pub(crate) allocations: f64,
}

struct Worker {
    system: &'static str,
    case: Case,
    process: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    times: Vec<f64>,
    allocations: Vec<f64>,
}

pub(crate) fn run(rounds: usize, only: Option<&str>) -> Result<Vec<Measured>, Box<dyn Error>> {
    let mut all = Vec::new();
    for case in Case::ALL {
        let chosen = SYSTEMS.iter().filter(|system| {
            system.cases.contains(&case) && only.is_none_or(|only| system.name.contains(only))
        });
        let workers: Result<Vec<_>, _> = chosen.map(|system| Worker::start(system.name, case)).collect();
        let mut workers = workers?;
        for round in 0..rounds {
            // Another first each time: what precedes a system is not always the same.
            let count = workers.len().max(1);
            workers.rotate_left(round % count);
            for worker in &mut workers {
                worker.round()?;
            }
            workers.rotate_right(round % count);
        }
        for worker in workers {
            all.push(worker.stop()?);
        }
    }
    Ok(all)
}

impl Worker {
    fn start(system: &'static str, case: Case) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["--worker", system, case.name()])
            // What the environment asks of telemetry would not be the same for all.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = process.stdin.take().ok_or("no stdin")?;
        let answers = BufReader::new(process.stdout.take().ok_or("no stdout")?).lines();
        let mut worker = Self {
            system,
            case,
            process,
            questions,
            answers,
            times: Vec::new(),
            allocations: Vec::new(),
        };
        worker.answer()?;
        Ok(worker)
    }

    fn answer(&mut self) -> Result<String, Box<dyn Error>> {
        let failed = || format!("{} failed at {}", self.system, self.case.name());
        Ok(self.answers.next().ok_or_else(failed)??)
    }

    fn round(&mut self) -> Result<(), Box<dyn Error>> {
        writeln!(self.questions, "round")?;
        let answer = self.answer()?;
        let (time, allocations) = answer.split_once(' ').ok_or("half an answer")?;
        self.times.push(time.parse()?);
        self.allocations.push(allocations.parse()?);
        Ok(())
    }

    fn stop(mut self) -> Result<Measured, Box<dyn Error>> {
        drop(self.questions);
        self.process.wait()?;
        Ok(Measured {
            system: self.system,
            case: self.case,
            time: Spread::of(self.times).ok_or("no round")?,
            allocations: Spread::of(self.allocations).ok_or("no round")?.median,
        })
    }
}
