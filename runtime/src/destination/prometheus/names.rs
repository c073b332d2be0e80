//! Names, units and labels as Prometheus has them.

use crate::record::Attributes;
use std::collections::BTreeMap;

/// The name of a metric family, with its unit, without the suffixes of its samples.
pub(super) fn family(name: &str, unit: &str, is_sum: bool) -> String {
    let mut family = sanitized(name, |character| character == ':');
    let unit = words(unit, is_sum);
    if !unit.is_empty() && !family.ends_with(&format!("_{unit}")) {
        family.push('_');
        family.push_str(&unit);
    }
    // The sample's name gets it again.
    match family.strip_suffix("_total") {
        Some(short) if is_sum => short.to_owned(),
        _ => family,
    }
}

/// Labels with names that Prometheus takes, sorted. Values of keys that become one name are joined by `;`.
pub(super) fn labels(scope: &str, attributes: &Attributes) -> Vec<(String, String)> {
    let mut labels: BTreeMap<String, Vec<(&str, String)>> = BTreeMap::new();
    if !scope.is_empty() {
        labels.insert("otel_scope_name".into(), vec![("", scope.to_owned())]);
    }
    for (key, value) in attributes {
        let name = sanitized(key, |_| false);
        labels.entry(name).or_default().push((key, value.to_string()));
    }
    labels
        .into_iter()
        .map(|(name, mut values)| {
            values.sort();
            let values: Vec<String> = values.into_iter().map(|(_, value)| value).collect();
            (name, values.join(";"))
        })
        .collect()
}

/// With `_` for what may not be in a name, once for several in a row, and before a digit that it would begin with.
fn sanitized(name: &str, also: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || also(character) {
            if out.is_empty() && character.is_ascii_digit() {
                out.push('_');
            }
            out.push(character);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    if out.is_empty() { "_".to_owned() } else { out }
}

/// A unit of UCUM in words; nothing for what stands in braces, or for `1` of a sum.
fn words(unit: &str, is_sum: bool) -> String {
    let plain: String = without_braces(unit);
    if let Some((of, per)) = plain.split_once('/') {
        let (of, per) = (word(of, true), word(per, false));
        return match (of.as_str(), per.as_str()) {
            (_, "") => of,
            ("", per) => format!("per_{per}"),
            (of, per) => format!("{of}_per_{per}"),
        };
    }
    match plain.as_str() {
        "1" if is_sum => String::new(),
        "1" => "ratio".to_owned(),
        plain => word(plain, true),
    }
}

fn without_braces(unit: &str) -> String {
    let mut depth = 0_usize;
    unit.chars()
        .filter(|character| {
            depth += usize::from(*character == '{');
            let kept = depth == 0;
            depth -= usize::from(*character == '}' && depth > 0);
            kept
        })
        .collect()
}

fn word(unit: &str, many: bool) -> String {
    let (one, more) = match unit {
        "s" => ("second", "seconds"),
        "ms" => ("millisecond", "milliseconds"),
        "us" => ("microsecond", "microseconds"),
        "ns" => ("nanosecond", "nanoseconds"),
        "min" => ("minute", "minutes"),
        "m" if !many => ("minute", "minutes"),
        "m" => ("meter", "meters"),
        "h" => ("hour", "hours"),
        "d" => ("day", "days"),
        "By" => ("byte", "bytes"),
        "KiBy" => ("kibibyte", "kibibytes"),
        "MiBy" => ("mebibyte", "mebibytes"),
        "GiBy" => ("gibibyte", "gibibytes"),
        "%" => ("percent", "percent"),
        "" | "1" => return String::new(),
        other => return sanitized(other, |_| false).trim_matches('_').to_owned(),
    };
    if many { more } else { one }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_unit_once() {
        let cases = [
            (
                "db.client.operation.duration",
                "s",
                false,
                "db_client_operation_duration_seconds",
            ),
            (
                "gen_ai.client.token.usage",
                "{token}",
                false,
                "gen_ai_client_token_usage",
            ),
            ("otel.sdk.span.live", "{span}", true, "otel_sdk_span_live"),
            ("requests.total", "1", true, "requests"),
            ("queue size", "1", false, "queue_size_ratio"),
            ("disk.io", "By/s", false, "disk_io_bytes_per_second"),
            ("speed", "{event}/s", false, "speed_per_second"),
            ("memory_bytes", "By", false, "memory_bytes"),
            ("9lives", "", false, "_9lives"),
            ("job:up", "", false, "job:up"),
        ];
        for (name, unit, is_sum, expected) in cases {
            assert_eq!(family(name, unit, is_sum), expected);
        }
    }

    #[test]
    fn keys_that_become_one_label_are_joined() {
        let attributes = vec![
            ("a_b".into(), "2".into()),
            ("a.b".into(), 1_i64.into()),
            ("Grüße".into(), true.into()),
        ];
        let expected = [("Gr_e", "true"), ("a_b", "1;2"), ("otel_scope_name", "lib")];
        let labels = labels("lib", &attributes);
        let labels: Vec<_> = labels.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(labels, expected);
    }
}
