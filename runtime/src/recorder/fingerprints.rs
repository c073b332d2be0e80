//! What a span remembers of the errors below it, so that each is recorded once.

/// The last four errors that ended below a span.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fingerprints {
    prints: [u64; 4],
    next: u8,
}

impl Fingerprints {
    pub(super) fn add(&mut self, print: u64) {
        if !self.has(print) {
            self.prints[usize::from(self.next & 3)] = print;
            self.next = self.next.wrapping_add(1);
        }
    }

    pub(super) fn has(&self, print: u64) -> bool {
        self.prints.contains(&print)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// Those that were added.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.prints.iter().copied().filter(|print| *print != 0)
    }
}
