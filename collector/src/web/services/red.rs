//! Rates, errors and durations of one service, by operation.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};

use super::spark::{Spark, at_most};
use crate::filter::line::quoted;
use crate::model::{Nanos, now};
use crate::store::{Read, RedPoint, RedQuery, RedSeries};
use crate::web::layout::Page;
use crate::web::palette::own;
use crate::web::respond::{PageError, off, to_response};
use crate::web::search::{Params, address, encoded};
use crate::web::{Site, format};

const MINUTE: Nanos = 60_000_000_000;

/// How far back: as the address and as a person has it, and in minutes, with those of a bar.
const SPANS: [(&str, &str, Nanos, Nanos); 3] = [
    ("1h", "Last hour", 60, 2),
    ("6h", "Last 6 hours", 360, 10),
    ("24h", "Last 24 hours", 1_440, 30),
];

/// Operations beyond so many are not shown: those with the most calls are.
const SHOWN: usize = 200;

/// The name under which the store counts operations of which there are too many.
const OTHERS: &str = "";

/// Where a service's page is.
pub(super) fn place(service: &str, range: &str) -> String {
    format!("/services/{}?range={}", encoded(service), of_range(range).0)
}

fn of_range(range: &str) -> (&'static str, &'static str, Nanos, Nanos) {
    let found = SPANS.into_iter().find(|(key, ..)| *key == range);
    found.unwrap_or(SPANS[0])
}

pub(in crate::web) async fn page(
    State(site): State<Site>,
    Path(service): Path<String>,
    Query(params): Query<Params>,
) -> Result<Response, PageError> {
    let page = off(&site, move |read| {
        let red = Red::read(read, &service, &params.range, now())?;
        if red.all.is_none() && !read.services()?.contains(&service) {
            return Err(PageError::Absent(format!(
                "No service {service} has sent a span."
            )));
        }
        Ok(render(&red))
    });
    Ok(to_response(page.await?))
}

/// What a service did.
struct Red<'a> {
    service: &'a str,
    range: &'static str,
    /// How many minutes it is about, and how long a bar is.
    minutes: Nanos,
    step: Nanos,
    /// The ends of the bars.
    moments: Vec<Nanos>,
    /// All operations together; `None` where it did nothing.
    all: Option<Row>,
    operations: Vec<(String, Row)>,
    left_out: usize,
}

/// Over the whole time, and bar by bar.
#[derive(Default)]
struct Row {
    calls: u64,
    errors: u64,
    median: Nanos,
    slow: Nanos,
    /// With the 95th percentile as duration.
    bars: Vec<RedPoint>,
}

impl<'a> Red<'a> {
    fn read(read: &dyn Read, service: &'a str, range: &str, now: Nanos) -> Result<Self, PageError> {
        let (range, _, minutes, step) = of_range(range);
        let (whole, step) = (minutes * MINUTE, step * MINUTE);
        let bars = RedQuery {
            services: vec![service.to_owned()],
            kinds: Vec::new(),
            by_operation: true,
            time: now.saturating_sub(whole - step)..now,
            step,
            window: step,
            quantile: 0.95,
        };
        let mut operations = rows(read, &bars, whole)?;
        let all = rows(
            read,
            &RedQuery {
                by_operation: false,
                ..bars.clone()
            },
            whole,
        )?;
        operations.sort_by(|(a, one), (b, other)| other.calls.cmp(&one.calls).then_with(|| a.cmp(b)));
        let left_out = operations.len().saturating_sub(SHOWN);
        operations.truncate(SHOWN);
        Ok(Self {
            service,
            range,
            minutes,
            step,
            moments: bars.moments().collect(),
            all: all.into_iter().next().map(|(_, row)| row),
            operations,
            left_out,
        })
    }
}

/// The rows of a question for bars.
fn rows(read: &dyn Read, bars: &RedQuery, whole: Nanos) -> Result<Vec<(String, Row)>, PageError> {
    let at_once = |quantile| RedQuery {
        time: bars.time.end..bars.time.end,
        window: whole,
        quantile,
        ..bars.clone()
    };
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let name = |series: &RedSeries| series.operation.clone().unwrap_or_default();
    for series in read.red(&at_once(0.5))? {
        let row = rows.entry(name(&series)).or_default();
        row.median = series.points.first().map_or(0, |point| point.duration);
    }
    for series in read.red(&at_once(0.95))? {
        let row = rows.entry(name(&series)).or_default();
        if let Some(point) = series.points.first() {
            (row.calls, row.errors, row.slow) = (point.calls, point.errors, point.duration);
        }
    }
    for series in read.red(bars)? {
        let row = rows.entry(name(&series)).or_default();
        row.bars = series.points;
    }
    // Spans that arrived between the questions are told the next time.
    Ok(rows.into_iter().filter(|(_, row)| row.calls > 0).collect())
}

fn render(red: &Red<'_>) -> Markup {
    let page = Page {
        title: red.service,
        here: None,
        scripts: &["services.js"],
        wide: false,
    };
    let color = format!("s{}", own(red.service));
    page.with(&html! {
        div.heading {
            h1 { i.dot.(color) {} (red.service) }
            form action=(format!("/services/{}", encoded(red.service))) {
                label {
                    "Time"
                    select name="range" {
                        @for (key, name, ..) in SPANS { option value=(key) selected[key == red.range] { (name) } }
                    }
                }
                button { "Show" }
            }
        }
        @match &red.all {
            None => div.message { p { "No span of it began in this time." } },
            Some(all) => (table(red, all, &color)),
        }
        @if red.left_out > 0 {
            p.count { (format::count(red.left_out, "operation")) " with fewer calls are left out." }
        }
        p.count { a href="/services" { "All services" } }
    })
}

fn table(red: &Red<'_>, all: &Row, color: &str) -> Markup {
    html! {
        table.red {
            thead { tr { th { "Operation" } th { "Calls" } th { "Errors" } th { "p50" } th { "p95" } } }
            tbody {
                (row(red, None, all, color))
                @for (operation, of) in &red.operations { (row(red, Some(operation), of, color)) }
            }
        }
    }
}

fn row(red: &Red<'_>, operation: Option<&str>, row: &Row, color: &str) -> Markup {
    let line = format!("service={}", quoted(red.service));
    let line = match operation {
        Some(OTHERS) => None,
        Some(operation) => Some(format!("{line} AND name={}", quoted(operation))),
        None => Some(line),
    };
    let to = |more: &str| {
        line.as_ref()
            .map(|line| address(&format!("{line}{more}"), red.range))
    };
    // Durations are counted in classes: what is a little faster belongs to it, too.
    let slow = format!(" AND duration>={}ns", row.slow - row.slow / 14);
    let slow = to(&slow).map(|address| address + "&order=slowest");
    let name = operation.map_or("All operations", |name| {
        if name == OTHERS {
            "Others"
        } else {
            format::named(name)
        }
    });
    let of = |number: fn(&RedPoint) -> u64| Spark::new(&red.moments, &row.bars, number);
    let (calls, errors) = (of(|point| point.calls), of(|point| point.errors));
    let durations = of(|point| point.duration);
    html! {
        tr class=[operation.is_none().then_some("all")] {
            th scope="row" { (leading(to(""), name, false)) }
            td data-name="Calls" {
                (leading(to(""), &format::grouped(row.calls), false)) " " small { (rate(row.calls, red.minutes)) }
                (calls.bars(color, &at_most("Calls", calls.most(), red.step)))
            }
            td data-name="Errors" {
                @if row.errors == 0 { span.none { "0" } } @else {
                    (leading(to(" AND error=true"), &format::grouped(row.errors), true))
                    " " small { (part(row.errors, row.calls)) }
                    (errors.bars("bad", &at_most("Errors", errors.most(), red.step)))
                }
            }
            td data-name="p50" { (format::duration(row.median)) }
            td data-name="p95" {
                (leading(slow, &format::duration(row.slow), false))
                (durations.bars(color, &format!("p95: at most {}", format::duration(durations.most()))))
            }
        }
    }
}

/// A text that leads to the spans behind it, where a search finds them.
fn leading(to: Option<String>, text: &str, bad: bool) -> Markup {
    html! {
        @match to {
            Some(to) => a class=[bad.then_some("bad")] href=(to) { (text) },
            None => span class=[bad.then_some("bad")] { (text) },
        }
    }
}

/// Calls a minute, or an hour where they are fewer.
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn rate(calls: u64, minutes: Nanos) -> String {
    let by_minute = calls as f64 / minutes as f64;
    match by_minute {
        10.0.. => format!("{by_minute:.0}/min"),
        0.95.. => format!("{by_minute:.1}/min"),
        _ => format!("{:.1}/h", by_minute * 60.0),
    }
}

/// A part in percent, which is 0 or 100 only where it is.
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn part(of: u64, whole: u64) -> String {
    let percent = of as f64 * 100.0 / whole.max(1) as f64;
    match percent {
        _ if of == whole => "100 %".to_owned(),
        ..0.1 => "< 0.1 %".to_owned(),
        ..9.95 => format!("{percent:.1} %"),
        _ => format!("{:.0} %", percent.min(99.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::testing::{NOW, Stored, hostile, sample_traces};

    /// On a minute: the store counts by the minute.
    const MOMENT: Nanos = NOW / MINUTE * MINUTE;

    fn shown(read: &dyn Read, service: &str, range: &str) -> String {
        render(&Red::read(read, service, range, MOMENT).expect("an answer")).into_string()
    }

    #[test]
    fn what_is_told_is_what_the_spans_are() {
        let traces = sample_traces(MOMENT - MINUTE, 60);
        let stored = Stored::with(&traces);
        let spans: Vec<_> = traces.iter().flat_map(|trace| &trace.spans).collect();
        let service = spans[0].service();
        let day = 1_440 * MINUTE;
        let of: Vec<_> = spans
            .iter()
            .filter(|span| span.service() == service && (MOMENT - day..MOMENT).contains(&span.start))
            .collect();
        let red = Red::read(&*stored.store, service, "24h", MOMENT).expect("an answer");
        let all = red.all.as_ref().expect("calls");
        assert_eq!(all.calls, of.len() as u64);
        assert_eq!(
            all.errors,
            of.iter().filter(|span| span.is_error()).count() as u64
        );
        assert_eq!(all.bars.iter().map(|bar| bar.calls).sum::<u64>(), all.calls);
        assert_eq!(
            red.operations.iter().map(|(_, row)| row.calls).sum::<u64>(),
            all.calls
        );
        assert!(
            red.operations
                .is_sorted_by(|(_, one), (_, other)| one.calls >= other.calls)
        );
        assert!(all.median <= all.slow);
        let page = shown(&*stored.store, service, "24h");
        let line = address(&format!("service={}", quoted(service)), "24h").replace('&', "&amp;");
        assert!(
            page.contains(&format!(
                r#"<td data-name="Calls"><a href="{line}">{}</a>"#,
                format::grouped(all.calls)
            )),
            "{page}"
        );
    }

    #[test]
    fn names_are_text_in_pages_and_in_addresses() {
        let stored = Stored::with(&[hostile(MOMENT - MINUTE)]);
        for service in stored.store.services().expect("names") {
            let page = shown(&*stored.store, &service, "1h");
            assert!(page.contains("table"), "{page}");
            assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
        }
        assert_eq!(place("a/b?c#d", "7d"), "/services/a%2Fb%3Fc%23d?range=1h");
    }

    #[test]
    fn rates_and_parts_have_two_digits() {
        assert_eq!(
            [rate(6_000, 60), rate(90, 60), rate(3, 60)],
            ["100/min", "1.5/min", "3.0/h"]
        );
        let parts = [
            part(1, 10_000),
            part(1, 40),
            part(1, 2),
            part(999, 1_000),
            part(7, 7),
        ];
        assert_eq!(parts, ["< 0.1 %", "2.5 %", "50 %", "99 %", "100 %"]);
    }
}
