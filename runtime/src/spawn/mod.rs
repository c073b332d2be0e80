//! Taking the current context along: to tasks, threads, pools and through channels.
//!
//! Each carries the current [`Context`](crate::Context), so that spans over there are children of the current span
//! and session attributes, baggage and a test's collector go with them. The `detached` forms start a new trace
//! instead, with a link back: for work that outlives what asked for it.

mod carrying;
#[cfg(feature = "rayon")]
pub mod rayon;
#[cfg(feature = "tokio")]
mod task;
pub mod thread;

pub use carrying::Carrying;
#[cfg(feature = "tokio")]
pub use task::{
    JoinSetExt, spawn, spawn_blocking, spawn_blocking_detached, spawn_detached, spawn_local,
    spawn_local_detached,
};
