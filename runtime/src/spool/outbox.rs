//! A destination's spool: a backlog for each signal, since each fails and recovers by itself, within one limit.

use super::backlog::{Backlog, Front, Losses};
use super::error::SpoolError;
use super::settings::Spool;
use crate::destination::Batch;

/// Traces, logs and metrics, in this order everywhere here.
const SIGNALS: [&str; 3] = ["traces", "logs", "metrics"];

/// What waits on disk for one destination. Used on the destination's own thread alone.
pub(crate) struct Outbox {
    limit: u64,
    backlogs: [Backlog; 3],
}

impl Outbox {
    /// The spool of this destination, with what processes that are gone have left.
    pub(crate) fn open(spool: &Spool, destination: &str) -> Self {
        Self {
            limit: spool.limit(),
            backlogs: SIGNALS.map(|signal| Backlog::open(spool.clone(), &format!("{destination}-{signal}"))),
        }
    }

    /// Records that wait, by signal.
    pub(crate) fn records(&self) -> [u64; 3] {
        self.backlogs.each_ref().map(Backlog::records)
    }

    /// Spools a batch of this signal. The oldest of any signal make room for it.
    ///
    /// # Errors
    /// Where the disk fails or the batch is too large: it is not spooled.
    pub(crate) fn push(&mut self, signal: usize, batch: &Batch) -> Result<(), SpoolError> {
        let packed = self.backlogs[signal].pack(batch)?;
        self.backlogs.iter_mut().for_each(Backlog::expire);
        while self.bytes() + packed.bytes > self.limit {
            match self.backlogs.iter_mut().min_by_key(|backlog| backlog.oldest_ms()) {
                Some(oldest) => oldest.drop_oldest(),
                None => break,
            }
        }
        self.backlogs[signal].append(&packed)
    }

    /// The batch of this signal that was spooled first; the same one until it is [`done`](Self::done).
    ///
    /// # Errors
    /// Where the disk fails: it may be there again later.
    pub(crate) fn front(&mut self, signal: usize) -> Result<Option<Front>, SpoolError> {
        self.backlogs[signal].front()
    }

    fn bytes(&self) -> u64 {
        self.backlogs.iter().map(Backlog::bytes).sum()
    }

    /// So many records of this batch are settled. When all are it is not offered again, and not by the next start either.
    pub(crate) fn done(&mut self, signal: usize, front: &mut Front, records: u64) {
        let records = u32::try_from(records).unwrap_or(u32::MAX);
        self.backlogs[signal].part_done(front, records);
    }

    /// Whether this batch is still there: it may have been dropped meanwhile.
    pub(crate) fn holds(&self, signal: usize, front: &Front) -> bool {
        self.backlogs[signal].holds(front)
    }

    /// Puts these in the place of what is left of a batch; `false` where the disk fails or there is no room: then all is as
    /// it was.
    pub(crate) fn replace(&mut self, signal: usize, front: &mut Front, parts: &[Batch]) -> bool {
        let Ok(packed) = self.backlogs[signal].pack_parts(front, parts) else {
            return false;
        };
        if !self.holds(signal, front) || self.bytes() + packed.bytes > self.limit {
            return false;
        }
        let is_there = self.backlogs[signal].append(&packed).is_ok();
        if is_there {
            self.done(signal, front, front.left());
        }
        is_there
    }

    /// What comes due with time alone: call it now and then.
    pub(crate) fn tick(&mut self) {
        self.backlogs.iter_mut().for_each(Backlog::tick);
    }

    /// What was dropped since it was last asked, by signal.
    pub(crate) fn take_losses(&mut self) -> [Losses; 3] {
        self.backlogs.each_mut().map(Backlog::take_losses)
    }

    /// What went wrong last, since it was last asked.
    pub(crate) fn take_error(&mut self) -> Option<SpoolError> {
        self.backlogs.iter_mut().flat_map(Backlog::take_errors).last()
    }

    /// Leaves what waits for the next start.
    pub(crate) fn close(self) -> Option<SpoolError> {
        self.backlogs.into_iter().filter_map(Backlog::close).last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{SpanId, TraceId};
    use crate::record::SpanRecord;

    fn batch() -> Batch {
        let mut batch = Batch::new(Default::default());
        let name: String = (0..2000).map(|_| TraceId::random().to_string()).collect();
        batch
            .spans
            .push(SpanRecord::new(TraceId::random(), SpanId::random(), name));
        batch
    }

    #[test]
    fn the_signals_share_a_limit_and_the_oldest_goes_first() {
        let root = tempfile::tempdir().unwrap();
        let spool = Spool::at(root.path()).max_bytes(200 << 10);
        let mut outbox = Outbox::open(&spool, "otlp");
        for signal in [1, 0, 0, 2, 2, 2] {
            outbox.push(signal, &batch()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let losses = outbox.take_losses().map(|losses| losses.full);
        let kept = outbox.records();
        assert_eq!(losses.iter().sum::<u64>() + kept.iter().sum::<u64>(), 6);
        assert_eq!((losses[1], kept[1], kept[2]), (1, 0, 3));
        let mut front = outbox.front(2).unwrap().unwrap();
        outbox.done(2, &mut front, 1);
        assert_eq!(outbox.records()[2], 2);
        assert!(outbox.take_error().is_none() && outbox.close().is_none());
        assert_eq!(Outbox::open(&spool, "otlp").records(), [kept[0], 0, 2]);
        assert_eq!(Outbox::open(&spool, "other").records(), [0; 3]);
    }
}
