//! How the pipeline's thread sleeps and is woken, under loom.
//!
//! This is a model and not the code itself: `Shared` and `Loop` of `pipeline/` are written on the standard
//! library's primitives and on clocks. What is here follows `Shared::{begin, unpark, wake, command}`, the head of
//! `Loop::run` and `Latch` line by line, and is to be changed together with them. It has no time-outs, so a wake-up that the real
//! loop would make good for after its delay is a deadlock here, which loom reports. Records are real chunks.
//!
//! Having slept, the loop resets `woken` by a swap: by a store, a second thread's wake-up could get lost until the delay
//! is over, since a store does not acquire what that thread published. This model found that.

use super::sync::{Arc, AtomicBool, Mutex};
use super::{Chunk, Writer};
use loom::sync::Condvar;
use loom::sync::atomic::fence;
use loom::thread;
use std::sync::atomic::Ordering;

/// `pipeline::latch::Latch`, without its deadline.
#[derive(Default)]
struct Latch {
    open: Mutex<bool>,
    changed: Condvar,
}

impl Latch {
    fn count_down(&self) {
        *self.open.lock().unwrap() = true;
        self.changed.notify_all();
    }

    fn wait(&self) {
        let mut open = self.open.lock().unwrap();
        while !*open {
            open = self.changed.wait(open).unwrap();
        }
    }
}

enum Command {
    Flush(Arc<Latch>),
    Stop(Arc<Latch>),
}

/// `std::thread::park` and `unpark`: loom's own let go a thread that waits for a lock, too.
#[derive(Default)]
struct Parker {
    token: Mutex<bool>,
    changed: Condvar,
}

impl Parker {
    fn unpark(&self) {
        *self.token.lock().unwrap() = true;
        self.changed.notify_one();
    }

    fn park(&self) {
        let mut token = self.token.lock().unwrap();
        while !*token {
            token = self.changed.wait(token).unwrap();
        }
        *token = false;
    }
}

/// `pipeline::shared::Shared`; the thread can be woken once `begun` says that it is known.
#[derive(Default)]
struct Shared {
    thread: Parker,
    begun: AtomicBool,
    woken: AtomicBool,
    commands: Mutex<Vec<Command>>,
    /// How many bytes the loop had drained when it last answered: what a flush delivers.
    delivered: Mutex<usize>,
}

impl Shared {
    fn begin(&self) {
        self.begun.store(true, Ordering::Release);
        fence(Ordering::SeqCst);
    }

    fn unpark(&self) {
        if !self.begun.load(Ordering::Acquire) {
            fence(Ordering::SeqCst);
        }
        if self.begun.load(Ordering::Acquire) {
            self.thread.unpark();
        }
    }

    fn wake(&self) {
        if !self.woken.swap(true, Ordering::AcqRel) {
            self.unpark();
        }
    }

    fn command(&self, command: Command) {
        self.commands.lock().unwrap().push(command);
        self.woken.store(true, Ordering::Release);
        self.unpark();
    }

    fn flush(&self) -> usize {
        let latch = Arc::new(Latch::default());
        self.command(Command::Flush(Arc::clone(&latch)));
        latch.wait();
        *self.delivered.lock().unwrap()
    }

    fn shutdown(&self) -> usize {
        let latch = Arc::new(Latch::default());
        self.command(Command::Stop(Arc::clone(&latch)));
        latch.wait();
        *self.delivered.lock().unwrap()
    }

    /// The head of `Loop::run`.
    fn sleep(&self) {
        if !self.woken.swap(false, Ordering::AcqRel) {
            self.thread.park();
            self.woken.swap(false, Ordering::AcqRel);
        }
    }

    /// `Loop::run`: ends at a stop, or where `enough` bytes were drained.
    fn run(&self, chunks: &[Arc<Chunk>], enough: usize) {
        self.begin();
        loop {
            self.sleep();
            let commands = std::mem::take(&mut *self.commands.lock().unwrap());
            let drained = chunks.iter().map(|chunk| chunk.published(0).len()).sum();
            for command in commands {
                *self.delivered.lock().unwrap() = drained;
                match command {
                    Command::Flush(latch) => latch.count_down(),
                    Command::Stop(latch) => return latch.count_down(),
                }
            }
            if drained >= enough {
                return;
            }
        }
    }
}

/// Starts the loop over as many chunks, with a writer for each.
fn launch<const WRITERS: usize>(enough: usize) -> (Arc<Shared>, [Writer; WRITERS], thread::JoinHandle<()>) {
    let mut chunks = Vec::new();
    let writers = std::array::from_fn(|_| {
        let (writer, chunk) = Chunk::allocate(2);
        chunks.push(chunk);
        writer
    });
    let shared = Arc::new(Shared::default());
    let thread = thread::spawn({
        let shared = Arc::clone(&shared);
        move || shared.run(&chunks, enough)
    });
    (shared, writers, thread)
}

#[test]
fn a_flush_delivers_what_was_recorded_before_it() {
    bounded(|| {
        let (shared, [mut writer], thread) = launch(usize::MAX);
        assert!(writer.push([&[1]]));
        assert!(shared.flush() >= 1);
        assert!(writer.push([&[2]]));
        assert!(shared.shutdown() >= 2);
        thread.join().unwrap();
    });
}

#[test]
fn a_flush_beside_a_wake_up_is_answered() {
    bounded(|| {
        let (shared, [mut writer, mut mine], thread) = launch(usize::MAX);
        let other = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                assert!(writer.push([&[1]]));
                shared.wake();
            }
        });
        assert!(mine.push([&[2]]));
        assert!(shared.flush() >= 1);
        other.join().unwrap();
        assert!(shared.shutdown() >= 2);
        thread.join().unwrap();
    });
}

#[test]
fn two_who_flush_are_both_answered() {
    bounded(|| {
        let (shared, [mut writer, mut mine], thread) = launch(usize::MAX);
        let other = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                assert!(writer.push([&[1]]));
                assert!(shared.flush() >= 1);
            }
        });
        assert!(mine.push([&[2]]));
        assert!(shared.flush() >= 1);
        other.join().unwrap();
        assert!(shared.shutdown() >= 2);
        thread.join().unwrap();
    });
}

/// Of two threads that wake the loop only the first unparks it: the second one's records must not wait for the delay.
#[test]
fn a_wake_up_is_not_lost() {
    bounded(|| {
        let (shared, [mut writer, mut mine], thread) = launch(2);
        let other = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                assert!(writer.push([&[1]]));
                shared.wake();
            }
        });
        assert!(mine.push([&[2]]));
        shared.wake();
        other.join().unwrap();
        // The loop ends by itself once it drained both.
        thread.join().unwrap();
    });
}

/// Locks and conditions meet in too many ways to try all; most bugs need two or three preemptions.
fn bounded(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}
