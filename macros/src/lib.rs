//! Attribute macros of Spanwright. Depend on the crate `spanwright`, which re-exports them.
//!
//! ```text
//! tokens ─► item, args ─► model ─► validate ─► expand ─► tokens
//!           (parse)       shape    (errors)    one static site, one call, the body as it was
//! ```
//!
//! There is no runtime logic here: the output names nothing but `spanwright::__private` and `core`. On an
//! error, all problems are reported and the function goes out as it was written.

#![forbid(unsafe_code)]
// With `off` the attributes are left alone, so that most of this is not called.
#![cfg_attr(feature = "off", allow(dead_code))]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod args;
mod attribute;
mod crate_path;
mod derive;
mod errors;
mod expand;
mod item;
mod model;
mod params;
mod returned;
mod shape;
#[cfg(test)]
mod snapshots;
mod validate;

use args::Macro;
use proc_macro::TokenStream;

#[doc = include_str!("../doc/traced.md")]
#[proc_macro_attribute]
pub fn traced(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(Macro::Traced, args, item)
}

#[doc = include_str!("../doc/trace_llm_call.md")]
#[proc_macro_attribute]
pub fn trace_llm_call(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(Macro::Llm, args, item)
}

#[doc = include_str!("../doc/trace_db_query.md")]
#[proc_macro_attribute]
pub fn trace_db_query(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(Macro::Db, args, item)
}

#[doc = include_str!("../doc/trace_tool_call.md")]
#[proc_macro_attribute]
pub fn trace_tool_call(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(Macro::Tool, args, item)
}

#[doc = include_str!("../doc/derive_capture.md")]
#[proc_macro_derive(Capture, attributes(capture))]
pub fn derive_capture(item: TokenStream) -> TokenStream {
    derive::expand(item.into()).into()
}

#[cfg(not(feature = "off"))]
fn attribute(which: Macro, args: TokenStream, item: TokenStream) -> TokenStream {
    attribute::expand(which, args.into(), item.into()).into()
}

#[cfg(feature = "off")]
fn attribute(_: Macro, _: TokenStream, item: TokenStream) -> TokenStream {
    attribute::untouched(item.into()).into()
}
