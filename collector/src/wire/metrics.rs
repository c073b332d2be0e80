//! OTLP's metrics, as far as they are told from nothing.

use super::{Field, Fields, WireError};

/// How many data points a request for metrics (`ExportMetricsServiceRequest`) holds.
///
/// # Errors
/// When the bytes are no such request.
pub fn count_points(bytes: &[u8]) -> Result<u64, WireError> {
    let mut points = 0;
    for resource in messages(bytes, 1) {
        for scope in messages(resource?, 2) {
            for metric in messages(scope?, 2) {
                points += count_of_metric(metric?)?;
            }
        }
    }
    Ok(points)
}

/// Gauge, sum, histogram, exponential histogram and summary all have their points in the first field.
fn count_of_metric(metric: &[u8]) -> Result<u64, WireError> {
    let mut points = 0;
    for field in Fields::new(metric) {
        if let (number @ (5 | 7 | 9 | 10 | 11), field) = field? {
            for point in messages(field.bytes(number)?, 1) {
                point?;
                points += 1;
            }
        }
    }
    Ok(points)
}

/// The messages in field `number`.
fn messages(bytes: &[u8], number: u32) -> impl Iterator<Item = Result<&[u8], WireError>> {
    Fields::new(bytes).filter_map(move |field| match field {
        Ok((found, Field::Bytes(bytes))) if found == number => Some(Ok(bytes)),
        Ok((found, _)) if found == number => Some(Err(WireError::Type(number))),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}
