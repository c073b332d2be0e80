//! The result of a tool call, in the forms programs have it. In: text, JSON, a flag. Out: whether the tool says that
//! it failed, and JSON.

use crate::llm::Json;

/// What a `result = …` closure returns: implement it for your own result types.
pub trait ToolResult {
    /// Whether the tool says that it failed, such as by MCP's `isError`; the call itself returned.
    fn is_error(&self) -> bool {
        false
    }

    /// The result as JSON; asked for only where content capture allows.
    fn to_json(&self) -> Option<String>;
}

impl<T: ToolResult + ?Sized> ToolResult for &T {
    fn is_error(&self) -> bool {
        (**self).is_error()
    }
    fn to_json(&self) -> Option<String> {
        (**self).to_json()
    }
}

impl<T: ToolResult> ToolResult for Option<T> {
    fn is_error(&self) -> bool {
        self.as_ref().is_some_and(ToolResult::is_error)
    }
    fn to_json(&self) -> Option<String> {
        self.as_ref().and_then(ToolResult::to_json)
    }
}

/// Whether the tool succeeded.
impl ToolResult for bool {
    fn is_error(&self) -> bool {
        !self
    }
    fn to_json(&self) -> Option<String> {
        None
    }
}

impl ToolResult for () {
    fn to_json(&self) -> Option<String> {
        None
    }
}

impl ToolResult for str {
    fn to_json(&self) -> Option<String> {
        let mut json = Json::new();
        json.raw(self);
        Some(json.finish())
    }
}

impl ToolResult for String {
    fn to_json(&self) -> Option<String> {
        self.as_str().to_json()
    }
}

/// MCP's `CallToolResult`, or any other JSON.
#[cfg(feature = "pipeline")]
impl ToolResult for serde_json::Value {
    fn is_error(&self) -> bool {
        self["isError"] == true
    }
    fn to_json(&self) -> Option<String> {
        self.to_string().to_json()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures() {
        assert!(false.is_error());
        assert!(!"text".is_error());
        assert!(!None::<bool>.is_error());
    }

    #[cfg(feature = "pipeline")]
    #[test]
    fn mcps_result() {
        assert!(serde_json::json!({"isError": true, "content": []}).is_error());
        assert!(!serde_json::json!({"content": []}).is_error());
        assert_eq!(serde_json::json!([1]).to_json().as_deref(), Some("[1]"));
    }
}
