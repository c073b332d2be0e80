//! What waits, goes first, makes room and is given up; and that the accounts add up whatever happens.

use super::*;
use crate::id::{SpanId, TraceId};
use crate::pipeline::latch::Latch;
use crate::record::SpanRecord;
use proptest::prelude::*;
use std::time::Duration;

fn batch(records: usize) -> Arc<Batch> {
    let mut batch = Batch::new(Default::default());
    batch
        .spans
        .extend((0..records).map(|_| SpanRecord::new(TraceId::random(), SpanId::random(), "one")));
    Arc::new(batch)
}

fn queue(bytes: usize, policy: Policy) -> Queue {
    Queue::new(Arc::new(Budget::new(bytes, 1)), policy)
}

impl Queue {
    /// The batch to try, if one is due.
    fn due(&self) -> Option<Entry> {
        self.lock().due_batch(Instant::now())
    }

    fn account(&self, signal: Signal) -> Account {
        self.standing().accounts[signal as usize]
    }

    fn dropped(&self, reason: DropReason) -> u64 {
        *self.account(Signal::Traces).dropped(reason)
    }

    fn settle_now(&self, entry: Entry, attempt: Attempt) {
        self.settle(entry, attempt, Instant::now());
    }

    fn open_gates(&self) {
        self.lock().lanes.iter_mut().for_each(Lane::open);
    }
}

fn retry() -> Attempt {
    Attempt::Retry {
        after: Some(Duration::from_secs(60)),
    }
}

#[test]
fn fresh_batches_go_before_the_backlog() {
    let queue = queue(1000, Policy::default());
    for records in [1, 2] {
        queue.offer(&batch(records), 10, Signal::Traces);
    }
    let first = queue.due().unwrap();
    assert_eq!((first.records(), first.number), (1, 0));
    queue.settle_now(first, retry());
    queue.offer(&batch(3), 10, Signal::Traces);
    assert!(queue.due().is_none(), "the server asked to wait");
    queue.open_gates();
    let mut order = Vec::new();
    while let Some(entry) = queue.due() {
        order.push(entry.records());
        queue.settle_now(entry, Attempt::Delivered { rejected: 0 });
    }
    assert_eq!(order, [3, 2, 1]);
    let account = queue.account(Signal::Traces);
    assert_eq!((account.exported, account.retries, account.pending), (6, 1, 0));
}

#[test]
fn one_signal_that_fails_holds_up_no_other() {
    let queue = queue(1000, Policy::default());
    for signal in Signal::ALL {
        queue.offer(&batch(1), 10, signal);
    }
    let traces = queue.due().unwrap();
    queue.settle_now(traces, retry());
    for signal in [Signal::Logs, Signal::Metrics] {
        let entry = queue.due().unwrap();
        assert_eq!(entry.signal, signal);
        queue.settle_now(entry, Attempt::Delivered { rejected: 0 });
    }
    assert!(queue.due().is_none());
    assert_eq!(queue.account(Signal::Traces).pending, 1);
}

#[test]
fn the_oldest_make_room_and_are_counted() {
    let queue = queue(100, Policy::default());
    for records in 1..=4 {
        queue.offer(&batch(records), 40, Signal::Traces);
    }
    assert_eq!(queue.dropped(DropReason::QueueFull), 1 + 2);
    queue.offer(&batch(9), 101, Signal::Traces);
    assert_eq!(queue.dropped(DropReason::QueueFull), 1 + 2 + 3 + 4 + 9);
    assert_eq!(queue.lock().bytes, 0);
}

#[test]
fn a_bound_in_records_holds_beside_the_bytes() {
    let policy = Policy {
        records: [Some(5), None, None],
        ..Policy::default()
    };
    let queue = queue(1000, policy);
    for records in [2, 2, 2] {
        queue.offer(&batch(records), 1, Signal::Traces);
        queue.offer(&batch(9), 1, Signal::Logs);
    }
    assert_eq!(queue.dropped(DropReason::QueueFull), 2);
    assert_eq!(queue.account(Signal::Logs).pending, 27);
    queue.offer(&batch(6), 1, Signal::Traces);
    assert_eq!(queue.dropped(DropReason::QueueFull), 2 + 4 + 6);
}

#[test]
fn a_batch_is_given_up_after_so_many_attempts_or_so_long() {
    let policy = Policy {
        attempts: Some(2),
        ..Policy::default()
    };
    let by_count = queue(1000, policy);
    by_count.offer(&batch(1), 1, Signal::Traces);
    for _ in 0..2 {
        assert_eq!(by_count.dropped(DropReason::Expired), 0);
        by_count.settle_now(by_count.due().unwrap(), retry());
        by_count.open_gates();
    }
    assert_eq!(by_count.dropped(DropReason::Expired), 1);

    let by_time = queue(1000, Policy::default());
    by_time.offer(&batch(1), 1, Signal::Traces);
    let (entry, began) = (by_time.due().unwrap(), Instant::now());
    by_time.settle(entry, retry(), began);
    let mut state = by_time.lock();
    let lane = &mut state.lanes[Signal::Traces as usize];
    // The minute that the server asked for does not count.
    assert!(lane.take_expired(began + Duration::from_secs(359)).is_empty());
    assert_eq!(lane.take_expired(began + Duration::from_secs(361)).len(), 1);
}

#[test]
fn what_is_too_large_is_halved_down_to_one_record() {
    let queue = queue(1000, Policy::default());
    queue.offer(&batch(5), 50, Signal::Traces);
    let mut sizes = Vec::new();
    while let Some(entry) = queue.due() {
        sizes.push(entry.records());
        let halves = (entry.records() > 1).then(|| entry.batch.halves());
        queue.settle_now(entry, Attempt::TooLarge(halves));
    }
    assert_eq!(sizes, [5, 2, 1, 1, 3, 1, 2, 1, 1]);
    assert_eq!(queue.dropped(DropReason::Refused), 5);
    assert_eq!(queue.account(Signal::Traces).retries, 0);
    assert_eq!(queue.lock().bytes, 0);
}

#[test]
fn three_denials_hold_back_what_comes_and_a_probe_keeps_its_batch() {
    let queue = queue(1000, Policy::default());
    for _ in 0..3 {
        assert!(!queue.standing().paused);
        queue.offer(&batch(1), 1, Signal::Traces);
        queue.settle_now(queue.due().unwrap(), Attempt::Denied);
    }
    assert!(queue.standing().paused);
    queue.offer(&batch(1), 1, Signal::Traces);
    assert!(queue.due().is_none());
    queue.open_gates();
    queue.settle_now(queue.due().unwrap(), Attempt::Denied);
    assert_eq!(queue.dropped(DropReason::Refused), 3);
    assert_eq!(queue.account(Signal::Traces).pending, 1);
    queue.open_gates();
    queue.settle_now(queue.due().unwrap(), Attempt::Delivered { rejected: 0 });
    assert!(!queue.standing().paused);
    assert_eq!(queue.account(Signal::Traces).exported, 1);
}

#[test]
fn a_flush_is_due_when_all_before_it_is_settled_and_a_description_at_once() {
    let queue = queue(1000, Policy::default());
    let latch = || Arc::new(Latch::new(1, Duration::from_secs(60)));
    queue.offer(&batch(1), 1, Signal::Traces);
    queue.command(Command::Flush(latch()));
    queue.offer(&batch(1), 1, Signal::Traces);
    let due = |queue: &Queue| queue.lock().due_command(Instant::now());
    assert!(due(&queue).is_none());
    queue.command(Command::Describe(Arc::default(), latch()));
    assert!(matches!(due(&queue), Some(Command::Describe(..))));
    queue.settle_now(queue.due().unwrap(), Attempt::Panicked);
    assert!(matches!(due(&queue), Some(Command::Flush(..))));
    assert_eq!(queue.dropped(DropReason::Panicked), 1);
    // Where nobody waits any more, it does not hurry the rest for ever.
    queue.command(Command::Flush(Arc::new(Latch::new(1, Duration::ZERO))));
    assert!(matches!(due(&queue), Some(Command::Flush(..))));
}

#[derive(Clone, Debug)]
enum Step {
    Offer(usize, usize, usize),
    Take,
    Settle(u8),
    OpenGates,
    Switch(bool),
    Expire,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..20_usize, 1..60_usize, 0..3_usize).prop_map(|(r, b, s)| Step::Offer(r, b, s)),
        4 => Just(Step::Take),
        4 => (0..6_u8).prop_map(Step::Settle),
        2 => Just(Step::OpenGates),
        1 => any::<bool>().prop_map(Step::Switch),
        1 => Just(Step::Expire),
    ]
}

fn attempt(kind: u8, entry: &Entry) -> Attempt {
    match kind {
        0 => Attempt::Delivered { rejected: 1 },
        1 => retry(),
        2 => Attempt::Denied,
        3 => Attempt::Refused,
        4 => Attempt::TooLarge((entry.records() > 1).then(|| entry.batch.halves())),
        _ => Attempt::Panicked,
    }
}

/// Every record is in one place, and every byte is held by one that waits or is under way.
fn assert_adds_up(queue: &Queue, under_way: &[Entry]) {
    let state = queue.lock();
    let mut bytes = under_way.iter().map(|entry| entry.bytes).sum::<usize>();
    for signal in Signal::ALL {
        let account = state.accounts[signal as usize];
        let lane = &state.lanes[signal as usize];
        let out = under_way.iter().filter(|entry| entry.signal == signal);
        let pending: u64 = lane.entries().chain(out).map(Entry::records).sum();
        assert_eq!(account.pending, pending);
        let dropped: u64 = account.dropped_by_reason().values().sum();
        assert_eq!(
            account.offered + account.recovered,
            account.exported + account.rejected + dropped + account.pending + account.spooled
        );
        bytes += lane.entries().map(|entry| entry.bytes).sum::<usize>();
    }
    assert_eq!(state.bytes, bytes);
    assert!(bytes <= 300);
}

proptest! {
    #[test]
    fn the_accounts_add_up_after_any_steps(steps in proptest::collection::vec(any_step(), 1..80)) {
        let policy = Policy { attempts: Some(3), records: [Some(40), None, Some(100)], ..Policy::default() };
        let queue = queue(300, policy);
        let mut under_way = Vec::new();
        for step in steps {
            match step {
                Step::Offer(records, bytes, signal) => queue.offer(&batch(records), bytes, Signal::ALL[signal]),
                Step::Take => under_way.extend(queue.due()),
                Step::Settle(kind) => if let Some(entry) = under_way.pop() {
                    let attempt = attempt(kind, &entry);
                    queue.settle_now(entry, attempt);
                },
                Step::OpenGates => queue.open_gates(),
                Step::Switch(on) => queue.switch(on),
                Step::Expire => {
                    let mut state = queue.lock();
                    for signal in Signal::ALL {
                        let later = Instant::now() + Duration::from_secs(3600);
                        for entry in state.lanes[signal as usize].take_expired(later) {
                            state.give_up(entry, DropReason::Expired, &queue.budget, &mut Vec::new());
                        }
                    }
                }
            }
            assert_adds_up(&queue, &under_way);
        }
    }
}
