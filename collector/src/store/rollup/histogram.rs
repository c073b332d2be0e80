//! Durations in buckets whose ends are an eighth of their size apart: a quantile is wrong by 7 % at most.

use std::collections::BTreeMap;

use crate::model::Nanos;
use crate::store::ReadError;
use crate::store::codec::{Cursor, damaged};
use crate::wire::put_varint;

/// Bits of a duration that tell its bucket, beside its size.
const BITS: u32 = 3;

/// Counts durations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::store) struct Histogram {
    buckets: BTreeMap<u16, u64>,
    sum: Nanos,
}

impl Histogram {
    pub(super) fn add(&mut self, duration: Nanos) {
        *self.buckets.entry(bucket(duration)).or_default() += 1;
        self.sum = self.sum.saturating_add(duration);
    }

    pub(in crate::store) fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// All durations together.
    pub(in crate::store) fn sum(&self) -> Nanos {
        self.sum
    }

    /// The duration that this part of all durations does not exceed; 0 where there is none.
    pub(in crate::store) fn quantile(&self, part: f64) -> Nanos {
        let total: u64 = self.buckets.values().sum();
        let wanted = ((total as f64 * part.clamp(0.0, 1.0)).ceil() as u64).max(1);
        let mut seen = 0;
        let reached = self.buckets.iter().find(|(_, count)| {
            seen += **count;
            seen >= wanted
        });
        reached.map_or(0, |(bucket, _)| middle(*bucket))
    }

    pub(in crate::store) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.buckets.len() * 3 + 12);
        put_varint(&mut bytes, self.sum);
        put_varint(&mut bytes, self.buckets.len() as u64);
        let mut last = 0;
        for (&bucket, &count) in &self.buckets {
            put_varint(
                &mut bytes,
                u64::from(bucket - std::mem::replace(&mut last, bucket)),
            );
            put_varint(&mut bytes, count);
        }
        bytes
    }

    pub(in crate::store) fn decode(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut cursor = Cursor::new(bytes);
        let mut histogram = Self {
            sum: cursor.varint()?,
            buckets: BTreeMap::new(),
        };
        let mut bucket = 0_u16;
        for _ in 0..cursor.count()? {
            let step = u16::try_from(cursor.varint()?).map_err(|_| damaged("a histogram"))?;
            bucket = bucket.checked_add(step).ok_or_else(|| damaged("a histogram"))?;
            histogram.buckets.insert(bucket, cursor.varint()?);
        }
        Ok(histogram)
    }
}

/// Durations below 8 have a bucket each; of others the leading bit and the three after it tell.
fn bucket(duration: Nanos) -> u16 {
    let size = (64 - duration.leading_zeros()).saturating_sub(BITS + 1);
    (u64::from(size) << BITS) as u16 + (duration >> size) as u16
}

fn middle(bucket: u16) -> Nanos {
    let bucket = u64::from(bucket);
    if bucket < 2 << BITS {
        return bucket;
    }
    let size = (bucket >> BITS) - 1;
    let least = ((bucket & ((1 << BITS) - 1)) | 1 << BITS) << size;
    least + ((1 << size) >> 1)
}
