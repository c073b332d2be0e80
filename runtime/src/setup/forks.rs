//! Forks: no other thread has a lock of ours at that moment, or the child would wait for it for ever.

use crate::{bridge, pipeline, raw, recorder, site};
use std::cell::Cell;

/// All locks that a span, a flush or a shutdown in the child may need and that are not made anew for it.
type Kept = (pipeline::Kept, bridge::Kept, recorder::Kept, site::Kept);

thread_local! {
    /// Between the beginning of a fork and its end.
    static KEPT: Cell<Option<Kept>> = const { Cell::new(None) };
}

/// From now on forks are prepared for.
pub(super) fn watch() {
    raw::watch_forks(before, after);
}

/// Nobody takes one of these locks while holding another, so that their order is free. None is held for longer than a few
/// lines of ours take.
fn before() {
    let all = || (pipeline::keep(), bridge::keep(), recorder::keep(), site::keep());
    let _ = KEPT.try_with(|kept| kept.set(Some(all())));
}

fn after() {
    drop(KEPT.try_with(Cell::take));
}
