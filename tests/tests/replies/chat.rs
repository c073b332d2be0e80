//! Chat completions, as OpenAI and most others have them.

use super::{answer, at_once, check, drain, one, output, pieces, pieces_unseen, streamed};
use futures_util::{StreamExt, stream};
use serde_json::{Value as Json, json};
use spanwright::{Outcome, trace_llm_call};

fn chunk(choice: usize, delta: Json, reason: Option<&str>) -> Json {
    json!({
        "id": "r1", "object": "chat.completion.chunk", "model": "m-1",
        "choices": [{ "index": choice, "delta": delta, "finish_reason": reason }],
    })
}

fn call(index: usize, id: Option<&str>, name: Option<&str>, arguments: &str) -> Json {
    let mut call = json!({ "index": index, "function": { "arguments": arguments } });
    if let Some(id) = id {
        call["id"] = id.into();
        call["type"] = "function".into();
    }
    if let Some(name) = name {
        call["function"]["name"] = name.into();
    }
    json!({ "tool_calls": [call] })
}

fn tool_call(id: &str, name: &str, arguments: Json) -> Json {
    json!({ "type": "tool_call", "id": id, "name": name, "arguments": arguments })
}

#[test]
fn tool_calls_in_pieces_are_recorded_as_whole_ones_are() {
    let span = streamed([
        chunk(0, json!({ "role": "assistant", "content": "Let me see." }), None),
        chunk(0, call(0, Some("c1"), Some("weather"), ""), None),
        chunk(0, call(0, None, None, "{\"city\":"), None),
        chunk(0, call(1, Some("c2"), Some("time"), ""), None),
        chunk(0, call(0, None, None, "\"Rome\"}"), None),
        chunk(0, call(1, None, None, "{}"), None),
        chunk(0, json!({}), Some("tool_calls")),
    ]);
    let whole = at_once(json!({
        "choices": [{ "index": 0, "finish_reason": "tool_calls", "message": {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [
                { "id": "c1", "type": "function", "function": { "name": "weather", "arguments": "{\"city\":\"Rome\"}" } },
                { "id": "c2", "type": "function", "function": { "name": "time", "arguments": "{}" } },
            ],
        } }],
    }));
    let wanted = json!([answer(
        json!([
            { "type": "text", "content": "Let me see." },
            tool_call("c1", "weather", json!({ "city": "Rome" })),
            tool_call("c2", "time", json!({})),
        ]),
        "tool_calls"
    )]);
    assert_eq!(output(&span), wanted);
    assert_eq!(output(&whole), wanted);
    for span in [span, whole] {
        check(
            &span,
            &[("gen_ai.response.finish_reasons", vec!["tool_calls"].into())],
        );
    }
}

#[test]
fn choices_are_kept_apart() {
    let span = streamed([
        chunk(0, json!({ "role": "assistant", "content": "" }), None),
        chunk(1, json!({ "content": "Good " }), None),
        chunk(0, json!({ "content": "Hel" }), None),
        chunk(1, json!({ "content": "day" }), None),
        chunk(1, json!({}), Some("length")),
        chunk(0, json!({ "content": "lo" }), None),
        chunk(0, call(0, Some("c1"), Some("greet"), "{}"), None),
        chunk(0, json!({}), Some("stop")),
    ]);
    let wanted = json!([
        answer(
            json!([{ "type": "text", "content": "Hello" }, tool_call("c1", "greet", json!({}))]),
            "stop"
        ),
        answer(json!([{ "type": "text", "content": "Good day" }]), "length"),
    ]);
    assert_eq!(output(&span), wanted);
    check(
        &span,
        &[
            ("gen_ai.response.finish_reasons", vec!["stop", "length"].into()),
            ("spanwright.response_length", 13.into()),
        ],
    );
}

#[test]
fn each_choice_of_a_whole_reply_has_its_reason() {
    let choice = |text: &str, reason: Option<&str>| json!({ "message": { "role": "assistant", "content": text }, "finish_reason": reason });
    let span = at_once(json!({ "choices": [choice("a", None), choice("b", Some("stop"))] }));
    let wanted = json!([
        { "role": "assistant", "parts": [{ "type": "text", "content": "a" }] },
        answer(json!([{ "type": "text", "content": "b" }]), "stop"),
    ]);
    assert_eq!(output(&span), wanted);
    check(&span, &[("gen_ai.response.finish_reasons", vec!["stop"].into())]);
}

const FIRST: &str = "gen_ai.response.time_to_first_chunk";

#[test]
fn an_error_is_no_chunk() {
    let failed = || Err("broken".to_owned());
    let span = one(|| drain(pieces(vec![failed()])));
    assert_eq!(span.outcome, Outcome::Error);
    assert_eq!(span.attribute(FIRST), None);
    check(&span, &[("spanwright.stream.items", 0.into())]);

    let text = chunk(0, json!({ "content": "a" }), None);
    let span = one(|| drain(pieces(vec![failed(), Ok(text)])));
    assert!(span.attribute(FIRST).is_some());
    check(&span, &[("spanwright.stream.items", 1.into())]);
}

#[test]
fn an_error_of_chunks_that_cannot_be_read_is_none_either() {
    struct Opaque;
    #[trace_llm_call(provider = "p", model = "m")]
    fn opaque(
        items: Vec<Result<Opaque, String>>,
    ) -> impl futures_util::Stream<Item = Result<Opaque, String>> {
        stream::iter(items)
    }
    let run = |items| {
        one(|| {
            let _ = futures_util::FutureExt::now_or_never(opaque(items).count());
        })
    };
    assert_eq!(run(vec![Err("broken".to_owned())]).attribute(FIRST), None);
    assert!(run(vec![Ok(Opaque)]).attribute(FIRST).is_some());
}

#[test]
fn the_first_chunk_is_the_first_with_content() {
    let role = || chunk(0, json!({ "role": "assistant", "content": "" }), None);
    let usage = || json!({ "choices": [], "usage": { "prompt_tokens": 1 } });
    let span = streamed([role(), chunk(0, json!({}), Some("stop")), usage()]);
    assert_eq!(span.attribute(FIRST), None);
    for delta in [
        json!({ "content": "a" }),
        json!({ "reasoning_content": "hm" }),
        json!({ "refusal": "no" }),
        call(0, Some("c1"), Some("f"), ""),
    ] {
        let span = streamed([role(), chunk(0, delta, None)]);
        assert!(span.attribute(FIRST).is_some());
    }
    // What is no chunk of a known shape counts.
    assert!(streamed([json!({ "unknown": 1 })]).attribute(FIRST).is_some());
}

#[test]
fn the_responses_own_cost_is_recorded() {
    let usage = json!({ "prompt_tokens": 10, "completion_tokens": 2, "cost": 0.00024 });
    let wanted = [
        ("gen_ai.usage.cost", 0.00024.into()),
        ("spanwright.cost_usd", "0.00024".into()),
    ];
    let choice = json!({ "message": { "content": "Hi" }, "finish_reason": "stop" });
    check(&at_once(json!({ "choices": [choice], "usage": usage })), &wanted);
    let last = json!({ "choices": [], "usage": usage });
    check(
        &streamed([chunk(0, json!({ "content": "Hi" }), Some("stop")), last]),
        &wanted,
    );

    let dear = json!({ "choices": [], "usage": { "cost": { "input_tokens_cost": 0.1, "total_cost": 0.5 } } });
    check(&at_once(dear), &[("gen_ai.usage.cost", 0.5.into())]);
    let unknown = at_once(json!({ "choices": [], "usage": { "prompt_tokens": 10 } }));
    assert_eq!(unknown.attribute("gen_ai.usage.cost"), None);
}

#[test]
fn a_cost_of_ones_own_stands_beside_what_is_read() {
    #[trace_llm_call(provider = "p", model = "m", response = |reply| spanwright::llm::LlmResponse::from(reply).cost(spanwright::llm::Cost::from_nanos(240_000)))]
    fn priced(reply: Json) -> Result<Json, String> {
        Ok(reply)
    }
    let usage = json!({ "prompt_tokens": 10, "cost": 0.5 });
    let span = one(|| assert!(priced(json!({ "id": "r1", "choices": [], "usage": usage })).is_ok()));
    check(
        &span,
        &[
            ("gen_ai.response.id", "r1".into()),
            ("gen_ai.usage.input_tokens", 10.into()),
            ("spanwright.cost_usd", "0.00024".into()),
        ],
    );
}

#[test]
fn a_refusal_is_text_of_the_models() {
    let wanted = json!([answer(json!([{ "type": "text", "content": "I can't." }]), "stop")]);
    let message = json!({ "role": "assistant", "content": null, "refusal": "I can't." });
    let whole = at_once(json!({ "choices": [{ "message": message, "finish_reason": "stop" }] }));
    let span = streamed([
        chunk(0, json!({ "role": "assistant", "refusal": "I " }), None),
        chunk(0, json!({ "refusal": "can't." }), Some("stop")),
    ]);
    for span in [whole, span] {
        assert_eq!(output(&span), wanted);
        check(&span, &[("spanwright.response_length", 8.into())]);
    }
}

#[test]
fn an_error_in_place_of_a_reply_is_one() {
    for (error, error_type) in [
        (
            json!({ "message": "m", "type": "insufficient_quota", "code": "quota" }),
            "insufficient_quota",
        ),
        (
            json!({ "message": "m", "type": null, "code": "model_not_found" }),
            "model_not_found",
        ),
        (json!({ "message": "m", "code": 429 }), "429"),
        (json!("no such model"), "_OTHER"),
    ] {
        let reply = json!({ "error": error });
        for span in [at_once(reply.clone()), streamed([reply])] {
            assert_eq!(span.outcome, Outcome::Error);
            check(&span, &[("error.type", error_type.into())]);
            assert_eq!(span.attribute(FIRST), None);
        }
    }
    assert_eq!(
        at_once(json!({ "error": null, "choices": [] })).outcome,
        Outcome::Ok
    );
}

#[test]
fn lengths_are_known_where_content_is_not_kept() {
    let span = one(|| {
        drain(pieces_unseen(vec![
            Ok(chunk(0, json!({ "content": "abc" }), None)),
            Ok(chunk(1, json!({ "content": "é" }), None)),
            Ok(chunk(
                0,
                call(0, Some("c1"), Some("secret"), "{}"),
                Some("tool_calls"),
            )),
        ]));
    });
    check(
        &span,
        &[
            ("spanwright.response_length", 4.into()),
            ("gen_ai.response.finish_reasons", vec!["tool_calls"].into()),
        ],
    );
    assert!(!format!("{span:?}").contains("secret"));
}
