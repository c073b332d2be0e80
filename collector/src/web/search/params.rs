//! What the address of a search says.

use std::ops::Range;

use serde::Deserialize;

use crate::filter::line::moment;
use crate::model::Nanos;
use crate::store::SearchOrder;

/// How far back, as the address and as a person has it.
pub(in crate::web) const RANGES: [(&str, &str); 7] = [
    ("5m", "Last 5 minutes"),
    ("15m", "Last 15 minutes"),
    ("1h", "Last hour"),
    ("6h", "Last 6 hours"),
    ("24h", "Last 24 hours"),
    ("7d", "Last 7 days"),
    ("all", "All time"),
];
const DEFAULT_RANGE: &str = "24h";

/// From a moment to a moment.
pub(super) const CUSTOM: &str = "custom";

pub(super) const LIMITS: [usize; 5] = [20, 50, 100, 200, 500];

/// What the address of a search says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Params {
    /// The query line.
    pub(in crate::web) q: String,
    /// How far back.
    pub(in crate::web) range: String,
    pub(super) order: String,
    pub(super) limit: String,
    /// Moments, for the range that is called custom.
    pub(super) from: String,
    pub(super) to: String,
    /// A trace to open instead.
    pub(super) trace: Option<String>,
}

impl Params {
    /// The chosen range's name in the address; `custom` where moments are given.
    pub(in crate::web) fn range(&self) -> &str {
        if self.range == CUSTOM || self.range.is_empty() && !(self.from.is_empty() && self.to.is_empty()) {
            return CUSTOM;
        }
        RANGES
            .iter()
            .find(|(key, _)| *key == self.range)
            .map_or(DEFAULT_RANGE, |(key, _)| key)
    }

    /// A moment that was given and is none.
    pub(super) fn wrong_moment(&self, now: Nanos) -> Option<&str> {
        [&*self.from, &*self.to]
            .into_iter()
            .filter(|_| self.range() == CUSTOM)
            .find(|text| !text.is_empty() && moment(text, now).is_none())
    }

    /// The time to search in. What is ahead of our clock is in it, as a sender's clock may be.
    pub(in crate::web) fn time(&self, now: Nanos) -> Range<Nanos> {
        let from = match self.range() {
            CUSTOM => {
                return moment(&self.from, now).unwrap_or(0)..moment(&self.to, now).unwrap_or(Nanos::MAX);
            }
            "all" => 0,
            range => moment(&format!("-{range}"), now).unwrap_or(0),
        };
        from..Nanos::MAX
    }

    /// The time that a picture shows: up to now, a clock a little ahead allowed for, unless another end was asked for.
    pub(super) fn drawn(&self, now: Nanos) -> Range<Nanos> {
        const AHEAD: Nanos = 60_000_000_000;
        let asked = self.time(now);
        match asked.end {
            Nanos::MAX => asked.start..now.saturating_add(AHEAD),
            _ => asked,
        }
    }

    pub(super) fn order(&self) -> SearchOrder {
        match self.order.as_str() {
            "slowest" => SearchOrder::Slowest,
            _ => SearchOrder::Latest,
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
            .parse()
            .ok()
            .filter(|limit| LIMITS.contains(limit))
            .unwrap_or(LIMITS[0])
    }

    /// The same search in all time.
    pub(super) fn everywhen(&self) -> String {
        address(&self.q, "all")
    }
}

/// The address of a search.
pub(in crate::web) fn address(line: &str, range: &str) -> String {
    format!("/?q={}&range={range}", encoded(line))
}

/// A text within an address.
pub(in crate::web) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_does_not_say_or_says_wrongly_has_a_default() {
        let params = Params {
            range: "x".to_owned(),
            limit: "7".to_owned(),
            ..Params::default()
        };
        assert_eq!(
            (params.range(), params.limit(), params.order()),
            ("24h", 20, SearchOrder::Latest)
        );
        let now = 100 * 86_400_000_000_000;
        assert_eq!(params.time(now), now - 86_400_000_000_000..Nanos::MAX);
        assert_eq!(params.drawn(now), now - 86_400_000_000_000..now + 60_000_000_000);
        let custom = Params {
            range: String::new(),
            from: "1970-01-01".to_owned(),
            to: "now".to_owned(),
            ..params
        };
        assert_eq!((custom.range(), custom.time(now)), (CUSTOM, 0..now));
        assert_eq!(custom.drawn(now), 0..now);
        assert_eq!(custom.wrong_moment(now), None);
        let wrong = Params {
            to: "soon".to_owned(),
            ..custom.clone()
        };
        assert_eq!(wrong.wrong_moment(now), Some("soon"));
        let chosen = Params {
            range: "1h".to_owned(),
            ..custom
        };
        assert_eq!(
            chosen.range(),
            "1h",
            "what is chosen goes before what is left in the fields"
        );
    }

    #[test]
    fn a_line_in_an_address_is_encoded() {
        assert_eq!(
            address("a=\"ß\" OR b", "1h"),
            "/?q=a%3D%22%C3%9F%22%20OR%20b&range=1h"
        );
    }
}
