//! What the benchmarks share: where they run, and how their results are shown.

#![forbid(unsafe_code)]

pub mod limits;
pub mod machine;
pub mod numbers;
pub mod table;
