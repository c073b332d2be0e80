//! The last step: the words of databases become the words of the people who ask.

use spanwright::{current, traced};

const TERMS: &[(&str, &str)] = &[
    ("L3 nodes", "projects"),
    ("L3 node", "project"),
    ("on_track", "on track"),
    ("NULL", "not known yet"),
];

#[traced(name = "orchestrator.apply_business_language")]
pub(crate) fn apply_business_language(text: &str) -> String {
    let mut translated = text.to_owned();
    let mut terms = 0;
    for (technical, business) in TERMS {
        terms += translated.matches(technical).count();
        translated = translated.replace(technical, business);
    }
    current().event("translation_applied", |event| {
        event.set("terms", &terms);
    });
    translated
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanwright::testing::TestTraces;

    #[test]
    fn technical_terms_are_replaced() {
        let traces = TestTraces::start();
        assert_eq!(
            apply_business_language("2 L3 nodes: one on_track, one NULL"),
            "2 projects: one on track, one not known yet"
        );
        let spans = traces.spans();
        assert_eq!(spans[0].events[0].name, "translation_applied");
    }
}
