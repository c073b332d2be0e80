//! One destination's queue: what waits, for how long, and what becomes of each batch.
//!
//! The pipeline's thread offers, the destination's own thread takes and settles. Nothing but [`Queue::settle`] and
//! [`State::give_up`] takes a batch off the books.

use super::accounts::Account;
use super::budget::Budget;
use super::lane::{Entry, Failure, Lane, Next};
use super::policy::{Policy, Signal};
use super::report::DropReason;
use super::self_metrics::Operations;
use super::work::{Attempt, Command, Work};
use crate::destination::Batch;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

#[derive(Default)]
struct State {
    lanes: [Lane; 3],
    accounts: [Account; 3],
    /// The number that the next batch gets.
    number: u64,
    /// Bytes of all that waits or is under way.
    bytes: usize,
    /// Commands with the number that was next when they came.
    commands: VecDeque<(u64, Command)>,
    /// Give up what is not settled by then.
    deadline: Option<Instant>,
    /// Nothing is sent, by the user's wish.
    off: bool,
    closed: bool,
    #[cfg(feature = "spool")]
    spooling: spooling::Spooling,
    operations: Operations,
}

/// Batches that are given up. They are dropped where no lock is held: their records are many.
type GivenUp = Vec<Entry>;

pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    budget: Arc<Budget>,
    policy: Policy,
}

impl State {
    /// Takes a batch off the books that will not be delivered.
    fn give_up(&mut self, entry: Entry, reason: DropReason, budget: &Budget, given_up: &mut GivenUp) {
        self.free(entry.bytes, budget);
        let account = &mut self.accounts[entry.signal as usize];
        account.pending -= entry.records();
        *account.dropped(reason) += entry.records();
        given_up.push(entry);
    }

    fn give_up_all(&mut self, reason: DropReason, budget: &Budget, given_up: &mut GivenUp) {
        for signal in Signal::ALL {
            for entry in self.lanes[signal as usize].take_all() {
                self.give_up(entry, reason, budget, given_up);
            }
        }
    }

    fn free(&mut self, bytes: usize, budget: &Budget) {
        budget.release(self.bytes, bytes);
        self.bytes -= bytes;
    }

    /// Takes what came first, of one signal or of all.
    fn pop_oldest(&mut self, signal: Option<Signal>) -> Option<Entry> {
        let oldest = Signal::ALL
            .into_iter()
            .filter(|own| signal.is_none_or(|signal| signal == *own))
            .filter_map(|own| Some((self.lanes[own as usize].oldest()?, own)))
            .min_by_key(|(number, _)| *number);
        self.lanes[oldest?.1 as usize].pop_oldest()
    }

    /// Whether somebody waits for a flush or a shutdown.
    fn is_hurried(&self) -> bool {
        let waits = |(_, command): &(u64, Command)| !matches!(command, Command::Describe(..));
        self.commands.iter().any(waits)
    }

    /// The first command whose time has come: what came before it is settled, or nobody waits for it any more.
    fn due_command(&mut self, now: Instant) -> Option<Command> {
        let oldest = self.lanes.iter().filter_map(Lane::oldest).min();
        let due = |(number, command): &(u64, Command)| {
            matches!(command, Command::Describe(..))
                || oldest.is_none_or(|oldest| oldest >= *number)
                || now >= command.latch().deadline()
        };
        let at = self.commands.iter().position(due)?;
        let (_, command) = self.commands.remove(at)?;
        self.closed |= matches!(command, Command::Stop(_));
        Some(command)
    }

    fn due_batch(&mut self, now: Instant) -> Option<Entry> {
        let hurry = self.is_hurried();
        let next = |signal: Signal| Some((self.lanes[signal as usize].next(now, hurry)?, signal));
        let (next, signal): (Next, Signal) = Signal::ALL
            .into_iter()
            .filter_map(next)
            .min_by_key(|(next, _)| *next)?;
        self.lanes[signal as usize].take(next)
    }

    /// When the next batch is due, to be sent or to be given up.
    fn lane_wakes(&self) -> Option<Instant> {
        let hurry = self.is_hurried();
        self.lanes.iter().filter_map(|lane| lane.wakes(hurry)).min()
    }

    fn wakes(&self) -> Option<Instant> {
        let deadlines = self
            .commands
            .iter()
            .map(|(_, command)| command.latch().deadline());
        let wakes = self.lane_wakes().into_iter().chain(deadlines);
        #[cfg(feature = "spool")]
        let wakes = wakes.chain(self.spool_wakes());
        wakes.min()
    }
}

impl Queue {
    pub(super) fn new(budget: Arc<Budget>, policy: Policy) -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            budget,
            policy,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a batch; where it has no room, the oldest batches make it, and are counted.
    pub(super) fn offer(&self, batch: &Arc<Batch>, bytes: usize, signal: Signal) {
        let mut given_up = GivenUp::new();
        let mut state = self.lock();
        let number = state.number;
        state.number += 1;
        let entry = Entry::new(Arc::clone(batch), bytes, signal, number);
        state.accounts[signal as usize].offered += entry.records();
        let reason = match () {
            () if state.off => Some(DropReason::SwitchedOff),
            () if state.closed => Some(DropReason::ShutDown),
            () if !self.make_room(&mut state, &entry, &mut given_up) => Some(DropReason::QueueFull),
            () => None,
        };
        if let Some(reason) = reason {
            *state.accounts[signal as usize].dropped(reason) += entry.records();
            return;
        }
        state.bytes += bytes;
        state.accounts[signal as usize].pending += entry.records();
        state.lanes[signal as usize].push(entry);
        drop(state);
        self.changed.notify_all();
    }

    fn make_room(&self, state: &mut State, entry: &Entry, given_up: &mut GivenUp) -> bool {
        if !self.trim(state, entry.signal, entry.records(), given_up) {
            return false;
        }
        while !self.budget.reserve(state.bytes, entry.bytes) {
            let Some(old) = state.pop_oldest(None) else {
                return false;
            };
            state.give_up(old, DropReason::QueueFull, &self.budget, given_up);
        }
        true
    }

    /// Lets no more records wait than may, with so many to come; `false` where these alone are too many.
    fn trim(&self, state: &mut State, signal: Signal, more: u64, given_up: &mut GivenUp) -> bool {
        let Some(most) = self.policy.records[signal as usize] else {
            return true;
        };
        let waiting =
            |state: &State| -> u64 { state.lanes[signal as usize].entries().map(Entry::records).sum() };
        while waiting(state) + more > most as u64 {
            let Some(old) = state.pop_oldest(Some(signal)) else {
                return false;
            };
            state.give_up(old, DropReason::QueueFull, &self.budget, given_up);
        }
        true
    }

    pub(super) fn command(&self, command: Command) {
        let mut state = self.lock();
        let now = Instant::now();
        if let Command::Stop(latch) = &command {
            state.deadline = Some(latch.deadline());
            #[cfg(feature = "spool")]
            state.spooling.stop(latch.deadline(), now);
        }
        if !matches!(command, Command::Describe(..)) {
            state.lanes.iter_mut().for_each(|lane| lane.breaker.hurry(now));
        }
        let number = state.number;
        state.commands.push_back((number, command));
        drop(state);
        self.changed.notify_all();
    }

    /// What to do next; waits for it.
    pub(super) fn next(&self) -> Work {
        let mut given_up = GivenUp::new();
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            for signal in Signal::ALL {
                for entry in state.lanes[signal as usize].take_expired(now) {
                    state.give_up(entry, DropReason::Expired, &self.budget, &mut given_up);
                }
            }
            #[cfg(feature = "spool")]
            if let Some(work) = state.batch_to_keep(now) {
                return work;
            }
            if state.deadline.is_some_and(|deadline| now >= deadline) {
                state.give_up_all(DropReason::ShutDown, &self.budget, &mut given_up);
            }
            if let Some(command) = state.due_command(now) {
                return Work::Obey(command);
            }
            if let Some(entry) = state.due_batch(now) {
                #[cfg(feature = "spool")]
                state.spooling.deliver(&entry);
                return Work::Deliver(entry);
            }
            #[cfg(feature = "spool")]
            if let Some(work) = state.spool_work(now) {
                return work;
            }
            if state.closed {
                return Work::End;
            }
            // What may not be sent before the end of all need not be waited for.
            if let Some(deadline) = state.deadline
                && state.lane_wakes().is_some_and(|at| at >= deadline)
            {
                state.give_up_all(DropReason::ShutDown, &self.budget, &mut given_up);
                continue;
            }
            if !given_up.is_empty() {
                drop(state);
                given_up.clear();
                state = self.lock();
                continue;
            }
            state = match state.wakes() {
                Some(at) => {
                    let wait = at.saturating_duration_since(now);
                    let waited = self.changed.wait_timeout(state, wait);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Says what became of a batch that [`next`](Self::next) gave out. `began` is when the attempt did.
    pub(super) fn settle(&self, mut entry: Entry, attempt: Attempt, began: Instant) {
        let mut given_up = GivenUp::new();
        let mut guard = self.lock();
        let state = &mut *guard;
        #[cfg(feature = "spool")]
        if state.spooling.settle() {
            return state.free(entry.bytes, &self.budget);
        }
        let lane = &mut state.lanes[entry.signal as usize];
        let account = &mut state.accounts[entry.signal as usize];
        account.retries += u64::from(entry.attempts > 0);
        entry.attempts = entry.attempts.saturating_add(1);
        state.operations.add(attempt.error(), began.elapsed());
        let failure = |after| Failure {
            began,
            ended: Instant::now(),
            after,
            patience: self.policy.patience[entry.signal as usize],
        };
        let reason = match attempt {
            Attempt::Delivered { rejected } => {
                lane.answered();
                lane.breaker.reset();
                let rejected = rejected.min(entry.records());
                account.pending -= entry.records();
                account.rejected += rejected;
                account.exported += entry.records() - rejected;
                state.free(entry.bytes, &self.budget);
                given_up.push(entry);
                return;
            }
            Attempt::Retry { .. } | Attempt::TooLarge(Some(_)) if state.off => DropReason::SwitchedOff,
            Attempt::TooLarge(Some(halves)) => {
                lane.answered();
                lane.breaker.reset();
                return lane.push_front(entry.split(*halves));
            }
            Attempt::Retry { after } => {
                let failure = failure(after);
                if self.policy.attempts.is_none_or(|most| entry.attempts < most) {
                    let signal = entry.signal;
                    lane.failed(entry, &failure);
                    self.trim(state, signal, 0, &mut given_up);
                    return;
                }
                let _ = lane.close(entry.attempts, after, failure.ended);
                DropReason::Expired
            }
            Attempt::Denied => {
                lane.answered();
                let failure = failure(None);
                let probe = lane.breaker.denied(failure.ended);
                let stops = state.deadline.is_some();
                if probe && !stops && !state.off {
                    return lane.set_back(entry, &failure);
                }
                if probe && stops {
                    for other in lane.take_all() {
                        state.give_up(other, DropReason::Refused, &self.budget, &mut given_up);
                    }
                }
                DropReason::Refused
            }
            Attempt::Refused | Attempt::TooLarge(None) => {
                lane.answered();
                lane.breaker.reset();
                DropReason::Refused
            }
            Attempt::Panicked => DropReason::Panicked,
        };
        state.give_up(entry, reason, &self.budget, &mut given_up);
    }

    /// Switches the destination off, where what waits is dropped, or on.
    pub(super) fn switch(&self, on: bool) {
        let mut given_up = GivenUp::new();
        let mut state = self.lock();
        state.off = !on;
        if state.off {
            state.give_up_all(DropReason::SwitchedOff, &self.budget, &mut given_up);
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Ends the worker after what waits, if nobody told it to stop.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// The accounts at one moment, by signal, and what is told beside them.
    pub(super) fn standing(&self) -> Standing {
        let state = self.lock();
        Standing {
            accounts: state.accounts,
            fresh: state.lanes.each_ref().map(Lane::fresh_records),
            paused: state.lanes.iter().any(|lane| lane.breaker.probe().is_some()),
            off: state.off,
            capacity: self.policy.records,
            operations: state.operations.clone(),
        }
    }
}

/// How a queue stands at one moment.
pub(super) struct Standing {
    pub(super) accounts: [Account; 3],
    /// Records that wait and were never tried.
    pub(super) fresh: [u64; 3],
    /// Whether a signal is held back after denials.
    pub(super) paused: bool,
    pub(super) off: bool,
    /// Records that may wait.
    pub(super) capacity: [Option<usize>; 3],
    pub(super) operations: Operations,
}

#[cfg(feature = "spool")]
#[path = "queue_spooling.rs"]
mod spooling;

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
