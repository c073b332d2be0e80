//! Files become traces.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::atomic::Ordering;

use serde::de::IgnoredAny;

use super::bad::Bad;
use super::batch::Batch;
use super::imported::Imported;
use super::jaeger;
use super::source::Source;
use super::target::{Target, TargetError};
use crate::wire::{Input, JsonRequest};

/// Bytes by which a file's form is told.
const START: u64 = 1 << 20;
/// Bytes of a line that is read.
const LINE: u64 = 1 << 30;

/// An import cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It holds something else.
    #[error(
        "it is neither OTLP's JSON (it would begin with \"resourceSpans\") nor Jaeger's (\"data\"): it begins with {start:?}"
    )]
    Form {
        /// Its first characters.
        start: String,
    },
    /// The traces do not get where they should.
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// Who is told how an import goes.
pub trait Watch {
    /// So many bytes of the source have been read.
    fn read(&mut self, bytes: u64);
    /// Something cannot be read; the rest goes on.
    fn bad(&mut self, bad: &Bad);
}

/// Reads a file's traces, and stores them.
///
/// # Errors
/// When the file cannot be read, is of no known form, or when the traces cannot be stored. What was read before is stored.
pub async fn import(source: Source, target: &Target, watch: &mut dyn Watch) -> Result<Imported, ImportError> {
    let counter = source.counter();
    let mut tell = |batch: &mut Batch<'_>, bad: Option<Bad>| {
        if let Some(bad) = bad {
            batch.imported.bad += 1;
            watch.bad(&bad);
        }
        watch.read(counter.load(Ordering::Relaxed));
    };
    let mut start = Vec::new();
    let mut reader = source.reader;
    reader.by_ref().take(START).read_to_end(&mut start)?;
    let form = form(&start);
    let mut reader = BufReader::new(Cursor::new(start).chain(reader));
    let mut batch = Batch::new(target);
    let done = match form {
        Form::Nothing => Ok(()),
        Form::Lines => lines(&mut reader, &mut batch, &mut tell).await,
        Form::Document(kind) => {
            let bad = batch
                .add_json(kind, Input::Stream(&mut reader), "the file")
                .await?;
            tell(&mut batch, bad);
            Ok(())
        }
        Form::Jaeger => traces(reader, &mut batch, &mut tell).await,
        Form::Unknown(start) => Err(ImportError::Form { start }),
    };
    let imported = batch.finish().await;
    done?;
    Ok(imported?)
}

async fn lines(
    reader: &mut (impl BufRead + Send),
    batch: &mut Batch<'_>,
    tell: &mut impl FnMut(&mut Batch<'_>, Option<Bad>),
) -> Result<(), ImportError> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if reader.by_ref().take(LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let place = format!("line {number}");
        let json = line.trim_ascii();
        if json.is_empty() {
            continue;
        }
        let bad = match kind(json) {
            Some(kind) => batch.add_json(kind, Input::Whole(json), &place).await?,
            None => Some(Bad::new(
                &place,
                "it holds no \"resourceSpans\" or \"resourceLogs\"",
            )),
        };
        tell(batch, bad);
    }
    Ok(())
}

async fn traces(
    reader: impl BufRead + Send + 'static,
    batch: &mut Batch<'_>,
    tell: &mut impl FnMut(&mut Batch<'_>, Option<Bad>),
) -> Result<(), ImportError> {
    let mut traces = jaeger::Traces::new(reader);
    while let Some(trace) = traces.next().await {
        match trace {
            Ok(spans) => {
                batch.add_spans(&spans).await?;
                tell(batch, None);
            }
            Err(bad) => tell(batch, Some(bad)),
        }
    }
    Ok(())
}

enum Form {
    Nothing,
    Lines,
    Document(JsonRequest),
    Jaeger,
    Unknown(String),
}

/// The form of a file that begins so.
fn form(start: &[u8]) -> Form {
    let start = start.trim_ascii_start();
    let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // A line that ends before its JSON does is of a document with an indent.
    let whole = !serde_json::from_slice::<IgnoredAny>(first).is_err_and(|error| error.is_eof());
    match first_key(start) {
        _ if start.is_empty() => Form::Nothing,
        Some("data") => Form::Jaeger,
        Some("resourceSpans" | "resource_spans") if !whole && first.len() < start.len() => {
            Form::Document(JsonRequest::Traces)
        }
        Some("resourceLogs" | "resource_logs") if !whole && first.len() < start.len() => {
            Form::Document(JsonRequest::Logs)
        }
        Some("resourceSpans" | "resource_spans" | "resourceLogs" | "resource_logs") => Form::Lines,
        // A bad first line says nothing of the others.
        _ if start.contains(&b'\n') && has_otlp(start) => Form::Lines,
        _ => Form::Unknown(String::from_utf8_lossy(&start[..start.len().min(40)]).into_owned()),
    }
}

fn has_otlp(start: &[u8]) -> bool {
    start
        .split(|byte| *byte == b'\n')
        .any(|line| kind(line).is_some())
}

/// What a line of OTLP holds.
fn kind(json: &[u8]) -> Option<JsonRequest> {
    match first_key(json.trim_ascii_start())? {
        "resourceSpans" | "resource_spans" => Some(JsonRequest::Traces),
        "resourceLogs" | "resource_logs" => Some(JsonRequest::Logs),
        _ => None,
    }
}

/// The first key of a JSON object.
fn first_key(json: &[u8]) -> Option<&str> {
    let key = json.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let end = key.iter().take(64).position(|byte| *byte == b'"')?;
    std::str::from_utf8(&key[..end]).ok()
}
