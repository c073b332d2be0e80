//! The traces as a web page, beside the terminal: a collector in this process, where the feature `collector` is on.

#[cfg(not(feature = "collector"))]
mod absent;
#[cfg(feature = "collector")]
mod embedded;

#[cfg(not(feature = "collector"))]
pub(crate) use absent::Page;
#[cfg(feature = "collector")]
pub(crate) use embedded::Page;
