//! OTLP's `Resource` and `InstrumentationScope`.

use std::sync::Arc;

use super::value::AttributeView;
use super::{Fields, ValueView, WireError};
use crate::model::{Attribute, Resource, Scope};

/// Where spans and log records come from.
pub type Origin = (Arc<Resource>, Arc<Scope>);

/// Reads a `Resource` and an `InstrumentationScope`; their schema URLs stand beside them in OTLP.
///
/// # Errors
/// When they are none.
pub fn read_origin(
    resource: &[u8],
    resource_schema: &str,
    scope: &[u8],
    scope_schema: &str,
) -> Result<Origin, WireError> {
    let resource = read_resource(resource, resource_schema)?;
    Ok((Arc::new(resource), Arc::new(read_scope(scope, scope_schema)?)))
}

fn read_resource(bytes: &[u8], schema_url: &str) -> Result<Resource, WireError> {
    let mut resource = Resource {
        schema_url: schema_url.to_owned(),
        ..Resource::default()
    };
    for field in Fields::new(bytes) {
        match field? {
            (1, field) => resource.attributes.push(attribute(field.bytes(1)?)?),
            (2, field) => resource.dropped_attributes = count(field.varint(2)?),
            _ => {}
        }
    }
    Ok(resource)
}

fn read_scope(bytes: &[u8], schema_url: &str) -> Result<Scope, WireError> {
    let mut scope = Scope {
        schema_url: schema_url.to_owned(),
        ..Scope::default()
    };
    for field in Fields::new(bytes) {
        match field? {
            (1, field) => field.text(1)?.clone_into(&mut scope.name),
            (2, field) => field.text(2)?.clone_into(&mut scope.version),
            (3, field) => scope.attributes.push(attribute(field.bytes(3)?)?),
            (4, field) => scope.dropped_attributes = count(field.varint(4)?),
            _ => {}
        }
    }
    Ok(scope)
}

/// The name of the service whose `Resource` this is.
#[must_use]
pub fn service(resource: &[u8]) -> &str {
    Fields::new(resource)
        .filter_map(|field| match field {
            Ok((1, field)) => AttributeView::parse(field.bytes(1).ok()?).ok(),
            _ => None,
        })
        .find(|attribute| attribute.key == "service.name")
        .and_then(|attribute| match attribute.value {
            ValueView::Text(name) if !name.is_empty() => Some(name),
            _ => None,
        })
        .unwrap_or(Resource::UNKNOWN_SERVICE)
}

pub(super) fn attribute(bytes: &[u8]) -> Result<Attribute, WireError> {
    AttributeView::read(bytes)
}

/// OTLP's counts are `uint32`.
pub(super) fn count(number: u64) -> u32 {
    number as u32
}

/// Reads a resource or scope to its depths; `attributes` is the number of their field.
pub(super) fn check(bytes: &[u8], attributes: u32) -> Result<(), WireError> {
    for field in Fields::new(bytes) {
        let (number, field) = field?;
        if number == attributes {
            AttributeView::check(field.bytes(number)?, 0)?;
        } else if number == attributes + 1 {
            // How many attributes were dropped: what is accepted must be read again.
            field.varint(number)?;
        } else if attributes == 3 && number <= 2 {
            field.text(number)?;
        }
    }
    Ok(())
}
