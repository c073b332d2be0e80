//! What every answer stands in.

use serde::Serialize;

use crate::jaeger::answer::Answer;
use crate::jaeger::failure::{ErrorJson, Failure};
use crate::jaeger::parameters::Parameters;

/// The envelope. Limit and offset are always 0.
#[derive(Debug, Serialize)]
pub(super) struct Envelope<T, E = Option<Vec<ErrorJson>>> {
    pub(super) data: T,
    pub(super) total: usize,
    limit: u32,
    offset: u32,
    pub(super) errors: E,
}

impl<T: Serialize> Envelope<T> {
    pub(super) fn new(data: T) -> Self {
        Self::with_errors(data, None)
    }
}

impl<T: Serialize, E: Serialize> Envelope<T, E> {
    pub(super) fn with_errors(data: T, errors: E) -> Self {
        Self {
            data,
            total: 0,
            limit: 0,
            offset: 0,
            errors,
        }
    }

    pub(super) fn of(self, total: usize) -> Self {
        Self { total, ..self }
    }

    pub(super) fn written(&self, parameters: &Parameters) -> Result<Answer, Failure> {
        Answer::json(self, is_pretty(parameters))
    }
}

/// Whether a person reads it.
pub(super) fn is_pretty(parameters: &Parameters) -> bool {
    !matches!(parameters.get("prettyPrint"), "" | "false")
}
