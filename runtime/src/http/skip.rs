//! Which requests leave no trace: health checks and static files.

use http::{Method, Request};
use std::borrow::Cow;

/// What [`TraceLayer`](super::TraceLayer) skips unless told otherwise: health checks, the metrics endpoint, and
/// static files by their extension.
///
/// The notation is that of [`TraceLayer::skip`](super::TraceLayer::skip).
pub const DEFAULT_SKIP: &[&str] = &[
    "/health",
    "/healthz",
    "/ready",
    "/readyz",
    "/live",
    "/livez",
    "/metrics",
    "/ping",
    "/favicon.ico",
    "*.css",
    "*.js",
    "*.mjs",
    "*.map",
    "*.png",
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.svg",
    "*.webp",
    "*.ico",
    "*.woff",
    "*.woff2",
    "*.ttf",
];

/// Paths that are skipped.
#[derive(Clone, Debug)]
pub(super) struct Skip(Vec<Cow<'static, str>>);

impl Default for Skip {
    fn default() -> Self {
        Self(DEFAULT_SKIP.iter().copied().map(Cow::Borrowed).collect())
    }
}

impl Skip {
    pub(super) fn new(paths: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        Self(paths.into_iter().map(Into::into).collect())
    }

    pub(super) fn covers<B>(&self, request: &Request<B>) -> bool {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        self.covers_path(request.uri().path(), reads)
    }

    /// Static files are only read: `POST /upload/logo.png` is work.
    fn covers_path(&self, path: &str, reads: bool) -> bool {
        let path = match path.strip_suffix('/') {
            Some(shorter) if !shorter.is_empty() => shorter,
            _ => path,
        };
        self.0.iter().any(|entry| match entry.strip_prefix('*') {
            Some(ending) => reads && ends_with_ignoring_case(path, ending),
            None => match entry.strip_suffix("/*") {
                Some(above) => path
                    .strip_prefix(above)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
                None => path == entry,
            },
        })
    }
}

fn ends_with_ignoring_case(path: &str, ending: &str) -> bool {
    let (path, ending) = (path.as_bytes(), ending.as_bytes());
    path.len() >= ending.len() && path[path.len() - ending.len()..].eq_ignore_ascii_case(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_checks_and_files_are_skipped() {
        let skip = Skip::default();
        for path in [
            "/health",
            "/healthz/",
            "/metrics",
            "/favicon.ico",
            "/a/b/app.JS",
            "/x.png",
        ] {
            assert!(skip.covers_path(path, true), "{path}");
        }
        for path in ["/", "/healthy", "/api/health", "/health/db", "/js", "/orders/7"] {
            assert!(!skip.covers_path(path, true), "{path}");
        }
    }

    #[test]
    fn only_reading_a_file_is_skipped() {
        let skip = Skip::default();
        assert!(!skip.covers_path("/avatars/me.png", false));
        assert!(skip.covers_path("/health", false));
    }

    #[test]
    fn a_list_of_ones_own_replaces_the_default() {
        let skip = Skip::new(["/internal/*", "/exact"]);
        assert!(skip.covers_path("/internal", false));
        assert!(skip.covers_path("/internal/a/b", false));
        assert!(!skip.covers_path("/internals", false));
        assert!(skip.covers_path("/exact", true));
        assert!(!skip.covers_path("/health", true));
    }
}
