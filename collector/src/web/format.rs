//! Durations, moments, numbers and values as a person reads them.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::model::{Nanos, Value};

/// Three digits and a unit: `1.23 s`, `45.6 ms`, `2m 5s`.
pub(super) fn duration(nanos: Nanos) -> String {
    const UNITS: [(Nanos, &str); 4] = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns")];
    let seconds = nanos / 1_000_000_000;
    match seconds {
        0..60 => {}
        60..3_600 => return two(seconds, 60, "m", 1, "s"),
        3_600..86_400 => return two(seconds, 3_600, "h", 60, "m"),
        _ => return two(seconds, 86_400, "d", 3_600, "h"),
    }
    let (scale, unit) = UNITS
        .into_iter()
        .find(|(scale, _)| nanos >= *scale)
        .unwrap_or((1_000_000, "ms"));
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let value = nanos as f64 / scale as f64;
    let digits = match value {
        _ if scale == 1 || nanos == 0 => 0,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text} {unit}")
}

fn two(seconds: u64, large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    match seconds % large / small {
        0 => format!("{}{large_unit}", seconds / large),
        rest => format!("{}{large_unit} {rest}{small_unit}", seconds / large),
    }
}

/// A shift of a clock, with its sign.
pub(super) fn shift(nanos: i128) -> String {
    let size = Nanos::try_from(nanos.unsigned_abs()).unwrap_or(Nanos::MAX);
    format!("{}{}", if nanos < 0 { "−" } else { "+" }, duration(size))
}

/// How long ago, in one unit; `in …` for what is yet to come.
pub(super) fn ago(moment: Nanos, now: Nanos) -> String {
    let distance = |nanos: Nanos| match nanos / 1_000_000_000 {
        0..60 => format!("{} s", nanos / 1_000_000_000),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    };
    match now.checked_sub(moment) {
        Some(since) if since < 1_000_000_000 => "just now".to_owned(),
        Some(since) => format!("{} ago", distance(since)),
        None => format!("in {}", distance(moment - now)),
    }
}

/// Date and time in UTC, to the millisecond.
pub(super) fn moment(nanos: Nanos) -> String {
    Timestamp::from_nanosecond(i128::from(nanos)).map_or_else(
        |_| nanos.to_string(),
        |moment| moment.strftime("%Y-%m-%d %H:%M:%S%.3f UTC").to_string(),
    )
}

/// A moment that the page's script turns into the reader's own time zone.
pub(super) fn time_element(nanos: Nanos) -> Markup {
    html! { time data-ms=(nanos / 1_000_000) { (moment(nanos)) } }
}

/// A count with its word, in the plural where it is not one.
pub(super) fn count(number: usize, word: &str) -> String {
    format!(
        "{} {word}{}",
        grouped(number as u64),
        if number == 1 { "" } else { "s" }
    )
}

/// An operation's name; a placeholder for one that has none, so that there is something to see and to follow.
pub(super) fn named(name: &str) -> &str {
    if name.trim().is_empty() { "(no name)" } else { name }
}

/// Digits in groups of three.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A part of a whole as SVG's percentage.
#[expect(
    clippy::cast_precision_loss,
    reason = "a hundredth of a percent is less than a pixel"
)]
pub(super) fn percent(part: Nanos, whole: Nanos) -> String {
    match whole {
        0 => "0%".to_owned(),
        whole => format!("{:.3}%", part as f64 / whole as f64 * 100.0),
    }
}

/// The same for a width, which is never so little that nothing is drawn.
pub(super) fn width(part: Nanos, whole: Nanos) -> String {
    match part < whole / 2_500 {
        true => "0.04%".to_owned(),
        false => percent(part, whole),
    }
}

/// What kind of value it is, in a word.
pub(super) fn value_kind(value: &Value) -> &'static str {
    match value {
        Value::Empty => "empty",
        Value::Text(_) => "text",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Double(_) => "double",
        Value::Bytes(_) => "bytes",
        Value::Array(_) => "list",
        Value::Map(_) => "map",
    }
}

/// A value as text. What is in lists and maps is written as in JSON.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Empty => String::new(),
        value => nested(value),
    }
}

fn nested(value: &Value) -> String {
    match value {
        Value::Empty => "null".to_owned(),
        Value::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Bytes(bytes) => {
            let hex: String = bytes.iter().take(256).map(|byte| format!("{byte:02x}")).collect();
            let more = if bytes.len() > 256 { "…" } else { "" };
            format!("{hex}{more} ({})", count(bytes.len(), "byte"))
        }
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(nested).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Map(map) => {
            let pair = |(key, value): &(String, Value)| {
                format!("{}: {}", serde_json::Value::from(key.as_str()), nested(value))
            };
            let pairs: Vec<String> = map.iter().map(pair).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits() {
        let cases = [
            (0, "0 ms"),
            (7, "7 ns"),
            (1_234, "1.23 µs"),
            (45_600, "45.6 µs"),
            (999_999, "1000 µs"),
            (250_000_000, "250 ms"),
            (5_000_000_000, "5 s"),
            (59_990_000_000, "60 s"),
            (125_000_000_000, "2m 5s"),
            (7_200_000_000_000, "2h"),
            (90_000_000_000_000, "1d 1h"),
        ];
        for (nanos, text) in cases {
            assert_eq!(duration(nanos), text);
        }
        assert_eq!(shift(-1_500_000), "−1.5 ms");
    }

    #[test]
    fn what_is_past_and_what_is_yet_to_come_is_told() {
        let now = 1_000_000_000_000_000;
        assert_eq!(ago(now, now), "just now");
        assert_eq!(ago(now - 125_000_000_000, now), "2 min ago");
        assert_eq!(ago(now + 7_200_000_000_000, now), "in 2 h");
        assert_eq!(moment(1_767_225_600_123_456_789), "2026-01-01 00:00:00.123 UTC");
    }

    #[test]
    fn what_has_no_name_is_seen() {
        assert_eq!(
            [named(""), named(" "), named("buy")],
            ["(no name)", "(no name)", "buy"]
        );
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(1, "span"), "1 span");
        assert_eq!(count(1_234_567, "span"), "1,234,567 spans");
    }

    #[test]
    fn values_are_written_with_all_that_is_in_them() {
        let map = Value::Map(vec![(
            "a\"".to_owned(),
            Value::Array(vec![Value::Int(1), Value::Empty]),
        )]);
        assert_eq!(value(&map), r#"{"a\"": [1, null]}"#);
        assert_eq!(value(&Value::Bytes(vec![1, 255])), "01ff (2 bytes)");
        assert_eq!(value(&Value::Double(f64::NAN)), "NaN");
    }
}
