//! Reading back what was recorded on a live span: a name is made of several attributes, which come one by one.

use crate::recorder::{End, Span};
use crate::value::Value;
use crate::wire::{Reader, Scalar};

/// A reader that stands before the value of this key.
fn find<'a>(attributes: &'a [u8], key: &str) -> Option<Reader<'a>> {
    let mut all = Reader::new(attributes);
    loop {
        let at = attributes.len() - all.remaining();
        if all.skip_attribute(key)? {
            let mut value = Reader::new(&attributes[at..]);
            let length = value.u16()?;
            value.take(length.into())?;
            return Some(value);
        }
    }
}

fn text(attributes: &[u8], key: &str) -> Option<String> {
    match find(attributes, key)?.value()? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

impl Span {
    /// The text recorded under this key.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        text(&self.0.as_ref()?.attributes, key)
    }

    /// The integer recorded under this key.
    pub(crate) fn integer(&self, key: &str) -> Option<i64> {
        find(&self.0.as_ref()?.attributes, key)?.value()?.as_int()
    }
}

impl End<'_> {
    /// The text recorded under this key.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        text(&self.live.attributes, key)
    }

    /// Looks at the text recorded under this key, in place.
    pub(crate) fn with_text<T>(&self, key: &str, look: impl FnOnce(&str) -> T) -> Option<T> {
        match find(&self.live.attributes, key)?.scalar()? {
            Scalar::Str(text) => std::str::from_utf8(text).ok().map(look),
            _ => None,
        }
    }

    /// Whether the outcome is an error so far.
    pub(crate) fn has_failed(&self) -> bool {
        self.live
            .extra()
            .outcome
            .is_some_and(crate::record::Outcome::is_error)
    }
}

#[cfg(all(test, feature = "pipeline"))]
pub(crate) mod testing {
    use super::*;
    use crate::record::{Kind, SpanRecord};
    use crate::site::Site;
    use crate::testing::TestTraces;
    use crate::value::{Key, Value};

    static SITE: Site = Site::new("site", "test", "test.rs", 1);

    /// A span that records.
    pub(crate) fn span() -> Span {
        let _traces = TestTraces::start();
        let span = crate::recorder::start(&SITE);
        assert!(span.recording());
        span
    }

    pub(crate) fn name(span: &Span) -> String {
        String::from_utf8(span.0.as_ref().expect("a live span").extra().name.clone()).expect("text")
    }

    pub(crate) fn attributes(span: &Span) -> Vec<(Key, Value)> {
        Reader::new(&span.0.as_ref().expect("a live span").attributes).attributes()
    }

    pub(crate) fn ending<T>(span: &mut Span, run: impl FnOnce(&mut End<'_>) -> T) -> T {
        run(&mut End {
            live: span.0.as_mut().expect("a live span"),
        })
    }

    pub(crate) fn error_type(span: &Span) -> Option<&str> {
        span.0
            .as_ref()
            .expect("a live span")
            .extra()
            .error_type
            .as_deref()
    }

    /// An ended span of this name and these attributes, a second long.
    pub(crate) fn record(name: &'static str, attributes: Vec<(Key, Value)>) -> SpanRecord {
        SpanRecord {
            kind: Kind::Client,
            end_ns: 1_000_000_000,
            attributes,
            ..SpanRecord::new(crate::TraceId::INVALID, crate::SpanId::INVALID, name.to_owned())
        }
    }
}
