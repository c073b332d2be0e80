//! Attributes that stand in the wrong place, or in the wrong form.

use std::net::Ipv4Addr;
use std::sync::Arc;

use super::Shown;
use crate::model::{Attribute, Resource, Span, Value, find};

/// What says which library wrote a span: of its process, and not of the span.
const LIBRARY: [&str; 5] = [
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
    "telemetry.distro.name",
    "telemetry.distro.version",
];
/// Addresses that old libraries write as numbers.
const ADDRESSES: [&str; 2] = ["ip", "peer.ipv4"];

/// Corrects them.
pub(super) fn correct(spans: &mut [Shown]) {
    for shown in spans {
        move_library(shown);
        write_addresses(&mut shown.span.attributes);
        if has_address(&shown.span.resource.attributes) {
            write_addresses(&mut Arc::make_mut(&mut shown.span.resource).attributes);
        }
    }
}

fn move_library(Shown { span, warnings }: &mut Shown) {
    let is_library = |(key, _): &Attribute| LIBRARY.contains(&key.as_str());
    if !span.attributes.iter().any(is_library) {
        return;
    }
    let Span {
        attributes, resource, ..
    } = span;
    let resource: &mut Resource = Arc::make_mut(resource);
    attributes.retain(|attribute| {
        if !is_library(attribute) {
            return true;
        }
        let (key, value) = attribute;
        match find(&resource.attributes, key) {
            None => resource.attributes.push(attribute.clone()),
            Some(same) if same == value => {}
            Some(_) => {
                warnings.push(format!(
                    "conflicting values between Span and Resource for attribute {key}"
                ));
                return true;
            }
        }
        false
    });
}

fn has_address(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| address(attribute).is_some())
}

fn write_addresses(attributes: &mut [Attribute]) {
    for attribute in attributes {
        if let Some(address) = address(attribute) {
            attribute.1 = Value::Text(address.to_string());
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an address is 32 bits, however it was written"
)]
fn address((key, value): &Attribute) -> Option<Ipv4Addr> {
    if !ADDRESSES.contains(&key.as_str()) {
        return None;
    }
    match value {
        Value::Int(number) => Some(Ipv4Addr::from(*number as u32)),
        Value::Double(number) => Some(Ipv4Addr::from(*number as u32)),
        _ => None,
    }
}
