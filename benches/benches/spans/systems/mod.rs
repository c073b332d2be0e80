//! The systems, each behind one trait. The work is the same for all: the same functions with the same arguments.

mod by_hand;
mod emitted;
mod fast;
mod instrument;
mod limit;
mod ours;
mod plain;

use crate::case::Case;
use std::error::Error;
use std::hint::black_box;

/// A system that is set up for one case.
pub(crate) trait Work: Sync {
    /// Does so many requests.
    fn requests(&self, count: usize);
    /// Lets the background finish what it has.
    fn flush(&self) {}
}

/// What a child is given besides its number, as attributes. The strings are static, which some peers need in order not to copy them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arguments {
    pub(crate) user: &'static str,
    pub(crate) query: &'static str,
    pub(crate) bytes: i64,
}

/// The arguments of a request's children, hidden from the optimiser.
#[inline]
pub(crate) fn arguments() -> Arguments {
    black_box(Arguments {
        user: "user-4711",
        query: "orders by customer",
        bytes: 65_536,
    })
}

/// A system that can work, or why not.
pub(crate) type Ready = Result<Box<dyn Work>, Box<dyn Error>>;

/// One row of the table.
pub(crate) struct System {
    pub(crate) name: &'static str,
    pub(crate) cases: &'static [Case],
    set_up: fn(Case) -> Ready,
}

const SAMPLED: &[Case] = &[Case::Attributes, Case::Bare];
const POLLED: &[Case] = &[Case::Attributes, Case::Bare, Case::Poll1, Case::Poll3];
const NO_POLLS: &[Case] = &[Case::Attributes, Case::Bare, Case::Unsampled, Case::Threads];

/// All of them; ours is the first, and the others are compared with it.
pub(crate) const SYSTEMS: [System; 12] = [
    System {
        name: OURS,
        cases: &Case::ALL,
        set_up: ours::set_up,
    },
    System {
        name: "spanwright, log layer at INFO",
        cases: POLLED,
        set_up: ours::set_up_with_logs,
    },
    System {
        name: "spanwright, tracing spans on, log layer at INFO",
        cases: POLLED,
        set_up: ours::set_up_with_tracing_spans,
    },
    System {
        name: "#[instrument] through spanwright::layer()",
        cases: POLLED,
        set_up: instrument::set_up_through_ours,
    },
    System {
        name: "#[instrument], bare registry",
        cases: POLLED,
        set_up: instrument::set_up_bare,
    },
    System {
        name: "#[instrument] + tracing-opentelemetry",
        cases: &Case::ALL,
        set_up: instrument::set_up_opentelemetry,
    },
    System {
        name: "#[instrument] + tracing-opentelemetry, log layer at INFO",
        cases: SAMPLED,
        set_up: instrument::set_up_opentelemetry_with_logs,
    },
    System {
        name: "opentelemetry_sdk by hand",
        cases: NO_POLLS,
        set_up: by_hand::set_up,
    },
    System {
        name: "fastrace",
        cases: &Case::ALL,
        set_up: fast::set_up,
    },
    System {
        name: "emit",
        cases: &[Case::Attributes, Case::Bare, Case::Disabled],
        set_up: emitted::set_up,
    },
    System {
        name: "limit: a hand-written loop",
        cases: &[Case::Attributes, Case::Bare, Case::Threads],
        set_up: limit::set_up,
    },
    System {
        name: PLAIN,
        cases: &[
            Case::Attributes,
            Case::Bare,
            Case::Unsampled,
            Case::Disabled,
            Case::Poll1,
            Case::Poll3,
        ],
        set_up: plain::set_up,
    },
];

pub(crate) const OURS: &str = "spanwright";
pub(crate) const PLAIN: &str = "no annotation";

pub(crate) fn set_up(name: &str, case: Case) -> Ready {
    let system = SYSTEMS.iter().find(|system| system.name == name);
    (system.ok_or("no such system")?.set_up)(case)
}
