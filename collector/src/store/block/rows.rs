//! The spans of a stored block as they are counted, so that a restart forgets nothing.

use super::{Block, Frames, KIND_MASK, Row, STATUS_SHIFT};
use crate::model::Kind;
use crate::store::ReadError;

impl<F: Frames> Block<F> {
    /// What [`super::Builder::rows`] gave; [`Row::scope`] is a number among [`super::Meta::scopes`].
    pub(in crate::store) fn rows(&self) -> Result<Vec<Row>, ReadError> {
        let (ids, traces, scopes, kinds) = (self.ids()?, self.trace()?, self.scope()?, self.kind()?);
        let (parents, names) = (self.parent()?, self.name()?.places());
        let (starts, durations) = (self.start()?, self.duration()?);
        let row = |place: usize| Row {
            trace: ids.traces[traces[place] as usize],
            span: ids.spans[place],
            parent: parents[place],
            scope: scopes[place] as usize,
            name: names[place],
            kind: Kind::from_otlp(kinds[place] & KIND_MASK).to_otlp(),
            error: kinds[place] >> STATUS_SHIFT == 2,
            start: starts[place],
            duration: durations[place],
        };
        Ok((0..self.len()).map(row).collect())
    }
}
