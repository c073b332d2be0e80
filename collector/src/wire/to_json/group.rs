//! Spans and log records by what made them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::record::{LogJson, SpanJson};
use super::value::{attributes, count, text};
use crate::model::{LogRecord, Resource, Scope, Span};

/// Something that OTLP has in a scope, in a resource.
pub(super) trait Grouped {
    /// The names of the lists that it is in.
    const SCOPES: &str;
    const RECORDS: &str;

    fn resource(&self) -> &Arc<Resource>;
    fn scope(&self) -> &Arc<Scope>;
    fn write(&self, out: &mut impl Write) -> io::Result<()>;
}

impl Grouped for Span {
    const SCOPES: &str = "scopeSpans";
    const RECORDS: &str = "spans";

    fn resource(&self) -> &Arc<Resource> {
        &self.resource
    }

    fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        Ok(serde_json::to_writer(out, &SpanJson(self))?)
    }
}

impl Grouped for LogRecord {
    const SCOPES: &str = "scopeLogs";
    const RECORDS: &str = "logRecords";

    fn resource(&self) -> &Arc<Resource> {
        &self.resource
    }

    fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        Ok(serde_json::to_writer(out, &LogJson(self))?)
    }
}

/// A scope's number, and its records.
type InScope<'a, R> = (usize, Vec<&'a R>);

/// Writes records as elements of a list of resources. `begun` says whether the list has elements already.
pub(super) fn write<R: Grouped>(out: &mut impl Write, records: &[R], begun: &mut bool) -> io::Result<()> {
    let mut resources = Numbered::default();
    let mut scopes = Numbered::default();
    // For each resource its scopes, and their records.
    let mut groups: Vec<Vec<InScope<R>>> = Vec::new();
    let mut places: HashMap<(usize, usize), usize> = HashMap::new();
    for record in records {
        let resource = resources.number(record.resource(), |resource| {
            (ResourceJson(resource), &resource.schema_url)
        })?;
        let scope = scopes.number(record.scope(), |scope| (ScopeJson(scope), &scope.schema_url))?;
        if resource == groups.len() {
            groups.push(Vec::new());
        }
        let in_resource = &mut groups[resource];
        let place = *places.entry((resource, scope)).or_insert(in_resource.len());
        if place == in_resource.len() {
            in_resource.push((scope, Vec::new()));
        }
        in_resource[place].1.push(record);
    }
    for (in_resource, (resource, schema)) in groups.into_iter().zip(&resources.written) {
        comma(out, begun)?;
        write!(out, "{{\"resource\":{resource},\"{}\":[", R::SCOPES)?;
        let mut begun = false;
        for (scope, records) in in_resource {
            comma(out, &mut begun)?;
            write_scope(out, &scopes.written[scope], &records)?;
        }
        out.write_all(b"]")?;
        write_schema(out, schema)?;
        out.write_all(b"}")?;
    }
    Ok(())
}

fn write_scope<R: Grouped>(
    out: &mut impl Write,
    (scope, schema): &(String, String),
    records: &[&R],
) -> io::Result<()> {
    write!(out, "{{\"scope\":{scope},\"{}\":[", R::RECORDS)?;
    let mut begun = false;
    for record in records {
        comma(out, &mut begun)?;
        record.write(out)?;
    }
    out.write_all(b"]")?;
    write_schema(out, schema)?;
    out.write_all(b"}")
}

fn write_schema(out: &mut impl Write, schema: &str) -> io::Result<()> {
    if schema.is_empty() {
        return Ok(());
    }
    out.write_all(b",\"schemaUrl\":")?;
    Ok(serde_json::to_writer(out, schema)?)
}

fn comma(out: &mut impl Write, begun: &mut bool) -> io::Result<()> {
    if std::mem::replace(begun, true) {
        out.write_all(b",")?;
    }
    Ok(())
}

/// Different values, numbered in the order they come in. Each is written once, and what is written tells it from others:
/// doubles that are not a number equal nothing, and a hundred thousand different ones must not be compared by pairs.
#[derive(Debug, Default)]
struct Numbered {
    by_address: HashMap<usize, usize>,
    by_text: HashMap<(String, String), usize>,
    written: Vec<(String, String)>,
}

impl Numbered {
    fn number<'a, T, J: Serialize>(
        &mut self,
        value: &'a Arc<T>,
        written: impl FnOnce(&'a T) -> (J, &'a str),
    ) -> io::Result<usize> {
        let address = match self.by_address.entry(Arc::as_ptr(value).addr()) {
            Entry::Occupied(known) => return Ok(*known.get()),
            Entry::Vacant(new) => new,
        };
        let (json, schema) = written(value);
        let text = (serde_json::to_string(&json)?, schema.to_owned());
        let next = self.written.len();
        let number = *self.by_text.entry(text.clone()).or_insert(next);
        if number == next {
            self.written.push(text);
        }
        address.insert(number);
        Ok(number)
    }
}

struct ResourceJson<'a>(&'a Resource);

impl Serialize for ResourceJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        attributes(&mut map, &self.0.attributes)?;
        count(&mut map, "droppedAttributesCount", self.0.dropped_attributes)?;
        map.end()
    }
}

struct ScopeJson<'a>(&'a Scope);

impl Serialize for ScopeJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        text(&mut map, "name", &self.0.name)?;
        text(&mut map, "version", &self.0.version)?;
        attributes(&mut map, &self.0.attributes)?;
        count(&mut map, "droppedAttributesCount", self.0.dropped_attributes)?;
        map.end()
    }
}
