//! Log records and metrics, a line each.

use super::attributes::{items, shown};
use super::layout::{Page, Tone, label};
use super::text::{clean, time_of_day};
use crate::record::{Attributes, HistogramPoint, LogRecord, Metric, MetricData, NumberPoint, Severity};
use crate::value::Value;

const MOST_NAME: usize = 72;
const MOST_BODY: usize = 200;
/// Columns before the text of a line that goes on.
const MARGIN: usize = 16;

/// A log record that stands by itself: time, severity, event name, body, trace.
pub(super) fn log(page: &mut Page, log: &LogRecord) {
    page.put(Tone::Time, &time_of_day(log.time_ns));
    page.put(Tone::Plain, "  ");
    log_text(page, log, &margin);
    if log.trace_id.is_valid() {
        page.beside(Tone::Faint, &format!("trace={}", log.trace_id));
    }
    page.end();
}

/// A log record without its time and trace.
pub(super) fn log_text(page: &mut Page, log: &LogRecord, margin: &dyn Fn(&mut Page)) {
    let tone = match log.severity {
        Severity::Error | Severity::Fatal => Tone::Bad,
        Severity::Warn => Tone::Odd,
        _ => Tone::Faint,
    };
    page.put(tone, &format!("{:<5}", log.severity.as_str()));
    if !log.event_name.is_empty() {
        page.put(Tone::Strong, &format!(" {}", clean(&log.event_name, MOST_NAME)));
    }
    if let Some(value) = &log.body {
        page.put(Tone::Plain, &format!(" {}", body(value)));
    }
    page.items(items(&log.attributes, &log.event_name), margin);
}

/// A log record's body on one line.
fn body(value: &Value) -> String {
    match value {
        Value::String(text) => clean(text, MOST_BODY),
        other => shown(other),
    }
}

/// A line for each point: time, name, numbers, unit, attributes.
pub(super) fn metric(page: &mut Page, metric: &Metric) {
    let unit = clean(&metric.unit, MOST_NAME);
    // "1" is UCUM's way to say that there is no unit.
    let unit = if unit == "1" {
        ""
    } else {
        unit.trim_matches(['{', '}'])
    };
    match &metric.data {
        MetricData::Sum(points) | MetricData::UpDown(points) | MetricData::Gauge(points) => {
            for NumberPoint {
                attributes,
                time_ns,
                value,
                ..
            } in points
            {
                line(page, metric, *time_ns, &format!("{value} {unit}"), attributes);
            }
        }
        MetricData::Histogram(points) => {
            for point in points {
                line(
                    page,
                    metric,
                    point.time_ns,
                    &histogram(point, unit),
                    &point.attributes,
                );
            }
        }
    }
}

fn histogram(point: &HistogramPoint, unit: &str) -> String {
    let mut text = format!("count={} sum={}", point.count, number(point.sum));
    if let (Some(min), Some(max)) = (point.min, point.max) {
        text.push_str(&format!(" min={} max={}", number(min), number(max)));
    }
    format!("{text} {unit}")
}

/// At most six digits behind the point, without zeros at the end.
fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn line(page: &mut Page, metric: &Metric, time_ns: u64, numbers: &str, attributes: &Attributes) {
    page.put(Tone::Time, &time_of_day(time_ns));
    page.beside(Tone::Faint, "METRIC");
    page.put(Tone::Strong, &format!(" {}", label(&metric.name, MOST_NAME)));
    page.beside(Tone::Plain, numbers.trim_end());
    page.items(items(attributes, &metric.name), &margin);
    page.end();
}

fn margin(page: &mut Page) {
    page.put(Tone::Plain, &" ".repeat(MARGIN));
}
