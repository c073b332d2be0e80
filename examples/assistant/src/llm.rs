//! The language model. In: a conversation. Out: a reply, whole or streamed, from any endpoint that speaks OpenAI's
//! chat completions.

use crate::orchestrator::Persona;
use crate::output;
use crate::sse::{Lines, TooLong};
use futures_util::{Stream, StreamExt, pin_mut};
use reqwest_middleware::ClientWithMiddleware;
use serde_json::{Value, json};
use spanwright::http::ClientMiddleware;
use spanwright::{current, trace_llm_call};
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

const OPENAI: &str = "https://api.openai.com/v1";

/// The longest wait for bytes of a reply.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the model is.
#[derive(Clone)]
pub(crate) struct Endpoint {
    base_url: String,
    key: Option<String>,
    model: String,
    is_stub: bool,
}

/// A conversation up to the answer that is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Chat {
    pub(crate) messages: Vec<Value>,
    pub(crate) persona: Persona,
    pub(crate) session_id: String,
    pub(crate) temperature: f64,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LlmError {
    #[error("the request to the model failed")]
    Request(#[from] reqwest_middleware::Error),
    #[error("the model's reply broke off")]
    Body(#[from] reqwest::Error),
    #[error("the model's endpoint answered {0}")]
    Status(u16),
    #[error("the model's reply is not JSON")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    TooLong(#[from] TooLong),
}

/// An address that this build cannot speak to.
#[derive(Debug, thiserror::Error)]
#[error("a model at an https:// address needs `cargo run --features https`")]
pub(crate) struct NoTls;

#[derive(Debug)]
pub(crate) struct Llm {
    http: ClientWithMiddleware,
    endpoint: Endpoint,
}

impl Endpoint {
    /// What `OPENAI_BASE_URL`, `OPENAI_API_KEY` and `OPENAI_MODEL` say. A key alone means OpenAI, if this build can
    /// speak TLS; else it says how to, and there is no endpoint.
    pub(crate) fn from_environment() -> Result<Option<Self>, NoTls> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (given, key) = (variable("OPENAI_BASE_URL"), variable("OPENAI_API_KEY"));
        let base_url = match (&given, &key) {
            (Some(url), _) => url.clone(),
            (None, Some(_)) => OPENAI.to_owned(),
            (None, None) => return Ok(None),
        };
        if base_url.starts_with("https:") && !cfg!(feature = "https") {
            if given.is_some() {
                return Err(NoTls);
            }
            output::problem(&format!("OPENAI_API_KEY is not used: {NoTls}"));
            return Ok(None);
        }
        Ok(Some(Self {
            base_url,
            key,
            model: variable("OPENAI_MODEL").unwrap_or_else(|| "gpt-4o-mini".to_owned()),
            is_stub: false,
        }))
    }

    pub(crate) fn stub(address: SocketAddr) -> Self {
        Self {
            base_url: format!("http://{address}/v1"),
            key: None,
            model: "stub-mini".to_owned(),
            is_stub: true,
        }
    }

    pub(crate) fn is_stub(&self) -> bool {
        self.is_stub
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = if self.is_stub { "a bundled stub of " } else { "" };
        write!(f, "{of}a model at {}", self.base_url)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Llm {
    /// Other people's servers are not told our trace ids.
    pub(crate) fn new(endpoint: Endpoint) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .read_timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let is_ours = endpoint.is_stub;
        let http = reqwest_middleware::ClientBuilder::new(client)
            .with(ClientMiddleware::new().propagate_to(move |_| is_ours))
            .build();
        Ok(Self { http, endpoint })
    }

    /// A whole reply, which may ask for tools.
    #[trace_llm_call(
        provider = "openai",
        metrics,
        model = self.endpoint.model,
        messages = chat.messages,
        request(temperature = chat.temperature),
        conversation = chat.session_id,
        persona = chat.persona.as_str(),
    )]
    pub(crate) async fn complete(&self, chat: &Chat, tools: &Value) -> Result<Value, LlmError> {
        let reply = self.post(chat, json!({ "tools": tools })).await?.bytes().await?;
        let reply: Value = serde_json::from_slice(&reply)?;
        let message = &reply["choices"][0]["message"];
        note_reasoning(message);
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            current().event("mcp_tool_called", |event| {
                event.set("tool", &call["function"]["name"].as_str());
            });
        }
        current().event("response_received", |_| {});
        Ok(reply)
    }

    /// A reply in pieces. Its span ends with the last of them.
    #[trace_llm_call(
        provider = "openai",
        metrics,
        model = self.endpoint.model,
        messages = chat.messages,
        request(temperature = chat.temperature),
        conversation = chat.session_id,
        persona = chat.persona.as_str(),
    )]
    pub(crate) fn stream(&self, chat: &Chat) -> impl Stream<Item = Result<Value, LlmError>> {
        async_stream::try_stream! {
            let options = json!({ "stream": true, "stream_options": { "include_usage": true } });
            let response = self.post(chat, options).await?;
            let mut lines = Lines::default();
            let body = response.bytes_stream();
            pin_mut!(body);
            'reply: while let Some(bytes) = body.next().await {
                lines.push(&bytes?)?;
                while let Some(data) = lines.next_data() {
                    if data == "[DONE]" {
                        break 'reply;
                    }
                    let chunk: Value = serde_json::from_str(&data)?;
                    note_reasoning(&chunk["choices"][0]["delta"]);
                    yield chunk;
                }
            }
            current().event("response_received", |_| {});
        }
    }

    /// The text of a streamed reply.
    pub(crate) async fn stream_to_end(&self, chat: &Chat) -> Result<String, LlmError> {
        let chunks = self.stream(chat);
        pin_mut!(chunks);
        let mut text = String::new();
        while let Some(chunk) = chunks.next().await {
            text.push_str(
                chunk?["choices"][0]["delta"]["content"]
                    .as_str()
                    .unwrap_or_default(),
            );
        }
        Ok(text)
    }

    async fn post(&self, chat: &Chat, options: Value) -> Result<reqwest::Response, LlmError> {
        let mut body = json!({
            "model": self.endpoint.model,
            "messages": chat.messages,
            "temperature": chat.temperature,
        });
        if let (Value::Object(body), Value::Object(options)) = (&mut body, options) {
            body.extend(options);
        }
        let url = format!(
            "{}/chat/completions",
            self.endpoint.base_url.trim_end_matches('/')
        );
        let mut request = self.http.post(url).json(&body);
        if let Some(key) = &self.endpoint.key {
            request = request.bearer_auth(key);
        }
        let response = request.send().await?;
        match response.status() {
            status if status.is_success() => Ok(response),
            status => Err(LlmError::Status(status.as_u16())),
        }
    }
}

/// The text of a whole reply.
pub(crate) fn text_of(reply: &Value) -> String {
    let text = reply["choices"][0]["message"]["content"].as_str();
    text.unwrap_or_default().to_owned()
}

/// Models that think aloud say so in a field of their own. How much is recorded, not what.
fn note_reasoning(message: &Value) {
    if let Some(thought) = message["reasoning_content"].as_str() {
        current().event("reasoning_step", |event| {
            event.set("length", &thought.chars().count());
        });
    }
}
