//! The producer's process. In: an order. Out: one line of JSON with what it made and what that cost.

use crate::exporters::{self, Exporter};
use serde_json::json;
use std::error::Error;
use std::time::{Duration, Instant};

/// Spans of one request.
const SPANS: u64 = 11;
/// How often a paced producer does what is due.
const TICK: Duration = Duration::from_millis(1);

/// What to produce.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) system: String,
    /// Spans for each second; 0 for as many as it can.
    pub(crate) rate: u64,
    pub(crate) threads: usize,
    pub(crate) seconds: u64,
    pub(crate) port: u16,
}

impl Order {
    pub(crate) fn arguments(&self) -> [String; 5] {
        [
            self.system.clone(),
            self.rate.to_string(),
            self.threads.to_string(),
            self.seconds.to_string(),
            self.port.to_string(),
        ]
    }

    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut next = || arguments.next().ok_or("half an order");
        Ok(Self {
            system: next()?,
            rate: next()?.parse()?,
            threads: next()?.parse()?,
            seconds: next()?.parse()?,
            port: next()?.parse()?,
        })
    }
}

pub(crate) fn serve(order: &Order) -> Result<(), Box<dyn Error>> {
    let exporter = exporters::start(&order.system, order.port)?;
    std::thread::sleep(Duration::from_millis(100));
    let idle = memory("VmRSS:")?;
    let (start, cpu) = (Instant::now(), processor_time());
    let made: u64 = std::thread::scope(|scope| {
        let produce = || produce(&exporter, order);
        let running: Vec<_> = (0..order.threads).map(|_| scope.spawn(produce)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).sum()
    });
    let producing = start.elapsed();
    let lost = exporter.finish()?;
    let cpu = processor_time().saturating_sub(cpu);
    let line = json!({
        "made": made,
        "lost": lost,
        "producing_s": producing.as_secs_f64(),
        "cpu_ns": cpu.as_nanos() as u64,
        "peak_kib": memory("VmHWM:")?.saturating_sub(idle),
    });
    use std::io::Write;
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// Makes spans for the time that is ordered, and counts them.
fn produce(exporter: &Exporter, order: &Order) -> u64 {
    let start = Instant::now();
    let length = Duration::from_secs(order.seconds);
    let mut requests = 0;
    loop {
        let elapsed = start.elapsed().min(length);
        let due = match order.rate {
            0 => requests + 100,
            rate => (elapsed.as_secs_f64() * rate as f64) as u64 / SPANS,
        };
        exporter.requests(due.saturating_sub(requests));
        requests = due.max(requests);
        if elapsed == length {
            return requests * SPANS;
        }
        if order.rate > 0 {
            std::thread::sleep(TICK);
        }
    }
}

/// Of all the process's threads, those that have ended too.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// A line of `/proc/self/status`, in KiB.
fn memory(name: &str) -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    Ok(number.ok_or("no such line in /proc/self/status")?.parse()?)
}
