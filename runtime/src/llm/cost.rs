//! What a call cost, exactly.

use std::fmt;
use std::str::FromStr;

/// Digits kept after the point.
const DIGITS: u32 = 12;
const UNIT: i128 = 10_i128.pow(DIGITS);

/// An amount of US dollars, exact to a millionth of a millionth.
///
/// ```
/// let cost: spanwright::llm::Cost = "0.00024".parse()?;
/// assert_eq!(cost.to_string(), "0.00024");
/// # Ok::<(), spanwright::llm::CostError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cost(i128);

impl Cost {
    /// From billionths of a dollar.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos as i128 * 1_000)
    }

    /// From dollars as JSON has them: the nearest amount of 12 digits. `None` for what is no amount.
    #[cfg(feature = "pipeline")]
    pub(super) fn from_dollars(dollars: f64) -> Option<Self> {
        const MOST: f64 = 1e9;
        let is_amount = (0.0..MOST).contains(&dollars);
        is_amount.then(|| Self((dollars * UNIT as f64).round() as i128))
    }

    /// The nearest double, for backends that take no decimals.
    pub fn to_f64(self) -> f64 {
        // The decimal text is the shortest way to the nearest double.
        self.to_string().parse().unwrap_or(self.0 as f64 / UNIT as f64)
    }
}

impl std::ops::Add for Cost {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// A text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostError;

impl fmt::Display for CostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a decimal amount; write it as in 0.00024, with at most 12 digits after the point")
    }
}

impl std::error::Error for CostError {}

impl FromStr for Cost {
    type Err = CostError;

    fn from_str(text: &str) -> Result<Self, CostError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let valid = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !valid(whole)
            || !valid(fraction)
            || whole.len() + fraction.len() == 0
            || fraction.len() > DIGITS as usize
        {
            return Err(CostError);
        }
        let number = |part: &str| {
            if part.is_empty() {
                Ok(0)
            } else {
                part.parse::<i64>().map_err(|_| CostError)
            }
        };
        let scale = 10_i128.pow(DIGITS - fraction.len() as u32);
        let amount = i128::from(number(whole)?) * UNIT + i128::from(number(fraction)?) * scale;
        Ok(Self(if negative { -amount } else { amount }))
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let amount = self.0.unsigned_abs();
        let unit = UNIT.unsigned_abs();
        let fraction = format!("{:012}", amount % unit);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{point}{fraction}", amount / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_both_ways() {
        for text in ["0.0049275", "12", "-3.5", "0.000000000001", "0"] {
            assert_eq!(
                text.parse::<Cost>().map(|cost| cost.to_string()).as_deref(),
                Ok(text)
            );
        }
        for text in ["", ".", "1e5", "1.0000000000001", "a", "--1", "+1"] {
            assert_eq!(text.parse::<Cost>(), Err(CostError), "{text}");
        }
    }

    #[cfg(feature = "pipeline")]
    #[test]
    fn dollars_are_rounded_to_what_was_meant() {
        let text = |dollars| Cost::from_dollars(dollars).map(|cost| cost.to_string());
        for (dollars, wanted) in [
            (0.00024, "0.00024"),
            (1.1e-7, "0.00000011"),
            (0.0, "0"),
            (12.3, "12.3"),
        ] {
            assert_eq!(text(dollars).as_deref(), Some(wanted));
        }
        for dollars in [-0.1, f64::NAN, f64::INFINITY, 1e12] {
            assert_eq!(text(dollars), None);
        }
    }

    #[test]
    fn adds_exactly() {
        let cents =
            std::iter::repeat_n(Cost::from_nanos(100_000_000), 3).fold(Cost::from_nanos(0), |a, b| a + b);
        assert_eq!(cents.to_string(), "0.3");
        assert_eq!(cents.to_f64(), 0.3);
    }
}
