//! Where in a text a detector is asked.

use super::key::KeyRules;
use super::rule::RuleSet;

/// A word's start, and the run of `[A-Za-z0-9_.-]` it is in.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) text: &'a str,
    pub(super) keys: &'a KeyRules,
    pub(super) rules: RuleSet,
    /// The word's start.
    pub(super) at: usize,
    /// Whether what precedes it belongs to an escape (`\n`, `%20`).
    pub(super) soft: bool,
    /// The run's first word's start.
    pub(super) run_start: usize,
    /// One past the run.
    pub(super) run_end: usize,
    /// The run before this one, where just one space lies between.
    pub(super) before: Option<(usize, usize)>,
    /// Whether the text was cut off at its end, so that what begins there may be a part.
    pub(super) cut: bool,
}

impl<'a> Place<'a> {
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// Whether this word is the first of its run.
    pub(super) fn begins_run(&self) -> bool {
        self.at == self.run_start
    }

    /// The run's text.
    pub(super) fn run(&self) -> &'a str {
        &self.text[self.run_start..self.run_end]
    }
}
