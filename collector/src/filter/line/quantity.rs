//! Durations and moments, read and written exactly.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::model::Nanos;

/// Units that are read; those with two names stand twice.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Days are read in what lies before now, where nobody means anything below a second.
const DAY: (&str, u64) = ("d", 86_400_000_000_000);

/// `5s`, `1.5ms`, `1m30s`; less than a nanosecond is cut off. `None` for what is no duration or does not fit.
pub(super) fn duration(text: &str) -> Option<Nanos> {
    amount(text, &UNITS)
}

fn amount(text: &str, units: &[(&str, u64)]) -> Option<Nanos> {
    let mut rest = text;
    let mut total: Nanos = 0;
    while !rest.is_empty() {
        let number = leading(rest, |c| c.is_ascii_digit() || c == '.');
        rest = &rest[number.len()..];
        let unit = leading(rest, |c| !c.is_ascii_digit() && c != '.');
        rest = &rest[unit.len()..];
        let (_, scale) = units.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(scaled(number, *scale)?)?;
    }
    (!text.is_empty()).then_some(total)
}

fn leading(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !belongs(c)).unwrap_or(text.len())]
}

/// A decimal number of units, in whole numbers all the way: `f64` would not give 18446744073.709551615s back.
fn scaled(number: &str, scale: u64) -> Option<Nanos> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanos = u128::from(whole) * u128::from(scale);
    let mut unit = u128::from(scale) * 1_000_000_000_000;
    let mut small = 0;
    for digit in fraction.bytes().take(18) {
        unit /= 10;
        small += unit * u128::from(digit - b'0');
    }
    nanos += small / 1_000_000_000_000;
    u64::try_from(nanos).ok()
}

/// A moment: RFC 3339, a date with or without a time in UTC, `now`, or a duration before now, as in `-1h` and `-7d`.
#[must_use]
pub fn moment(text: &str, now: Nanos) -> Option<Nanos> {
    if text == "now" {
        return Some(now);
    }
    if let Some(before) = text.strip_prefix('-') {
        let mut units = UNITS.to_vec();
        units.push(DAY);
        return Some(now.saturating_sub(amount(before, &units)?));
    }
    let timestamp = text
        .parse::<Timestamp>()
        .or_else(|_| text.parse::<Zoned>().map(|zoned| zoned.timestamp()))
        .or_else(|_| in_utc(text))
        .ok()?;
    u64::try_from(timestamp.as_nanosecond()).ok()
}

fn in_utc(text: &str) -> Result<Timestamp, jiff::Error> {
    let civil: DateTime = text.parse()?;
    Ok(civil.to_zoned(TimeZone::UTC)?.timestamp())
}

/// A duration in the largest unit, up to seconds, that makes it at least 1: `1.5ms`.
#[must_use]
pub fn written_duration(nanos: Nanos) -> String {
    let (unit, scale, digits) = match nanos {
        0 => return "0s".to_owned(),
        1..1_000 => ("ns", 1, 0),
        1_000..1_000_000 => ("us", 1_000, 3),
        1_000_000..1_000_000_000 => ("ms", 1_000_000, 6),
        _ => ("s", 1_000_000_000, 9),
    };
    let (whole, fraction) = (nanos / scale, nanos % scale);
    if fraction == 0 {
        return format!("{whole}{unit}");
    }
    let fraction = format!("{fraction:0>digits$}");
    format!("{whole}.{}{unit}", fraction.trim_end_matches('0'))
}

/// A moment in RFC 3339, exact to the nanosecond.
pub(super) fn written_moment(nanos: Nanos) -> String {
    Timestamp::from_nanosecond(i128::from(nanos))
        .map_or_else(|_| nanos.to_string(), |moment| moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_exactly() {
        let cases = [
            ("5s", 5_000_000_000),
            ("1.5ms", 1_500_000),
            ("200us", 200_000),
            ("200µs", 200_000),
            ("3m", 180_000_000_000),
            ("100ns", 100),
            ("1m30s", 90_000_000_000),
            (".5s", 500_000_000),
            ("0.1234567891s", 123_456_789),
            ("18446744073.709551615s", u64::MAX),
        ];
        for (text, nanos) in cases {
            assert_eq!(duration(text), Some(nanos), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_none() {
        for text in [
            "",
            "5",
            "s",
            "5x",
            "5 s",
            "1.2.3s",
            ".s",
            "-5s",
            "18446744073.709551616s",
            "99999999999h",
            "5d",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_read_with_and_without_a_zone() {
        let now = 1_000_000_000_000_000_000;
        let new_year = 1_767_225_600_000_000_000;
        for text in [
            "2026-01-01T00:00:00Z",
            "2026-01-01",
            "2026-01-01T00:00",
            "2026-01-01T01:00:00+01:00",
        ] {
            assert_eq!(moment(text, now), Some(new_year), "{text}");
        }
        assert_eq!(moment("now", now), Some(now));
        assert_eq!(moment("-1h", now), Some(now - 3_600_000_000_000));
        assert_eq!(moment("-7d", now), Some(now - 604_800_000_000_000));
        assert_eq!(moment("-1h", 5), Some(0));
        for text in ["", "yesterday", "1960-01-01", "-", "2026-13-01"] {
            assert_eq!(moment(text, now), None, "{text}");
        }
    }
}
