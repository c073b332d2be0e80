//! The queue's part in spooling: what goes to disk and when, what comes back, and the accounts of both.
//!
//! What waits behind a destination that fails goes to disk at once, and so does all that waits when the deadline of the
//! shutdown is near. What is on disk is delivered when nothing waits in memory.

use super::super::lane::{Entry, Lane};
use super::super::policy::Signal;
use super::super::report::DropReason;
use super::super::work::{Attempt, Command, Work};
use super::{Queue, State};
use crate::destination::Batch;
use crate::spool::Losses;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A disk that failed is left alone for so long.
const REST: Duration = Duration::from_secs(1);
/// What was spooled is looked after this long afterwards.
const TICK: Duration = Duration::from_millis(500);
/// So long before the deadline of the shutdown what waits goes to disk; a quarter of the time, if that is shorter.
const MARGIN: Duration = Duration::from_millis(500);

/// What the queue knows of its spool.
#[derive(Default)]
pub(super) struct Spooling {
    on: bool,
    rests_until: Option<Instant>,
    tick: Option<Instant>,
    /// From then on all that waits goes to disk.
    keep_all_from: Option<Instant>,
    /// What is being delivered, and whether it was spooled meanwhile.
    under_way: Option<(Arc<Batch>, Signal)>,
    rescued: bool,
    /// The signal that is looked at first, so that none waits for the others.
    turn: usize,
}

impl Spooling {
    pub(super) fn stop(&mut self, deadline: Instant, now: Instant) {
        let margin = (deadline.saturating_duration_since(now) / 4).min(MARGIN);
        self.keep_all_from = deadline.checked_sub(margin);
    }

    pub(super) fn deliver(&mut self, entry: &Entry) {
        if self.on {
            self.under_way = Some((Arc::clone(&entry.batch), entry.signal));
        }
    }

    /// An attempt ended; `true` where its batch was spooled meanwhile and is off the books.
    pub(super) fn settle(&mut self) -> bool {
        self.under_way = None;
        std::mem::take(&mut self.rescued)
    }

    fn is_usable(&self, now: Instant) -> bool {
        self.on && self.rests_until.is_none_or(|until| now >= until)
    }
}

impl State {
    /// A batch that goes to disk now.
    pub(super) fn batch_to_keep(&mut self, now: Instant) -> Option<Work> {
        if !self.spooling.is_usable(now) || self.off {
            return None;
        }
        let all = self.spooling.keep_all_from.is_some_and(|from| now >= from);
        let mut lanes = self.lanes.iter_mut().filter(|lane| all || lane.is_closed(now));
        let entry = lanes.find_map(Lane::pop_oldest)?;
        Some(Work::Keep(entry))
    }

    /// What the spool is to do now that nothing in memory is due.
    pub(super) fn spool_work(&mut self, now: Instant) -> Option<Work> {
        if self.spooling.tick.is_some_and(|tick| now >= tick) {
            self.spooling.tick = None;
            return Some(Work::Tick);
        }
        if !self.spooling.is_usable(now) || self.off || self.deadline.is_some() || self.closed {
            return None;
        }
        let from = self.spooling.turn;
        let signal = (from..from + 3)
            .map(|at| Signal::ALL[at % 3])
            .find(|signal| self.is_resumable(*signal) && !self.lanes[*signal as usize].is_closed(now))?;
        self.spooling.turn = (signal as usize + 1) % 3;
        Some(Work::Resume(signal))
    }

    fn is_resumable(&self, signal: Signal) -> bool {
        self.accounts[signal as usize].spooled > 0 && self.lanes[signal as usize].oldest().is_none()
    }

    /// When the spool has something to do.
    pub(super) fn spool_wakes(&self) -> Option<Instant> {
        let spooling = &self.spooling;
        let resumes = self
            .lanes
            .iter()
            .zip(Signal::ALL)
            .filter(|(_, signal)| !self.off && self.deadline.is_none() && self.is_resumable(*signal))
            .filter_map(|(lane, _)| lane.closed_until().max(spooling.rests_until));
        let waits = spooling.on && self.lanes.iter().any(|lane| lane.oldest().is_some());
        let now = Instant::now();
        // What is over was acted upon, or there was nothing to do.
        let keeps = [spooling.rests_until, spooling.keep_all_from]
            .into_iter()
            .flatten()
            .filter(|at| waits && *at > now);
        resumes.chain(spooling.tick).chain(keeps).min()
    }
}

impl Queue {
    /// There is a spool, with so many records of processes that are gone.
    pub(in super::super) fn spool_is_open(&self, recovered: [u64; 3]) {
        let mut state = self.lock();
        state.spooling.on = true;
        for (account, records) in state.accounts.iter_mut().zip(recovered) {
            account.recovered += records;
            account.spooled += records;
        }
    }

    /// A batch was spooled, or could not be and waits on.
    pub(in super::super) fn kept(&self, entry: Entry, is_spooled: bool) {
        let mut state = self.lock();
        let now = Instant::now();
        if is_spooled {
            let account = &mut state.accounts[entry.signal as usize];
            account.pending -= entry.records();
            account.spooled += entry.records();
            state.free(entry.bytes, &self.budget);
            state.spooling.tick.get_or_insert(now + TICK);
        } else {
            state.spooling.rests_until = Some(now + REST);
            state.lanes[entry.signal as usize].restore(entry);
        }
    }

    /// The spool cannot be read just now.
    pub(in super::super) fn spool_rests(&self) {
        self.lock().spooling.rests_until = Some(Instant::now() + REST);
    }

    /// Records that were spooled and are dropped, by signal.
    pub(in super::super) fn spool_lost(&self, losses: [Losses; 3]) {
        let mut state = self.lock();
        for (account, losses) in state.accounts.iter_mut().zip(losses) {
            for (reason, count) in [
                (DropReason::SpoolFull, losses.full),
                (DropReason::SpoolExpired, losses.expired),
                (DropReason::SpoolDamaged, losses.damaged),
            ] {
                account.spooled = account.spooled.saturating_sub(count);
                *account.dropped(reason) += count;
            }
        }
    }

    /// Says what became of records that came from the spool; `false` where they stay there.
    /// `began` is when the attempt did.
    pub(in super::super) fn settle_spooled(
        &self,
        signal: Signal,
        records: u64,
        attempt: &Attempt,
        began: Instant,
    ) -> bool {
        let mut guard = self.lock();
        let state = &mut *guard;
        let lane = &mut state.lanes[signal as usize];
        let account = &mut state.accounts[signal as usize];
        account.retries += 1;
        state.operations.add(attempt.error(), began.elapsed());
        let now = Instant::now();
        let reason = match attempt {
            Attempt::Delivered { rejected } => {
                lane.answered();
                lane.breaker.reset();
                let rejected = (*rejected).min(records);
                account.spooled = account.spooled.saturating_sub(records);
                account.rejected += rejected;
                account.exported += records - rejected;
                return true;
            }
            Attempt::Retry { after } => {
                let _ = lane.close(1, *after, now);
                return false;
            }
            Attempt::Denied => {
                lane.answered();
                if lane.breaker.denied(now) {
                    return false;
                }
                DropReason::Refused
            }
            Attempt::Refused | Attempt::TooLarge(_) => {
                lane.answered();
                lane.breaker.reset();
                DropReason::Refused
            }
            Attempt::Panicked => DropReason::Panicked,
        };
        account.spooled = account.spooled.saturating_sub(records);
        *account.dropped(reason) += records;
        true
    }

    /// Spools, by `keep`, what is being delivered and all that waits: the worker may not come back in time.
    pub(in super::super) fn rescue(&self, mut keep: impl FnMut(&Batch, Signal) -> bool) {
        if let Some((batch, signal)) = self.claim()
            && !keep(&batch, signal)
        {
            self.give_back(&batch, signal);
        }
        while let Some(entry) = self.take_to_rescue() {
            let is_spooled = keep(&entry.batch, entry.signal);
            self.kept(entry, is_spooled);
            if !is_spooled {
                return;
            }
        }
        self.end_stop();
    }

    /// Ends the shutdown where all is on disk, also what is being delivered: nothing is left to wait for. The worker ends
    /// when it comes back.
    fn end_stop(&self) {
        let mut state = self.lock();
        let waits = state.accounts.iter().any(|account| account.pending > 0);
        let is_stop = |(_, command): &(u64, Command)| matches!(command, Command::Stop(_));
        let stop = state.commands.iter().position(is_stop);
        if waits || !state.spooling.rescued {
            return;
        }
        if let Some((_, command)) = stop.and_then(|at| state.commands.remove(at)) {
            state.closed = true;
            command.latch().count_down();
        }
    }

    fn take_to_rescue(&self) -> Option<Entry> {
        let mut state = self.lock();
        if state.spooling.on && !state.off {
            state.pop_oldest(None)
        } else {
            None
        }
    }

    /// Takes what is being delivered off the books as spooled: how the attempt ends does not count any more.
    fn claim(&self) -> Option<(Arc<Batch>, Signal)> {
        let mut state = self.lock();
        if !state.spooling.on || state.off || state.spooling.rescued {
            return None;
        }
        let (batch, signal) = state.spooling.under_way.clone()?;
        state.spooling.rescued = true;
        let account = &mut state.accounts[signal as usize];
        account.pending -= batch.len() as u64;
        account.spooled += batch.len() as u64;
        Some((batch, signal))
    }

    /// The disk failed, so it is lost unless the attempt still succeeds, which nobody would see.
    fn give_back(&self, batch: &Batch, signal: Signal) {
        let mut state = self.lock();
        let is_under_way = std::mem::take(&mut state.spooling.rescued);
        let account = &mut state.accounts[signal as usize];
        account.spooled -= batch.len() as u64;
        if is_under_way {
            account.pending += batch.len() as u64;
        } else {
            *account.dropped(DropReason::ShutDown) += batch.len() as u64;
        }
    }
}
