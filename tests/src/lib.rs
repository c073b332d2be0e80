//! Servers and programs that the cross-crate tests talk to.

pub mod model_calls;
pub mod signals;
pub mod thresholds;
pub mod trace_context;
pub mod traces;
pub mod variables;
