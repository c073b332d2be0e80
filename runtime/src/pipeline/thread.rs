//! The pipeline's main loop.

use super::aggregate::Aggregate;
use super::assemble::Assembler;
use super::latch::Latch;
use super::loss::LossWatch;
use super::plan::Plan;
use super::queue::Budget;
use super::report::{Counters, DropReason, Health};
use super::worker::Worker;
use crate::caught::caught;
use crate::destination::{Batch, Destination};
use crate::record::{LogRecord, Metric, Outcome, Record, SpanRecord};
use crate::recorder::{self, Drain};
use crate::redact::{Redactions, Totals};
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// What other threads ask of the loop.
pub(super) enum Command {
    Flush(Arc<Latch>),
    Stop(Arc<Latch>),
}

/// What the loop shares with the rest of the process.
#[derive(Default)]
pub(super) struct Shared {
    thread: OnceLock<Thread>,
    woken: AtomicBool,
    stopping: AtomicBool,
    commands: Mutex<Vec<Command>>,
    workers: OnceLock<Vec<Worker>>,
    ended: AtomicU64,
    recorded: AtomicU64,
    logs: AtomicU64,
    redactions: Totals,
    before: Counters,
}

impl Shared {
    pub(super) fn set_thread(&self, thread: Thread) {
        let _ = self.thread.set(thread);
    }

    pub(super) fn wake(&self) {
        if !self.woken.swap(true, Ordering::AcqRel)
            && let Some(thread) = self.thread.get()
        {
            thread.unpark();
        }
    }

    pub(super) fn command(&self, command: Command) {
        self.commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(command);
        self.woken.store(true, Ordering::Release);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// `true` for the first caller.
    pub(super) fn begin_shutdown(&self) -> bool {
        !self.stopping.swap(true, Ordering::SeqCst)
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

    pub(super) fn health(&self) -> Health {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let lost = recorder::lost();
        let mut dropped = self.before.report(String::new(), None).dropped;
        for (reason, count) in [
            (DropReason::QueueFull, lost.queue_full),
            (DropReason::AfterShutdown, lost.after_shutdown),
        ] {
            if count > 0 {
                *dropped.entry(reason).or_default() += count;
            }
        }
        Health {
            ended: load(&self.ended) + lost.queue_full + lost.after_shutdown,
            recorded: load(&self.recorded),
            dropped,
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

/// The state of the loop's thread.
pub(super) struct Loop {
    plan: Plan,
    shared: Arc<Shared>,
    drain: Drain,
    assembler: Assembler,
    aggregate: Aggregate,
    spans: Vec<SpanRecord>,
    span_bytes: usize,
    logs: Vec<LogRecord>,
    /// When spans and logs that wait must leave.
    spans_due: Option<Instant>,
    logs_due: Option<Instant>,
    next_metrics: Instant,
    loss: LossWatch,
}

impl Loop {
    pub(super) fn new(
        plan: Plan,
        shared: Arc<Shared>,
        destinations: Vec<Box<dyn Destination>>,
    ) -> std::io::Result<Self> {
        let budget = Arc::new(Budget::new(plan.queue_bytes / 2));
        let workers = destinations
            .into_iter()
            .map(|destination| Worker::start(destination, &budget));
        let workers = workers.collect::<std::io::Result<Vec<_>>>()?;
        let _ = shared.workers.set(workers);
        let next_metrics = Instant::now() + plan.metric_interval;
        let silent = plan.silent;
        Ok(Self {
            plan,
            shared,
            drain: Drain::default(),
            assembler: Assembler::new(),
            aggregate: Aggregate::default(),
            spans: Vec::new(),
            span_bytes: 0,
            logs: Vec::new(),
            spans_due: None,
            logs_due: None,
            next_metrics,
            loss: LossWatch::new(silent),
        })
    }

    fn workers(&self) -> &[Worker] {
        self.shared.workers.get().map_or(&[], Vec::as_slice)
    }

    pub(super) fn run(mut self) {
        loop {
            if !self.shared.woken.swap(false, Ordering::AcqRel) {
                std::thread::park_timeout(self.plan.delay.min(self.plan.log_delay));
                // A swap, not a store: whoever skipped `unpark` because the mark stood must be seen from here on.
                self.shared.woken.swap(false, Ordering::AcqRel);
            }
            let commands = std::mem::take(
                &mut *self
                    .shared
                    .commands
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            );
            self.take_records();
            let now = Instant::now();
            self.loss.look(now, || self.shared.health());
            if now >= self.next_metrics {
                self.next_metrics = now + self.plan.metric_interval;
                self.send_metrics();
            }
            if self.spans_due.is_some_and(|due| now >= due) {
                self.seal_spans();
            }
            if self.logs_due.is_some_and(|due| now >= due) {
                self.seal_logs();
            }
            for command in commands {
                match command {
                    Command::Flush(latch) => {
                        self.seal();
                        self.send_metrics();
                        self.finish(&latch, Worker::flush);
                    }
                    Command::Stop(latch) => return self.stop(&latch),
                }
            }
        }
    }

    /// Hands the latch to every worker; it opens when the last one is done.
    fn finish(&self, latch: &Arc<Latch>, tell: impl Fn(&Worker, &Arc<Latch>)) {
        latch.add(self.workers().len());
        self.workers().iter().for_each(|worker| tell(worker, latch));
        latch.count_down();
    }

    fn stop(mut self, latch: &Arc<Latch>) {
        recorder::set_mode(recorder::Mode::Down);
        self.take_records();
        for open in recorder::open_spans() {
            let record = self.abandoned(&open);
            self.take_span(record);
        }
        self.seal();
        self.send_metrics();
        self.finish(latch, Worker::stop);
    }

    /// A record of a span that is still open at shutdown; its attributes are its own thread's and not at hand.
    fn abandoned(&self, open: &recorder::OpenSpan) -> SpanRecord {
        let start_ns = self.assembler.unix_ns(open.start);
        SpanRecord {
            parent_span_id: open.parent_span_id,
            site: Some(open.site),
            kind: open.site.span_kind(),
            scope: Cow::Borrowed(open.site.target()),
            start_ns,
            end_ns: self.assembler.unix_ns(crate::clock::now()).max(start_ns),
            attributes: vec![(crate::semconv::OUTCOME.into(), Outcome::Abandoned.as_str().into())],
            outcome: Outcome::Abandoned,
            ..SpanRecord::new(open.trace_id, open.span_id, open.site.name())
        }
    }

    fn take_records(&mut self) {
        self.assembler.refresh_clock();
        let mut drain = std::mem::take(&mut self.drain);
        drain.records(|bytes| match self.assembler.record(bytes) {
            Some(Record::Span(span)) => self.take_span(span),
            Some(Record::Log(log)) => self.take_log(log),
            Some(Record::Metric(_)) | None => {}
        });
        self.drain = drain;
    }

    fn take_span(&mut self, mut span: SpanRecord) {
        self.shared.ended.fetch_add(1, Ordering::Relaxed);
        self.aggregate.span(&span);
        let hooks = &self.plan.hooks;
        let kept = caught(|| hooks.iter().all(|hook| hook(&mut span))).unwrap_or(false);
        if !kept {
            return self.shared.before.drop_records(DropReason::Hook, 1);
        }
        let (details, redactions) = self.plan.preparation.span(&mut span);
        self.count(redactions);
        if let Some(details) = details {
            self.keep_log(details);
        }
        self.span_bytes += span.bytes();
        self.spans.push(span);
        self.spans_due
            .get_or_insert_with(|| Instant::now() + self.plan.delay);
        if self.spans.len() >= self.plan.batch_records || self.span_bytes >= self.plan.batch_bytes {
            self.seal_spans();
        }
    }

    fn take_log(&mut self, mut log: LogRecord) {
        self.count(self.plan.preparation.log(&mut log));
        self.keep_log(log);
    }

    fn keep_log(&mut self, log: LogRecord) {
        self.shared.logs.fetch_add(1, Ordering::Relaxed);
        self.logs.push(log);
        self.logs_due
            .get_or_insert_with(|| Instant::now() + self.plan.log_delay);
        if self.logs.len() >= self.plan.log_records {
            self.seal_logs();
        }
    }

    fn count(&self, redactions: Redactions) {
        self.shared.redactions.add(&redactions);
    }

    /// Gives what waits to the destinations.
    fn seal(&mut self) {
        self.seal_spans();
        self.seal_logs();
    }

    fn batch(&self) -> Batch {
        Batch::new(Arc::clone(&self.plan.resource))
    }

    fn seal_spans(&mut self) {
        self.spans_due = None;
        if self.spans.is_empty() {
            return;
        }
        let count = self.spans.len() as u64;
        let mut batch = self.batch();
        batch.spans = std::mem::take(&mut self.spans);
        let bytes = std::mem::take(&mut self.span_bytes);
        if self.offer(batch, bytes, |worker| worker.signals.traces) {
            self.shared.recorded.fetch_add(count, Ordering::Relaxed);
        } else {
            self.shared.before.drop_records(DropReason::NoDestination, count);
        }
    }

    fn seal_logs(&mut self) {
        self.logs_due = None;
        if !self.logs.is_empty() {
            let mut batch = self.batch();
            batch.logs = std::mem::take(&mut self.logs);
            let bytes = batch.logs.iter().map(LogRecord::bytes).sum();
            self.offer(batch, bytes, |worker| worker.signals.logs);
        }
    }

    fn send_metrics(&mut self) {
        let now_ns = self.assembler.unix_ns(crate::clock::now());
        let mut metrics = self.aggregate.metrics(now_ns);
        if !metrics.is_empty() {
            for metric in &mut metrics {
                self.count(self.plan.preparation.redactor.redact_metric(metric));
            }
            let mut batch = self.batch();
            batch.metrics = metrics;
            let bytes = batch.metrics.iter().map(Metric::bytes).sum();
            self.offer(batch, bytes, |worker| worker.signals.metrics);
        }
    }

    /// Puts a batch into the queues of those who take it; `false` where nobody does.
    fn offer(&self, batch: Batch, bytes: usize, takes: impl Fn(&Worker) -> bool) -> bool {
        let batch = Arc::new(batch);
        let mut taken = false;
        for worker in self.workers().iter().filter(|worker| takes(worker)) {
            worker.offer(&batch, bytes);
            taken = true;
        }
        taken
    }
}
