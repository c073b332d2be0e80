//! The console destination: batches go in, a tree per trace (or a line of JSON per record) comes out.
//!
//! Spans wait in a bounded buffer until their trace's root has ended in this process; log records that
//! belong to a waiting trace wait with it. `buffer` holds them, `tree` draws them.

mod attributes;
mod buffer;
mod json;
mod layout;
mod lines;
mod stream;
pub(super) mod text;
mod tree;

use super::{Batch, Delivered, DeliveryError, Destination, Signals};
use crate::record::Resource;
use buffer::{Buffer, Part};
use layout::Page;
use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;
use stream::{Kind, Stream};

/// Whether output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Where the stream is a terminal, `NO_COLOR` is unset or empty, and `TERM` is not `dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Writes what is recorded for people to read: a tree for each trace, a line for each log record and each
/// point of a metric. Control characters in names and values are escaped.
///
/// ```
/// use spanwright::destination::console::{Color, Console};
/// let for_people = Console::stderr().color(Color::Never);
/// let for_programs = Console::stdout().json_lines();
/// ```
#[derive(Debug)]
#[must_use = "a destination does nothing until it is given to the builder"]
pub struct Console {
    stream: Stream,
    color: Color,
    json: bool,
    signals: Signals,
    buffer: Buffer,
    /// The resource of the spans that wait.
    resource: Arc<Resource>,
}

impl Console {
    /// To standard error, so that the program's own output stays clean.
    pub fn stderr() -> Self {
        Self::on(Stream::new(Kind::Stderr))
    }

    /// To standard output.
    pub fn stdout() -> Self {
        Self::on(Stream::new(Kind::Stdout))
    }

    /// To any writer, uncoloured unless [`color`](Self::color) says [`Color::Always`].
    pub fn to(writer: impl Write + Send + 'static) -> Self {
        Self::on(Stream::new(Kind::Other(Box::new(writer))))
    }

    fn on(stream: Stream) -> Self {
        Self {
            stream,
            color: Color::Auto,
            json: false,
            signals: Signals::ALL,
            buffer: Buffer::default(),
            resource: Arc::default(),
        }
    }

    /// One JSON object per line and record instead of trees.
    pub fn json_lines(mut self) -> Self {
        self.json = true;
        self
    }

    /// Whether to colour; the default is [`Color::Auto`].
    pub fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    /// Which records are written; the default is all.
    pub fn signals(mut self, signals: Signals) -> Self {
        self.signals = signals;
        self
    }

    fn is_colored(&self) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => self.stream.wants_color(),
        }
    }

    /// Text for people: whole trees, and lines for what belongs to none.
    fn draw(&mut self, batch: &Batch) -> String {
        let mut page = Page::new(self.is_colored());
        if self.resource != batch.resource {
            // A waiting trace keeps the name of the service that recorded it.
            draw_parts(&mut page, &self.resource, self.buffer.take_all());
            self.resource = Arc::clone(&batch.resource);
        }
        for span in &batch.spans {
            self.buffer.add_span(span.clone());
        }
        for log in &batch.logs {
            if self.buffer.is_waiting(log.trace_id) {
                self.buffer.add_log(log.clone());
            } else {
                lines::log(&mut page, log);
            }
        }
        draw_parts(&mut page, &self.resource, self.buffer.take_ready());
        for metric in &batch.metrics {
            lines::metric(&mut page, metric);
        }
        page.into_text()
    }
}

fn draw_parts(page: &mut Page, resource: &Resource, parts: Vec<Part>) {
    for part in parts {
        tree::draw(page, resource.service_name(), &part);
    }
}

impl Destination for Console {
    fn name(&self) -> Cow<'static, str> {
        "console".into()
    }

    fn signals(&self) -> Signals {
        self.signals
    }

    /// A batch is taken once what was left of the one before is written. From then on it is held here, so
    /// that nothing is written twice.
    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        self.stream.write_rest()?;
        let text = if self.json {
            json::lines(batch)
        } else {
            self.draw(batch)
        };
        match self.stream.write(&text) {
            Ok(()) | Err(DeliveryError::Retry { .. }) => Ok(Delivered::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes what waits, traces without their root too, and flushes the stream.
    fn flush(&mut self) -> Result<(), DeliveryError> {
        self.stream.write_rest()?;
        let mut page = Page::new(self.is_colored());
        draw_parts(&mut page, &self.resource, self.buffer.take_all());
        self.stream.write(&page.into_text())?;
        self.stream.flush()
    }

    fn for_child(&self) -> Option<Box<dyn Destination>> {
        let stream = Stream::new(self.stream.again()?);
        Some(Box::new(Self {
            color: self.color,
            json: self.json,
            signals: self.signals,
            ..Self::on(stream)
        }))
    }

    fn describe(&self) -> String {
        let format = if self.json { "JSON lines" } else { "trees" };
        format!("console: {format} on {}", self.stream.name())
    }
}

#[cfg(test)]
mod tests;
