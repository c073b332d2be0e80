//! The processor's time-stamp counter, where the kernel itself trusts it.

use std::sync::atomic::{AtomicU8, Ordering};

const UNKNOWN: u8 = 0;
const NONE: u8 = 1;
const COUNTER: u8 = 2;

static SOURCE: AtomicU8 = AtomicU8::new(UNKNOWN);

/// The counter's reading; `None` where there is none to trust.
#[inline]
pub(crate) fn ticks() -> Option<u64> {
    match SOURCE.load(Ordering::Relaxed) {
        COUNTER => Some(read()),
        NONE => None,
        _ => detect(),
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn read() -> u64 {
    // SAFETY: every x86-64 processor has the instruction; an operating system that forbids it (it then would not be
    // the kernel's own clock source, which `detect` asks for) is not met here.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(not(target_arch = "x86_64"))]
fn read() -> u64 {
    0
}

/// The kernel uses the counter as its clock source only where it runs evenly on all processors.
#[cold]
fn detect() -> Option<u64> {
    let trusted = cfg!(all(target_arch = "x86_64", target_os = "linux"))
        && std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource")
            .is_ok_and(|name| name.trim() == "tsc");
    SOURCE.store(if trusted { COUNTER } else { NONE }, Ordering::Relaxed);
    trusted.then(read)
}
