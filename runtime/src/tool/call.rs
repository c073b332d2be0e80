//! One tool call. In: the options of `#[trace_tool_call]`. Out: attributes, the span's name, the outcome.

use super::{ToolArguments, ToolResult};
use crate::capture::Capture;
use crate::caught::caught;
use crate::llm::{mode_at_end, mode_at_start};
use crate::record::Outcome;
use crate::recorder::{End, Span};
use crate::semconv::{gen_ai, mcp, own};

/// How a tool is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// A function of the program.
    #[default]
    Function,
    /// The Model Context Protocol.
    Mcp,
}

/// `gen_ai.tool.name`, and the span's name: `execute_tool {name}`. Comes first.
pub fn name<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(gen_ai::OPERATION_NAME, "execute_tool");
    span.set(gen_ai::TOOL_NAME, value);
    let name = span
        .text(gen_ai::TOOL_NAME)
        .map(|tool| format!("execute_tool {tool}"));
    span.set_name(name.as_deref().unwrap_or("execute_tool"));
}

/// What the protocol says of the call.
pub fn protocol(span: &mut Span, protocol: Protocol) {
    match protocol {
        Protocol::Function => span.set(gen_ai::TOOL_TYPE, "function"),
        Protocol::Mcp => {
            span.set(gen_ai::TOOL_TYPE, "extension");
            span.set(mcp::METHOD_NAME, mcp::METHOD_TOOLS_CALL);
        }
    }
}

/// `spanwright.tool.server`.
pub fn server<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(own::TOOL_SERVER, value);
}

/// `spanwright.tool.router`.
pub fn router<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(own::TOOL_ROUTER, value);
}

/// `spanwright.persona`.
pub fn persona<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(own::PERSONA, value);
}

/// `gen_ai.tool.call.id`.
pub fn call_id<T: Capture + ?Sized>(span: &mut Span, value: &T) {
    span.set(gen_ai::TOOL_CALL_ID, value);
}

/// How many arguments there are, if any; and where content capture allows, what they are.
pub fn arguments<T: ToolArguments + ?Sized>(span: &mut Span, value: &T) {
    if !span.recording() {
        return;
    }
    let count = caught(|| value.count()).unwrap_or(0);
    if count == 0 {
        return;
    }
    span.set(own::TOOL_ARGUMENTS_COUNT, &count);
    if mode_at_start(span).captures() {
        let json = caught(|| value.to_json()).flatten();
        span.set(gen_ai::TOOL_CALL_ARGUMENTS, &json);
    }
}

/// Whether the tool says that it failed; and where content capture allows, what it answered.
pub fn result(end: &mut End<'_>, result: impl ToolResult) {
    let failed = caught(|| result.is_error()).unwrap_or(false);
    if failed {
        end.error_type(mcp::TOOL_ERROR);
        end.outcome(Outcome::Error);
    }
    if mode_at_end(end).captures() {
        let json = caught(|| result.to_json()).flatten();
        end.set(gen_ai::TOOL_CALL_RESULT, &json);
    }
}

#[cfg(all(test, feature = "pipeline"))]
mod tests {
    use super::*;
    use crate::llm::macros::{Content, content};
    use crate::llm::recorded::testing;
    use crate::value::Value;

    #[test]
    fn a_call_over_mcp() {
        let mut span = testing::span();
        name(&mut span, "search");
        router(&mut span, "noor");
        protocol(&mut span, Protocol::Mcp);
        arguments(&mut span, &[("query", "secret"), ("limit", "3")]);
        call_id(&mut span, &None::<String>);
        assert_eq!(testing::name(&span), "execute_tool search");
        assert_eq!(
            testing::attributes(&span),
            [
                ("gen_ai.operation.name".into(), "execute_tool".into()),
                ("gen_ai.tool.name".into(), "search".into()),
                ("spanwright.tool.router".into(), "noor".into()),
                ("gen_ai.tool.type".into(), "extension".into()),
                ("mcp.method.name".into(), "tools/call".into()),
                ("spanwright.tool.arguments_count".into(), Value::Int(2)),
            ]
        );
    }

    #[test]
    fn no_arguments_are_no_count() {
        let mut span = testing::span();
        let none: [(&str, &str); 0] = [];
        arguments(&mut span, &none);
        assert!(testing::attributes(&span).is_empty());
    }

    #[test]
    fn content_is_recorded_where_it_is_allowed() {
        let mut span = testing::span();
        content(&mut span, Content::Attributes);
        arguments(&mut span, &[("city", "Rome")]);
        testing::ending(&mut span, |end| result(end, "sunny"));
        assert_eq!(
            span.text(gen_ai::TOOL_CALL_ARGUMENTS).as_deref(),
            Some(r#"{"city":"Rome"}"#)
        );
        assert_eq!(span.text(gen_ai::TOOL_CALL_RESULT).as_deref(), Some(r#""sunny""#));
    }

    #[test]
    fn a_failure_told_in_the_result_is_one() {
        let mut span = testing::span();
        testing::ending(&mut span, |end| {
            result(end, false);
            assert!(end.has_failed());
        });
        assert_eq!(testing::error_type(&span), Some("tool_error"));
        assert_eq!(span.text(gen_ai::TOOL_CALL_RESULT), None);
    }
}
