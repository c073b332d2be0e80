//! Lines are gathered to requests: a request for each trace would wait for the disk each time.

use bytes::Bytes;

use super::bad::Bad;
use super::imported::Imported;
use super::target::{Target, TargetError};
use crate::model::Span;
use crate::wire::{Input, JsonRequest, Limits, Request, Signal, Unbounded, from_json, write_spans};

/// Records of a request.
const RECORDS: usize = 5_000;
/// Bytes of a request, unless a single record has more.
const BYTES: usize = 4 << 20;

/// Records on their way.
pub(super) struct Batch<'a> {
    target: &'a Target,
    traces: Waiting,
    logs: Waiting,
    pub(super) imported: Imported,
}

/// One message after the other makes one message: its lists are joined.
#[derive(Debug, Default)]
struct Waiting {
    message: Vec<u8>,
    /// Those that are to be stored.
    records: usize,
    /// Those that are in the message, too, and will be left out, as is known.
    left_out: usize,
}

impl<'a> Batch<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        Self {
            target,
            traces: Waiting::default(),
            logs: Waiting::default(),
            imported: Imported::default(),
        }
    }

    /// Adds what a line of OTLP's JSON holds.
    pub(super) async fn add_json(
        &mut self,
        kind: JsonRequest,
        json: Input<'_>,
        place: &str,
    ) -> Result<Option<Bad>, TargetError> {
        let signal = match kind {
            JsonRequest::Logs => Signal::Logs,
            _ => Signal::Traces,
        };
        let in_a_line = matches!(json, Input::Whole(_));
        let read = from_json(kind, json, &mut Unbounded).map_err(|error| match in_a_line {
            // The reader counts lines, too: of this one alone, which would be another than that of the file.
            true => Bad::new(
                place,
                error.to_string().replace(" at line 1 column ", " at column "),
            ),
            false => Bad::new(place, error),
        });
        let read = read.and_then(|message| {
            let limits = Limits {
                records: usize::MAX,
                ..Limits::default()
            };
            Request::read(signal, message.into(), &limits).map_err(|error| Bad::new(place, error))
        });
        match read {
            Ok(request) => self.add(&request, place).await,
            Err(bad) => Ok(Some(bad)),
        }
    }

    async fn add(&mut self, request: &Request, place: &str) -> Result<Option<Bad>, TargetError> {
        let bad = request.reason.as_ref().map(|reason| {
            self.imported.left_out += request.rejected as u64;
            Bad::new(
                place,
                match request.rejected {
                    1 => format!("1 record is left out: {reason}"),
                    rejected => format!("{rejected} records are left out; the first one because {reason}"),
                },
            )
        });
        if request.records.is_empty() {
            return Ok(bad);
        }
        if request.records.len() <= RECORDS {
            self.push(request.signal, &request.bytes, request.records.len())
                .await?;
            self.waiting(request.signal).left_out += request.rejected;
        } else {
            // Of log records nobody writes so many in one line.
            let spans: Vec<Span> = request.spans().collect();
            self.add_spans(&spans).await?;
        }
        Ok(bad)
    }

    /// Adds spans, however many.
    pub(super) async fn add_spans(&mut self, spans: &[Span]) -> Result<(), TargetError> {
        for spans in spans.chunks(RECORDS) {
            let mut json = Vec::new();
            // A vector takes everything.
            let _ = write_spans(&mut json, spans);
            let message =
                from_json(JsonRequest::Traces, Input::Whole(&json), &mut Unbounded).unwrap_or_default();
            self.push(Signal::Traces, &message, spans.len()).await?;
        }
        Ok(())
    }

    async fn push(&mut self, signal: Signal, message: &[u8], records: usize) -> Result<(), TargetError> {
        let waiting = self.waiting(signal);
        if waiting.records + records > RECORDS || waiting.message.len() + message.len() > BYTES {
            self.flush(signal).await?;
        }
        let waiting = self.waiting(signal);
        waiting.message.extend_from_slice(message);
        waiting.records += records;
        Ok(())
    }

    fn waiting(&mut self, signal: Signal) -> &mut Waiting {
        match signal {
            Signal::Logs => &mut self.logs,
            _ => &mut self.traces,
        }
    }

    async fn flush(&mut self, signal: Signal) -> Result<(), TargetError> {
        let Waiting {
            message,
            records,
            left_out: known,
        } = std::mem::take(self.waiting(signal));
        if records == 0 {
            return Ok(());
        }
        let left_out = self.target.take(signal, Bytes::from(message)).await?;
        let (left_out, why) = left_out.unwrap_or_default();
        let left_out = left_out.saturating_sub(known as u64);
        self.imported.left_out += left_out;
        if left_out > 0 {
            self.imported.refusals.push(why);
        }
        let taken = (records as u64).saturating_sub(left_out);
        match signal {
            Signal::Logs => self.imported.logs += taken,
            _ => self.imported.spans += taken,
        }
        Ok(())
    }

    /// Sends what is left.
    pub(super) async fn finish(mut self) -> Result<Imported, TargetError> {
        self.flush(Signal::Traces).await?;
        self.flush(Signal::Logs).await?;
        Ok(self.imported)
    }
}
