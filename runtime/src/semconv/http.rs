//! HTTP (core v1.45; stable but where noted).

/// A known method, or `_OTHER`.
pub const REQUEST_METHOD: &str = "http.request.method";
/// The method as sent, where it is not a known one.
pub const REQUEST_METHOD_ORIGINAL: &str = "http.request.method_original";
/// Which resend this is, from 1.
pub const REQUEST_RESEND_COUNT: &str = "http.request.resend_count";
/// The status code; integer.
pub const RESPONSE_STATUS_CODE: &str = "http.response.status_code";
/// The matched route, as a pattern.
pub const ROUTE: &str = "http.route";
/// Prefix of a request header's attribute; string array.
pub const REQUEST_HEADER_PREFIX: &str = "http.request.header.";
/// Prefix of a response header's attribute; string array.
pub const RESPONSE_HEADER_PREFIX: &str = "http.response.header.";
/// Histogram of seconds.
pub const METRIC_SERVER_REQUEST_DURATION: &str = "http.server.request.duration";
/// Histogram of seconds.
pub const METRIC_CLIENT_REQUEST_DURATION: &str = "http.client.request.duration";
/// Event: a request failed on the client.
pub const EVENT_CLIENT_EXCEPTION: &str = "http.client.request.exception";
/// Event: a request failed on the server.
pub const EVENT_SERVER_EXCEPTION: &str = "http.server.request.exception";
