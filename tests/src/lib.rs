//! Servers and programs that the cross-crate tests talk to.
