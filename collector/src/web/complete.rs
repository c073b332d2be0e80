//! What may complete a query line, for the script below it.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::Site;
use super::respond::{PageError, data_response, off, to_json};
use crate::filter::line::{Field, Wanted, complete, quoted, written_key};
use crate::model::Kind;
use crate::store::Read;

/// At most so many of a kind are offered.
const LIMIT: usize = 12;

#[derive(Debug, Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    q: String,
    /// In UTF-16 units, as a browser counts.
    cursor: Option<usize>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Answer {
    /// What is to be replaced, in UTF-16 units.
    from: usize,
    to: usize,
    items: Vec<Item>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Item {
    /// What to put in.
    text: String,
    /// What to say about it.
    about: &'static str,
    /// Whether the next thing is to be offered at once.
    more: bool,
}

pub(super) async fn answer(State(site): State<Site>, Query(params): Query<Params>) -> Response {
    let made = off(&site, move |read| {
        let answer = offer(read, &params.q, params.cursor.unwrap_or(usize::MAX))?;
        to_json(&answer)
    });
    data_response(made.await)
}

fn offer(read: &dyn Read, line: &str, cursor: usize) -> Result<Answer, PageError> {
    let completion = complete(line, from_utf16(line, cursor));
    let items = match &completion.wanted {
        Wanted::Key { prefix } => keys(read, prefix)?,
        Wanted::Operator { key } => operators(key),
        Wanted::Value {
            key,
            attribute,
            prefix,
        } => values(read, key, *attribute, prefix)?,
        Wanted::Nothing => Vec::new(),
    };
    let to_utf16 = |at: usize| line[..at].encode_utf16().count();
    Ok(Answer {
        from: to_utf16(completion.replace.start),
        to: to_utf16(completion.replace.end),
        items,
    })
}

fn from_utf16(line: &str, cursor: usize) -> usize {
    let mut units = 0;
    line.char_indices()
        .find(|(_, c)| {
            let found = units >= cursor;
            units += c.len_utf16();
            found
        })
        .map_or(line.len(), |(at, _)| at)
}

fn keys(read: &dyn Read, prefix: &str) -> Result<Vec<Item>, PageError> {
    let fields = Field::ALL
        .into_iter()
        .filter(|field| field.key().starts_with(prefix))
        .map(|field| Item {
            text: field.key().to_owned(),
            about: field.about(),
            more: true,
        });
    let attributes = read.keys(prefix, LIMIT)?.into_iter().map(|key| Item {
        text: written_key(&key).into_owned(),
        about: "attribute",
        more: true,
    });
    Ok(fields.chain(attributes).collect())
}

fn operators(key: &str) -> Vec<Item> {
    let operators = Field::from_key(key).map_or(&["=", "!=", "~", ">", "<", "=*"][..], Field::operators);
    let about = |operator: &str| match operator {
        "=" => "equal",
        "!=" => "not equal",
        "~" => "contains",
        "!~" => "does not contain",
        "=*" => "has one",
        ">" => "more than",
        ">=" => "at least",
        "<" => "less than",
        "<=" => "at most",
        _ => "",
    };
    operators
        .iter()
        .map(|operator| Item {
            text: (*operator).to_owned(),
            about: about(operator),
            more: *operator != "=*",
        })
        .collect()
}

fn values(read: &dyn Read, key: &str, attribute: bool, prefix: &str) -> Result<Vec<Item>, PageError> {
    let field = Field::from_key(key).filter(|_| !attribute);
    let known = |names: Vec<String>| -> Vec<String> {
        let begins = |name: &String| name.to_lowercase().starts_with(&prefix.to_lowercase());
        names.into_iter().filter(begins).take(LIMIT).collect()
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let (names, quotes) = match field {
        Some(Field::Service) => (known(read.services()?), true),
        Some(Field::Name) => {
            let mut names: Vec<String> = read.operations(None)?.into_iter().map(|op| op.name).collect();
            names.dedup();
            (known(names), true)
        }
        Some(Field::Duration) => (known(words(&["10ms", "100ms", "1s", "5s"])), false),
        Some(Field::Error) => (known(words(&["true", "false"])), false),
        Some(Field::Status) => (known(words(&["error", "ok"])), false),
        Some(Field::Kind) => {
            let kinds = [1, 2, 3, 4, 5, 0].map(|kind| Kind::from_otlp(kind).name());
            (known(words(&kinds)), false)
        }
        Some(Field::Start) => (known(words(&["-5m", "-1h", "-24h"])), false),
        None => (read.values(key, prefix, LIMIT)?, true),
    };
    let written = |name: String| match quotes && name.parse::<i64>().is_err() {
        true => quoted(&name),
        false => name,
    };
    Ok(names
        .into_iter()
        .map(|name| Item {
            text: written(name),
            about: "",
            more: false,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::testing::{NOW, Stored, sample_traces};

    fn sample() -> Stored {
        Stored::with(&sample_traces(NOW, 60))
    }

    #[test]
    fn keys_operators_and_values_are_offered() {
        let sample = sample();
        let texts = |line: &str| -> Vec<String> {
            let answer = offer(&*sample.store, line, usize::MAX).expect("an answer");
            answer.items.into_iter().map(|item| item.text).collect()
        };
        assert_eq!(texts("ser")[0], "service");
        assert!(texts("http.").contains(&"http.request.method".to_owned()));
        assert_eq!(texts("service "), ["=", "!=", "~", "!~"]);
        assert_eq!(texts("kind=s"), ["server"]);
        assert!(texts("service=jos").contains(&"\"josoor-backend\"".to_owned()));
        assert!(texts("persona=\"no").contains(&"\"noor\"".to_owned()));
        assert!(texts("http.response.status_code=2").contains(&"200".to_owned()));
        assert!(texts("service=\"x\"").is_empty());
    }

    #[test]
    fn places_are_counted_as_a_browser_counts() {
        let answer = offer(&*sample().store, "𝄞 err", 6).expect("an answer");
        assert_eq!((answer.from, answer.to), (3, 6));
        assert_eq!(from_utf16("𝄞ß", 2), 4);
    }
}
