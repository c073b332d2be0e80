//! Where requests go: a checked URL, and the form of it that may be shown.

use super::error::SettingsError;
use std::fmt;
use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::time::Duration;
use ureq::http::Uri;

/// How long [`Endpoint::is_reachable`] tries.
const PROBE: Duration = Duration::from_secs(1);

/// A URL with a scheme and a host.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::destination) struct Endpoint(Uri);

impl Endpoint {
    /// Checks a URL that came by `option`; the error never repeats it, since it may hold a password.
    pub(in crate::destination) fn parse(option: &'static str, text: &str) -> Result<Self, SettingsError> {
        let bad = |problem| SettingsError::Endpoint { option, problem };
        let uri: Uri = text.trim().parse().map_err(|_| bad("is not a URL"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") if cfg!(feature = "tls") => {}
            Some("https") => return Err(SettingsError::NoTls { option }),
            Some(_) => return Err(bad("has a scheme other than http and https")),
            None => return Err(bad("has no scheme")),
        }
        if uri.host().is_none_or(str::is_empty) {
            return Err(bad("has no host"));
        }
        Ok(Self(uri))
    }

    /// This endpoint with `relative` appended to its path; a query stays behind it.
    pub(in crate::destination) fn below(&self, relative: &str) -> Result<Self, SettingsError> {
        let query = self
            .0
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let path = self.0.path().trim_end_matches('/');
        let path = format!("{path}/{relative}{query}");
        let mut parts = self.0.clone().into_parts();
        let bad = |problem| SettingsError::Endpoint {
            option: "endpoint",
            problem,
        };
        parts.path_and_query = Some(
            path.parse()
                .map_err(|_| bad("has a path that cannot be extended"))?,
        );
        Uri::from_parts(parts).map(Self).map_err(|_| bad("is not a URL"))
    }

    pub(in crate::destination) fn uri(&self) -> &Uri {
        &self.0
    }

    #[cfg(all(feature = "grpc", feature = "tls"))]
    pub(in crate::destination) fn is_tls(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }

    /// Whether what is sent travels unencrypted to another machine.
    pub(in crate::destination) fn is_exposed(&self) -> bool {
        let host = self.0.host().unwrap_or_default().trim_matches(['[', ']']);
        let loopback = match host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                host == "localhost" || host.ends_with(".localhost")
            }
        };
        self.0.scheme_str() == Some("http") && !loopback
    }

    /// Whether the URL holds a user name or a password.
    pub(in crate::destination) fn has_userinfo(&self) -> bool {
        self.0
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
    }

    /// Whether a TCP connection can be made now. Says no after one second, however long the name takes to
    /// resolve: that goes on in a thread of its own.
    pub(in crate::destination) fn is_reachable(&self) -> bool {
        let host = self
            .0
            .host()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned();
        let default_port = if self.0.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        let port = self.0.port_u16().unwrap_or(default_port);
        let (answer, answered) = mpsc::channel();
        let spawned = std::thread::Builder::new()
            .name("spanwright-probe".into())
            .spawn(move || {
                let reached = (host.as_str(), port)
                    .to_socket_addrs()
                    .is_ok_and(|mut all| all.any(|one| TcpStream::connect_timeout(&one, PROBE).is_ok()));
                // Nobody listens any more where it took too long.
                let _ = answer.send(reached);
            });
        spawned.is_ok() && answered.recv_timeout(PROBE).unwrap_or(false)
    }
}

/// Scheme, host, port and path. User name, password and query, where keys are found, are left out.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.scheme_str().unwrap_or_default();
        write!(f, "{scheme}://{}", self.0.host().unwrap_or_default())?;
        if let Some(port) = self.0.port_u16() {
            write!(f, ":{port}")?;
        }
        match self.0.path() {
            "/" => Ok(()),
            path => f.write_str(path),
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traces(text: &str) -> Result<String, SettingsError> {
        let endpoint = Endpoint::parse("endpoint", text)?.below("v1/traces")?;
        Ok(endpoint.uri().to_string())
    }

    #[test]
    fn the_signal_path_is_appended_to_a_base() {
        for (base, whole) in [
            ("http://localhost:4318", "http://localhost:4318/v1/traces"),
            ("http://localhost:4318/", "http://localhost:4318/v1/traces"),
            ("http://h/api/otlp/", "http://h/api/otlp/v1/traces"),
            ("http://[::1]:4318/a?key=b", "http://[::1]:4318/a/v1/traces?key=b"),
        ] {
            assert_eq!(traces(base).unwrap(), whole);
        }
    }

    #[test]
    fn what_is_no_url_is_refused_without_repeating_it() {
        for bad in [
            "localhost:4318",
            "",
            "ftp://secret/",
            "http://",
            "/v1/secret",
            "http://secret host/",
            "grpc://secret",
        ] {
            let error = traces(bad).unwrap_err().to_string();
            assert!(error.starts_with("the option endpoint "), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn what_is_shown_holds_no_key() {
        let endpoint = Endpoint::parse("endpoint", "http://me:secret@h:1/p?key=secret").unwrap();
        assert_eq!(endpoint.to_string(), "http://h:1/p");
        assert_eq!(format!("{endpoint:?}"), "http://h:1/p");
    }
}
