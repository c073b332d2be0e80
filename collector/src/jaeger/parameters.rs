//! Parameters of a query.

use axum::extract::Query;
use axum::http::Uri;

/// The parameters behind the question mark, in their order.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn of(uri: &Uri) -> Self {
        // It has no rule that a query could break: what is no `%41` stays as it is.
        let Query(pairs) = Query::try_from_uri(uri).unwrap_or_default();
        Self(pairs)
    }

    /// The first value of a name; empty where there is none.
    pub(super) fn get<'a>(&'a self, name: &str) -> &'a str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// All values of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The first of these names that has a value, and its value; the last name and nothing where none has one.
    pub(super) fn first_of<'a, 'n>(&'a self, names: &[&'n str]) -> (&'n str, &'a str) {
        let with_value = names
            .iter()
            .map(|name| (*name, self.get(name)))
            .find(|(_, value)| !value.is_empty());
        with_value.unwrap_or((names.last().copied().unwrap_or_default(), ""))
    }
}
