//! Spans by hand: [`span!`](crate::span), [`in_span`], events, and what flows to all spans below.

mod handle;
mod session;

pub use handle::{SpanHandle, add_event, in_span};
pub use session::{Session, session};
