//! Texts in which redaction found nothing, so that they need not be searched again: most attributes have one of few
//! values, be it a region, a path or a statement.

/// Longest text that is remembered, in bytes.
const LONGEST: usize = 256;
/// Texts that are remembered; a power of two. With the longest of texts, 256 KiB.
const PLACES: usize = 1024;

/// One place for all the texts whose hash ends with its number.
#[derive(Default)]
struct Place {
    text: Box<str>,
    /// The hash of the last text that was not the one here. A text that comes twice in a row takes the place, so that
    /// those that come once do not drive out the others.
    candidate: u64,
}

/// What is remembered.
#[derive(Default)]
pub(super) struct CleanTexts {
    places: Vec<Place>,
}

impl CleanTexts {
    /// Whether these bytes are a text that is known to be clean.
    #[inline]
    pub(super) fn has(&self, text: &[u8]) -> bool {
        let place = self.places.get(hash(text) as usize % PLACES);
        place.is_some_and(|place| place.text.as_bytes() == text) && !text.is_empty()
    }

    /// A text was found clean that was not known to be.
    pub(super) fn add(&mut self, text: &str) {
        if text.len() > LONGEST {
            return;
        }
        if self.places.is_empty() {
            self.places.resize_with(PLACES, Place::default);
        }
        let hash = hash(text.as_bytes());
        let place = &mut self.places[hash as usize % PLACES];
        if place.candidate == hash {
            place.text = text.into();
        }
        place.candidate = hash;
    }
}

/// Fast rather than good: equality is what counts in the end.
#[inline]
fn hash(text: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mut hash = text.len() as u64;
    for word in words.iter().chain([&last]) {
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
    }
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_when_it_came_twice() {
        let mut texts = CleanTexts::default();
        assert!(!texts.has(b"eu-central-1"));
        texts.add("eu-central-1");
        assert!(!texts.has(b"eu-central-1"));
        texts.add("eu-central-1");
        assert!(texts.has(b"eu-central-1"));
        assert!(!texts.has(b"eu-central-2") && !texts.has(b""));
    }

    #[test]
    fn texts_that_come_once_drive_nothing_out() {
        let mut texts = CleanTexts::default();
        for _ in 0..2 {
            texts.add("SELECT 1");
        }
        for number in 0..10_000 {
            texts.add(&format!("customer {number}"));
        }
        assert!(texts.has(b"SELECT 1"));
    }

    #[test]
    fn long_texts_are_not_kept() {
        let mut texts = CleanTexts::default();
        let long = "x".repeat(LONGEST + 1);
        for _ in 0..3 {
            texts.add(&long);
        }
        assert!(!texts.has(long.as_bytes()));
    }
}
