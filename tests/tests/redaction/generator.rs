//! Numbers and texts from a seed, the same in each run.

pub(crate) struct Generator(u64);

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len() as u64) as usize]
    }

    /// So many characters of this alphabet.
    pub(crate) fn text(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet = alphabet.as_bytes();
        (0..length)
            .map(|_| char::from(alphabet[self.below(alphabet.len() as u64) as usize]))
            .collect()
    }

    pub(crate) fn digits(&mut self, length: usize) -> String {
        self.text("0123456789", length)
    }

    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.text("0123456789abcdef", length)
    }

    /// Letters and digits of both cases, with a digit among the first.
    pub(crate) fn mixed(&mut self, length: usize) -> String {
        let all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        format!("{}{}", self.digits(1), self.text(all, length - 1))
    }

    pub(crate) fn upper(&mut self, length: usize) -> String {
        self.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length)
    }

    pub(crate) fn word(&mut self) -> &'static str {
        self.pick(&[
            "order",
            "customer",
            "invoice",
            "payment",
            "basket",
            "catalogue",
            "search",
            "index",
            "worker",
            "queue",
            "cache",
            "session",
            "region",
            "retry",
            "shipment",
            "report",
            "article",
            "price",
            "stock",
            "event",
        ])
    }
}
