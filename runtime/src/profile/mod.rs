//! How a backend wants spans to be written: our attributes in, the backend's own out.
//!
//! A destination applies its profile to its own copy of each span, on its own thread and just before encoding. What
//! it is given is redacted and within the limits already: a profile renames and derives, and adds nothing else. So
//! spools hold what every backend could read, and other destinations see nothing of it.
//!
//! [`draft`] is the span under work, [`recorded`] what we record of it, by meaning; one file for each profile says
//! what becomes of that.

mod braintrust;
mod datadog;
mod draft;
mod instant;
mod langfuse;
mod langwatch;
mod openinference;
mod openinference_messages;
mod opik;
mod recorded;
#[cfg(test)]
mod sample;
mod traceloop;

use crate::record::SpanRecord;
use draft::Draft;

/// How a backend wants attributes to be named. Spans that have nothing of what it names are sent as they are.
///
/// A count of tokens is sent under one name only, inclusive or exclusive of its parts as the backend adds them up:
/// for all but Langfuse and LangWatch, input tokens include those read from and written to a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// `langfuse.*`.
    Langfuse,
    /// `langwatch.*`.
    LangWatch,
    /// `opik.*`.
    Opik,
    /// OpenInference: `llm.*`, `input.value`, `openinference.span.kind`, …; for Arize Phoenix and Arize AX.
    OpenInference,
    /// OpenLLMetry's `traceloop.*`.
    Traceloop,
    /// `braintrust.*`.
    Braintrust,
    /// The GenAI conventions of the version that Datadog reads.
    Datadog,
}

impl Profile {
    /// The span as the backend wants it.
    pub(crate) fn of(self, span: &SpanRecord) -> SpanRecord {
        let mut span = span.clone();
        let map = match self {
            Self::Langfuse => langfuse::map,
            Self::LangWatch => langwatch::map,
            Self::Opik => opik::map,
            Self::OpenInference => openinference::map,
            Self::Traceloop => traceloop::map,
            Self::Braintrust => braintrust::map,
            Self::Datadog => datadog::map,
        };
        map(&mut Draft::new(&mut span));
        span
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;
    use proptest::prelude::*;

    const ALL: [Profile; 7] = [
        Profile::Langfuse,
        Profile::LangWatch,
        Profile::Opik,
        Profile::OpenInference,
        Profile::Traceloop,
        Profile::Braintrust,
        Profile::Datadog,
    ];

    /// Every spelling under which some backend finds the input tokens of a span, or a total that holds them.
    const INPUT: [&str; 8] = [
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.usage.prompt_tokens",
        "llm.token_count.prompt",
        "langfuse.observation.usage_details",
        "braintrust.metrics",
        "langwatch.metrics",
        "ai.usage.promptTokens",
    ];

    #[test]
    fn no_profile_sends_a_count_under_two_names() {
        let mut doubled = sample::model_call();
        for (key, count) in [
            ("gen_ai.usage.prompt_tokens", 1000),
            ("llm.token_count.prompt", 1000),
            ("llm.usage.prompt_tokens", 1000),
        ] {
            doubled.attributes.push((key.into(), Value::Int(count)));
        }
        for profile in ALL {
            for span in [sample::model_call(), doubled.clone()] {
                let mapped = profile.of(&span);
                let found: Vec<_> = INPUT
                    .iter()
                    .filter(|key| mapped.attribute(key).is_some())
                    .collect();
                assert_eq!(found.len(), 1, "{profile:?}: {found:?}");
            }
        }
    }

    #[test]
    fn what_the_program_named_so_itself_goes_before() {
        for (profile, key, own, wanted) in [
            (
                Profile::Langfuse,
                "langfuse.observation.type",
                "evaluator",
                "evaluator",
            ),
            (Profile::Langfuse, "langfuse.trace.tags", "mine", "mine"),
            (
                Profile::OpenInference,
                "metadata",
                r#"{"mine":1,"persona":"maestro"}"#,
                r#"{"mine":1,"persona":"maestro","project":"permits","response_id":"r-1","tenant":"h1:t"}"#,
            ),
            // Another count beside it would be added up.
            (
                Profile::Langfuse,
                "langfuse.observation.usage_details",
                r#"{"prompt":7}"#,
                r#"{"prompt":7}"#,
            ),
            (Profile::OpenInference, "metadata", "no JSON", "no JSON"),
            (Profile::OpenInference, "input.value", "mine", "mine"),
            (
                Profile::LangWatch,
                "langwatch.span.type",
                "guardrail",
                "guardrail",
            ),
            (
                Profile::Braintrust,
                "braintrust.span_attributes",
                r#"{"type":"score"}"#,
                r#"{"type":"score"}"#,
            ),
        ] {
            let mut span = sample::model_call();
            span.attributes.push((key.into(), own.into()));
            let mapped = profile.of(&span);
            let found: Vec<_> = mapped.attributes.iter().filter(|(name, _)| name == key).collect();
            assert_eq!(found.len(), 1, "{profile:?} {key}");
            assert_eq!(found[0].1.as_str(), Some(wanted), "{profile:?} {key}");
        }
    }

    #[test]
    fn nothing_but_attributes_changes() {
        for span in [
            sample::model_call(),
            sample::tool_call(),
            sample::root(),
            sample::query(),
        ] {
            for profile in ALL {
                let mut mapped = profile.of(&span);
                mapped.attributes.clone_from(&span.attributes);
                assert_eq!(format!("{mapped:?}"), format!("{span:?}"), "{profile:?}");
            }
        }
    }

    fn bytes(span: &SpanRecord) -> usize {
        crate::record::attributes_bytes(&span.attributes)
    }

    proptest! {
        #[test]
        fn any_content_is_mapped_without_a_panic_and_stays_bounded(
            content in "\\PC{0,60}|\\[\\{\"role\":\"user\",\"parts\":\\[\\{\"type\":\"[a-z_]{0,9}\",\"content\":\"[a-z ]{0,9}\"\\}\\]\\}\\]",
            tokens: i64, cached: i64, start_ns: u64, wait: f64,
        ) {
            for mut span in [sample::model_call(), sample::tool_call()] {
                span.start_ns = start_ns;
                for (key, value) in &mut span.attributes {
                    match key.as_str() {
                        "gen_ai.usage.input_tokens" => *value = tokens.into(),
                        "gen_ai.usage.cache_read.input_tokens" => *value = cached.into(),
                        "gen_ai.response.time_to_first_chunk" => *value = wait.into(),
                        key if key.ends_with("messages") || key.contains(".call.") => {
                            *value = content.clone().into();
                        }
                        _ => {}
                    }
                }
                for profile in ALL {
                    let mapped = profile.of(&span);
                    prop_assert!(bytes(&mapped) <= 3 * bytes(&span) + 4096, "{profile:?}");
                }
            }
        }
    }
}
