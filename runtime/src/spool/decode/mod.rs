//! From an OTLP protobuf request back to records: what the spool holds, for any destination.
//!
//! Decoding what was encoded gives the same records, but for `site`, which is a place in a program that may be gone.
//! Bytes that were not encoded by us end in [`Malformed`], after at most a bounded multiple of their size in memory.

mod log;
mod metric;
mod span;
#[cfg(test)]
mod tests;
mod value;

use super::frame::Signal;
use crate::destination::Batch;
pub(super) use crate::destination::otlp::wire::Malformed;
use crate::destination::otlp::wire::{Field, Reader};
use crate::record::Resource;
use std::sync::Arc;

/// Bytes of memory for each byte of the request, and on top. Records as we encode them need about ten for one.
const GROWTH: usize = 64;
const LEAST: usize = 64 << 10;

/// Memory that the records of one request may still take.
struct Budget(usize);

impl Budget {
    fn charge<T>(&mut self) -> Result<(), Malformed> {
        self.0 = self.0.checked_sub(size_of::<T>()).ok_or(Malformed)?;
        Ok(())
    }
}

/// The records of a request of this signal.
///
/// # Errors
/// For bytes that are no such request.
pub(super) fn batch(signal: Signal, request: &[u8]) -> Result<Batch, Malformed> {
    let mut budget = Budget(request.len().saturating_mul(GROWTH).saturating_add(LEAST));
    let mut batch = Batch::new(Arc::default());
    // resource_spans | resource_logs | resource_metrics
    each(request, |field| match field {
        (1, Field::Bytes(group)) => group_of_resource(&mut batch, signal, group, &mut budget),
        _ => Ok(()),
    })?;
    Ok(batch)
}

fn group_of_resource(
    batch: &mut Batch,
    signal: Signal,
    group: &[u8],
    budget: &mut Budget,
) -> Result<(), Malformed> {
    each(group, |field| match field {
        (1, Field::Bytes(resource)) => {
            batch.resource = Arc::new(decode_resource(resource, budget)?);
            Ok(())
        }
        (2, Field::Bytes(group)) => group_of_scope(batch, signal, group, budget),
        _ => Ok(()),
    })
}

fn decode_resource(message: &[u8], budget: &mut Budget) -> Result<Resource, Malformed> {
    let mut attributes = Vec::new();
    each(message, |field| match field {
        (1, Field::Bytes(item)) => value::attribute(&mut attributes, item, budget),
        _ => Ok(()),
    })?;
    let mut resource = Resource::new();
    *resource.attributes_mut() = attributes;
    Ok(resource)
}

fn group_of_scope(
    batch: &mut Batch,
    signal: Signal,
    group: &[u8],
    budget: &mut Budget,
) -> Result<(), Malformed> {
    let mut scope = String::new();
    each(group, |field| match field {
        (1, Field::Bytes(message)) => {
            scope = decode_scope(message)?;
            Ok(())
        }
        (2, Field::Bytes(record)) => {
            match signal {
                Signal::Traces => batch.spans.push(span::span(record, &scope, budget)?),
                Signal::Logs => batch.logs.push(log::log(record, &scope, budget)?),
                Signal::Metrics => batch.metrics.push(metric::metric(record, &scope, budget)?),
            }
            Ok(())
        }
        _ => Ok(()),
    })
}

fn decode_scope(message: &[u8]) -> Result<String, Malformed> {
    let mut name = String::new();
    each(message, |field| {
        if let (1, Field::Bytes(bytes)) = field {
            name = text(bytes)?;
        }
        Ok(())
    })?;
    Ok(name)
}

/// Hands each field of a message to `take`, in order.
fn each<'a>(
    message: &'a [u8],
    mut take: impl FnMut((u64, Field<'a>)) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    let mut reader = Reader::new(message);
    while let Some(field) = reader.next()? {
        take(field)?;
    }
    Ok(())
}

fn text(bytes: &[u8]) -> Result<String, Malformed> {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| Malformed)
}

fn id<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Malformed> {
    bytes.try_into().map_err(|_| Malformed)
}

fn small(number: u64) -> Result<u32, Malformed> {
    number.try_into().map_err(|_| Malformed)
}
