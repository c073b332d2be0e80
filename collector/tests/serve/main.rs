//! The program `spanwright` as people run it: started, sent to, asked, stopped.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failure anywhere in here is the test's")]

mod files;
mod library;
mod options;
mod running;
mod starting;
mod watching;
