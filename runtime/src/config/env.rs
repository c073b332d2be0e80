//! Reads single variables by OpenTelemetry's rules and collects what was wrong with them.
//!
//! Empty means unset; a Boolean is true only for "true" in any case; a bad value is reported and ignored.

use std::ffi::OsString;
use std::time::Duration;

/// Where variables come from: the process's environment, or a table in tests.
pub(crate) type Source<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

/// Something to tell about a variable. The message never holds a header, a key or an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The variable's name.
    pub(crate) variable: String,
    /// What is wrong and what is used instead, or what to know.
    pub(crate) message: String,
    /// Whether the value was refused; otherwise this is a note.
    pub(crate) is_error: bool,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.variable, self.message)
    }
}

/// The environment as it is being read.
pub(crate) struct Env<'a> {
    source: &'a Source<'a>,
    problems: Vec<Problem>,
}

impl<'a> Env<'a> {
    pub(crate) fn new(source: &'a Source<'a>) -> Self {
        Self {
            source,
            problems: Vec::new(),
        }
    }

    /// What was found, each once, in the order of reading.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Reports a value that is not used.
    pub(crate) fn refuse(&mut self, variable: &str, message: impl Into<String>) {
        self.report(variable, message.into(), true);
    }

    /// Reports something to know about a value that is used.
    pub(crate) fn note(&mut self, variable: &str, message: impl Into<String>) {
        self.report(variable, message.into(), false);
    }

    /// A general variable is read once for each signal; it is reported once.
    fn report(&mut self, variable: &str, message: String, is_error: bool) {
        let problem = Problem {
            variable: variable.to_owned(),
            message,
            is_error,
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// The value without white space around it; `None` where that leaves nothing.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let value = (self.source)(name)?;
        let Some(value) = value.to_str() else {
            self.refuse(name, "the value is not UTF-8; it is ignored");
            return None;
        };
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// Whether the variable holds anything.
    pub(crate) fn is_set(&mut self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// "true" or "false" in any case; anything else is false and reported.
    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        let text = self.text(name)?;
        let value = text.eq_ignore_ascii_case("true");
        if !value && !text.eq_ignore_ascii_case("false") {
            let message = format!("{} is neither true nor false; false is used", quoted(&text));
            self.refuse(name, message);
        }
        Some(value)
    }

    /// What `parse` makes of the value. Where it fails, its error and `instead` are reported.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &str,
        instead: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.refuse(name, format!("{reason}; {instead} is used"));
                None
            }
        }
    }

    /// A whole number of at least `least`.
    pub(crate) fn count(&mut self, name: &str, least: u64, instead: &str) -> Option<usize> {
        self.parsed(name, instead, |text| {
            whole(text, least).and_then(|number| {
                usize::try_from(number).map_err(|_| format!("{} is too large", quoted(text)))
            })
        })
    }

    /// A duration in whole milliseconds.
    pub(crate) fn millis(&mut self, name: &str, default: Duration) -> Duration {
        let instead = format!("{} ms", default.as_millis());
        self.parsed(name, &instead, |text| whole(text, 0))
            .map_or(default, Duration::from_millis)
    }

    /// A time-out in whole milliseconds; 0 means that there is none.
    pub(crate) fn timeout(&mut self, name: &str, default: Duration) -> Option<Duration> {
        Some(self.millis(name, default)).filter(|time| !time.is_zero())
    }
}

/// A value as it may stand in a message: escaped and short. Not for headers, keys and endpoints.
pub(crate) fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    let short: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    let cut = if text.chars().nth(MOST).is_some() {
        "…"
    } else {
        ""
    };
    format!("`{short}{cut}`")
}

/// A whole decimal number of at least `least`.
pub(crate) fn whole(text: &str, least: u64) -> Result<u64, String> {
    match text.parse::<u64>() {
        Ok(number) if number >= least => Ok(number),
        Ok(_) => Err(format!("{} is below {least}", quoted(text))),
        Err(_) => Err(format!("{} is not a whole number", quoted(text))),
    }
}

/// One of a set of names, in any case.
pub(crate) fn one_of<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    choices
        .iter()
        .find(|(name, _)| text.eq_ignore_ascii_case(name))
        .map(|(_, value)| *value)
        .ok_or_else(|| {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            format!("{} is none of {}", quoted(text), names.join(", "))
        })
}

/// The parts of a comma-separated list, without white space and empty parts.
pub(crate) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}
