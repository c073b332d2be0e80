//! From a question to an answer: `orchestrator.execute_query` and the four steps below it.
//!
//! ```text
//! query ─► load_tier1 ─► model (and tools) ─► parse_response ─► apply_business_language ─► answer
//! ```

use crate::language;
use crate::llm::{Chat, Llm, LlmError};
use crate::reply::{self, Reply, ReplyError};
use crate::store::{Store, StoreError};
use crate::tier1::Tier1;
use crate::tool::{ToolCall, ToolClient};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spanwright::{SpanRef, current, traced};

/// Questions that are no more than this are greetings.
const GREETINGS: &[&str] = &["hello", "hi", "good morning", "good evening", "salam", "marhaba"];

/// Who answers: Noor knows the projects, Maestro the strategy.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Persona {
    #[default]
    Noor,
    Maestro,
}

impl Persona {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Noor => "noor",
            Self::Maestro => "maestro",
        }
    }

    fn temperature(self) -> f64 {
        match self {
            Self::Noor => 0.1,
            Self::Maestro => 0.3,
        }
    }
}

/// What a client sends.
#[derive(Debug, Deserialize)]
pub(crate) struct Query {
    pub(crate) query: String,
    #[serde(default)]
    pub(crate) session_id: String,
    #[serde(default)]
    pub(crate) persona: Persona,
    /// Earlier messages, the user's and the assistant's in turn.
    #[serde(default)]
    pub(crate) history: Vec<String>,
}

/// What a client gets.
#[derive(Debug, Serialize, PartialEq)]
pub(crate) struct Answer {
    pub(crate) answer: String,
    pub(crate) confidence: f64,
    pub(crate) visualizations: Vec<Value>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum OrchestratorError {
    #[error("the query is empty")]
    EmptyQuery,
    #[error("cannot read what the assistant knows")]
    Store(#[from] StoreError),
    #[error("the model cannot be asked")]
    Llm(#[from] LlmError),
    #[error("the model's answer cannot be used")]
    Reply(#[from] ReplyError),
}

/// Everything that answers a question.
#[derive(Debug)]
pub(crate) struct Orchestrator {
    llm: Llm,
    tools: ToolClient,
    tier1: Tier1,
}

impl Orchestrator {
    pub(crate) fn new(llm: Llm, tools: ToolClient, store: Store) -> Self {
        Self {
            llm,
            tools,
            tier1: Tier1::new(store),
        }
    }

    /// Lengths are recorded, the question itself is not.
    #[traced(
        name = "orchestrator.execute_query",
        metrics,
        fields(
            session_id = query.session_id,
            persona = query.persona.as_str(),
            query_length = query.query.chars().count(),
            history_length = query.history.len(),
        ),
        ret(
            |answer| answer.confidence as "confidence",
            |answer| !answer.visualizations.is_empty() as "has_visualizations",
        )
    )]
    pub(crate) async fn execute_query(&self, query: &Query) -> Result<Answer, OrchestratorError> {
        let question = query.query.trim();
        if question.is_empty() {
            current().event("empty_query_detected", |_| {});
            return Err(OrchestratorError::EmptyQuery);
        }
        if let Some(answer) = greet(current(), question) {
            return Ok(answer);
        }
        let instructions = self.tier1.load_tier1(query.persona).await?;
        let text = self.ask(query, &instructions).await?;
        let reply = reply::parse_response(&self.llm, query.persona, &text).await?;
        let answer = language::apply_business_language(&reply.answer);
        let Reply {
            confidence,
            visualizations,
            ..
        } = reply;
        Ok(Answer {
            answer,
            confidence,
            visualizations,
        })
    }

    /// Noor may call a tool first; the answer itself is streamed.
    async fn ask(&self, query: &Query, instructions: &str) -> Result<String, LlmError> {
        let mut chat = conversation(query, instructions);
        if query.persona == Persona::Noor {
            let first = self.llm.complete(&chat, &crate::tool::offered()).await?;
            let calls = ToolCall::all_of(&first);
            if calls.is_empty() {
                return Ok(crate::llm::text_of(&first));
            }
            chat.messages.push(first["choices"][0]["message"].clone());
            for call in &calls {
                // The model can go on without the tool: it is told what went wrong.
                let answer = match self.tools.call(call, query.persona).await {
                    Ok(answer) => answer,
                    Err(error) => error.to_string(),
                };
                chat.messages
                    .push(json!({ "role": "tool", "tool_call_id": call.id, "content": answer }));
            }
        }
        self.llm.stream_to_end(&chat).await
    }
}

/// The fast path: a greeting needs no model.
fn greet(span: SpanRef, question: &str) -> Option<Answer> {
    let words = question.to_lowercase();
    let words = words.trim_end_matches(|c: char| !c.is_alphanumeric());
    let is_greeting = GREETINGS.contains(&words);
    span.set("fast_path", &is_greeting);
    if !is_greeting {
        return None;
    }
    span.event("fast_path_greeting", |event| {
        event.set("query_length", &question.chars().count());
    });
    Some(Answer {
        answer: "Hello! Ask me about your projects.".to_owned(),
        confidence: 1.0,
        visualizations: Vec::new(),
    })
}

fn conversation(query: &Query, instructions: &str) -> Chat {
    let mut messages = vec![json!({ "role": "system", "content": instructions })];
    for (index, text) in query.history.iter().enumerate() {
        let role = if index % 2 == 0 { "user" } else { "assistant" };
        messages.push(json!({ "role": role, "content": text }));
    }
    messages.push(json!({ "role": "user", "content": query.query }));
    Chat {
        messages,
        persona: query.persona,
        session_id: query.session_id.clone(),
        temperature: query.persona.temperature(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_answered_at_once() {
        for greeting in ["Hello", "hi!", "Good morning."] {
            assert!(greet(current(), greeting).is_some(), "{greeting}");
        }
        for question in ["Hello, which projects are delayed?", "hip", "?"] {
            assert!(greet(current(), question).is_none(), "{question}");
        }
    }

    #[test]
    fn history_alternates() {
        let query = Query {
            query: "And now?".into(),
            session_id: "s".into(),
            persona: Persona::Maestro,
            history: vec!["a".into(), "b".into()],
        };
        let roles: Vec<_> = conversation(&query, "i")
            .messages
            .iter()
            .map(|message| message["role"].to_string())
            .collect();
        assert_eq!(roles, ["\"system\"", "\"user\"", "\"assistant\"", "\"user\""]);
    }
}
