//! Medians, and numbers as people read them.

/// Median, least and most of some measurements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The middle one.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

impl Spread {
    /// `None` where nothing was measured.
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        Some(Self {
            median: *values.get(values.len() / 2)?,
            least: *values.first()?,
            most: *values.last()?,
        })
    }

    /// `median (least–most)`
    pub fn text(&self) -> String {
        format!(
            "{} ({}–{})",
            short(self.median),
            short(self.least),
            short(self.most)
        )
    }
}

/// Three digits: `1,234`, `57`, `9.6`, `0.85`.
pub fn short(value: f64) -> String {
    match value.abs() {
        size if size < 1.0 => format!("{value:.2}"),
        size if size < 9.95 => format!("{value:.1}"),
        size if size < 999.5 => format!("{value:.0}"),
        _ => thousands(value.round() as i64),
    }
}

/// With a comma between thousands.
pub fn thousands(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
