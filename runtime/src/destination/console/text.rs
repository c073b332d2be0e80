//! Text that is safe and short: escapes, durations, times.

use std::fmt::Write;
use std::time::Duration;

/// Whether a character could steer a terminal or hide what is written: control characters, and those that
/// change the direction of text or cannot be seen.
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// At most `most` characters of the text, on one line, with `…` where something was cut.
pub(super) fn clean(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    for c in text.chars() {
        let before = out.len();
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) => {
                // A `String` takes everything.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
        length += out[before..].chars().count();
        if length > most {
            out.truncate(before);
            out.push('…');
            break;
        }
    }
    out
}

/// A duration in at most seven characters, such as `812 ns`, `3.21 ms`, `84.0 s`, `1m 02s`, `26h 05m`.
pub(super) fn duration(time: Duration) -> String {
    let ns = time.as_nanos();
    let seconds = time.as_secs();
    // The bounds are where rounding to three digits would reach the next unit.
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..999_500 => format!("{} µs", three_digits(ns, 1_000)),
        999_500..999_500_000 => format!("{} ms", three_digits(ns, 1_000_000)),
        999_500_000..59_950_000_000 => format!("{} s", three_digits(ns, 1_000_000_000)),
        _ => {
            let seconds = seconds + u64::from(time.subsec_millis() >= 500);
            match seconds {
                0..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
                3600..360_000 => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
                _ => format!("{}d {:02}h", seconds / 86_400, seconds / 3600 % 24),
            }
        }
    }
}

fn three_digits(ns: u128, unit: u128) -> String {
    let value = ns as f64 / unit as f64;
    let digits = match value {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// Nanoseconds since the epoch as `2026-11-21T14:03:04.123456789Z`.
pub(in crate::destination) fn rfc3339(time_ns: u64) -> String {
    let (days, of_day) = (time_ns / DAY_NS, time_ns % DAY_NS);
    let (year, month, day) = civil(days);
    let seconds = of_day / SECOND_NS;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:09}Z",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        of_day % SECOND_NS
    )
}

/// The time of day in UTC to the millisecond, as `14:03:04.123Z`.
pub(super) fn time_of_day(time_ns: u64) -> String {
    let ms = time_ns % DAY_NS / 1_000_000;
    format!(
        "{:02}:{:02}:{:02}.{:03}Z",
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms % 1000
    )
}

const SECOND_NS: u64 = 1_000_000_000;
const DAY_NS: u64 = 86_400 * SECOND_NS;

/// The Gregorian date of a day since 1970, counted in eras of 400 years that begin in March.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_three_digits_wide() {
        for (ns, expected) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (9_994_999, "9.99 ms"),
            (9_996_000, "10.0 ms"),
            (842_100_000, "842 ms"),
            (999_500_000, "1.00 s"),
            (12_345_000_000, "12.3 s"),
            (59_960_000_000, "1m 00s"),
            (62_000_000_000, "1m 02s"),
            (3_599_600_000_000, "1h 00m"),
            (93_900_000_000_000, "26h 05m"),
            (u64::MAX, "213503d 23h"),
        ] {
            assert_eq!(duration(Duration::from_nanos(ns)), expected);
        }
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(rfc3339(951_782_400_000_000_001), "2000-02-29T00:00:00.000000001Z");
        assert_eq!(
            rfc3339(1_795_269_784_123_456_789),
            "2026-11-21T14:03:04.123456789Z"
        );
        assert_eq!(time_of_day(1_795_269_784_123_456_789), "14:03:04.123Z");
        assert_eq!(rfc3339(u64::MAX), "2554-07-21T23:34:33.709551615Z");
    }

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(
            clean("a\u{1b}[31m\r\n\tb\u{9b}2J\u{7f}", 99),
            "a\\u{1b}[31m\\r\\n\\tb\\u{9b}2J\\u{7f}"
        );
        assert_eq!(clean("left\u{202e}thgir", 99), "left\\u{202e}thgir");
        assert_eq!(clean("héllo wörld", 5), "héllo…");
        assert_eq!(clean("hello", 5), "hello");
        assert_eq!(clean("ab\u{1b}", 4), "ab…");
    }

    proptest! {
        #[test]
        fn clean_text_is_harmless_and_short(text: String, most in 0_usize..50) {
            let clean = clean(&text, most);
            prop_assert!(!clean.chars().any(is_unsafe));
            prop_assert!(clean.chars().count() <= most + 1);
        }
    }
}
