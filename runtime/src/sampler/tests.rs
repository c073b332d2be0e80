use super::*;
use crate::id::{SpanId, TraceFlags};
use proptest::prelude::*;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};

fn id(low: u64) -> TraceId {
    TraceId::from_bytes((u128::from(low) | 1 << 100).to_be_bytes())
}

fn asks(sampler: &Sampler, low: u64, parent: Option<&SpanContext>) -> bool {
    let request = SampleRequest::new(id(low), "name", Kind::Internal);
    sampler.sample(&match parent {
        Some(parent) => request.with_parent(parent),
        None => request,
    })
}

fn parent(sampled: bool, is_remote: bool) -> SpanContext {
    SpanContext {
        trace_id: id(7),
        span_id: SpanId::from_bytes([1; 8]),
        flags: TraceFlags::default().with_sampled(sampled),
        trace_state: None,
        is_remote,
    }
}

fn hand_clock() -> (Arc<AtomicU64>, Clock) {
    let time = Arc::new(AtomicU64::new(5));
    let read = Arc::clone(&time);
    (time, Arc::new(move || read.load(Ordering::Relaxed)))
}

#[test]
fn a_ratio_is_a_bound_on_the_upper_63_of_the_last_64_bits() {
    let half = Sampler::ratio(0.5);
    for (low, sampled) in [
        (0, true),
        (u64::MAX / 2, true),
        (1 << 63, false),
        (u64::MAX, false),
    ] {
        assert_eq!(asks(&half, low, None), sampled, "{low:x}");
    }
    let tenth = Sampler::ratio(0.1);
    // 0.1 * 2^63, shifted back by the bit that is left out.
    let bound = ((0.1 * (1_u64 << 63) as f64) as u64) << 1;
    assert!(asks(&tenth, bound - 1, None) && !asks(&tenth, bound, None));
    assert!(!asks(&Sampler::ratio(0.0), 0, None));
    assert!(asks(&Sampler::ratio(1.0), u64::MAX, None));
}

proptest! {
    #[test]
    fn a_larger_ratio_keeps_what_a_smaller_one_keeps(low: u64, a in 0.0..=1.0, b in 0.0..=1.0) {
        let (small, large) = (f64::min(a, b), f64::max(a, b));
        prop_assert!(!asks(&Sampler::ratio(small), low, None) || asks(&Sampler::ratio(large), low, None));
    }

    #[test]
    fn only_rates_that_mean_something_pass(rate: f64) {
        prop_assert_eq!(Sampler::ratio(rate).check().is_ok(), (0.0..=1.0).contains(&rate));
        prop_assert_eq!(Sampler::always_on().limit(rate).check().is_ok(), rate >= 0.0 && rate.is_finite());
    }
}

#[test]
fn a_rate_out_of_range_is_an_error_also_inside() {
    for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        let error = Sampler::parent_ratio(bad).check().unwrap_err();
        assert!(matches!(error, SamplerError::Ratio(value) if value.to_bits() == bad.to_bits()));
        assert!(!asks(&Sampler::ratio(bad), 0, None));
    }
    assert_eq!(
        Sampler::rate_limited(-1.0).check().unwrap_err().to_string(),
        "a limit of traces per second must be 0 or more and finite, not -1"
    );
}

#[test]
fn a_parent_decides_where_the_sampler_is_parent_based() {
    let mut broken = parent(true, true);
    broken.span_id = SpanId::INVALID;
    for (sampler, parent, expected) in [
        (
            Sampler::parent_based(Sampler::always_off()),
            Some(parent(true, true)),
            true,
        ),
        (Sampler::default(), Some(parent(false, true)), false),
        (Sampler::default(), Some(parent(false, false)), false),
        (Sampler::default(), None, true),
        (Sampler::parent_based(Sampler::always_off()), Some(broken), false),
        (Sampler::always_on(), Some(parent(false, true)), true),
        (Sampler::always_off(), Some(parent(true, false)), false),
    ] {
        assert_eq!(
            asks(&sampler, 0, parent.as_ref()),
            expected,
            "{sampler} under {parent:?}"
        );
    }
}

#[test]
fn a_limit_spends_one_second_and_refills_with_the_clock() {
    let (time, clock) = hand_clock();
    let sampler = Sampler::always_on().limit_with_clock(2.0, clock);
    let burst = || (0..5).filter(|_| asks(&sampler, 0, None)).count();
    assert_eq!(burst(), 2);
    time.fetch_add(499_999_999, Ordering::Relaxed);
    assert_eq!(burst(), 0);
    time.fetch_add(1, Ordering::Relaxed);
    assert_eq!(burst(), 1);
    time.fetch_add(60_000_000_000, Ordering::Relaxed);
    assert_eq!(burst(), 2);
}

#[test]
fn a_rate_below_one_still_lets_a_trace_through() {
    let (time, clock) = hand_clock();
    let sampler = Sampler::always_on().limit_with_clock(0.1, clock);
    assert!(asks(&sampler, 0, None) && !asks(&sampler, 0, None));
    time.fetch_add(10_000_000_000, Ordering::Relaxed);
    assert!(asks(&sampler, 0, None));
}

#[test]
fn limits_at_the_ends_of_the_range() {
    let (_, clock) = hand_clock();
    assert!(!asks(
        &Sampler::always_on().limit_with_clock(0.0, Arc::clone(&clock)),
        0,
        None
    ));
    let least = Sampler::always_on().limit_with_clock(f64::MIN_POSITIVE, Arc::clone(&clock));
    assert_eq!((0..10).filter(|_| asks(&least, 0, None)).count(), 1);
    let most = Sampler::always_on().limit_with_clock(f64::MAX, clock);
    assert!((0..10_000).all(|_| asks(&most, 0, None)));
}

#[test]
fn a_limit_counts_traces_and_leaves_decisions_made_elsewhere() {
    let (_, clock) = hand_clock();
    let sampler = Sampler::default().limit_with_clock(1.0, clock);
    for _ in 0..3 {
        assert!(asks(&sampler, 0, Some(&parent(true, true))));
        assert!(asks(&sampler, 0, Some(&parent(true, false))));
    }
    assert!(asks(&sampler, 0, None) && !asks(&sampler, 0, None));

    let (_, clock) = hand_clock();
    let own = Sampler::always_on().limit_with_clock(1.0, clock);
    assert!(
        asks(&own, 0, Some(&parent(true, false))),
        "inside a trace that goes on"
    );
    assert!(
        asks(&own, 0, Some(&parent(false, true))),
        "a trace that comes in takes the token"
    );
    assert!(!asks(&own, 0, None));
}

#[test]
fn two_limits_both_hold() {
    let (_, clock) = hand_clock();
    let sampler = Sampler::always_on()
        .limit_with_clock(5.0, Arc::clone(&clock))
        .limit_with_clock(3.0, clock);
    assert_eq!((0..10).filter(|_| asks(&sampler, 0, None)).count(), 3);
}

#[test]
fn many_threads_take_no_token_twice() {
    let (_, clock) = hand_clock();
    let sampler = Sampler::always_on().limit_with_clock(1000.0, clock);
    let taken: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..1000).filter(|_| asks(&sampler, 0, None)).count()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(taken, 1000);
}

#[test]
fn a_rule_of_ones_own_sees_the_request() {
    let sampler = Sampler::custom(|request: &SampleRequest<'_>| request.name == "name");
    assert!(asks(&sampler, 0, None));
    let other = SampleRequest::new(id(1), "health", Kind::Server);
    assert!(!sampler.sample(&other));

    struct Clients;
    impl Sample for Clients {
        fn sample(&self, request: &SampleRequest<'_>) -> bool {
            request.kind == Kind::Client
        }
    }
    assert!(!Sampler::custom(Clients).sample(&other));
}

#[test]
fn a_rule_that_panics_records_nothing() {
    let quiet = AssertUnwindSafe(|| std::panic::resume_unwind(Box::new("no message")));
    let sampler = Sampler::custom(move |_: &SampleRequest<'_>| -> bool { (quiet.0)() });
    assert!(!asks(&sampler, 0, None));
}

#[test]
fn a_sampler_says_what_it_does() {
    for (sampler, expected) in [
        (Sampler::default(), "parentbased_always_on"),
        (Sampler::parent_ratio(0.25), "parentbased_traceidratio(0.25)"),
        (
            Sampler::rate_limited(50.0),
            "parentbased_always_on, at most 50 a second",
        ),
        (Sampler::always_off(), "always_off"),
    ] {
        assert_eq!(sampler.to_string(), expected);
    }
}

#[test]
fn the_default_is_known_as_such() {
    assert!(Sampler::default().is_default() && Sampler::parent_ratio(1.0).is_default());
    for other in [
        Sampler::always_on(),
        Sampler::always_off(),
        Sampler::parent_ratio(0.5),
        Sampler::default().limit(5.0),
        Sampler::parent_based(Sampler::always_on().limit(5.0)),
    ] {
        assert!(!other.is_default(), "{other}");
    }
}
