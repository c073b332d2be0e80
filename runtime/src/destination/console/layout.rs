//! A page of text: tones become colours or nothing, and attributes are laid out within a width.

use super::text::clean;

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    /// Names.
    Strong,
    /// What is there but seldom read.
    Faint,
    Good,
    Bad,
    Odd,
    Time,
    Service,
}

impl Tone {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "\x1b[1m",
            Self::Faint => "\x1b[2m",
            Self::Good => "\x1b[32m",
            Self::Bad => "\x1b[31m",
            Self::Odd => "\x1b[33m",
            Self::Time => "\x1b[36m",
            Self::Service => "\x1b[1;36m",
        }
    }
}

/// Columns that a page is laid out for.
pub(super) const WIDTH: usize = 100;
/// Lines of attributes, the one behind the name included, before the less important are left out.
const MOST_LINES: usize = 2;

/// Text that is being written. What callers pass is already clean.
pub(super) struct Page {
    text: String,
    color: bool,
    /// Characters in the current line.
    column: usize,
}

/// One attribute as it is shown.
pub(super) struct Item {
    pub(super) key: String,
    pub(super) value: String,
    /// Shown even where that takes more lines.
    pub(super) important: bool,
}

impl Page {
    pub(super) fn new(color: bool) -> Self {
        Self {
            text: String::new(),
            color,
            column: 0,
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn put(&mut self, tone: Tone, text: &str) {
        self.column += text.chars().count();
        let code = if self.color { tone.code() } else { "" };
        self.text.push_str(code);
        self.text.push_str(text);
        if !code.is_empty() {
            self.text.push_str("\x1b[0m");
        }
    }

    /// Two spaces and the text: how things stand beside each other.
    pub(super) fn beside(&mut self, tone: Tone, text: &str) {
        self.put(Tone::Plain, "  ");
        self.put(tone, text);
    }

    /// Ends the line, without white space at its end.
    pub(super) fn end(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
        self.column = 0;
    }

    /// Lays out attributes behind what the line holds. `margin` begins each further line. Important ones
    /// are all shown; the others while there is room, and then their number.
    pub(super) fn items(&mut self, items: Vec<Item>, margin: &dyn Fn(&mut Self)) {
        let total = items.len();
        let mut lines = 1;
        for (at, item) in items.into_iter().enumerate() {
            let length = 2 + item.key.chars().count() + 1 + item.value.chars().count();
            let left_over = total - at;
            // Room for the number of those left out, where this is not the last.
            let spare = if left_over > 1 {
                format!("  +{}", left_over - 1).len()
            } else {
                0
            };
            let last_line = lines >= MOST_LINES && !item.important;
            let room = if last_line {
                WIDTH.saturating_sub(spare)
            } else {
                WIDTH
            };
            if self.column + length > room {
                if last_line {
                    self.beside(Tone::Faint, &format!("+{left_over}"));
                    return;
                }
                self.end();
                margin(self);
                lines += 1;
            } else {
                self.put(Tone::Plain, "  ");
            }
            self.put(Tone::Faint, &format!("{}=", item.key));
            self.put(Tone::Plain, &item.value);
        }
    }
}

/// A name or a message as it may stand on a page.
pub(super) fn label(text: &str, most: usize) -> String {
    if text.is_empty() {
        return "(no name)".to_owned();
    }
    clean(text, most)
}
