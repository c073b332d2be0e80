//! One system's process. In: a line for each round. Out: a line with the round's nanoseconds and allocations.

use crate::case::Case;
use crate::systems::{self, Work};
use crate::threads;
use spanwright_benches::numbers::Spread;
use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

const BURSTS: usize = 15;

pub(crate) fn serve(system: &str, case: Case) -> Result<(), Box<dyn Error>> {
    let work = systems::set_up(system, case)?;
    // Buffers grow, caches fill, and what is registered once is registered.
    for _ in 0..5 {
        work.requests(case.requests());
        work.flush();
    }
    let mut answers = std::io::stdout().lock();
    writeln!(answers, "ready")?;
    answers.flush()?;
    for line in std::io::stdin().lock().lines() {
        line?;
        let (value, allocations) = match case {
            Case::Threads => (threads::gain(&*work, case.requests()), 0.0),
            _ => round(&*work, case)?,
        };
        writeln!(answers, "{value} {allocations}")?;
        answers.flush()?;
    }
    Ok(())
}

/// Nanoseconds of the median burst, and allocations of one, on this thread and for each span or poll.
fn round(work: &dyn Work, case: Case) -> Result<(f64, f64), Box<dyn Error>> {
    let units = (case.requests() * case.units()) as f64;
    let bursts = (0..BURSTS).map(|_| {
        let start = Instant::now();
        work.requests(case.requests());
        let elapsed = start.elapsed();
        work.flush();
        elapsed.as_nanos() as f64 / units
    });
    let nanoseconds = Spread::of(bursts.collect()).ok_or("no burst")?.median;
    let counted = allocation_counter::measure(|| work.requests(case.requests()));
    work.flush();
    Ok((nanoseconds, counted.count_total as f64 / units))
}
