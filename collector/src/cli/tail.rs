//! `spanwright tail`: what the collector's live page shows, on a terminal.

use std::io::Write;

use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::Value;

use super::Failure;
use super::arguments::Tail;
use super::asking::Asking;
use super::line::checked;
use super::terminal::{Style, safe};

/// An event that is longer than this many bytes is none of ours.
const LONGEST: usize = 4 << 20;

pub(super) fn run(options: &Tail) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        tokio::select! {
            watched = watch(options) => watched,
            interrupted = super::serve::interrupted() => interrupted,
        }
    })
}

/// Writes spans until the collector ends.
async fn watch(options: &Tail) -> Result<(), Failure> {
    let line = options.line.join(" ");
    checked(&line)?;
    let path = format!("/live/events?q={}", encoded(&line));
    let mut body = Asking::new(&options.from)?.get(&path).await?.into_body();
    let printer = Printer {
        style: Style::of_stdout(),
        json: options.json,
    };
    let mut events = Events::default();
    while let Some(frame) = body.frame().await {
        // The connection breaks where the collector ends.
        let Ok(frame) = frame else { break };
        let Ok(data) = frame.into_data() else { continue };
        for event in events.push(&data)? {
            printer.print(&serde_json::from_str(&event)?)?;
        }
    }
    Err("the collector has ended".into())
}

/// A query's value.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte.is_ascii_alphanumeric() {
            true => encoded.push(char::from(byte)),
            false => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Server-sent events, put together from pieces.
#[derive(Debug, Default)]
struct Events {
    pending: Vec<u8>,
}

impl Events {
    /// The data of the events that are whole now. Comments, which keep the connection alive, have none.
    fn push(&mut self, piece: &[u8]) -> Result<Vec<String>, Failure> {
        self.pending.extend_from_slice(piece);
        let mut whole = Vec::new();
        while let Some(end) = memchr::memmem::find(&self.pending, b"\n\n") {
            let event: Vec<u8> = self.pending.drain(..end + 2).collect();
            let event = String::from_utf8_lossy(&event);
            let data: Vec<_> = event
                .lines()
                .filter_map(|line| line.strip_prefix("data:"))
                .map(str::trim_start)
                .collect();
            if !data.is_empty() {
                whole.push(data.join("\n"));
            }
        }
        if self.pending.len() > LONGEST {
            return Err("what answers is no collector of this version".into());
        }
        Ok(whole)
    }
}

struct Printer {
    style: Style,
    json: bool,
}

impl Printer {
    /// A line for each span of an update, and one for those that were too many.
    fn print(&self, update: &Value) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        for span in update["spans"].as_array().into_iter().flatten() {
            if self.json {
                writeln!(out, "{}", object(span))?;
            } else {
                writeln!(out, "{}", self.row(span))?;
            }
        }
        let more = update["more"].as_u64().unwrap_or(0);
        if more > 0 && !self.json {
            writeln!(out, "{}", self.style.dim(format!("(and {more} more)")))?;
        }
        if update["missed"].as_u64().is_some_and(|missed| missed > 0) && !self.json {
            let text = "(some went by too fast to be shown; search finds them)";
            writeln!(out, "{}", self.style.dim(text))?;
        }
        out.flush()
    }

    fn row(&self, span: &Value) -> String {
        let text = |key: &str| safe(span[key].as_str().unwrap_or_default());
        let moment = Timestamp::from_millisecond(span["start"].as_i64().unwrap_or(0)).unwrap_or_default();
        let color = span["color"]
            .as_u64()
            .and_then(|color| usize::try_from(color).ok());
        let service = self.style.service(color.unwrap_or(0), text("service"));
        let error = match span["error"].as_bool() {
            Some(true) => format!("  {}", self.style.error("ERROR")),
            _ => String::new(),
        };
        let moment = moment.strftime("%H:%M:%S%.3fZ");
        format!(
            "{}  {:>9}  {service} {}{error}  {}",
            self.style.dim(moment),
            text("duration"),
            text("name"),
            self.style.dim(text("trace"))
        )
    }
}

/// The span under the names that `search --json` has.
fn object(span: &Value) -> Value {
    serde_json::json!({
        "trace_id": span["trace"],
        "span_id": span["span"],
        "service": span["service"],
        "name": span["name"],
        "start_unix_milli": span["start"],
        "duration": span["duration"],
        "error": span["error"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_whole_however_they_arrive() {
        let stream = b"data: {\"a\":1}\n\n:\n\ndata: one\ndata: two\n\ndata: half";
        for size in 1..stream.len() {
            let mut events = Events::default();
            let found: Vec<_> = stream
                .chunks(size)
                .flat_map(|piece| events.push(piece).expect("events"))
                .collect();
            assert_eq!(found, ["{\"a\":1}", "one\ntwo"], "{size}");
        }
        assert!(Events::default().push(&vec![b'x'; LONGEST + 1]).is_err());
    }

    #[test]
    fn a_span_is_one_line_that_steers_nothing() {
        let printer = Printer {
            style: Style::of_stdout(),
            json: false,
        };
        let span = serde_json::json!({
            "trace": "0a", "span": "0b", "service": "shop", "color": 3, "name": "a\nb\u{1b}[2J",
            "start": 1_700_000_000_123_u64, "duration": "1.5 ms", "error": true,
        });
        let row = printer.row(&span);
        assert!(
            !row.contains('\n') && row.contains("a\\nb\\u{1b}[2J") && row.contains("22:13:20.123Z"),
            "{row}"
        );
        assert_eq!(encoded("a=\"ü\" b"), "a%3D%22%C3%BC%22%20b");
    }
}
