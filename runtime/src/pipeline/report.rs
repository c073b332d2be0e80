//! Accounts: where every span is.

use crate::redact::RedactionRule;
use std::collections::BTreeMap;
use std::fmt;

/// Why records did not reach a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// There was no room for them: the bytes, or the records that may wait, were used up.
    QueueFull,
    /// The destination refused them for good.
    Refused,
    /// They were tried in vain for as long, or as often, as is configured: five minutes by default.
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
    /// The destination was switched off.
    SwitchedOff,
    /// Their trace was not sampled, and what the sampler would have kept it for did not happen.
    NotSampled,
    /// They were in the spool, and made room there for newer ones.
    SpoolFull,
    /// They waited in the spool for longer than they may: 24 hours by default.
    SpoolExpired,
    /// They were in the spool, and cannot be read any more.
    SpoolDamaged,
}

impl DropReason {
    pub(super) const ALL: [Self; 13] = [
        Self::QueueFull,
        Self::Refused,
        Self::Expired,
        Self::Panicked,
        Self::ShutDown,
        Self::Hook,
        Self::AfterShutdown,
        Self::NoDestination,
        Self::SwitchedOff,
        Self::NotSampled,
        Self::SpoolFull,
        Self::SpoolExpired,
        Self::SpoolDamaged,
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
            Self::SwitchedOff => "switched off",
            Self::NotSampled => "not sampled",
            Self::SpoolFull => "dropped from a full spool",
            Self::SpoolExpired => "too old in the spool",
            Self::SpoolDamaged => "damaged in the spool",
        }
    }

    /// Whether somebody asked for it: then it is no loss.
    pub(super) const fn is_wanted(self) -> bool {
        matches!(
            self,
            Self::Hook | Self::NoDestination | Self::SwitchedOff | Self::NotSampled
        )
    }
}

/// One destination's account. At any moment
/// `offered + recovered = exported + rejected + dropped + pending + spooled`: each record is in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DestinationReport {
    /// The destination's name.
    pub name: String,
    /// Records that it was to take.
    pub offered: u64,
    /// Records of an earlier process that were found in the spool; 0 without one.
    pub recovered: u64,
    /// Records that it took.
    pub exported: u64,
    /// Records that the other side refused one by one.
    pub rejected: u64,
    /// Records that were dropped, by reason.
    pub dropped: BTreeMap<DropReason, u64>,
    /// Of those that were rejected or dropped, the points of metrics. They count as no loss: metrics are sums since the
    /// start, so that the next export holds what this one did not bring, and many backends take none.
    pub metric_points: u64,
    /// Records that wait, or are under way.
    pub pending: u64,
    /// Records that were put into the spool, to be sent later; 0 without one.
    pub spooled: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// Whether it is on; see [`set_destination`](crate::set_destination).
    pub on: bool,
    /// Whether it denied us three times in a row, and is asked every 30 seconds only.
    pub paused: bool,
    /// What went wrong last.
    pub last_error: Option<String>,
}

impl DestinationReport {
    /// Spans and log records that are gone without having arrived, whatever the reason, but for what was wanted.
    pub(super) fn lost(&self) -> u64 {
        (self.rejected + lost(&self.dropped)).saturating_sub(self.metric_points)
    }
}

/// The sum of what was dropped without being asked for.
pub(super) fn lost(dropped: &BTreeMap<DropReason, u64>) -> u64 {
    let lost = dropped.iter().filter(|(reason, _)| !reason.is_wanted());
    lost.map(|(_, count)| count).sum()
}

/// How the pipeline is at this moment; see [`Guard::health`](crate::Guard::health).
///
/// Before the destinations, at any moment, `ended = dropped + pending + held + recorded`, where each recorded span is offered
/// to every destination that takes spans. Roots of traces that were not sampled are counted apart; spans below them are
/// never made. Ended spans are counted from when the pipeline has read them, which a flush makes it do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Spans that ended while recording.
    pub ended: u64,
    /// Of these, those that were given to the destinations.
    pub recorded: u64,
    /// Of these, those that were dropped before, by reason.
    pub dropped: BTreeMap<DropReason, u64>,
    /// Of these, those that wait for their batch to be full or due.
    pub pending: u64,
    /// Of these, those of traces that were not sampled and that wait for their local root, which says whether they are
    /// kept; see [`Sampler::keep_errors`](crate::Sampler::keep_errors).
    pub held: u64,
    /// Roots of traces that were not sampled, without those that may yet be kept.
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
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use = "a report tells whether spans were lost"]
#[non_exhaustive]
pub struct Report {
    /// Whether everything was done before the deadline.
    pub complete: bool,
    /// The accounts at the end.
    pub health: Health,
}

impl Report {
    /// Spans and log records that are lost or not delivered yet, over all destinations and before them.
    pub fn undelivered(&self) -> u64 {
        let health = &self.health;
        let behind: u64 = health
            .destinations
            .iter()
            .map(|destination| destination.lost() + destination.pending)
            .sum();
        lost(&health.dropped) + health.pending + behind
    }

    /// `Ok` where everything that ended was delivered in time.
    ///
    /// # Errors
    /// The report itself, which prints what was lost and why.
    #[allow(clippy::result_large_err, reason = "made once, at the end of a program")]
    pub fn into_result(self) -> Result<(), Self> {
        if self.complete && self.undelivered() == 0 {
            Ok(())
        } else {
            Err(self)
        }
    }
}

/// As it reads: a `main` that returns it prints this form. `{:#?}` shows every field.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            let mut whole = f.debug_struct("Report");
            whole.field("complete", &self.complete);
            whole.field("health", &self.health).finish()
        } else {
            write!(f, "{self}")
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
        if health.pending > 0 {
            write!(f, ", {} pending", health.pending)?;
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
            for (count, state) in [(destination.pending, "pending"), (destination.spooled, "spooled")] {
                if count > 0 {
                    write!(f, ", {count} {state}")?;
                }
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
