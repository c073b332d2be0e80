//! Attributes and values.

use super::{Budget, Malformed, each, text};
use crate::destination::otlp::wire::Field;
use crate::record::Attributes;
use crate::value::{Key, Value};

/// Levels of arrays and maps that are read; the encoder writes fewer.
const MAX_DEPTH: usize = 32;

/// One `KeyValue`, added to the list.
pub(super) fn attribute(
    attributes: &mut Attributes,
    message: &[u8],
    budget: &mut Budget,
) -> Result<(), Malformed> {
    budget.charge::<(Key, Value)>()?;
    attributes.push(key_value(message, 0, budget)?);
    Ok(())
}

fn key_value(message: &[u8], depth: usize, budget: &mut Budget) -> Result<(Key, Value), Malformed> {
    let mut key = Key::from_static("");
    let mut value = None;
    each(message, |field| {
        match field {
            (1, Field::Bytes(bytes)) => key = text(bytes)?.into(),
            (2, Field::Bytes(message)) => value = Some(any_value(message, depth, budget)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok((key, value.ok_or(Malformed)?))
}

/// `AnyValue`; one that holds nothing is none of ours.
pub(super) fn any_value(message: &[u8], depth: usize, budget: &mut Budget) -> Result<Value, Malformed> {
    if depth > MAX_DEPTH {
        return Err(Malformed);
    }
    let mut value = None;
    each(message, |field| {
        value = Some(match field {
            (1, Field::Bytes(bytes)) => Value::String(text(bytes)?),
            (2, Field::Varint(number)) => Value::Bool(number != 0),
            (3, Field::Varint(number)) => Value::Int(number.cast_signed()),
            (4, Field::Fixed64(bits)) => Value::Float(f64::from_bits(bits)),
            (5, Field::Bytes(items)) => array(items, depth + 1, budget)?,
            (6, Field::Bytes(items)) => map(items, depth + 1, budget)?,
            (7, Field::Bytes(bytes)) => Value::Bytes(bytes.to_vec()),
            _ => return Ok(()),
        });
        Ok(())
    })?;
    value.ok_or(Malformed)
}

fn array(message: &[u8], depth: usize, budget: &mut Budget) -> Result<Value, Malformed> {
    let mut items = Vec::new();
    each(message, |field| {
        if let (1, Field::Bytes(item)) = field {
            budget.charge::<Value>()?;
            items.push(any_value(item, depth, budget)?);
        }
        Ok(())
    })?;
    Ok(Value::Array(items))
}

fn map(message: &[u8], depth: usize, budget: &mut Budget) -> Result<Value, Malformed> {
    let mut items = Vec::new();
    each(message, |field| {
        if let (1, Field::Bytes(item)) = field {
            budget.charge::<(Key, Value)>()?;
            items.push(key_value(item, depth, budget)?);
        }
        Ok(())
    })?;
    Ok(Value::Map(items))
}
