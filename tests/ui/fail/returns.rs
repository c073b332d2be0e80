//! Reading what a function returns.

use spanwright::{trace_db_query, traced};

struct Opaque;

#[traced(err(Debug))]
fn no_error() -> u32 {
    7
}

#[traced(err)]
fn nothing() {}

#[traced(ret)]
fn no_value() {}

#[traced(ret)]
fn not_capture() -> Opaque {
    Opaque
}

#[traced(ret(Debug))]
fn form() -> u8 {
    7
}

#[traced(ret)]
fn many() -> impl futures_core::Stream<Item = u8> {
    futures_util::stream::iter([7])
}

#[trace_db_query(rows = |rows| rows.len())]
fn no_rows() {}

#[traced]
fn wrong_type() -> Result<u8, String> {
    if true {
        return "text";
    }
    Ok(7)
}

#[traced]
async fn wrong_type_later() -> String {
    "text"
}

fn main() {}
