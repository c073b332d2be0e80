//! The one pipeline of the process: starting it, waking it, flushing, shutting down, and starting again in a
//! forked child.

use super::latch::Latch;
use super::plan::Plan;
use super::report::{Health, Report};
use super::shared::{Command, Shared};
use super::thread::Loop;
use crate::destination::Destination;
use crate::raw;
use crate::record::Resource;
use crate::recorder;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

/// The running pipeline, and what a child would start with.
struct Running {
    shared: Arc<Shared>,
    plan: Plan,
    spares: Vec<Box<dyn Destination>>,
    epoch: u32,
}

static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

fn running() -> MutexGuard<'static, Option<Running>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The pipeline's place, while the thread that has it forks.
#[cfg(unix)]
#[allow(dead_code, reason = "dropping it lets go")]
pub(crate) struct Kept(MutexGuard<'static, Option<Running>>);

/// Lets no other thread have it; see [`Kept`].
#[cfg(unix)]
pub(crate) fn keep() -> Kept {
    Kept(running())
}

/// The pipeline of this very process, not one that a forked child inherited without its threads.
fn present() -> Option<Arc<Shared>> {
    running()
        .as_ref()
        .filter(|running| running.epoch == raw::fork_epoch())
        .map(|running| Arc::clone(&running.shared))
}

/// Whether a pipeline runs in this process.
pub(crate) fn is_running() -> bool {
    running().is_some()
}

/// Starts the pipeline's threads.
///
/// # Errors
/// When the operating system refuses a thread.
pub(crate) fn start(plan: Plan, destinations: Vec<Box<dyn Destination>>) -> std::io::Result<()> {
    let spares = destinations
        .iter()
        .filter_map(|destination| destination.for_child())
        .collect();
    let shared = launch(&plan, destinations)?;
    recorder::set_queue_bytes(plan.queue_bytes / 2);
    recorder::set_limits(&plan.preparation.limits);
    *running() = Some(Running {
        shared,
        plan,
        spares,
        epoch: raw::fork_epoch(),
    });
    Ok(())
}

fn launch(plan: &Plan, destinations: Vec<Box<dyn Destination>>) -> std::io::Result<Arc<Shared>> {
    let shared = Arc::new(Shared::default());
    let main_loop = Loop::new(plan.clone(), Arc::clone(&shared), destinations)?;
    raw::spawn("spanwright".to_owned(), move || {
        super::in_silence(|| main_loop.run());
    })?;
    Ok(shared)
}

/// Starts the pipeline again in a forked child, at its first span. Never waits: somebody else who has the lock does the
/// same.
pub(crate) fn restart_in_child() {
    let Ok(mut running) = RUNNING.try_lock() else {
        return;
    };
    let Some(running) = running.as_mut() else { return };
    if running.epoch == raw::fork_epoch() {
        return;
    }
    running.epoch = raw::fork_epoch();
    running.plan.resource = Arc::new((running.plan.in_child)(&running.plan.resource));
    let destinations = std::mem::take(&mut running.spares);
    running.spares = destinations
        .iter()
        .filter_map(|destination| destination.for_child())
        .collect();
    match launch(&running.plan, destinations) {
        Ok(shared) => running.shared = shared,
        // Without its thread nothing is read: recording ends, and what is recorded is counted.
        Err(_) => {
            running.shared = Arc::new(Shared::stopped());
            recorder::set_mode(recorder::Mode::Down);
        }
    }
}

/// Lets the pipeline look at the chunks now. Does nothing when somebody else is at it.
pub(crate) fn wake() {
    match RUNNING.try_lock() {
        Ok(running) => {
            if let Some(running) = running.as_ref() {
                running.shared.wake();
            }
        }
        Err(TryLockError::Poisoned(_) | TryLockError::WouldBlock) => {}
    }
}

/// Delivers everything that has ended until now, and waits for it up to this long.
pub(crate) fn flush(wait: Duration) -> Report {
    let complete = present().is_none_or(|shared| match shared.stopping() {
        Some(stopped) => stopped.wait_for(wait),
        None => {
            let latch = Arc::new(Latch::new(1, wait));
            shared.command(Command::Flush(Arc::clone(&latch)));
            latch.wait()
        }
    });
    Report {
        complete,
        health: health(),
    }
}

/// Ends recording, delivers everything, and waits for it up to this long. Later calls wait for the first one's end.
pub(crate) fn shutdown(wait: Duration) -> Report {
    let complete = present().is_none_or(|shared| shared.stop(wait).wait_for(wait));
    Report {
        complete,
        health: health(),
    }
}

/// As [`shutdown`], where nobody looks at the report: what was lost is said on stderr.
pub(crate) fn shutdown_unattended(wait: Duration) {
    let ended = present().is_some_and(|shared| shared.stopping().is_none());
    let report = shutdown(wait);
    let silent = running().as_ref().is_none_or(|running| running.plan.silent);
    if ended && !silent && report.undelivered() > 0 {
        let _ = writeln!(std::io::stderr(), "spanwright: {report}");
    }
}

/// The accounts at this moment.
pub(crate) fn health() -> Health {
    present().map(|shared| shared.health()).unwrap_or_default()
}

/// What all records of this process share.
pub(crate) fn resource() -> Option<Arc<Resource>> {
    running()
        .as_ref()
        .map(|running| Arc::clone(&running.plan.resource))
}

/// Switches the destinations of this name off or on, here and in children forked from now on; `false` where there is
/// none.
pub(crate) fn switch(name: &str, on: bool) -> bool {
    let mut running = running();
    let Some(running) = running.as_mut() else {
        return false;
    };
    let found = if running.epoch == raw::fork_epoch() {
        running.shared.switch(name, on)
    } else {
        // In a child that has recorded nothing yet: the parent's locks may be held for ever here.
        running.spares.iter().any(|spare| spare.name() == name)
    };
    running.plan.switched_off.retain(|off| off != name);
    if found && !on {
        running.plan.switched_off.push(name.to_owned());
    }
    found
}

/// A line for each destination: what it is, and whether it can be reached now.
pub(crate) fn describe(wait: Duration) -> Vec<String> {
    present().map(|shared| shared.describe(wait)).unwrap_or_default()
}
