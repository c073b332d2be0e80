//! The pipeline's main loop.

use super::aggregate::Aggregate;
use super::assemble::Assembler;
use super::budget::Budget;
use super::held::{Held, Settled};
use super::latch::Latch;
use super::loss::LossWatch;
use super::pending::Pending;
use super::plan::Plan;
use super::policy::Signal;
use super::report::DropReason;
use super::self_metrics;
use super::shared::{Command, Shared};
use super::worker::Worker;
use crate::caught::caught;
use crate::destination::{Batch, Destination};
use crate::id::TraceFlags;
use crate::record::{LogRecord, Metric, Outcome, Record, SpanRecord};
use crate::recorder::{self, Drain};
use crate::redact::Redactions;
use std::borrow::Cow;
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
    spans: Pending,
    held: Held,
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
        let workers = shared.workers.get().map_or(&[][..], Vec::as_slice);
        let encode = plan.hooks.is_empty() && workers.iter().all(Worker::takes_encoded_spans);
        let spans = if encode {
            Pending::encoding(&plan.preparation)
        } else {
            Pending::default()
        };
        let held = Held::new(plan.keep);
        let next_metrics = Instant::now() + plan.metric_interval;
        let silent = plan.silent;
        Ok(Self {
            plan,
            shared,
            drain: Drain::default(),
            assembler: Assembler::new(),
            aggregate: Aggregate::default(),
            spans,
            held,
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
        self.shared.begin();
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
                        self.settle_roots();
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
        self.settle_roots();
        let let_go = self.held.clear();
        self.let_go(let_go);
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
            flags: TraceFlags::RANDOM.with_sampled(!open.held).with_held(open.held),
            ..SpanRecord::new(open.trace_id, open.span_id, open.site.name())
        }
    }

    fn take_records(&mut self) {
        self.assembler.refresh_clock();
        let looks = Instant::now();
        let mut drain = std::mem::take(&mut self.drain);
        drain.records(|bytes| self.take(bytes));
        self.drain = drain;
        if self.held.has_roots() {
            let settled = self.held.end_round();
            self.settle_held(settled);
        }
        self.looked = looks;
    }

    /// Settles the held roots that have ended until now: two rounds do, whatever ends meanwhile.
    fn settle_roots(&mut self) {
        for _ in 0..2 {
            if self.held.has_roots() {
                self.take_records();
            }
        }
    }

    #[inline]
    fn take(&mut self, bytes: &[u8]) {
        if bytes.first() == Some(&recorder::PLAIN)
            && let Some(redactions) = self.spans.plain_span(bytes, self.assembler.anchor())
        {
            self.count_ended();
            self.count(redactions);
            return self.kept_span();
        }
        match self.assembler.record(bytes) {
            Some(Record::Span(span)) => self.take_span(span),
            Some(Record::Log(log)) => self.take_log(log),
            Some(Record::Metric(_)) | None => {}
        }
    }

    /// This thread alone writes the number.
    fn count_ended(&self) {
        let ended = self.shared.ended.load(Ordering::Relaxed) + 1;
        self.shared.ended.store(ended, Ordering::Release);
    }

    fn take_span(&mut self, span: SpanRecord) {
        self.count_ended();
        if span.flags.is_held() {
            return self.hold(span);
        }
        if self.plan.metrics {
            self.aggregate.span(&span);
        }
        self.settle(span);
    }

    /// Keeps the spans of a trace that was not sampled until its local root says what becomes of them. Not measured: what
    /// is kept is no sample of the whole.
    fn hold(&mut self, span: SpanRecord) {
        let settled = self.held.take(span);
        self.settle_held(settled);
    }

    fn settle_held(&mut self, settled: Settled) {
        self.let_go(settled.let_go);
        for span in settled.kept {
            self.settle(span);
        }
    }

    fn let_go(&self, spans: u64) {
        if spans > 0 {
            self.shared.before.add(DropReason::NotSampled, spans);
        }
        self.shared.held.store(self.held.len(), Ordering::Release);
    }

    /// Prepares a span that is to be delivered.
    fn settle(&mut self, mut span: SpanRecord) {
        let hooks = &self.plan.hooks;
        let kept = caught(|| hooks.iter().all(|hook| hook(&mut span))).unwrap_or(false);
        if !kept {
            return self.shared.before.add(DropReason::Hook, 1);
        }
        let (details, redactions) = self.plan.preparation.span(&mut span);
        self.count(redactions);
        if let Some(details) = details {
            self.keep_log(details);
        }
        self.spans.push(span);
        self.kept_span();
    }

    /// One span more waits.
    fn kept_span(&mut self) {
        self.spans_due
            .get_or_insert_with(|| self.looked + self.plan.delay);
        if self.spans.len() >= self.plan.batch_records || self.spans.bytes() >= self.plan.batch_bytes {
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
        if redactions != Redactions::default() {
            self.shared.redactions.add(&redactions);
        }
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
        let (count, bytes) = (self.spans.len() as u64, self.spans.bytes());
        if count == 0 {
            return;
        }
        let mut batch = self.batch();
        self.spans.give(&mut batch);
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
