//! How much more two threads record than one, in bursts that fit their buffers, with nothing else running.

use crate::systems::Work;
use spanwright_benches::numbers::Spread;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const BURSTS: usize = 40;
/// After a flush, for the background thread to go to sleep.
const QUIET: Duration = Duration::from_millis(2);
/// Before a burst, for a core that slept to be at speed.
const WARM: Duration = Duration::from_micros(50);

/// 2 where the threads do not hinder each other.
pub(crate) fn gain(work: &dyn Work, requests: usize) -> f64 {
    match (burst_time(work, requests, 1), burst_time(work, requests, 2)) {
        (Some(alone), Some(together)) => 2.0 * alone / together,
        _ => f64::NAN,
    }
}

/// Nanoseconds of a burst on each of so many threads at once. This thread only says when.
fn burst_time(work: &dyn Work, requests: usize, threads: usize) -> Option<f64> {
    let (ready, barrier) = (AtomicUsize::new(0), Barrier::new(threads + 1));
    let bursts = || -> Vec<f64> {
        let one = |burst| {
            barrier.wait();
            // The barrier wakes the threads one after another: they start together once all of them spin.
            ready.fetch_add(1, Ordering::SeqCst);
            while ready.load(Ordering::SeqCst) < (burst + 1) * threads {
                std::hint::spin_loop();
            }
            let awake = Instant::now();
            while awake.elapsed() < WARM {
                std::hint::spin_loop();
            }
            let start = Instant::now();
            work.requests(requests);
            let elapsed = start.elapsed();
            barrier.wait();
            elapsed.as_nanos() as f64
        };
        (0..BURSTS).map(one).collect()
    };
    let times = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(bursts)).collect();
        for _ in 0..BURSTS {
            work.flush();
            std::thread::sleep(QUIET);
            barrier.wait();
            barrier.wait();
        }
        let joined = running.into_iter().filter_map(|thread| thread.join().ok());
        joined.flatten().collect()
    });
    Some(Spread::of(times)?.median)
}
