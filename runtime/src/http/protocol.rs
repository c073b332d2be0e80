//! Methods and versions as the conventions write them.

use http::{Method, Version};
use std::sync::OnceLock;

/// Methods that are written as they are; of others there may be any number, so that they would spoil names.
const KNOWN: [&str; 10] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE",
];

/// `http.request.method` of a method that is not known.
const OTHER: &str = "_OTHER";

/// A request's method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MethodName<'a> {
    /// `http.request.method`.
    pub(super) method: &'a str,
    /// `http.request.method_original`, where that is not the same.
    pub(super) original: Option<&'a str>,
    /// The method in a span's name.
    pub(super) in_name: &'a str,
}

/// How a method is written, given the methods that are known.
fn named<'a>(method: &'a str, is_known: impl Fn(&str) -> bool) -> MethodName<'a> {
    if is_known(method) {
        MethodName {
            method,
            original: None,
            in_name: method,
        }
    } else {
        MethodName {
            method: OTHER,
            original: Some(method),
            in_name: "HTTP",
        }
    }
}

/// How a method is written. `OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS`, a list between commas, replaces the known
/// ones; it is read once.
pub(super) fn method_name(method: &Method) -> MethodName<'_> {
    static SET: OnceLock<Option<Vec<String>>> = OnceLock::new();
    let set = SET.get_or_init(|| {
        let list = std::env::var("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS").ok()?;
        parse_methods(&list)
    });
    named(method.as_str(), |method| match set {
        Some(set) => set.iter().any(|known| known == method),
        None => KNOWN.contains(&method),
    })
}

/// Empty counts as unset, as for all of OpenTelemetry's variables.
fn parse_methods(list: &str) -> Option<Vec<String>> {
    let methods: Vec<_> = list
        .split(',')
        .map(str::trim)
        .filter(|method| !method.is_empty())
        .map(str::to_owned)
        .collect();
    (!methods.is_empty()).then_some(methods)
}

/// `network.protocol.version`.
pub(super) fn protocol_version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_09 => Some("0.9"),
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        _ => None,
    }
}

/// `error.type` where only the error's type is known.
#[cfg(feature = "tower")]
pub(super) fn error_type_of<E: ?Sized>() -> &'static str {
    let name = std::any::type_name::<E>();
    if name.contains("dyn ") { OTHER } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_methods_do_not_reach_names() {
        let known = |method: &str| KNOWN.contains(&method);
        assert_eq!(named("GET", known).in_name, "GET");
        assert_eq!(
            named("get", known),
            MethodName {
                method: "_OTHER",
                original: Some("get"),
                in_name: "HTTP"
            }
        );
    }

    #[test]
    fn a_list_of_ones_own_replaces_the_known() {
        assert_eq!(
            parse_methods(" GET ,,PROPFIND"),
            Some(vec!["GET".to_owned(), "PROPFIND".to_owned()])
        );
        assert_eq!(parse_methods(" , "), None);
    }

    #[test]
    fn versions() {
        assert_eq!(protocol_version(Version::HTTP_11), Some("1.1"));
        assert_eq!(protocol_version(Version::HTTP_2), Some("2"));
    }
}
