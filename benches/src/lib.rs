//! Benchmarks of Spanwright beside its peers.
