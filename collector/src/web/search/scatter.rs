//! Durations over time, on a logarithmic scale, each trace a dot that leads to it.

use std::ops::Range;

use maud::{Markup, html};

use super::Row;
use crate::model::Nanos;
use crate::web::format;
use crate::web::palette::Palette;

const HEIGHT: u32 = 170;
const TOP: u32 = 20;
const BOTTOM: u32 = 22;
/// Percent of the width that is left free at both sides: half a dot, and at the left something of the labels.
const LEFT: f64 = 5.0;
const RIGHT: f64 = 2.0;

/// The traces in the time that was asked for. What is outside of it, as a span of a wrong clock is, stands at the edge.
pub(super) fn scatter(rows: &[Row], asked: Range<Nanos>) -> Markup {
    let palette = Palette::new(rows.iter().map(|row| row.name().0));
    let scale = Scale::new(rows, asked);
    html! {
        figure.scatter {
            figcaption.hidden { "Durations of the traces over time; the list below has the same" }
            svg width="100%" height=(HEIGHT) role="group" aria-label="Durations over time" {
                @for power in scale.powers() {
                    @let y = scale.y(10f64.powi(power));
                    line.grid x1="0" x2="100%" y1=(y) y2=(y) {}
                    text.tick x="8" y=(y) dy="-4" {
                        (label(power))
                    }
                }
                @for (at, moment, anchor) in scale.moments() {
                    text.tick x=(percent(at)) y=(HEIGHT - 5) text-anchor=(anchor) data-ms=(moment / 1_000_000) {
                        (format::moment(moment))
                    }
                }
                @for row in rows { (dot(row, &scale, &palette)) }
            }
        }
    }
}

fn dot(row: &Row, scale: &Scale, palette: &Palette<'_>) -> Markup {
    let (service, operation) = row.name();
    let error = if row.has_error() { ", with errors" } else { "" };
    let told = format!(
        "{service} {operation}, {}{error}",
        format::duration(row.duration())
    );
    html! {
        a href=(format!("/trace/{}", row.hit.trace_id)) aria-label=(told) {
            svg.point x=(percent(scale.x(row.start()))) y=(scale.y(as_f64(row.duration()))) overflow="visible" {
                circle.hit r="11" {}
                @if row.has_error() {
                    path.bad d="M0-6.5 6.5 0 0 6.5-6.5 0Z" {}
                } @else {
                    circle.(palette.class(service)) r="5" {}
                }
                title { (told) }
            }
        }
    }
}

/// Where moments and durations are in the picture.
struct Scale {
    from: Nanos,
    to: Nanos,
    low: i32,
    high: i32,
}

impl Scale {
    fn new(rows: &[Row], asked: Range<Nanos>) -> Self {
        let mut starts: Vec<Nanos> = rows.iter().map(Row::start).collect();
        if starts.iter().any(|start| asked.contains(start)) {
            starts.retain(|start| asked.contains(start));
        }
        let durations = || rows.iter().map(|row| row.duration().max(1));
        let shortest = as_f64(durations().min().unwrap_or(1));
        let longest = as_f64(durations().max().unwrap_or(1));
        let low = power(shortest.log10().floor());
        let high = power(longest.log10().ceil()).max(low + 1);
        Self {
            from: starts.iter().min().copied().unwrap_or(0),
            to: starts.iter().max().copied().unwrap_or(0),
            low,
            high,
        }
    }

    fn x(&self, moment: Nanos) -> f64 {
        let width = 100.0 - LEFT - RIGHT;
        let moment = moment.clamp(self.from, self.to);
        match self.to - self.from {
            0 => LEFT + width / 2.0,
            whole => LEFT + as_f64(moment - self.from) / as_f64(whole) * width,
        }
    }

    fn y(&self, nanos: f64) -> String {
        let part = (nanos.max(1.0).log10() - f64::from(self.low)) / f64::from(self.high - self.low);
        let height = f64::from(HEIGHT - TOP - BOTTOM);
        format!("{:.1}", f64::from(HEIGHT - BOTTOM) - part * height)
    }

    /// Powers of ten of nanoseconds that get a line: not more than five.
    fn powers(&self) -> impl Iterator<Item = i32> {
        let step = ((self.high - self.low) / 5 + 1).unsigned_abs() as usize;
        (self.low..=self.high).step_by(step)
    }

    fn moments(&self) -> Vec<(f64, Nanos, &'static str)> {
        match self.to - self.from {
            0 => vec![(self.x(self.from), self.from, "middle")],
            _ => vec![(0.6, self.from, "start"), (99.4, self.to, "end")],
        }
    }
}

fn label(power: i32) -> String {
    let nanos = u32::try_from(power)
        .ok()
        .and_then(|power| 10u64.checked_pow(power));
    nanos.map_or_else(String::new, format::duration)
}

fn percent(at: f64) -> String {
    format!("{at:.2}%")
}

#[expect(clippy::cast_precision_loss, reason = "a pixel is wider")]
fn as_f64(nanos: Nanos) -> f64 {
    nanos as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a power of ten below 20")]
fn power(power: f64) -> i32 {
    power as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, SpanId, TraceId};
    use crate::store::Hit;

    fn row(start: Nanos) -> Row {
        Row {
            hit: Hit {
                trace_id: TraceId([1; 16]),
                span_id: SpanId([1; 8]),
                service: "shop".to_owned(),
                name: "buy".to_owned(),
                kind: Kind::Server,
                start,
                duration: 10,
                error: false,
            },
            summary: None,
            time: start..start + 10,
        }
    }

    #[test]
    fn a_span_of_a_wrong_clock_does_not_press_the_others_together() {
        let rows = [0, 1_000, 1_500, 2_000, i64::MAX.unsigned_abs()].map(row);
        let scale = Scale::new(&rows, 500..2_500);
        assert_eq!((scale.from, scale.to), (1_000, 2_000));
        let places: Vec<f64> = rows.iter().map(|row| scale.x(row.start())).collect();
        assert_eq!(
            places,
            [
                LEFT,
                LEFT,
                (LEFT + 100.0 - RIGHT) / 2.0,
                100.0 - RIGHT,
                100.0 - RIGHT
            ]
        );
        // Where all are outside, they are shown as they are.
        let scale = Scale::new(&rows[4..], 500..2_500);
        assert_eq!(scale.from, rows[4].start());
    }
}
