//! A response on its span.

use super::LlmResponse;
use super::content::{Content, content};
use super::cost::Cost;
use super::recorded::testing;
use crate::semconv::gen_ai;
use crate::value::Value;

#[test]
fn is_recorded_without_its_text() {
    let mut span = testing::span();
    let response = LlmResponse::new()
        .model("m-1")
        .finish_reason("stop")
        .input_tokens(3)
        .text("Hé")
        .cost(Cost::from_nanos(5));
    testing::ending(&mut span, |end| response.record(end));
    assert_eq!(
        testing::attributes(&span),
        [
            ("gen_ai.response.model".into(), "m-1".into()),
            ("gen_ai.response.finish_reasons".into(), vec!["stop"].into()),
            ("gen_ai.usage.input_tokens".into(), Value::Int(3)),
            ("gen_ai.usage.cost".into(), Value::Float(0.000000005)),
            ("spanwright.cost_usd".into(), "0.000000005".into()),
            ("spanwright.response_length".into(), Value::Int(2)),
        ]
    );
}

#[test]
fn is_recorded_with_its_text_where_the_site_allows() {
    let mut span = testing::span();
    content(&mut span, Content::Attributes);
    let response = LlmResponse::from("Hi").finish_reason("stop");
    testing::ending(&mut span, |end| response.record(end));
    assert_eq!(
        span.text(gen_ai::OUTPUT_MESSAGES).as_deref(),
        Some(r#"[{"role":"assistant","parts":[{"type":"text","content":"Hi"}],"finish_reason":"stop"}]"#)
    );
}
