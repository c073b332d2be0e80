//! A site's callsite in `tracing`: made at its first span that is wanted there, and kept for good.
//!
//! `tracing` takes only fields that a callsite declares. A site's keys are known at compile time, but not those of
//! derived values and sessions: when a span comes with keys that are not declared yet, the site gets another
//! callsite that declares them too, a few times at most.

use super::clean;
use crate::record::Attributes;
use crate::recorder::Live;
use crate::site::{Level, Site};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};
use tracing_core::callsite::{self, Identifier};
use tracing_core::field::FieldSet;
use tracing_core::metadata::{Kind, LevelFilter};
use tracing_core::subscriber::Interest;
use tracing_core::{Metadata, dispatcher};

/// The field that marks a span as ours, so that our own layer does not record it twice. It has no value.
pub(super) const MARK: &str = "spanwright.site";
/// In place of [`MARK`], where our own layer has to see the span: what the program records on it belongs to ours.
pub(super) const MARK_LATE: &str = "spanwright.late_fields";

/// What is declared whatever the site; the first place is the mark's.
const FIXED: [&str; 7] = [
    MARK,
    "otel.name",
    "otel.kind",
    "otel.status_code",
    "otel.status_description",
    "error.type",
    "spanwright.outcome",
];
/// Fields of one callsite.
const MAX_FIELDS: usize = 64;
/// Callsites of one site.
const MAX_GROWTH: u8 = 4;

const NEVER: u8 = 0;
const SOMETIMES: u8 = 1;
const ALWAYS: u8 = 2;

/// One callsite of ours.
#[derive(Debug)]
pub(super) struct Callsite {
    interest: AtomicU8,
    metadata: OnceLock<Metadata<'static>>,
    grown: u8,
}

impl tracing_core::Callsite for Callsite {
    fn set_interest(&self, interest: Interest) {
        let interest = match () {
            () if interest.is_never() => NEVER,
            () if interest.is_always() => ALWAYS,
            () => SOMETIMES,
        };
        self.interest.store(interest, Ordering::Relaxed);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.described()
    }
}

/// By site number.
static CALLSITES: RwLock<Vec<Option<&'static Callsite>>> = RwLock::new(Vec::new());

/// The list, while the thread that has it forks.
#[cfg(all(unix, feature = "pipeline"))]
#[allow(dead_code, reason = "dropping it lets go")]
pub(crate) struct Kept(std::sync::RwLockWriteGuard<'static, Vec<Option<&'static Callsite>>>);

/// Lets no other thread have it; see [`Kept`].
#[cfg(all(unix, feature = "pipeline"))]
pub(crate) fn keep() -> Kept {
    Kept(CALLSITES.write().unwrap_or_else(PoisonError::into_inner))
}

/// The callsite for this span, which declares the keys it comes with.
pub(super) fn of(live: &Live, attributes: &Attributes) -> &'static Callsite {
    let number = live.site.number() as usize;
    let known = CALLSITES
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(number)
        .copied()
        .flatten();
    match known {
        Some(callsite) if !callsite.should_grow(attributes) => callsite,
        known => make(live.site, number, known, attributes),
    }
}

fn make(
    site: &'static Site,
    number: usize,
    known: Option<&'static Callsite>,
    attributes: &Attributes,
) -> &'static Callsite {
    let mut names: Vec<&'static str> = FIXED.to_vec();
    if site.wants_tracing_span() {
        names[0] = MARK_LATE;
    }
    let known_names = known.into_iter().flat_map(|known| known.fields().iter());
    let declared = known_names.map(|field| field.name());
    for key in declared.chain(site.attribute_keys().iter().copied()) {
        if names.len() < MAX_FIELDS && !names.contains(&key) {
            names.push(key);
        }
    }
    for (key, _) in attributes {
        // A key that is a secret itself is withheld with its value.
        if names.len() < MAX_FIELDS && !names.contains(&key.as_str()) && clean::text(key) == key.as_str() {
            names.push(String::leak(key.as_str().to_owned()));
        }
    }
    let made = Callsite::leak(site, names.leak(), known.map_or(0, |known| known.grown + 1));
    let mut callsites = CALLSITES.write().unwrap_or_else(PoisonError::into_inner);
    if callsites.len() <= number {
        callsites.resize(number + 1, None);
    }
    callsites[number] = Some(made);
    made
}

impl Callsite {
    fn leak(site: &'static Site, names: &'static [&'static str], grown: u8) -> &'static Self {
        let callsite: &'static Self = Box::leak(Box::new(Self {
            interest: AtomicU8::new(SOMETIMES),
            metadata: OnceLock::new(),
            grown,
        }));
        let level = match site.span_level() {
            Level::Trace => tracing_core::Level::TRACE,
            Level::Debug => tracing_core::Level::DEBUG,
            Level::Info => tracing_core::Level::INFO,
            Level::Warn => tracing_core::Level::WARN,
            Level::Error => tracing_core::Level::ERROR,
        };
        let _ = callsite.metadata.set(Metadata::new(
            site.name(),
            site.target(),
            level,
            Some(site.file()),
            Some(site.line()),
            Some(site.target()),
            FieldSet::new(names, Identifier(callsite)),
            Kind::SPAN,
        ));
        callsite::register(callsite);
        callsite
    }

    fn should_grow(&'static self, attributes: &Attributes) -> bool {
        self.grown + 1 < MAX_GROWTH
            && self.fields().len() < MAX_FIELDS
            && attributes
                .iter()
                .any(|(key, _)| self.fields().field(key.as_str()).is_none())
    }

    pub(super) fn described(&self) -> &Metadata<'static> {
        match self.metadata.get() {
            Some(metadata) => metadata,
            None => unreachable!("it is set before anybody can know of the callsite"),
        }
    }

    pub(super) fn fields(&'static self) -> &'static FieldSet {
        self.described().fields()
    }

    /// Whether anybody wants its spans.
    pub(super) fn enabled(&'static self) -> bool {
        let metadata = self.described();
        if *metadata.level() > LevelFilter::current() {
            return false;
        }
        match self.interest.load(Ordering::Relaxed) {
            NEVER => false,
            ALWAYS => true,
            _ => dispatcher::get_default(|dispatch| dispatch.enabled(metadata)),
        }
    }
}
