//! What the pipeline's loop shares with the rest of the process.

use super::accounts::Losses;
use super::latch::Latch;
use super::report::{DropReason, Health};
use super::worker::Worker;
use crate::recorder;
use crate::redact::Totals;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::Duration;

/// What other threads ask of the loop.
pub(super) enum Command {
    Flush(Arc<Latch>),
    Stop(Arc<Latch>),
}

/// What the loop shares with the rest of the process.
#[derive(Default)]
pub(super) struct Shared {
    thread: OnceLock<Thread>,
    pub(super) woken: AtomicBool,
    /// Opens when the pipeline has ended; there once somebody asked for that.
    stop: OnceLock<Arc<Latch>>,
    pub(super) commands: Mutex<Vec<Command>>,
    pub(super) workers: OnceLock<Vec<Worker>>,
    pub(super) ended: AtomicU64,
    pub(super) recorded: AtomicU64,
    pub(super) held: AtomicU64,
    pub(super) logs: AtomicU64,
    pub(super) redactions: Totals,
    pub(super) before: Losses,
}

impl Shared {
    /// Called by the loop's thread before anything else.
    pub(super) fn begin(&self) {
        let _ = self.thread.set(std::thread::current());
        // Whoever does not see the thread from here on has set `woken` before the loop looks at it.
        fence(Ordering::SeqCst);
    }

    /// Call it after `woken` was set.
    fn unpark(&self) {
        if self.thread.get().is_none() {
            fence(Ordering::SeqCst);
        }
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    pub(super) fn wake(&self) {
        if !self.woken.swap(true, Ordering::AcqRel) {
            self.unpark();
        }
    }

    pub(super) fn command(&self, command: Command) {
        self.commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(command);
        self.woken.store(true, Ordering::Release);
        self.unpark();
    }

    /// For a pipeline that never began.
    pub(super) fn stopped() -> Self {
        let shared = Self::default();
        let _ = shared.stop.set(Arc::new(Latch::new(0, Duration::ZERO)));
        shared
    }

    /// What opens when the pipeline has ended, if somebody asked for that.
    pub(super) fn stopping(&self) -> Option<&Arc<Latch>> {
        self.stop.get()
    }

    /// Asks for the end, the first time; answers what opens then.
    pub(super) fn stop(&self, wait: Duration) -> &Arc<Latch> {
        let mut first = false;
        let latch = self.stop.get_or_init(|| {
            first = true;
            Arc::new(Latch::new(1, wait))
        });
        if first {
            self.command(Command::Stop(Arc::clone(latch)));
        }
        latch
    }

    pub(super) fn describe(&self, wait: Duration) -> Vec<String> {
        let workers: Vec<_> = self.workers.get().into_iter().flatten().collect();
        let latch = Arc::new(Latch::new(workers.len(), wait));
        let asked: Vec<_> = workers
            .iter()
            .map(|worker| (worker, worker.describe(&latch)))
            .collect();
        latch.wait();
        asked
            .into_iter()
            .map(|(worker, answer)| worker.described(&answer))
            .collect()
    }

    /// Switches the destinations of this name; `false` where there is none.
    pub(super) fn switch(&self, name: &str, on: bool) -> bool {
        let named = |worker: &&Worker| worker.name() == name;
        let workers = self.workers.get().into_iter().flatten().filter(named);
        workers.map(|worker| worker.switch(on)).count() > 0
    }

    pub(super) fn health(&self) -> Health {
        let load = |counter: &AtomicU64| counter.load(Ordering::Acquire);
        // What is counted last is read first: of what has ended, nothing is in two places.
        let recorded = load(&self.recorded);
        let mut dropped = self.before.by_reason();
        let held = load(&self.held);
        let settled = recorded + held + dropped.values().sum::<u64>();
        let ended = load(&self.ended);
        let lost = recorder::lost();
        for (reason, count) in [
            (DropReason::QueueFull, lost.queue_full),
            (DropReason::AfterShutdown, lost.after_shutdown),
        ] {
            if count > 0 {
                *dropped.entry(reason).or_default() += count;
            }
        }
        Health {
            ended: ended + lost.queue_full + lost.after_shutdown,
            recorded,
            dropped,
            pending: ended.saturating_sub(settled),
            held,
            unsampled: lost.unsampled,
            logs: load(&self.logs),
            redacted: self.redactions.by_rule().map(|(_, count)| count).sum(),
            redacted_by_rule: self.redactions.by_rule().collect(),
            redaction_failed: self.redactions.failed(),
            destinations: self
                .workers
                .get()
                .into_iter()
                .flatten()
                .map(Worker::report)
                .collect(),
        }
    }
}
