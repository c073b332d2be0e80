//! The arguments of a tool call, in the forms programs have them. In: maps, pairs, JSON. Out: how many, and JSON.

use crate::llm::Json;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

/// What `arguments = …` takes: implement it for your own argument types.
pub trait ToolArguments {
    /// How many arguments there are.
    fn count(&self) -> usize;

    /// The arguments as JSON; asked for only where content capture allows.
    fn to_json(&self) -> Option<String>;
}

fn pairs<K: Display, V: Display>(pairs: impl Iterator<Item = (K, V)>) -> Option<String> {
    let mut json = Json::new();
    json.object(|json| {
        for (key, value) in pairs {
            if json.is_full() {
                break;
            }
            json.field(&key.to_string(), &value.to_string());
        }
    });
    Some(json.finish())
}

impl<K: Display, V: Display> ToolArguments for [(K, V)] {
    fn count(&self) -> usize {
        self.len()
    }
    fn to_json(&self) -> Option<String> {
        pairs(self.iter().map(|(key, value)| (key, value)))
    }
}

impl<K: Display, V: Display, const N: usize> ToolArguments for [(K, V); N] {
    fn count(&self) -> usize {
        N
    }
    fn to_json(&self) -> Option<String> {
        self.as_slice().to_json()
    }
}

impl<K: Display, V: Display> ToolArguments for Vec<(K, V)> {
    fn count(&self) -> usize {
        self.len()
    }
    fn to_json(&self) -> Option<String> {
        self.as_slice().to_json()
    }
}

impl<K: Display, V: Display, S> ToolArguments for HashMap<K, V, S> {
    fn count(&self) -> usize {
        self.len()
    }
    fn to_json(&self) -> Option<String> {
        pairs(self.iter())
    }
}

impl<K: Display, V: Display> ToolArguments for BTreeMap<K, V> {
    fn count(&self) -> usize {
        self.len()
    }
    fn to_json(&self) -> Option<String> {
        pairs(self.iter())
    }
}

impl ToolArguments for () {
    fn count(&self) -> usize {
        0
    }
    fn to_json(&self) -> Option<String> {
        None
    }
}

impl<T: ToolArguments + ?Sized> ToolArguments for &T {
    fn count(&self) -> usize {
        (**self).count()
    }
    fn to_json(&self) -> Option<String> {
        (**self).to_json()
    }
}

impl<T: ToolArguments> ToolArguments for Option<T> {
    fn count(&self) -> usize {
        self.as_ref().map_or(0, ToolArguments::count)
    }
    fn to_json(&self) -> Option<String> {
        self.as_ref().and_then(ToolArguments::to_json)
    }
}

/// JSON as a model writes it: an object's members, an array's items, or one argument.
impl ToolArguments for str {
    fn count(&self) -> usize {
        count_in_text(self)
    }
    fn to_json(&self) -> Option<String> {
        let mut json = Json::new();
        json.raw(self);
        Some(json.finish())
    }
}

/// JSON as a model writes it.
impl ToolArguments for String {
    fn count(&self) -> usize {
        self.as_str().count()
    }
    fn to_json(&self) -> Option<String> {
        self.as_str().to_json()
    }
}

#[cfg(feature = "pipeline")]
fn count_in_text(text: &str) -> usize {
    serde_json::from_str::<serde_json::Value>(text)
        .map_or_else(|_| usize::from(!text.trim().is_empty()), |value| value.count())
}

#[cfg(not(feature = "pipeline"))]
fn count_in_text(text: &str) -> usize {
    usize::from(!text.trim().is_empty())
}

#[cfg(feature = "pipeline")]
mod json {
    use super::ToolArguments;
    use serde_json::{Map, Value};

    impl ToolArguments for Value {
        fn count(&self) -> usize {
            match self {
                Self::Null => 0,
                Self::Object(members) => members.len(),
                Self::Array(items) => items.len(),
                _ => 1,
            }
        }
        fn to_json(&self) -> Option<String> {
            self.to_string().to_json()
        }
    }

    impl ToolArguments for Map<String, Value> {
        fn count(&self) -> usize {
            self.len()
        }
        fn to_json(&self) -> Option<String> {
            serde_json::to_string(self).ok()?.to_json()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        assert_eq!(BTreeMap::from([("a", 1), ("b", 2)]).count(), 2);
        assert_eq!(None::<Vec<(String, String)>>.count(), 0);
        assert_eq!("".count(), 0);
        assert_eq!(().count(), 0);
    }

    #[cfg(feature = "pipeline")]
    #[test]
    fn counts_in_json() {
        assert_eq!(r#"{"a":1,"b":{"c":2}}"#.count(), 2);
        assert_eq!("{}".count(), 0);
        assert_eq!("plain words".count(), 1);
        assert_eq!(serde_json::json!({"a": 1}).count(), 1);
        assert_eq!(
            serde_json::json!({"a": 1}).to_json().as_deref(),
            Some(r#"{"a":1}"#)
        );
    }

    #[test]
    fn values_are_text() {
        assert_eq!(
            BTreeMap::from([("a", 1)]).to_json().as_deref(),
            Some(r#"{"a":"1"}"#)
        );
    }
}
