//! `tracing` both ways.
#[allow(dead_code)]
pub(crate) mod out;

#[cfg(feature = "subscriber")]
pub use stub::*;
#[cfg(feature = "subscriber")]
mod stub {
    /// To be written.
    #[derive(Clone, Copy, Debug, Default)]
    pub enum Logs {
        /// Nothing.
        Off,
        /// Text.
        #[default]
        Text,
        /// JSON.
        Json,
    }
    #[derive(Default)]
    pub(crate) struct Subscriber {
        pub(crate) logs: Logs,
        pub(crate) layers:
            Vec<Box<dyn tracing_subscriber::Layer<tracing_subscriber::Registry> + Send + Sync>>,
        pub(crate) install: bool,
    }
    pub(crate) fn install(_: Subscriber) {}
    pub(crate) fn describe() -> Vec<String> {
        Vec::new()
    }
}
