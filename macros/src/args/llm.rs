//! The options of `#[trace_llm_call]`.

use syn::{Expr, LitStr};

use super::attribute;
use super::list::{Entry, Value};
use super::value::{self, Word};
use crate::errors::Errors;

pub(crate) const KEYS: &[&str] = &[
    "provider",
    "model",
    "operation",
    "prompt",
    "messages",
    "system",
    "request",
    "response",
    "conversation",
    "persona",
    "content",
];

#[derive(Clone, Default)]
pub(crate) struct Llm {
    pub(crate) provider: Option<Expr>,
    pub(crate) model: Option<Expr>,
    pub(crate) operation: Option<LitStr>,
    pub(crate) prompt: Option<Expr>,
    pub(crate) messages: Option<Expr>,
    pub(crate) system: Option<Expr>,
    pub(crate) request: Vec<(LitStr, Expr)>,
    pub(crate) response: Option<Expr>,
    pub(crate) conversation: Option<Expr>,
    pub(crate) persona: Option<Expr>,
    pub(crate) content: Option<Word>,
}

impl Llm {
    pub(crate) fn from_entries(entries: Vec<Entry>, errors: &mut Errors) -> Llm {
        let mut llm = Llm::default();
        for entry in entries {
            let span = entry.span();
            match entry.key.to_string().as_str() {
                "provider" => llm.provider = value::expr(entry, errors),
                "model" => llm.model = value::expr(entry, errors),
                "operation" => llm.operation = operation(entry, errors),
                "prompt" => llm.prompt = value::expr(entry, errors),
                "messages" => llm.messages = value::expr(entry, errors),
                "system" => llm.system = value::expr(entry, errors),
                "request" => {
                    if let Some(tokens) = value::list(entry, errors) {
                        llm.request = attribute::named(tokens, errors);
                    }
                }
                "response" => llm.response = value::expr(entry, errors),
                "conversation" => llm.conversation = value::expr(entry, errors),
                "persona" => llm.persona = value::expr(entry, errors),
                _ => llm.content = value::word(entry, &["env", "off", "attributes", "events"], errors),
            }
            if llm.prompt.is_some() && llm.messages.is_some() {
                errors.at(span, "`prompt` and `messages` exclude each other");
                llm.messages = None;
            }
        }
        llm
    }

    pub(crate) fn inherit(&mut self, defaults: &Llm) {
        macro_rules! or {
            ($($field:ident)*) => {$( if self.$field.is_none() { self.$field = defaults.$field.clone(); } )*};
        }
        or!(provider model operation system response conversation persona content);
        if self.prompt.is_none() && self.messages.is_none() {
            self.prompt = defaults.prompt.clone();
            self.messages = defaults.messages.clone();
        }
        for (key, expr) in &defaults.request {
            if !self.request.iter().any(|(own, _)| own.value() == key.value()) {
                self.request.push((key.clone(), expr.clone()));
            }
        }
    }
}

/// A bare word or a string: providers have operations of their own, so any is taken.
fn operation(entry: Entry, errors: &mut Errors) -> Option<LitStr> {
    if let Value::Expr(expr) = &entry.value
        && let Expr::Path(path) = &**expr
        && let Some(word) = path.path.get_ident()
    {
        return Some(LitStr::new(&word.to_string(), word.span()));
    }
    value::string(entry, errors)
}
