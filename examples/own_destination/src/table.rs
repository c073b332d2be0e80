//! The destination. In: batches of ended spans. Out: at the end, a table of how often each ran and how long it took.

use spanwright::{Batch, Delivered, DeliveryError, Destination, Signals};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

/// What is known of all spans of one name.
#[derive(Debug, Default)]
struct Row {
    count: u64,
    errors: u64,
    longest: Duration,
}

/// Writes a table in Markdown.
pub(crate) struct Table<W> {
    writer: W,
    rows: BTreeMap<String, Row>,
}

impl<W> Table<W> {
    pub(crate) fn new(writer: W) -> Self {
        Self {
            writer,
            rows: BTreeMap::new(),
        }
    }

    fn text(&self) -> String {
        let mut text = String::from("| span | count | errors | longest |\n|---|--:|--:|--:|\n");
        for (name, row) in &self.rows {
            let Row {
                count,
                errors,
                longest,
            } = row;
            text.push_str(&format!("| {name} | {count} | {errors} | {longest:.1?} |\n"));
        }
        text
    }
}

/// All of it is called on a thread of the destination's own, where blocking is fine.
impl<W: Write + Send + 'static> Destination for Table<W> {
    fn name(&self) -> Cow<'static, str> {
        "table".into()
    }

    fn signals(&self) -> Signals {
        Signals::TRACES
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        for span in &batch.spans {
            let row = self.rows.entry(span.name.clone().into_owned()).or_default();
            row.count += 1;
            row.errors += u64::from(span.outcome.is_error());
            row.longest = row.longest.max(span.duration());
        }
        Ok(Delivered::default())
    }

    /// Called at each flush and at shutdown. `Permanent` says that it is no use to try again.
    fn flush(&mut self) -> Result<(), DeliveryError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let text = self.text();
        self.rows.clear();
        self.writer
            .write_all(text.as_bytes())
            .and_then(|()| self.writer.flush())
            .map_err(|error| DeliveryError::permanent(format!("cannot write the table: {}", error.kind())))
    }
}
