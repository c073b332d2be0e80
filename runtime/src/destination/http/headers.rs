//! Headers that a person gives: checked, and kept out of everything that is shown.

use super::endpoint::Endpoint;
use super::error::SettingsError;
use crate::redact::redact_inline;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

/// Headers that the exporter sets itself, or that would break a request.
const RESERVED: [&str; 6] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "te",
    "transfer-encoding",
];

/// The headers as they are sent; of several with one name the last.
pub(in crate::destination) fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, SettingsError> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (at, (name, value)) in headers.iter().enumerate() {
        let position = at + 1;
        let name: HeaderName = name
            .trim()
            .parse()
            .map_err(|_| SettingsError::HeaderName { position })?;
        if RESERVED.contains(&name.as_str()) || name.as_str().starts_with("grpc-") {
            let name = name.to_string();
            return Err(SettingsError::ReservedHeader { name });
        }
        let mut value = HeaderValue::from_str(value.trim()).map_err(|_| SettingsError::HeaderValue {
            name: name.to_string(),
        })?;
        value.set_sensitive(true);
        map.insert(name, value);
    }
    Ok(map)
}

/// A warning where a key travels unencrypted to another machine.
pub(in crate::destination) fn unencrypted_key<'a>(
    mut endpoints: impl Iterator<Item = &'a Endpoint>,
    headers: &HeaderMap,
) -> Option<String> {
    let is_key = |(name, value): (&HeaderName, &HeaderValue)| match value.to_str() {
        Ok(value) => redact_inline(name.as_str(), value) != value,
        Err(_) => true,
    };
    let header = headers.iter().any(is_key);
    endpoints
        .find(|endpoint| endpoint.is_exposed() && (header || endpoint.has_userinfo()))
        .map(|endpoint| format!("a key travels unencrypted to {endpoint}; use https"))
}
