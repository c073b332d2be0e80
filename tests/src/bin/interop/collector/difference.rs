//! Where two answers differ.

use serde_json::Value;

/// Each difference, with its place.
pub(super) fn between(jaeger: &Value, ours: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk("", jaeger, ours, &mut found);
    found
}

fn walk(place: &str, jaeger: &Value, ours: &Value, found: &mut Vec<String>) {
    match (jaeger, ours) {
        (Value::Object(left), Value::Object(right)) => {
            let extra = right.keys().filter(|key| !left.contains_key(*key));
            for key in left.keys().chain(extra) {
                let place = format!("{place}.{key}");
                match (left.get(key), right.get(key)) {
                    (Some(left), Some(right)) => walk(&place, left, right, found),
                    (left, right) => {
                        found.push(format!("{place}: Jaeger {}, ours {}", shown(left), shown(right)))
                    }
                }
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            if left.len() != right.len() {
                found.push(format!(
                    "{place}: Jaeger has {}, ours {}",
                    left.len(),
                    right.len()
                ));
            }
            for (at, (left, right)) in left.iter().zip(right).enumerate() {
                walk(&format!("{place}[{at}]"), left, right, found);
            }
        }
        (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64() => {}
        (left, right) if left == right => {}
        (left, right) => found.push(format!(
            "{place}: Jaeger {}, ours {}",
            shown(Some(left)),
            shown(Some(right))
        )),
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or("nothing".to_owned(), |value| {
        value.to_string().chars().take(300).collect()
    })
}
