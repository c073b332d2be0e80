//! Events and links in their wire form.

use crate::context::SpanContext;
use crate::value::Value;
use crate::wire;

/// An event's attributes, however they are at hand.
pub(crate) enum EventFields<'a> {
    /// In the wire form, with how many more there were.
    Wire { attributes: &'a [u8], dropped: u16 },
    /// As values.
    Values(&'a [(&'a str, Value)]),
}

/// `time u64 | name u16+bytes | dropped attributes u16 | u32 length of attributes | attributes`
pub(super) fn write(buffer: &mut Vec<u8>, name: &str, fields: EventFields<'_>) {
    buffer.extend_from_slice(&crate::clock::now().to_le_bytes());
    wire::put_key(buffer, name);
    let dropped = match fields {
        EventFields::Wire { dropped, .. } => dropped,
        EventFields::Values(_) => 0,
    };
    buffer.extend_from_slice(&dropped.to_le_bytes());
    let at = buffer.len();
    buffer.extend_from_slice(&[0; 4]);
    match fields {
        EventFields::Wire { attributes, .. } => buffer.extend_from_slice(attributes),
        EventFields::Values(values) => {
            for (key, value) in values {
                wire::put_key(buffer, key);
                wire::put_value(buffer, value);
            }
        }
    }
    let length = (buffer.len() - at - 4) as u32;
    buffer[at..at + 4].copy_from_slice(&length.to_le_bytes());
}

/// `trace 16 | span 8 | flags u8 | trace state u16+bytes | u32 length of attributes | attributes`
pub(super) fn write_link(buffer: &mut Vec<u8>, to: &SpanContext, attributes: &[u8]) {
    buffer.extend_from_slice(&to.trace_id.to_bytes());
    buffer.extend_from_slice(&to.span_id.to_bytes());
    buffer.push(to.flags.to_byte());
    wire::put_key(buffer, to.trace_state.as_deref().unwrap_or_default());
    buffer.extend_from_slice(&(attributes.len() as u32).to_le_bytes());
    buffer.extend_from_slice(attributes);
}
