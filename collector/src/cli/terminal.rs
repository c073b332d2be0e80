//! Text on a terminal: what comes from elsewhere must not steer it, and colours only where they are seen.

use std::fmt::Display;
use std::io::IsTerminal;

/// Without what would steer the terminal: control characters, and marks that turn the direction of text.
pub(super) fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// A number with its word, in the plural where it is not one.
pub(super) fn counted(number: u64, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// Colours of services, by their number; red is for errors.
const COLORS: [u8; 6] = [36, 33, 35, 34, 32, 96];
const RED: u8 = 31;
const DIM: u8 = 2;

/// How text is written: with colours, or plain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    colored: bool,
}

impl Style {
    /// With colours on a terminal, unless `NO_COLOR` is set.
    pub(super) fn of_stdout() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            colored: !unwanted && std::io::stdout().is_terminal(),
        }
    }

    pub(super) fn service(self, number: usize, text: impl Display) -> String {
        self.written(COLORS[number % COLORS.len()], text)
    }

    pub(super) fn error(self, text: impl Display) -> String {
        self.written(RED, text)
    }

    pub(super) fn dim(self, text: impl Display) -> String {
        self.written(DIM, text)
    }

    fn written(self, code: u8, text: impl Display) -> String {
        if self.colored {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_does_not_steer_the_terminal() {
        assert_eq!(safe("Grüße \u{1b}[2J\n\u{9b}1m"), "Grüße \\u{1b}[2J\\n\\u{9b}1m");
        assert_eq!(safe("a\u{202e}b"), "a\\u{202e}b");
        let (plain, colored) = (Style { colored: false }, Style { colored: true });
        assert_eq!(plain.error("x"), "x");
        assert_eq!(colored.error("x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
