//! Traces as Jaeger's page lets them be downloaded: `{"data": [trace, …]}`.

mod json;
mod span;
mod tag;

use std::io::BufRead;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::bad::Bad;
use crate::model::Span;

/// The traces of a file, each read when it is asked for.
pub(super) struct Traces(Receiver<Result<Vec<Span>, Bad>>);

impl Traces {
    /// Reads on a thread of its own: serde hands elements on only from within.
    pub(super) fn new(reader: impl BufRead + Send + 'static) -> Self {
        let (sender, receiver) = channel(1);
        tokio::task::spawn_blocking(move || {
            let mut json = serde_json::Deserializer::from_reader(reader);
            let read = Document(&sender).deserialize(&mut json);
            if let Err(error) = read.and_then(|()| json.end()) {
                // Nobody listens any more where the import has ended.
                let _ = sender.blocking_send(Err(Bad::new("the file", error)));
            }
        });
        Self(receiver)
    }

    /// The spans of the next trace.
    pub(super) async fn next(&mut self) -> Option<Result<Vec<Span>, Bad>> {
        self.0.recv().await
    }
}

type Out<'a> = &'a Sender<Result<Vec<Span>, Bad>>;

struct Document<'a>(Out<'a>);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with \"data\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "data" {
                map.next_value_seed(List(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct List<'a>(Out<'a>);

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of traces")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut number = 0_u64;
        // First any JSON: what is wrong with one trace is not wrong with the file.
        while let Some(json) = list.next_element::<Value>()? {
            number += 1;
            let spans = span::of_trace(json).map_err(|why| Bad::new(&format!("trace {number}"), why));
            if self.0.blocking_send(spans).is_err() {
                return Err(A::Error::custom("the import has ended"));
            }
        }
        Ok(())
    }
}
