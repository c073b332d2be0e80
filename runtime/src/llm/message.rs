//! Messages to and from a model, and their JSON by the GenAI convention (`gen_ai.input.messages`).

use super::json::Json;
use super::text::characters;
use std::borrow::Cow;

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Instructions to the model.
    System,
    /// The person, or the program on the person's behalf.
    User,
    /// The model.
    Assistant,
    /// A tool's result.
    Tool,
    /// A role of the provider's own.
    Other(String),
}

impl Role {
    /// `system`, `user`, `assistant`, `tool`, or the provider's own word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
            Self::Other(role) => role,
        }
    }
}

impl From<&str> for Role {
    fn from(role: &str) -> Self {
        match role {
            "system" | "developer" => Self::System,
            "user" => Self::User,
            "assistant" | "model" => Self::Assistant,
            "tool" | "function" => Self::Tool,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A piece of a message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Part {
    /// Text.
    Text(String),
    /// The model's reasoning.
    Reasoning(String),
    /// The model asks for a tool.
    ToolCall {
        /// The call's id.
        id: Option<String>,
        /// The tool.
        name: String,
        /// The arguments as JSON.
        arguments: String,
    },
    /// What a tool answered.
    ToolResponse {
        /// The id of the call.
        id: Option<String>,
        /// The answer, as JSON or as plain text.
        response: String,
    },
    /// An image, video, sound or document within the message. Its bytes are never recorded, only how many.
    Blob {
        /// `image`, `video`, `audio` or `document`.
        modality: &'static str,
        /// The media type.
        mime_type: Option<String>,
        /// How many bytes.
        bytes: usize,
    },
    /// An image, video, sound or document elsewhere.
    Uri {
        /// `image`, `video`, `audio` or `document`.
        modality: &'static str,
        /// Where it is.
        uri: String,
    },
}

impl Part {
    fn write(&self, json: &mut Json) {
        json.object(|json| match self {
            Self::Text(text) => typed(json, "text", "content", text),
            Self::Reasoning(text) => typed(json, "reasoning", "content", text),
            Self::ToolCall { id, name, arguments } => {
                json.field("type", "tool_call");
                optional(json, "id", id.as_deref());
                json.field("name", name);
                json.key("arguments");
                json.raw(arguments);
            }
            Self::ToolResponse { id, response } => {
                json.field("type", "tool_call_response");
                optional(json, "id", id.as_deref());
                json.key("response");
                json.raw(response);
            }
            Self::Blob {
                modality,
                mime_type,
                bytes,
            } => {
                json.field("type", "blob");
                json.field("modality", modality);
                optional(json, "mime_type", mime_type.as_deref());
                json.field("content", &format!("<{bytes} bytes>"));
            }
            Self::Uri { modality, uri } => {
                json.field("type", "uri");
                json.field("modality", modality);
                json.field("uri", uri);
            }
        });
    }

    fn characters(&self) -> i64 {
        match self {
            Self::Text(text) => characters(text),
            Self::ToolResponse { response, .. } => characters(response),
            _ => 0,
        }
    }
}

fn typed(json: &mut Json, kind: &str, key: &str, text: &str) {
    json.field("type", kind);
    json.field(key, text);
}

fn optional(json: &mut Json, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        json.field(key, text);
    }
}

/// A message to or from a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    role: Role,
    name: Option<String>,
    parts: Vec<Part>,
    finish_reason: Option<String>,
}

impl Message {
    /// A message without parts.
    pub fn new(role: impl Into<Role>) -> Self {
        Self {
            role: role.into(),
            name: None,
            parts: Vec::new(),
            finish_reason: None,
        }
    }

    /// A system message of one text.
    pub fn system(text: impl Into<String>) -> Self {
        Self::new(Role::System).part(Part::Text(text.into()))
    }

    /// A user's message of one text.
    pub fn user(text: impl Into<String>) -> Self {
        Self::new(Role::User).part(Part::Text(text.into()))
    }

    /// A model's message of one text.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::new(Role::Assistant).part(Part::Text(text.into()))
    }

    /// Adds a part.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.push(part);
        self
    }

    pub(super) fn push(&mut self, part: Part) {
        self.parts.push(part);
    }

    /// The speaker's name, where there are several of one role.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Why the model ended the message: `stop`, `length`, … Where it is not given, a response's messages take the
    /// response's finish reasons.
    #[must_use]
    pub fn finish_reason(mut self, reason: impl Into<String>) -> Self {
        self.finish_reason = Some(reason.into());
        self
    }

    /// Sets the finish reason, unless there is one or this is none.
    pub(super) fn end_with(&mut self, reason: &str) {
        if self.finish_reason.is_none() && !reason.is_empty() {
            self.finish_reason = Some(reason.to_owned());
        }
    }

    fn write(&self, json: &mut Json) {
        json.object(|json| {
            json.field("role", self.role.as_str());
            optional(json, "name", self.name.as_deref());
            json.key("parts");
            json.array(|json| {
                for part in &self.parts {
                    if json.is_full() {
                        break;
                    }
                    part.write(json);
                }
            });
            optional(json, "finish_reason", self.finish_reason.as_deref());
        });
    }

    /// Characters of the message's text.
    pub(crate) fn characters(&self) -> i64 {
        self.parts.iter().map(Part::characters).sum()
    }
}

/// Messages as JSON by the convention, bounded.
pub(crate) fn to_json(messages: &[Message]) -> String {
    let mut json = Json::new();
    json.array(|json| {
        for message in messages {
            if json.is_full() {
                break;
            }
            message.write(json);
        }
    });
    json.finish()
}

/// A system prompt as JSON by the convention.
pub(crate) fn instructions_to_json(text: &str) -> String {
    let mut json = Json::new();
    json.array(|json| Part::Text(text.to_owned()).write(json));
    json.finish()
}

/// What `messages = …` takes: implement it for your own message types.
pub trait Messages {
    /// The messages, oldest first.
    fn messages(&self) -> Cow<'_, [Message]>;

    /// Instructions that are given apart from the messages, recorded where `system = …` gives none; none by
    /// default.
    fn instructions(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// The tools that are offered with the messages, as JSON by the convention (`gen_ai.tool.definitions`); none by
    /// default. Asked for only where content capture allows.
    fn tool_definitions(&self) -> Option<String> {
        None
    }
}

impl Messages for [Message] {
    fn messages(&self) -> Cow<'_, [Message]> {
        Cow::Borrowed(self)
    }
}

impl<const N: usize> Messages for [Message; N] {
    fn messages(&self) -> Cow<'_, [Message]> {
        Cow::Borrowed(self)
    }
}

impl Messages for Vec<Message> {
    fn messages(&self) -> Cow<'_, [Message]> {
        Cow::Borrowed(self)
    }
}

impl Messages for Message {
    fn messages(&self) -> Cow<'_, [Message]> {
        Cow::Borrowed(std::slice::from_ref(self))
    }
}

/// One message of the user.
impl Messages for str {
    fn messages(&self) -> Cow<'_, [Message]> {
        Cow::Owned(vec![Message::user(self)])
    }
}

/// One message of the user.
impl Messages for String {
    fn messages(&self) -> Cow<'_, [Message]> {
        self.as_str().messages()
    }
}

impl<T: Messages + ?Sized> Messages for &T {
    fn messages(&self) -> Cow<'_, [Message]> {
        (**self).messages()
    }

    fn instructions(&self) -> Option<Cow<'_, str>> {
        (**self).instructions()
    }

    fn tool_definitions(&self) -> Option<String> {
        (**self).tool_definitions()
    }
}

impl<T: Messages> Messages for Option<T> {
    fn messages(&self) -> Cow<'_, [Message]> {
        self.as_ref().map_or(Cow::Borrowed(&[]), Messages::messages)
    }

    fn instructions(&self) -> Option<Cow<'_, str>> {
        self.as_ref().and_then(Messages::instructions)
    }

    fn tool_definitions(&self) -> Option<String> {
        self.as_ref().and_then(Messages::tool_definitions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_by_the_convention() {
        let messages = [
            Message::system("Be brief."),
            Message::user("Weather?").name("ann"),
            Message::new(Role::Assistant).part(Part::ToolCall {
                id: Some("c1".into()),
                name: "weather".into(),
                arguments: r#"{"city":"Rome"}"#.into(),
            }),
            Message::new("tool").part(Part::ToolResponse {
                id: Some("c1".into()),
                response: "sunny".into(),
            }),
            Message::new(Role::User).part(Part::Blob {
                modality: "image",
                mime_type: None,
                bytes: 10,
            }),
        ];
        let arguments = if cfg!(feature = "pipeline") {
            r#"{"city":"Rome"}"#
        } else {
            r#""{\"city\":\"Rome\"}""#
        };
        let wanted = [
            r#"[{"role":"system","parts":[{"type":"text","content":"Be brief."}]},"#,
            r#"{"role":"user","name":"ann","parts":[{"type":"text","content":"Weather?"}]},"#,
            r#"{"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"weather","arguments":"#,
            arguments,
            r#"}]},{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"sunny"}]},"#,
            r#"{"role":"user","parts":[{"type":"blob","modality":"image","content":"<10 bytes>"}]}]"#,
        ];
        assert_eq!(to_json(&messages), wanted.concat());
    }

    #[test]
    fn text_is_a_users_message() {
        assert_eq!("hi".messages().as_ref(), &[Message::user("hi")]);
        assert!(None::<&str>.messages().is_empty());
        assert_eq!(Message::user("é!").characters(), 2);
    }
}
