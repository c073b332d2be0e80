//! The options of `#[trace_tool_call]`.

use syn::Expr;

use super::list::Entry;
use super::value::{self, Word};
use crate::errors::Errors;

pub(crate) const KEYS: &[&str] = &[
    "tool",
    "server",
    "router",
    "persona",
    "protocol",
    "arguments",
    "call_id",
    "result",
];

#[derive(Clone, Default)]
pub(crate) struct Tool {
    pub(crate) tool: Option<Expr>,
    pub(crate) server: Option<Expr>,
    pub(crate) router: Option<Expr>,
    pub(crate) persona: Option<Expr>,
    pub(crate) protocol: Option<Word>,
    pub(crate) arguments: Option<Expr>,
    pub(crate) call_id: Option<Expr>,
    pub(crate) result: Option<Expr>,
}

impl Tool {
    pub(crate) fn from_entries(entries: Vec<Entry>, errors: &mut Errors) -> Tool {
        let mut tool = Tool::default();
        for entry in entries {
            match entry.key.to_string().as_str() {
                "tool" => tool.tool = value::expr(entry, errors),
                "server" => tool.server = value::expr(entry, errors),
                "router" => tool.router = value::expr(entry, errors),
                "persona" => tool.persona = value::expr(entry, errors),
                "protocol" => tool.protocol = value::word(entry, &["mcp", "function"], errors),
                "arguments" => tool.arguments = value::expr(entry, errors),
                "call_id" => tool.call_id = value::expr(entry, errors),
                _ => tool.result = value::expr(entry, errors),
            }
        }
        tool
    }

    pub(crate) fn inherit(&mut self, defaults: &Tool) {
        macro_rules! or {
            ($($field:ident)*) => {$( if self.$field.is_none() { self.$field = defaults.$field.clone(); } )*};
        }
        or!(tool server router persona protocol arguments call_id result);
    }

    /// Whether the call goes to another process.
    pub(crate) fn is_mcp(&self) -> bool {
        self.protocol.as_ref().is_some_and(|word| word.text == "mcp")
    }
}
