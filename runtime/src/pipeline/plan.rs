//! What a pipeline is started with.

#[cfg(feature = "spool")]
use super::spooling::SpoolOf;
use super::{Hook, Policy, Preparation};
#[cfg(feature = "spool")]
use crate::destination::Destination;
use crate::record::Resource;
use crate::sampler::Keep;
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
    /// Which traces are kept although they were not sampled.
    pub(crate) keep: Keep,
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
    /// Where what cannot be delivered waits on disk.
    #[cfg(feature = "spool")]
    pub(crate) spool: Option<crate::spool::Spool>,
    /// Names of destinations that are off.
    pub(crate) switched_off: Vec<String>,
    /// Sites that ask for it are measured.
    pub(crate) metrics: bool,
    /// Metrics of the pipeline itself are made.
    pub(crate) self_metrics: bool,
    /// Nothing is said on stderr when records are lost.
    pub(crate) silent: bool,
    /// How often metrics are given out.
    pub(crate) metric_interval: Duration,
}

#[cfg(feature = "spool")]
impl Plan {
    /// Each destination's spool. Those of one name are told apart by their order.
    pub(super) fn spools(&self, destinations: &[Box<dyn Destination>]) -> Vec<Option<SpoolOf>> {
        let mut names: Vec<String> = Vec::new();
        for destination in destinations {
            let name = destination.name();
            let earlier = names.iter().filter(|own| {
                own.strip_prefix(&*name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
            });
            let name = match earlier.count() {
                0 => name.into_owned(),
                count => format!("{name}#{}", count + 1),
            };
            names.push(name);
        }
        names
            .into_iter()
            .map(|destination| {
                let spool = self.spool.clone()?;
                Some(SpoolOf { spool, destination })
            })
            .collect()
    }
}
