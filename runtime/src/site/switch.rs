//! Which sites record: a global generation, and each site's cached answer.
//!
//! A site's state is `generation << 1 | on`. While the generation is the global one, the answer is one load and
//! one compare; after a change (`init`, a new filter, shutdown) each site asks once again.

use super::{Filter, Site};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
#[cfg(all(unix, feature = "pipeline"))]
use std::sync::{MutexGuard, RwLockWriteGuard};

/// From 1, so that a fresh site (state 0) always asks.
static GENERATION: AtomicU32 = AtomicU32::new(1);
static RECORDING: AtomicBool = AtomicBool::new(true);
static FILTER: RwLock<Option<Filter>> = RwLock::new(None);
static SITES: Mutex<Vec<&'static Site>> = Mutex::new(Vec::new());

#[inline]
pub(crate) fn generation() -> u32 {
    GENERATION.load(Ordering::Relaxed)
}

fn bump() {
    // 31 bits are kept in a site's state; 0 is skipped after a wrap.
    let _ = GENERATION.fetch_update(Ordering::SeqCst, Ordering::Relaxed, |old| {
        Some((old + 1) & (u32::MAX >> 1)).map(|new| new.max(1))
    });
}

/// Replaces the filter at run time: every site asks it again at its next call.
///
/// ```
/// spanwright::set_filter("app::db=off,info".parse().unwrap());
/// # spanwright::set_filter(spanwright::Filter::default());
/// ```
pub fn set_filter(filter: Filter) {
    *FILTER.write().unwrap_or_else(PoisonError::into_inner) = Some(filter);
    bump();
    // Spans of other crates are filtered by it too, and `tracing` keeps the answers.
    tracing_core::callsite::rebuild_interest_cache();
}

/// The filter that holds.
#[cfg(feature = "pipeline")]
pub(crate) fn current_filter() -> Option<Filter> {
    FILTER.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Switches all sites on or off.
pub(crate) fn set_recording(on: bool) {
    RECORDING.store(on, Ordering::SeqCst);
    bump();
}

/// All sites that were called at least once, in the order of their first call.
pub fn sites() -> Vec<&'static Site> {
    SITES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// What is locked here, while the thread that has it forks.
#[cfg(all(unix, feature = "pipeline"))]
#[allow(dead_code, reason = "dropping it lets go")]
pub(crate) struct Kept(
    MutexGuard<'static, Vec<&'static Site>>,
    RwLockWriteGuard<'static, Option<Filter>>,
);

/// Lets no other thread have it; see [`Kept`].
#[cfg(all(unix, feature = "pipeline"))]
pub(crate) fn keep() -> Kept {
    Kept(
        SITES.lock().unwrap_or_else(PoisonError::into_inner),
        FILTER.write().unwrap_or_else(PoisonError::into_inner),
    )
}

/// The site of this number.
pub(crate) fn by_number(number: u32) -> Option<&'static Site> {
    let at = number.checked_sub(1)? as usize;
    SITES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(at)
        .copied()
}

impl Site {
    /// Whether this site records at present.
    #[inline]
    pub fn is_on(&'static self) -> bool {
        let state = self.state.load(Ordering::Relaxed);
        if state >> 1 == generation() {
            state & 1 != 0
        } else {
            self.ask()
        }
    }

    #[cold]
    #[inline(never)]
    fn ask(&'static self) -> bool {
        let generation = generation();
        self.register();
        let on = RECORDING.load(Ordering::SeqCst)
            && FILTER
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .as_ref()
                .is_none_or(|filter| filter.allows(self.target, self.level));
        self.state
            .store(generation << 1 | u32::from(on), Ordering::Relaxed);
        on
    }

    fn register(&'static self) {
        if self.number.load(Ordering::Relaxed) != 0 {
            return;
        }
        let mut sites = SITES.lock().unwrap_or_else(PoisonError::into_inner);
        if self.number.load(Ordering::Relaxed) == 0 {
            sites.push(self);
            self.number.store(sites.len() as u32, Ordering::Relaxed);
        }
    }

    /// The site's number, from 1.
    #[inline]
    pub(crate) fn number(&'static self) -> u32 {
        match self.number.load(Ordering::Relaxed) {
            0 => {
                self.register();
                self.number.load(Ordering::Relaxed)
            }
            number => number,
        }
    }
}
