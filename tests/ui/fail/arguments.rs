//! Unknown, duplicate and malformed arguments.

use spanwright::{trace_db_query, traced};

#[traced(nmae = "x")]
fn misspelt() {}

#[traced(zebra)]
fn unknown() {}

#[traced(level = "debug", level = "info")]
fn duplicate() {}

#[traced(nmae = "x", knid = server, skip(usr))]
fn all_at_once(user: u8) {
    let _ = user;
}

#[traced(name = "a" kind = server)]
fn comma_missing() {}

#[traced("name")]
fn no_key() {}

#[trace_db_query(sistem = "sqlite")]
fn misspelt_in_a_domain() {}

fn main() {}
