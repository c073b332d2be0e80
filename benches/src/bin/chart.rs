//! Draws the results of `spans` as an SVG.
//!
//! ```text
//! cargo bench -p spanwright-benches -- --json results.json
//! cargo run -p spanwright-benches --bin chart -- results.json docs/performance.svg
//! ```

#![forbid(unsafe_code)]

use serde_json::Value;
use spanwright_benches::numbers::short;
use std::error::Error;
use std::fmt::Write;
use std::process::ExitCode;

/// The panels: the case in the results, and what it is called.
const PANELS: [(&str, &str); 4] = [
    ("attributes", "A recorded span with four attributes, ns"),
    ("bare", "A recorded span without attributes, ns"),
    ("unsampled", "A child of a span that is not sampled, ns"),
    ("poll3", "A poll of a future within three nested spans, ns"),
];

/// The rows that a reader compares; the table has all of them.
const SYSTEMS: [&str; 6] = [
    "spanwright",
    "fastrace",
    "opentelemetry_sdk by hand",
    "#[instrument] + tracing-opentelemetry",
    "#[instrument], bare registry",
    "limit: a hand-written loop",
];

const WIDTH: usize = 860;
const LABELS: usize = 290;
const BARS: usize = 460;
const ROW: usize = 24;
/// Characters of the caption in one line.
const CAPTION: usize = 118;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chart: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(results), Some(picture)) = (arguments.next(), arguments.next()) else {
        return Err("usage: chart RESULTS.json PICTURE.svg".into());
    };
    let results: Value = serde_json::from_str(&std::fs::read_to_string(results)?)?;
    Ok(std::fs::write(picture, draw(&results)?)?)
}

fn draw(results: &Value) -> Result<String, Box<dyn Error>> {
    let (mut body, mut y) = (String::new(), 40);
    for (case, title) in PANELS {
        let rows = rows(results, case);
        let most = rows.iter().map(|(_, median)| *median).fold(1.0, f64::max);
        writeln!(body, r#"<text class="title" x="20" y="{y}">{title}</text>"#)?;
        y += 14;
        for (system, median) in rows {
            let length = (median / most * BARS as f64).max(1.0);
            let class = if system == "spanwright" { "ours" } else { "peer" };
            let (middle, end) = (y + 15, LABELS as f64 + length + 8.0);
            writeln!(
                body,
                r#"<text class="label" x="{}" y="{middle}">{}</text>"#,
                LABELS - 8,
                escaped(system)
            )?;
            writeln!(
                body,
                r#"<rect class="{class}" x="{LABELS}" y="{}" width="{length:.1}" height="{}" rx="2"/>"#,
                y + 3,
                ROW - 7
            )?;
            writeln!(
                body,
                r#"<text x="{end:.1}" y="{middle}">{}</text>"#,
                short(median)
            )?;
            y += ROW;
        }
        y += 36;
    }
    for line in wrapped(results["machine"].as_str().unwrap_or_default()) {
        writeln!(
            body,
            r#"<text class="small" x="20" y="{y}">{}</text>"#,
            escaped(&line)
        )?;
        y += 16;
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y}\" width=\"{WIDTH}\" height=\"{y}\" role=\"img\" \
         aria-label=\"Nanoseconds of each span, Spanwright and its peers\">\n{STYLE}\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n{body}</svg>\n"
    ))
}

const STYLE: &str = "<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; }
.label { text-anchor: end; }
.small { font-size: 11px; fill: #59636e; }
.page { fill: #ffffff; }
.ours { fill: #0969da; }
.peer { fill: #aeb6c0; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .small { fill: #9198a1; }
  .page { fill: #0d1117; }
  .ours { fill: #4493f8; }
  .peer { fill: #59636e; }
}
</style>";

/// The systems' medians, in the order of `SYSTEMS`.
fn rows(results: &Value, case: &str) -> Vec<(&'static str, f64)> {
    let median = |system: &str| {
        let mut rows = results["rows"].as_array()?.iter();
        let row = rows.find(|row| row["system"] == system && row["case"] == case)?;
        row["median"].as_f64()
    };
    SYSTEMS
        .into_iter()
        .filter_map(|system| Some((system, median(system)?)))
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Lines that are broken at spaces.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        if lines.last().is_some_and(|line| line.len() + word.len() > CAPTION) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
