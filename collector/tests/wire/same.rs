//! The same request as protobuf, as JSON and as OpenTelemetry's messages is the same model.

use proptest::prelude::*;
use prost::Message;
use spanwright_collector::wire::{Input, JsonRequest, Limits, Request, Signal, Unbounded, from_json};

use crate::generate::{Doubles, request};
use crate::{expected, spans};

fn read(bytes: Vec<u8>) -> Request {
    let request = Request::read(Signal::Traces, bytes.into(), &Limits::default()).unwrap();
    assert_eq!(request.reason, None);
    request
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn protobuf_is_read_as_it_was_meant(request in request(Doubles::All)) {
        let read = read(request.encode_to_vec());
        // As text, in which NaN is NaN.
        prop_assert_eq!(format!("{:#?}", spans(&read)), format!("{:#?}", expected::spans(&request)));
    }

    #[test]
    fn json_is_read_as_protobuf_is(request in request(Doubles::Finite)) {
        let json = serde_json::to_vec(&request).unwrap();
        let bytes = from_json(JsonRequest::Traces, Input::Whole(&json), &mut Unbounded).unwrap();
        prop_assert!(bytes.len() <= json.len());
        prop_assert_eq!(spans(&read(bytes)), expected::spans(&request));
    }

    #[test]
    fn json_in_snake_case_and_upper_case_hex_is_read_too(request in request(Doubles::Finite)) {
        let mut json = serde_json::to_value(&request).unwrap();
        rename(&mut json);
        let bytes = from_json(JsonRequest::Traces, Input::Stream(&mut json.to_string().as_bytes()), &mut Unbounded).unwrap();
        prop_assert_eq!(spans(&read(bytes)), expected::spans(&request));
    }
}

/// Names in `snake_case`, ids in upper case, 64-bit integers as numbers.
fn rename(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::Array(values) => values.iter_mut().for_each(rename),
        serde_json::Value::Object(map) => {
            for (name, mut value) in std::mem::take(map) {
                rename(&mut value);
                if let Some(text) = value.as_str() {
                    if name.ends_with("Id") {
                        value = text.to_uppercase().into();
                    } else if name == "intValue" || name.ends_with("Nano") {
                        value = text.parse::<serde_json::Number>().unwrap().into();
                    }
                }
                map.insert(snake(&name), value);
            }
        }
        _ => {}
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_uppercase() {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}
