//! The pipeline's main loop.

use super::aggregate::Aggregate;
use super::assemble::Assembler;
use super::budget::Budget;
use super::latch::Latch;
use super::loss::LossWatch;
use super::plan::Plan;
use super::policy::Signal;
use super::report::DropReason;
use super::self_metrics;
use super::shared::{Command, Shared};
use super::worker::Worker;
use crate::destination::{Batch, Destination};
use crate::record::{LogRecord, Metric, Outcome, Record, SpanRecord};
use crate::recorder::{self, Drain};
use crate::redact::Redactions;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// The longest between two looks at what has ended: a batch that is full does not wait for its delay.
const LOOK: Duration = Duration::from_secs(1);

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
    log_bytes: usize,
    /// When the last look at the records began: what is found now has ended since.
    looked: Instant,
    /// When spans and logs that wait must leave.
    spans_due: Option<Instant>,
    logs_due: Option<Instant>,
    next_metrics: Instant,
    /// Since when the pipeline's own sums count.
    began_ns: u64,
    loss: LossWatch,
}

impl Loop {
    pub(super) fn new(
        mut plan: Plan,
        shared: Arc<Shared>,
        destinations: Vec<Box<dyn Destination>>,
    ) -> std::io::Result<Self> {
        let budget = Arc::new(Budget::new(plan.queue_bytes / 2, destinations.len()));
        plan.batch_bytes = plan.batch_bytes.min(budget.largest_batch());
        #[cfg(feature = "spool")]
        let mut spools = plan.spools(&destinations).into_iter();
        let workers = destinations.into_iter().map(|destination| {
            Worker::start(
                destination,
                &budget,
                &plan.policy,
                #[cfg(feature = "spool")]
                spools.next().flatten(),
            )
        });
        let workers = workers.collect::<std::io::Result<Vec<_>>>()?;
        let _ = shared.workers.set(workers);
        for name in &plan.switched_off {
            shared.switch(name, false);
        }
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
            log_bytes: 0,
            looked: Instant::now(),
            spans_due: None,
            logs_due: None,
            next_metrics,
            began_ns: crate::clock::wall_ns(),
            loss: LossWatch::new(silent),
        })
    }

    fn workers(&self) -> &[Worker] {
        self.shared.workers.get().map_or(&[], Vec::as_slice)
    }

    pub(super) fn run(mut self) {
        loop {
            if !self.shared.woken.swap(false, Ordering::AcqRel) {
                std::thread::park_timeout(self.rest());
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

    /// How long there is nothing to do, if nobody wakes the thread.
    fn rest(&self) -> Duration {
        let now = Instant::now();
        let due = self.spans_due.into_iter().chain(self.logs_due);
        let rest = due.map(|due| due.saturating_duration_since(now)).min();
        let look = LOOK.min(self.plan.delay).min(self.plan.log_delay);
        rest.map_or(look, |rest| rest.min(look))
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
        #[cfg(feature = "spool")]
        self.rescue(latch);
    }

    /// A worker whose attempt takes too long does not come to spool what it has: just before the deadline this thread
    /// does it.
    #[cfg(feature = "spool")]
    fn rescue(&self, latch: &Latch) {
        if self.plan.spool.is_none() {
            return;
        }
        let left = latch.deadline().saturating_duration_since(Instant::now());
        if !latch.wait_for(left - (left / 8).min(Duration::from_millis(250))) {
            self.workers().iter().for_each(Worker::rescue);
        }
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
        let looks = Instant::now();
        let mut drain = std::mem::take(&mut self.drain);
        drain.records(|bytes| match self.assembler.record(bytes) {
            Some(Record::Span(span)) => self.take_span(span),
            Some(Record::Log(log)) => self.take_log(log),
            Some(Record::Metric(_)) | None => {}
        });
        self.drain = drain;
        self.looked = looks;
    }

    fn take_span(&mut self, mut span: SpanRecord) {
        self.shared.ended.fetch_add(1, Ordering::Release);
        self.aggregate.span(&span);
        let hooks = &self.plan.hooks;
        let kept =
            catch_unwind(AssertUnwindSafe(|| hooks.iter().all(|hook| hook(&mut span)))).unwrap_or(false);
        if !kept {
            return self.shared.before.add(DropReason::Hook, 1);
        }
        let (details, redactions) = self.plan.preparation.span(&mut span);
        self.count(redactions);
        if let Some(details) = details {
            self.keep_log(details);
        }
        self.span_bytes += span.bytes();
        self.spans.push(span);
        self.spans_due
            .get_or_insert_with(|| self.looked + self.plan.delay);
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
        self.log_bytes += log.bytes();
        self.logs.push(log);
        self.logs_due
            .get_or_insert_with(|| self.looked + self.plan.log_delay);
        if self.logs.len() >= self.plan.log_records || self.log_bytes >= self.plan.batch_bytes {
            self.seal_logs();
        }
    }

    fn count(&self, redactions: Redactions) {
        self.shared
            .redacted
            .fetch_add(redactions.redacted, Ordering::Relaxed);
        self.shared
            .redaction_failed
            .fetch_add(redactions.failed, Ordering::Relaxed);
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
        if self.offer(batch, bytes, Signal::Traces) {
            self.shared.recorded.fetch_add(count, Ordering::Release);
        } else {
            self.shared.before.add(DropReason::NoDestination, count);
        }
    }

    fn seal_logs(&mut self) {
        self.logs_due = None;
        if !self.logs.is_empty() {
            let mut batch = self.batch();
            batch.logs = std::mem::take(&mut self.logs);
            let bytes = std::mem::take(&mut self.log_bytes);
            self.offer(batch, bytes, Signal::Logs);
        }
    }

    fn send_metrics(&mut self) {
        let now_ns = self.assembler.unix_ns(crate::clock::now());
        let mut metrics = self.aggregate.metrics(now_ns);
        if self.plan.self_metrics {
            metrics.extend(self_metrics::metrics(&self.shared, self.began_ns, now_ns));
        }
        if !metrics.is_empty() {
            for metric in &mut metrics {
                self.count(self.plan.preparation.redactor.redact_metric(metric));
            }
            let mut batch = self.batch();
            batch.metrics = metrics;
            let bytes = batch.metrics.iter().map(Metric::bytes).sum();
            self.offer(batch, bytes, Signal::Metrics);
        }
    }

    /// Puts a batch into the queues of those who take it; `false` where nobody does.
    fn offer(&self, batch: Batch, bytes: usize, signal: Signal) -> bool {
        let batch = Arc::new(batch);
        let mut taken = false;
        for worker in self.workers().iter().filter(|worker| worker.takes(signal)) {
            worker.offer(&batch, bytes, signal);
            taken = true;
        }
        taken
    }
}
