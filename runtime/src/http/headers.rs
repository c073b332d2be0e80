//! Headers that are recorded because they were named.

use http::HeaderMap;

/// A header that is recorded, and the attribute that it becomes.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    name: String,
    attribute: String,
}

/// `prefix` is `http.request.header.` or `http.response.header.`.
pub(super) fn recorded(names: impl IntoIterator<Item = impl AsRef<str>>, prefix: &str) -> Vec<Recorded> {
    let recorded = |name: &str| {
        let name = name.trim().to_ascii_lowercase();
        let attribute = format!("{prefix}{name}");
        Recorded { name, attribute }
    };
    names.into_iter().map(|name| recorded(name.as_ref())).collect()
}

/// Calls `set` with the attribute and the values of each recorded header that is there.
pub(super) fn read(recorded: &[Recorded], headers: &HeaderMap, mut set: impl FnMut(&str, &[String])) {
    for header in recorded {
        let values: Vec<_> = headers
            .get_all(&header.name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        if !values.is_empty() {
            set(&header.attribute, &values);
        }
    }
}
