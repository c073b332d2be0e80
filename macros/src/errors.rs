//! Collects every problem of one annotation, so that all are reported at once.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The problems found so far, in the order they were met.
#[derive(Default)]
#[must_use = "call `finish`, or the problems are lost"]
pub(crate) struct Errors {
    first: Option<syn::Error>,
}

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.first {
            Some(first) => first.combine(error),
            None => self.first = Some(error),
        }
    }

    /// Reports `message` at `span`.
    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Reports `message` over the whole of `tokens`.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Keeps the value, or the error and nothing.
    pub(crate) fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// `compile_error!` items for all problems; nothing where there are none.
    pub(crate) fn finish(self) -> TokenStream {
        self.first
            .map(|error| error.to_compile_error())
            .unwrap_or_default()
    }
}

/// A hint for a misspelt word: the nearest of `known`, if one is near enough.
pub(crate) fn did_you_mean<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let best = known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .min()?;
    let allowed = (word.len().max(best.1.len()) / 3).clamp(1, 3);
    (best.0 <= allowed).then_some(best.1)
}

/// "unknown argument `x`; did you mean `y`? available: …"
pub(crate) fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    let hint = match did_you_mean(word, known) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => ";".to_owned(),
    };
    let list: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    format!("unknown {what} `{word}`{hint} available: {}", list.join(", "))
}

/// Edit distance in which swapping two neighbours counts once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = (0..=a.len())
        .map(|i| (0..=b.len()).map(|j| if i == 0 { j } else { i }).collect())
        .collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let substitute = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = substitute.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_offered_and_far_ones_are_not() {
        assert_eq!(did_you_mean("nmae", &["name", "kind"]), Some("name"));
        assert_eq!(
            did_you_mean("feilds", &["fields", "follows_from"]),
            Some("fields")
        );
        assert_eq!(did_you_mean("zebra", &["name", "kind"]), None);
        assert_eq!(did_you_mean("x", &[]), None);
    }

    #[test]
    fn all_problems_come_out_together() {
        let mut errors = Errors::default();
        errors.at(Span::call_site(), "one");
        errors.at(Span::call_site(), "two");
        let text = errors.finish().to_string();
        assert!(text.contains("\"one\"") && text.contains("\"two\""), "{text}");
    }
}
