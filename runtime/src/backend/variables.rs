//! A backend's variables: read by OpenTelemetry's rules (empty is unset), and found wrong by name, never by value.

use crate::propagate::percent::decode_strictly;
use std::ffi::OsString;

/// Where variables come from: the process's environment, or a table in tests.
pub(crate) type Source<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

/// Why a backend cannot be made from the environment. Holds names of variables, and none of their values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// A variable is not set that the others need.
    #[error("{variable} is not set, so nothing is sent to {backend}: {hint}")]
    Missing {
        /// The backend's name.
        backend: &'static str,
        /// The variable that is missing.
        variable: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// A variable's value cannot be used.
    #[error("{variable} {problem}, so nothing is sent to {backend}")]
    Unusable {
        /// The backend's name.
        backend: &'static str,
        /// The variable.
        variable: &'static str,
        /// What is wrong with its value.
        problem: &'static str,
    },
}

/// The environment as one backend reads it.
pub(super) struct Variables<'a> {
    backend: &'static str,
    source: &'a Source<'a>,
    notes: Vec<String>,
}

impl<'a> Variables<'a> {
    pub(super) fn new(backend: &'static str, source: &'a Source<'a>) -> Self {
        Self {
            backend,
            source,
            notes: Vec::new(),
        }
    }

    /// What there is to know about values that are used, or have no effect.
    pub(super) fn into_notes(self) -> Vec<String> {
        self.notes
    }

    pub(super) fn note(&mut self, variable: &str, text: &str) {
        self.notes.push(format!("{variable}: {text}"));
    }

    pub(super) fn missing(&self, variable: &'static str, hint: &'static str) -> BackendError {
        BackendError::Missing {
            backend: self.backend,
            variable,
            hint,
        }
    }

    pub(super) fn unusable(&self, variable: &'static str, problem: &'static str) -> BackendError {
        BackendError::Unusable {
            backend: self.backend,
            variable,
            problem,
        }
    }

    /// The value without white space around it; `None` where that leaves nothing.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<String>, BackendError> {
        let Some(value) = (self.source)(name) else {
            return Ok(None);
        };
        let value = value
            .to_str()
            .ok_or_else(|| self.unusable(name, "is not UTF-8"))?
            .trim();
        Ok((!value.is_empty()).then(|| value.to_owned()))
    }

    /// A text that is sent in a header.
    pub(super) fn key(&self, name: &'static str) -> Result<Option<String>, BackendError> {
        let text = self.text(name)?;
        match text {
            Some(text) if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
                Err(self.unusable(name, "holds characters that cannot be sent in a header"))
            }
            text => Ok(text),
        }
    }

    /// A URL.
    pub(super) fn url(&self, name: &'static str) -> Result<Option<String>, BackendError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let rest = text
            .strip_prefix("http://")
            .or_else(|| text.strip_prefix("https://"))
            .ok_or_else(|| self.unusable(name, "does not begin with http:// or https://"))?;
        let is_url = !rest.is_empty()
            && !rest.starts_with(['/', ':'])
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control());
        if is_url {
            Ok(Some(text))
        } else {
            Err(self.unusable(name, "is not a URL"))
        }
    }

    /// "true" and "1" in any case are yes, what else is set is no.
    pub(super) fn boolean(&self, name: &'static str) -> Result<Option<bool>, BackendError> {
        let is_true = |text: String| text == "1" || text.eq_ignore_ascii_case("true");
        Ok(self.text(name)?.map(is_true))
    }

    /// `name=value,name=value`, the values percent-encoded as in OpenTelemetry's headers.
    pub(super) fn headers(&self, name: &'static str) -> Result<Vec<(String, String)>, BackendError> {
        let Some(text) = self.text(name)? else {
            return Ok(Vec::new());
        };
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (key, value) = part
                    .split_once('=')
                    .ok_or_else(|| self.unusable(name, "has a part without `=`"))?;
                let value = decode_strictly(value.trim())
                    .map_err(|_| self.unusable(name, "has a `%` without two hexadecimal digits"))?;
                Ok((key.trim().to_owned(), value))
            })
            .collect()
    }
}
