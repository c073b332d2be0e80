//! The model's text, made into an answer: `orchestrator.parse_response`. Models wrap JSON in prose and code fences, or
//! break it; what is broken goes back to the model once.

use crate::llm::{self, Chat, Llm, LlmError};
use crate::orchestrator::Persona;
use serde::Deserialize;
use serde_json::{Value, json};
use spanwright::{current, traced};

/// What the model is asked for.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Reply {
    pub(crate) answer: String,
    #[serde(default)]
    pub(crate) confidence: f64,
    #[serde(default)]
    pub(crate) visualizations: Vec<Value>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplyError {
    #[error("the model did not answer with JSON, not even when asked again")]
    NotJson(#[source] serde_json::Error),
    #[error("the model cannot be asked again")]
    Llm(#[from] LlmError),
}

#[traced(name = "orchestrator.parse_response", fields(response_length = text.chars().count()))]
pub(crate) async fn parse_response(llm: &Llm, persona: Persona, text: &str) -> Result<Reply, ReplyError> {
    current().event("json_extraction_attempt_1", |_| {});
    let reply = match extract(text) {
        Ok(reply) => reply,
        Err(error) => {
            current().event("auto_recovery_triggered", |event| {
                event.set("reason", &error.to_string());
            });
            let repaired = llm.complete(&repair(persona, text), &json!([])).await?;
            current().event("json_extraction_attempt_2", |_| {});
            extract(&llm::text_of(&repaired)).map_err(ReplyError::NotJson)?
        }
    };
    current().event("json_validated", |_| {});
    Ok(reply)
}

fn extract(text: &str) -> Result<Reply, serde_json::Error> {
    let json = match (text.find('{'), text.rfind('}')) {
        (Some(start), Some(end)) if start < end => &text[start..=end],
        _ => text,
    };
    serde_json::from_str(json)
}

fn repair(persona: Persona, text: &str) -> Chat {
    Chat {
        messages: vec![
            json!({ "role": "system", "content": "Repair this JSON. Answer with the JSON alone." }),
            json!({ "role": "user", "content": text }),
        ],
        persona,
        session_id: String::new(),
        temperature: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_in_prose() {
        let text = "Sure!\n```json\n{\"answer\": \"yes\", \"confidence\": 0.5}\n```";
        let reply = extract(text).unwrap();
        assert_eq!((reply.answer.as_str(), reply.confidence), ("yes", 0.5));
        for bad in ["", "yes", "}{", "{\"answer\": \"ye"] {
            assert!(extract(bad).is_err(), "{bad}");
        }
    }
}
