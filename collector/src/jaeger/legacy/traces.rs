//! Traces: searched, and by their ids.

use std::cell::RefCell;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;
use serde::ser::{Error, SerializeSeq, Serializer};

use super::envelope::Envelope;
use super::parse;
use super::respond;
use super::trace::TraceJson;
use crate::jaeger::adjust::{adjusted, raw};
use crate::jaeger::answer::Answer;
use crate::jaeger::failure::{ErrorJson, Failure};
use crate::jaeger::parameters::Parameters;
use crate::jaeger::search::parse_trace_id;
use crate::jaeger::{Api, now, off};
use crate::model::{Trace, TraceId};
use crate::store::{Read, ReadError};

const NOT_FOUND: &str = "trace not found";

pub(super) async fn search(State(api): State<Api>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let (query, ids) = parse::search(&parameters, now())?;
        let (ids, named) = if ids.is_empty() {
            let hits = read.search(&query.search().map_err(Failure::Parameter)?)?.hits;
            (hits.into_iter().map(|hit| hit.trace_id).collect(), false)
        } else {
            (ids, true)
        };
        Traces {
            read,
            ids,
            named,
            raw: query.raw,
            trouble: RefCell::default(),
        }
        .written(&parameters)
    });
    respond(made.await)
}

pub(super) async fn by_id(State(api): State<Api>, Path(id): Path<String>, uri: Uri) -> Response {
    let parameters = Parameters::of(&uri);
    let made = off(api, move |read| {
        let id = parse_trace_id(&id).map_err(Failure::Parameter)?;
        // They tell Jaeger where to look; here the id does.
        parse::time(&parameters, "start", parse::MICROSECOND, 0)?;
        parse::time(&parameters, "end", parse::MICROSECOND, 0)?;
        let raw = parse::yes(&parameters, "raw")?;
        let trace = read.trace(id)?.ok_or(Failure::Absent(NOT_FOUND))?;
        Envelope::new([OneTrace {
            trace: RefCell::new(Some(trace)),
            raw,
        }])
        .written(&parameters)
    });
    respond(made.await)
}

/// A trace that is made what it shows when it is written.
struct OneTrace {
    trace: RefCell<Option<Trace>>,
    raw: bool,
}

impl Serialize for OneTrace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trace = self
            .trace
            .take()
            .ok_or_else(|| S::Error::custom("written twice"))?;
        let spans = if self.raw { raw(trace) } else { adjusted(trace) };
        TraceJson::new(&spans, self.raw).serialize(serializer)
    }
}

/// Traces that are read when they are written, one at a time.
struct Traces<'a> {
    read: &'a dyn Read,
    ids: Vec<TraceId>,
    /// Whether the ids were asked for: then those that are not there are errors.
    named: bool,
    raw: bool,
    trouble: RefCell<Trouble>,
}

#[derive(Debug, Default)]
struct Trouble {
    missing: Vec<TraceId>,
    failed: Option<ReadError>,
}

impl Traces<'_> {
    fn written(&self, parameters: &Parameters) -> Result<Answer, Failure> {
        let written = Envelope::with_errors(self, Missing(self)).written(parameters);
        match self.trouble.take().failed {
            Some(error) => Err(error.into()),
            None => written,
        }
    }
}

impl Serialize for Traces<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for &id in &self.ids {
            match self.read.trace(id) {
                Ok(Some(trace)) => {
                    list.serialize_element(&OneTrace {
                        trace: RefCell::new(Some(trace)),
                        raw: self.raw,
                    })?;
                }
                Ok(None) => self.trouble.borrow_mut().missing.push(id),
                Err(error) => {
                    self.trouble.borrow_mut().failed = Some(error);
                    return Err(S::Error::custom("the store cannot be read"));
                }
            }
        }
        list.end()
    }
}

/// The errors, known when the traces have been written.
struct Missing<'a>(&'a Traces<'a>);

impl Serialize for Missing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trouble = self.0.trouble.borrow();
        if !self.0.named || trouble.missing.is_empty() {
            return serializer.serialize_none();
        }
        serializer.collect_seq(trouble.missing.iter().map(|id| ErrorJson {
            code: None,
            msg: NOT_FOUND.to_owned(),
            trace_id: Some(super::trace::short(*id)),
        }))
    }
}
