//! What trace context is read from and written to: HTTP headers, an MCP `_meta` object, a message's properties.

use std::collections::{BTreeMap, HashMap};

/// A source of header lines.
///
/// Names are compared without regard to ASCII case, and a name may occur several times: W3C Trace Context
/// refuses a repeated `traceparent` and joins repeated `tracestate` and `baggage`, so an implementation
/// must not hide repetitions.
///
/// ```
/// use spanwright::propagate::Extract;
/// struct Message { properties: Vec<(&'static str, &'static str)> }
/// impl Extract for Message {
///     fn for_each(&self, f: &mut dyn FnMut(&str, &str)) {
///         self.properties.iter().for_each(|(name, value)| f(name, value));
///     }
/// }
/// ```
pub trait Extract {
    /// Calls `f` with the name and value of every line, in the order received.
    ///
    /// A value that is not UTF-8 is passed with U+FFFD in place of what cannot be read, so that it counts as
    /// a line and is then refused.
    fn for_each(&self, f: &mut dyn FnMut(&str, &str));

    /// Calls `f` with every value under `name`, in any case, in the order received.
    fn get_all(&self, name: &str, f: &mut dyn FnMut(&str)) {
        self.for_each(&mut |found, value| {
            if found.eq_ignore_ascii_case(name) {
                f(value);
            }
        });
    }
}

/// A place header lines are written to.
pub trait Inject {
    /// Puts `value` under `name`, in place of every value that is there under that name in any case.
    ///
    /// Names are lower case, and values printable ASCII: neither can hold a line break.
    fn set(&mut self, name: &str, value: String);

    /// Removes every value under `name` in any case, so that a forwarded header does not outlive the context
    /// it belonged to. The default does nothing, which fits a carrier that always starts empty.
    fn remove(&mut self, name: &str) {
        let _ = name;
    }
}

impl<T: Extract + ?Sized> Extract for &T {
    fn for_each(&self, f: &mut dyn FnMut(&str, &str)) {
        (**self).for_each(f);
    }

    fn get_all(&self, name: &str, f: &mut dyn FnMut(&str)) {
        (**self).get_all(name, f);
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Extract for [(K, V)] {
    fn for_each(&self, f: &mut dyn FnMut(&str, &str)) {
        self.iter()
            .for_each(|(name, value)| f(name.as_ref(), value.as_ref()));
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> Extract for [(K, V); N] {
    fn for_each(&self, f: &mut dyn FnMut(&str, &str)) {
        self.as_slice().for_each(f);
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Extract for Vec<(K, V)> {
    fn for_each(&self, f: &mut dyn FnMut(&str, &str)) {
        self.as_slice().for_each(f);
    }
}

impl Inject for Vec<(String, String)> {
    fn set(&mut self, name: &str, value: String) {
        Inject::remove(self, name);
        self.push((name.to_owned(), value));
    }

    fn remove(&mut self, name: &str) {
        self.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
    }
}

impl<S> Extract for HashMap<String, String, S> {
    fn for_each(&self, f: &mut dyn FnMut(&str, &str)) {
        self.iter().for_each(|(name, value)| f(name, value));
    }
}

impl<S: std::hash::BuildHasher> Inject for HashMap<String, String, S> {
    fn set(&mut self, name: &str, value: String) {
        Inject::remove(self, name);
        self.insert(name.to_owned(), value);
    }

    fn remove(&mut self, name: &str) {
        self.retain(|found, _| !found.eq_ignore_ascii_case(name));
    }
}

impl Extract for BTreeMap<String, String> {
    fn for_each(&self, f: &mut dyn FnMut(&str, &str)) {
        self.iter().for_each(|(name, value)| f(name, value));
    }
}

impl Inject for BTreeMap<String, String> {
    fn set(&mut self, name: &str, value: String) {
        Inject::remove(self, name);
        self.insert(name.to_owned(), value);
    }

    fn remove(&mut self, name: &str) {
        self.retain(|found, _| !found.eq_ignore_ascii_case(name));
    }
}

/// An MCP message's `_meta`, whose keys are the header names without a prefix. Values that are not strings
/// are passed over.
#[cfg(any(feature = "pipeline", feature = "serde"))]
impl Extract for serde_json::Map<String, serde_json::Value> {
    fn for_each(&self, f: &mut dyn FnMut(&str, &str)) {
        for (name, value) in self {
            if let Some(value) = value.as_str() {
                f(name, value);
            }
        }
    }
}

#[cfg(any(feature = "pipeline", feature = "serde"))]
impl Inject for serde_json::Map<String, serde_json::Value> {
    fn set(&mut self, name: &str, value: String) {
        Inject::remove(self, name);
        self.insert(name.to_owned(), value.into());
    }

    fn remove(&mut self, name: &str) {
        self.retain(|found, _| !found.eq_ignore_ascii_case(name));
    }
}

#[cfg(any(feature = "tower", feature = "reqwest"))]
impl Extract for http::HeaderMap {
    fn for_each(&self, f: &mut dyn FnMut(&str, &str)) {
        for (name, value) in self {
            f(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
    }

    fn get_all(&self, name: &str, f: &mut dyn FnMut(&str)) {
        for value in http::HeaderMap::get_all(self, name) {
            f(&String::from_utf8_lossy(value.as_bytes()));
        }
    }
}

#[cfg(any(feature = "tower", feature = "reqwest"))]
impl Inject for http::HeaderMap {
    fn set(&mut self, name: &str, value: String) {
        let name = http::HeaderName::from_bytes(name.as_bytes());
        let value = http::HeaderValue::try_from(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            // Fails where the map is full (32,768 names): then the request goes without.
            let _ = self.try_insert(name, value);
        }
    }

    fn remove(&mut self, name: &str) {
        http::HeaderMap::remove(self, name);
    }
}

/// A line of a header that means something only once: `None` where it is absent or repeated.
///
/// At most the first kilobyte is kept; nothing valid is longer.
pub(super) fn sole(carrier: &dyn Extract, name: &str) -> Option<String> {
    const MAX_BYTES: usize = 1024;
    let mut lines = 0_usize;
    let mut text = None;
    carrier.get_all(name, &mut |line| {
        lines += 1;
        text = (lines == 1).then(|| {
            let line = line.trim_matches([' ', '\t']);
            let end = (0..=line.len().min(MAX_BYTES))
                .rev()
                .find(|end| line.is_char_boundary(*end));
            line[..end.unwrap_or(0)].to_owned()
        });
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(carrier: &dyn Extract, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        carrier.get_all(name, &mut |value| found.push(value.to_owned()));
        found
    }

    #[test]
    fn reads_every_line_in_any_case_and_in_order() {
        let pairs = [("X-A", "1"), ("x-b", "2"), ("x-a", "3")];
        assert_eq!(values(&pairs, "x-A"), ["1", "3"]);
        assert_eq!(values(&&pairs[..], "x-A"), ["1", "3"]);
        assert_eq!(values(&pairs.to_vec(), "X-B"), ["2"]);
        assert!(values(&pairs, "x-c").is_empty());
    }

    #[test]
    fn set_replaces_every_spelling() {
        let mut pairs = vec![
            ("Name".to_owned(), "old".to_owned()),
            ("other".to_owned(), "kept".to_owned()),
            ("NAME".to_owned(), "older".to_owned()),
        ];
        let mut hash: HashMap<_, _> = pairs.iter().cloned().collect();
        let mut tree: BTreeMap<_, _> = pairs.iter().cloned().collect();
        let carriers: [&mut dyn Inject; 3] = [&mut pairs, &mut hash, &mut tree];
        for carrier in carriers {
            carrier.set("name", "new".to_owned());
        }
        assert_eq!(values(&pairs, "name"), ["new"]);
        assert_eq!(values(&hash, "name"), ["new"]);
        assert_eq!(values(&tree, "name"), ["new"]);
        Inject::remove(&mut tree, "NaMe");
        assert!(values(&tree, "name").is_empty());
        assert_eq!(values(&tree, "other"), ["kept"]);
    }

    #[test]
    fn a_repeated_or_absent_line_is_no_line() {
        assert_eq!(sole(&[("b3", " x ")], "B3").as_deref(), Some("x"));
        assert_eq!(sole(&[("b3", "x"), ("B3", "x")], "b3"), None);
        assert_eq!(sole(&[("b3", "x")], "b4"), None);
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let long = format!("x{}", "é".repeat(1000));
        let kept = sole(&[("name", long.as_str())], "name").unwrap();
        assert_eq!(kept.len(), 1023);
        assert!(long.starts_with(&kept));
    }

    #[cfg(feature = "pipeline")]
    #[test]
    fn mcp_meta_is_a_carrier() {
        let mut meta = serde_json::Map::new();
        meta.insert("progressToken".to_owned(), 7.into());
        meta.insert("Baggage".to_owned(), "a=1".into());
        assert_eq!(values(&meta, "baggage"), ["a=1"]);
        meta.set("baggage", "a=2".to_owned());
        assert_eq!(
            serde_json::Value::from(meta).to_string(),
            r#"{"baggage":"a=2","progressToken":7}"#
        );
    }

    #[cfg(any(feature = "tower", feature = "reqwest"))]
    #[test]
    fn an_unreadable_header_still_counts_as_a_line() {
        let mut headers = http::HeaderMap::new();
        headers.append("x-a", http::HeaderValue::from_bytes(b"\xff").unwrap());
        headers.append("x-a", http::HeaderValue::from_static("1"));
        assert_eq!(values(&headers, "X-A"), ["\u{fffd}", "1"]);
        assert_eq!(sole(&headers, "x-a"), None);
        headers.set("x-a", "bad\r\nx-b: 1".to_owned());
        assert_eq!(headers.len(), 2, "what is not a header value is not written");
        headers.set("x-a", "2".to_owned());
        assert_eq!(values(&headers, "x-a"), ["2"]);
    }
}
