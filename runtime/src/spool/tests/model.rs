//! Any order of actions, against a list.

use super::*;
use crate::spool::Fsync;
use crate::spool::disk::{Operation, faults};
use proptest::prelude::*;
use std::collections::VecDeque;

#[derive(Clone, Debug)]
enum Action {
    Push(usize),
    Deliver,
    Look,
    /// The process ends and another starts.
    Restart,
    /// It ends as by a signal: the locks go, and nothing is closed.
    Crash,
    Fail(Vec<Operation>, usize),
    Heal,
}

fn action() -> impl Strategy<Value = Action> {
    let operation = prop_oneof![
        Just(Operation::Create),
        Just(Operation::Open),
        Just(Operation::Write),
        Just(Operation::Sync),
    ];
    prop_oneof![
        8 => (1_usize..40_000).prop_map(Action::Push),
        6 => Just(Action::Deliver),
        2 => Just(Action::Look),
        1 => Just(Action::Restart),
        1 => Just(Action::Crash),
        1 => (proptest::collection::vec(operation, 1..3), 0_usize..100)
            .prop_map(|(operations, written)| Action::Fail(operations, written)),
        3 => Just(Action::Heal),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn it_is_a_queue(actions in proptest::collection::vec(action(), 1..80), each: bool) {
        let root = tempfile::tempdir().unwrap();
        let fsync = if each { Fsync::EachBatch } else { Fsync::Never };
        let spool = spool(root.path()).max_bytes(8 << 20).fsync(fsync);
        let mut backlog = open(&spool);
        let mut model: VecDeque<String> = VecDeque::new();
        let mut healthy = true;
        for (at, action) in actions.into_iter().enumerate() {
            match action {
                Action::Push(bytes) => {
                    let batch = large(&format!("{at}-"), bytes);
                    match backlog.push(&batch) {
                        Ok(()) => model.push_back(names(&batch).remove(0)),
                        Err(error) => prop_assert!(!healthy, "{error}"),
                    }
                }
                Action::Deliver | Action::Look => match backlog.front() {
                    Ok(Some(front)) => {
                        prop_assert_eq!(Some(&names(&front.batch)[0]), model.front());
                        if matches!(action, Action::Deliver) && healthy {
                            backlog.done(&front);
                            model.pop_front();
                        }
                    }
                    Ok(None) => prop_assert!(model.is_empty()),
                    Err(error) => prop_assert!(!healthy, "{error}"),
                },
                Action::Restart if healthy => {
                    prop_assert!(backlog.close().is_none());
                    backlog = open(&spool);
                }
                Action::Crash if healthy => {
                    drop(backlog);
                    backlog = open(&spool);
                }
                Action::Restart | Action::Crash => {}
                Action::Fail(operations, written) => {
                    healthy = false;
                    faults::set(Some(faults::Fault { operations, errno: 28, written }));
                }
                Action::Heal => {
                    healthy = true;
                    faults::set(None);
                }
            }
            prop_assert_eq!(backlog.records(), model.len() as u64);
        }
        faults::set(None);
        prop_assert_eq!(drain(&mut backlog), model.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(backlog.take_losses(), Losses::default());
        prop_assert!(backlog.close().is_none());
        prop_assert!(files(root.path()).is_empty());
    }
}
