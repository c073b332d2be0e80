//! The rules by name, which of them are on, and how often each replaced something.

use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a value was replaced for. Names a rule in [`Redactor`](crate::Redactor) and in
/// [`Health::redacted_by_rule`](crate::Health::redacted_by_rule).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RedactionRule {
    /// Its key: an attribute's, or one inside a text (`password=…`).
    Key,
    /// A URL's userinfo, or a parameter that signs or authorises.
    Url,
    /// A token or an API key with its issuer's prefix.
    ApiKey,
    /// A JSON web token.
    Jwt,
    /// A private key in PEM.
    PrivateKey,
    /// What follows `Bearer` or `Basic`.
    Authorization,
    /// A payment card's number: issuer, length and check digit are right.
    Card,
    /// An international bank account number: country, length and check digits are right.
    Iban,
    /// A United States social security number, with its hyphens.
    Ssn,
    /// An e-mail address.
    Email,
    /// A telephone number; off by default.
    Phone,
    /// An IP address; off by default.
    Ip,
    /// A rule of the user.
    Custom,
    /// It was nested too deep to be looked at.
    Depth,
}

impl RedactionRule {
    pub(crate) const ALL: [Self; 14] = [
        Self::Key,
        Self::Url,
        Self::ApiKey,
        Self::Jwt,
        Self::PrivateKey,
        Self::Authorization,
        Self::Card,
        Self::Iban,
        Self::Ssn,
        Self::Email,
        Self::Phone,
        Self::Ip,
        Self::Custom,
        Self::Depth,
    ];

    /// The rule in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Url => "url",
            Self::ApiKey => "api key",
            Self::Jwt => "jwt",
            Self::PrivateKey => "private key",
            Self::Authorization => "authorization",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Ssn => "ssn",
            Self::Email => "e-mail",
            Self::Phone => "phone",
            Self::Ip => "ip",
            Self::Custom => "custom",
            Self::Depth => "depth",
        }
    }
}

const COUNT: usize = RedactionRule::ALL.len();

/// Something for each rule.
pub(super) type PerRule<T> = [T; COUNT];

/// A set of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RuleSet(u16);

impl RuleSet {
    /// All but the two that are asked for.
    pub(super) const DEFAULT: Self = Self(u16::MAX)
        .without(RedactionRule::Phone)
        .without(RedactionRule::Ip);

    pub(super) const fn with(self, rule: RedactionRule) -> Self {
        Self(self.0 | 1 << rule as u16)
    }

    pub(super) const fn without(self, rule: RedactionRule) -> Self {
        Self(self.0 & !(1 << rule as u16))
    }

    pub(super) const fn has(self, rule: RedactionRule) -> bool {
        self.0 & (1 << rule as u16) != 0
    }
}

/// What one call replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Redactions {
    by_rule: PerRule<u32>,
    /// Values withheld because a rule panicked.
    pub(crate) failed: u32,
}

impl Redactions {
    pub(super) fn count(&mut self, rule: RedactionRule) {
        self.by_rule[rule as usize] += 1;
    }

    /// Places replaced, for whatever reason.
    pub(crate) fn redacted(&self) -> u64 {
        self.by_rule.iter().map(|count| u64::from(*count)).sum()
    }

    /// Places replaced by one rule.
    pub(crate) fn by(&self, rule: RedactionRule) -> u32 {
        self.by_rule[rule as usize]
    }
}

impl AddAssign for Redactions {
    fn add_assign(&mut self, other: Self) {
        for (own, more) in self.by_rule.iter_mut().zip(other.by_rule) {
            *own = own.saturating_add(more);
        }
        self.failed = self.failed.saturating_add(other.failed);
    }
}

/// What was replaced since the start; shared between threads.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    by_rule: PerRule<AtomicU64>,
    failed: AtomicU64,
}

impl Totals {
    pub(crate) fn add(&self, counts: &Redactions) {
        // Most spans hold nothing to replace.
        for (total, count) in self.by_rule.iter().zip(counts.by_rule) {
            if count > 0 {
                total.fetch_add(count.into(), Ordering::Relaxed);
            }
        }
        if counts.failed > 0 {
            self.failed.fetch_add(counts.failed.into(), Ordering::Relaxed);
        }
    }

    /// The rules that replaced something, and how often.
    pub(crate) fn by_rule(&self) -> impl Iterator<Item = (RedactionRule, u64)> {
        RedactionRule::ALL
            .into_iter()
            .zip(&self.by_rule)
            .map(|(rule, total)| (rule, total.load(Ordering::Relaxed)))
            .filter(|(_, count)| *count > 0)
    }

    pub(crate) fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }
}
