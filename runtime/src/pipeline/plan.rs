//! What a pipeline is started with.

use super::{Hook, Policy, Preparation};
use crate::record::Resource;
use std::sync::Arc;
use std::time::Duration;

/// Everything a pipeline is started with; kept, so that a forked child can start its own.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) resource: Arc<Resource>,
    /// Brings the resource up to date in a forked child.
    pub(crate) in_child: Arc<dyn Fn(&Resource) -> Resource + Send + Sync>,
    pub(crate) preparation: Preparation,
    pub(crate) hooks: Vec<Hook>,
    /// Longest time that an ended span waits for its batch.
    pub(crate) delay: Duration,
    pub(crate) batch_records: usize,
    pub(crate) batch_bytes: usize,
    /// Longest time that a log record waits for its batch, and how many a batch has.
    pub(crate) log_delay: Duration,
    pub(crate) log_records: usize,
    /// Bytes for the recorder's chunks, and as many again for the destinations' queues.
    pub(crate) queue_bytes: usize,
    /// How long batches are tried, and how many records may wait.
    pub(crate) policy: Policy,
    /// Names of destinations that are off.
    pub(crate) switched_off: Vec<String>,
    /// Metrics of the pipeline itself are made.
    pub(crate) self_metrics: bool,
    /// Nothing is said on stderr when records are lost.
    pub(crate) silent: bool,
    /// How often metrics are given out.
    pub(crate) metric_interval: Duration,
}
