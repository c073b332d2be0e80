//! Accounts: where every span is.

use crate::redact::RedactionRule;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why records did not reach a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// The byte budget was spent.
    QueueFull,
    /// The destination refused them for good.
    Refused,
    /// They were tried for five minutes in vain.
    Expired,
    /// The destination's code panicked with them.
    Panicked,
    /// The deadline of the shutdown came first.
    ShutDown,
    /// A hook dropped them, or panicked with them.
    Hook,
    /// They ended after the shutdown.
    AfterShutdown,
    /// No destination takes them.
    NoDestination,
}

impl DropReason {
    const ALL: [Self; 8] = [
        Self::QueueFull,
        Self::Refused,
        Self::Expired,
        Self::Panicked,
        Self::ShutDown,
        Self::Hook,
        Self::AfterShutdown,
        Self::NoDestination,
    ];

    /// The reason in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue full",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Panicked => "panicked",
            Self::ShutDown => "shut down",
            Self::Hook => "dropped by a hook",
            Self::AfterShutdown => "after shutdown",
            Self::NoDestination => "no destination",
        }
    }
}

/// Counters that the pipeline's threads share.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) offered: AtomicU64,
    pub(crate) exported: AtomicU64,
    pub(crate) rejected: AtomicU64,
    pub(crate) retries: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
}

impl Counters {
    pub(crate) fn drop_records(&self, reason: DropReason, count: u64) {
        self.dropped[reason as usize].fetch_add(count, Ordering::Relaxed);
    }

    fn dropped(&self) -> BTreeMap<DropReason, u64> {
        DropReason::ALL
            .into_iter()
            .map(|reason| (reason, self.dropped[reason as usize].load(Ordering::Relaxed)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    pub(crate) fn report(&self, name: String, last_error: Option<String>) -> DestinationReport {
        let dropped = self.dropped();
        let exported = self.exported.load(Ordering::Relaxed);
        let rejected = self.rejected.load(Ordering::Relaxed);
        let offered = self.offered.load(Ordering::Relaxed);
        let gone = exported + rejected + dropped.values().sum::<u64>();
        let retries = self.retries.load(Ordering::Relaxed);
        DestinationReport {
            name,
            offered,
            exported,
            rejected,
            dropped,
            pending: offered.saturating_sub(gone),
            retries,
            last_error,
        }
    }
}

/// One destination's account: `offered = exported + rejected + dropped + pending`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DestinationReport {
    /// The destination's name.
    pub name: String,
    /// Records that were put into its queue, or would have been.
    pub offered: u64,
    /// Records that it took.
    pub exported: u64,
    /// Records that the other side refused one by one.
    pub rejected: u64,
    /// Records that were dropped, by reason.
    pub dropped: BTreeMap<DropReason, u64>,
    /// Records that wait, or are under way.
    pub pending: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// How the pipeline is at this moment; see [`Guard::health`](crate::Guard::health).
///
/// Before the fan-out: `ended = dropped + recorded`, where each recorded span was offered to every destination that
/// takes spans. Roots of traces that were not sampled are counted apart; spans below them are never made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Spans that ended while recording.
    pub ended: u64,
    /// Of these, those that were given to the destinations.
    pub recorded: u64,
    /// Of these, those that were dropped before, by reason.
    pub dropped: BTreeMap<DropReason, u64>,
    /// Roots of traces that were not sampled.
    pub unsampled: u64,
    /// Log records that were given to the destinations.
    pub logs: u64,
    /// Values that redaction replaced.
    pub redacted: u64,
    /// Of these, how many for each rule that replaced something.
    pub redacted_by_rule: BTreeMap<RedactionRule, u64>,
    /// Values that were withheld because redaction failed on them.
    pub redaction_failed: u64,
    /// Each destination's account.
    pub destinations: Vec<DestinationReport>,
}

/// What a flush or a shutdown achieved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a report tells whether spans were lost"]
#[non_exhaustive]
pub struct Report {
    /// Whether everything was done before the deadline.
    pub complete: bool,
    /// The accounts at the end.
    pub health: Health,
}

impl Report {
    /// Records that are lost or not delivered yet, over all destinations and before them.
    pub fn undelivered(&self) -> u64 {
        let health = &self.health;
        let behind: u64 = health
            .destinations
            .iter()
            .map(|destination| {
                destination.rejected + destination.pending + destination.dropped.values().sum::<u64>()
            })
            .sum();
        let wanted = [DropReason::Hook, DropReason::NoDestination];
        let before: u64 = health
            .dropped
            .iter()
            .filter(|(reason, _)| !wanted.contains(reason))
            .map(|(_, count)| count)
            .sum();
        before + behind
    }

    /// `Ok` where everything that ended was delivered in time.
    ///
    /// # Errors
    /// The report itself, which prints what was lost and why.
    pub fn into_result(self) -> Result<(), Self> {
        if self.complete && self.undelivered() == 0 {
            Ok(())
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let health = &self.health;
        write!(f, "{} of {} spans recorded", health.recorded, health.ended)?;
        for (reason, count) in &health.dropped {
            write!(f, ", {count} {}", reason.as_str())?;
        }
        for destination in &health.destinations {
            write!(
                f,
                "; {}: {} of {} delivered",
                destination.name, destination.exported, destination.offered
            )?;
            if destination.rejected > 0 {
                write!(f, ", {} rejected", destination.rejected)?;
            }
            for (reason, count) in &destination.dropped {
                write!(f, ", {count} {}", reason.as_str())?;
            }
            if destination.pending > 0 {
                write!(f, ", {} pending", destination.pending)?;
            }
            if let Some(error) = &destination.last_error {
                write!(f, " (last error: {error})")?;
            }
        }
        if !self.complete {
            f.write_str("; the deadline came first")?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}
