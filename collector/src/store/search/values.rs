//! The values that a key has in a block.

use std::collections::HashMap;

use super::attribute::numbers;
use super::in_head::written;
use crate::model::Value;
use crate::store::ReadError;
use crate::store::block::{Block, ColumnValues, Frames, Type};

impl<F: Frames> Block<F> {
    /// The values of a key of spans' attributes as text, and how often each is there. Lists and maps are left out.
    pub(in crate::store) fn values(&self, key: &str) -> Result<HashMap<String, u64>, ReadError> {
        let mut counts: HashMap<String, u64> = HashMap::new();
        for (number, column) in (0..).zip(&self.meta()?.columns) {
            if column.key != key || column.kind == Type::Other {
                continue;
            }
            match self.column(number)? {
                ColumnValues::Texts(texts) => {
                    let mut of = vec![0_u64; texts.distinct() as usize];
                    texts.places().iter().for_each(|&text| of[text as usize] += 1);
                    for (text, count) in (0..).zip(of) {
                        let text = String::from_utf8_lossy(texts.text(text)).into_owned();
                        *counts.entry(text).or_default() += count;
                    }
                }
                ColumnValues::Numbers(planes) => {
                    let values: Vec<Value> = numbers(&planes, column.kind).collect();
                    for text in values.iter().filter_map(written) {
                        *counts.entry(text).or_default() += 1;
                    }
                }
            }
        }
        Ok(counts)
    }
}
