//! What is measured.

use std::str::FromStr;

/// One kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Case {
    /// A root with ten children, recorded, each child with two string and two integer attributes.
    Attributes,
    /// The same without attributes.
    Bare,
    /// A root that is not sampled, with a thousand children that have attributes: these must not be evaluated.
    Unsampled,
    /// The same while recording is switched off.
    Disabled,
    /// Polls of a future within one span.
    Poll1,
    /// Polls of a future within three nested spans.
    Poll3,
    /// `Attributes` on two threads against one.
    Threads,
}

impl Case {
    pub(crate) const ALL: [Self; 7] = [
        Self::Attributes,
        Self::Bare,
        Self::Unsampled,
        Self::Disabled,
        Self::Poll1,
        Self::Poll3,
        Self::Threads,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Attributes => "attributes",
            Self::Bare => "bare",
            Self::Unsampled => "unsampled",
            Self::Disabled => "disabled",
            Self::Poll1 => "poll1",
            Self::Poll3 => "poll3",
            Self::Threads => "threads",
        }
    }

    /// Children below each root.
    pub(crate) const fn children(self) -> usize {
        match self {
            Self::Attributes | Self::Bare | Self::Threads => 10,
            Self::Unsampled | Self::Disabled => 1_000,
            Self::Poll1 | Self::Poll3 => 0,
        }
    }

    /// Requests of one burst: few enough for every system's buffers.
    pub(crate) const fn requests(self) -> usize {
        match self {
            Self::Attributes | Self::Bare => 400,
            Self::Unsampled | Self::Disabled | Self::Poll1 | Self::Poll3 => 20,
            // Fits in the space that one thread has before it asks for more.
            Self::Threads => 20,
        }
    }

    /// What the time of a request is divided by: its spans, or its polls.
    pub(crate) const fn units(self) -> usize {
        match self {
            Self::Poll1 | Self::Poll3 => POLLS,
            _ => self.children() + 1,
        }
    }
}

/// Polls of each future.
pub(crate) const POLLS: usize = 1_000;

impl FromStr for Case {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|case| case.name() == name);
        found.ok_or_else(|| format!("there is no case {name}"))
    }
}
