//! Metrics with their points.

use super::value::attribute;
use super::{Budget, Malformed, each, text};
use crate::destination::otlp::wire::Field;
use crate::record::{HistogramPoint, Metric, MetricData, NumberPoint};

pub(super) fn metric(message: &[u8], scope: &str, budget: &mut Budget) -> Result<Metric, Malformed> {
    budget.charge::<Metric>()?;
    let (mut name, mut description, mut unit) = (String::new(), String::new(), String::new());
    let mut data = None;
    each(message, |field| {
        match field {
            (1, Field::Bytes(bytes)) => name = text(bytes)?,
            (2, Field::Bytes(bytes)) => description = text(bytes)?,
            (3, Field::Bytes(bytes)) => unit = text(bytes)?,
            (5, Field::Bytes(gauge)) => data = Some(MetricData::Gauge(points(gauge, number_point, budget)?)),
            (7, Field::Bytes(sum)) => {
                let points = points(sum, number_point, budget)?;
                data = Some(if is_monotonic(sum)? {
                    MetricData::Sum(points)
                } else {
                    MetricData::UpDown(points)
                });
            }
            (9, Field::Bytes(histogram)) => {
                data = Some(MetricData::Histogram(points(histogram, histogram_point, budget)?));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(Metric {
        name: name.into(),
        description: description.into(),
        unit: unit.into(),
        scope: scope.to_owned().into(),
        data: data.ok_or(Malformed)?,
    })
}

/// `Sum.is_monotonic`
fn is_monotonic(sum: &[u8]) -> Result<bool, Malformed> {
    let mut monotonic = false;
    each(sum, |field| {
        if let (3, Field::Varint(number)) = field {
            monotonic = number != 0;
        }
        Ok(())
    })?;
    Ok(monotonic)
}

fn points<T>(
    message: &[u8],
    point: fn(&[u8], &mut Budget) -> Result<T, Malformed>,
    budget: &mut Budget,
) -> Result<Vec<T>, Malformed> {
    let mut points = Vec::new();
    each(message, |field| {
        if let (1, Field::Bytes(item)) = field {
            budget.charge::<T>()?;
            points.push(point(item, budget)?);
        }
        Ok(())
    })?;
    Ok(points)
}

fn number_point(message: &[u8], budget: &mut Budget) -> Result<NumberPoint, Malformed> {
    let mut point = NumberPoint {
        attributes: Vec::new(),
        start_ns: 0,
        time_ns: 0,
        value: 0.0,
    };
    each(message, |field| {
        match field {
            (2, Field::Fixed64(time)) => point.start_ns = time,
            (3, Field::Fixed64(time)) => point.time_ns = time,
            (4, Field::Fixed64(bits)) => point.value = f64::from_bits(bits),
            (7, Field::Bytes(item)) => attribute(&mut point.attributes, item, budget)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(point)
}

fn histogram_point(message: &[u8], budget: &mut Budget) -> Result<HistogramPoint, Malformed> {
    let mut point = HistogramPoint {
        attributes: Vec::new(),
        start_ns: 0,
        time_ns: 0,
        count: 0,
        sum: 0.0,
        min: None,
        max: None,
        bounds: Vec::new(),
        buckets: Vec::new(),
    };
    each(message, |field| {
        match field {
            (2, Field::Fixed64(time)) => point.start_ns = time,
            (3, Field::Fixed64(time)) => point.time_ns = time,
            (4, Field::Fixed64(count)) => point.count = count,
            (5, Field::Fixed64(bits)) => point.sum = f64::from_bits(bits),
            (6, Field::Bytes(packed)) => point.buckets = packed64(packed)?.map(u64::from_le_bytes).collect(),
            (7, Field::Bytes(packed)) => point.bounds = packed64(packed)?.map(f64::from_le_bytes).collect(),
            (9, Field::Bytes(item)) => attribute(&mut point.attributes, item, budget)?,
            (11, Field::Fixed64(bits)) => point.min = Some(f64::from_bits(bits)),
            (12, Field::Fixed64(bits)) => point.max = Some(f64::from_bits(bits)),
            _ => {}
        }
        Ok(())
    })?;
    Ok(point)
}

/// A packed field of eight-byte numbers.
fn packed64(bytes: &[u8]) -> Result<impl Iterator<Item = [u8; 8]>, Malformed> {
    let (numbers, rest) = bytes.as_chunks::<8>();
    if rest.is_empty() {
        Ok(numbers.iter().copied())
    } else {
        Err(Malformed)
    }
}
