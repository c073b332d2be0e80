//! What a trace means: its tree, where its time went, and which spans decided how long it took.
//!
//! All of it is pure, takes O(n log n), and recurses nowhere: a trace may be 100,000 spans deep. It holds for traces
//! that are not whole: without a root yet, with parents that are not here, with clocks that disagree.

mod critical;
mod parallel;
mod parents;
mod self_time;
mod skew;
mod summary;
#[cfg(test)]
mod testing;
mod tree;

pub use critical::{Section, critical_path};
pub use parallel::{Parallel, parallel_parts};
pub use parents::Origin;
pub use self_time::self_times;
pub use summary::{Root, ServiceCount, Summary};
pub use tree::{Node, Tree};
