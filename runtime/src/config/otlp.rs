//! `OTEL_EXPORTER_OTLP_*`: for each signal, its own variable first, then the general one.

use super::env::{Env, one_of, whole};
use super::pairs::{self, Headers};
pub(crate) use crate::record::Signal;
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How OTLP is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Protocol {
    Grpc,
    #[default]
    HttpProtobuf,
    HttpJson,
}

/// How a request's body is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Compression {
    #[default]
    None,
    Gzip,
}

impl Signal {
    /// `TRACES`, `LOGS` or `METRICS`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Traces => "TRACES",
            Self::Logs => "LOGS",
            Self::Metrics => "METRICS",
        }
    }

    /// The path below a base endpoint.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Traces => "v1/traces",
            Self::Logs => "v1/logs",
            Self::Metrics => "v1/metrics",
        }
    }
}

/// Where requests go: for HTTP the signal's whole URL, for gRPC the server's. Shown without user,
/// password and query.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint(String);

impl Endpoint {
    /// A URL that was found to be one.
    pub(super) const fn new(url: String) -> Self {
        Self(url)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        write!(f, "{scheme}://{host}{path}")
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// One signal's OTLP exporter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtlpSettings {
    pub(crate) protocol: Protocol,
    pub(crate) endpoint: Endpoint,
    /// Whether a variable names the endpoint: that alone asks for OTLP where no exporter is named.
    pub(crate) endpoint_from: Option<EndpointFrom>,
    pub(crate) headers: Headers,
    /// For one request; `None` is no limit.
    pub(crate) timeout: Option<Duration>,
    pub(crate) compression: Compression,
    pub(crate) certificate: Option<PathBuf>,
    pub(crate) client_key: Option<PathBuf>,
    pub(crate) client_certificate: Option<PathBuf>,
}

/// Which variable named an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointFrom {
    /// The signal's own.
    Signal,
    /// The one for all signals.
    General,
}

/// The default for one request, as OpenTelemetry has it.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The general variable that older systems use for `OTEL_EXPORTER_OTLP_ENDPOINT`.
const ENDPOINT_ALIAS: &str = "OTEL_EXPORTER_ENDPOINT";

impl OtlpSettings {
    pub(super) fn read(env: &mut Env<'_>, signal: Signal) -> Self {
        let protocol = first(env, signal, "PROTOCOL", "http/protobuf", protocol).unwrap_or_default();
        let (endpoint, endpoint_from) = endpoint(env, signal, protocol);
        let timeout = first(env, signal, "TIMEOUT", "10000 ms", |text| {
            whole(text, 0).map(Duration::from_millis)
        });
        Self {
            protocol,
            endpoint,
            endpoint_from,
            headers: headers(env, signal),
            timeout: Some(timeout.unwrap_or(TIMEOUT)).filter(|time| !time.is_zero()),
            compression: first(env, signal, "COMPRESSION", "none", |text| {
                one_of(text, &[("none", Compression::None), ("gzip", Compression::Gzip)])
            })
            .unwrap_or_default(),
            certificate: path(env, signal, "CERTIFICATE"),
            client_key: path(env, signal, "CLIENT_KEY"),
            client_certificate: path(env, signal, "CLIENT_CERTIFICATE"),
        }
    }
}

fn own_name(signal: Signal, option: &str) -> String {
    format!("OTEL_EXPORTER_OTLP_{}_{option}", signal.name())
}

fn general_name(option: &str) -> String {
    format!("OTEL_EXPORTER_OTLP_{option}")
}

/// The signal's own value if it is good, else the general one if that is.
fn first<T>(
    env: &mut Env<'_>,
    signal: Signal,
    option: &str,
    default: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    let general = general_name(option);
    let instead = if env.is_set(&general) { &general } else { default };
    env.parsed(&own_name(signal, option), instead, &parse)
        .or_else(|| env.parsed(&general, default, &parse))
}

fn protocol(text: &str) -> Result<Protocol, String> {
    let names = [
        ("grpc", Protocol::Grpc),
        ("http/protobuf", Protocol::HttpProtobuf),
        ("http/json", Protocol::HttpJson),
    ];
    one_of(text, &names)
}

fn path(env: &mut Env<'_>, signal: Signal, option: &str) -> Option<PathBuf> {
    first(env, signal, option, "none", |text| Ok(PathBuf::from(text)))
}

/// The signal's own headers replace the general ones, as any of its variables does.
fn headers(env: &mut Env<'_>, signal: Signal) -> Headers {
    let mut headers = pairs::headers(env, &own_name(signal, "HEADERS"))
        .or_else(|| pairs::headers(env, &general_name("HEADERS")))
        .unwrap_or_default();
    super::legacy::authorization(env, &mut headers);
    headers
}

fn endpoint(env: &mut Env<'_>, signal: Signal, protocol: Protocol) -> (Endpoint, Option<EndpointFrom>) {
    let is_grpc = protocol == Protocol::Grpc;
    let base = if is_grpc {
        "http://localhost:4317"
    } else {
        "http://localhost:4318"
    };
    let insecure = insecure(env, signal);
    let parse = |text: &str| url(&with_scheme(text, is_grpc), is_grpc, insecure);
    let general = general_name("ENDPOINT");
    let named = if env.is_set(&general) { &general } else { base };

    let own = own_name(signal, "ENDPOINT");
    if let Some(url) = env.parsed(&own, named, parse) {
        note_scheme(env, &own, is_grpc);
        check_port(env, &own, &url, protocol);
        return (Endpoint(url), Some(EndpointFrom::Signal));
    }
    let mut from = Some(EndpointFrom::General);
    let mut variable = general.as_str();
    let mut url = env.parsed(&general, base, parse);
    if url.is_none() && env.is_set(ENDPOINT_ALIAS) {
        env.note(
            ENDPOINT_ALIAS,
            "read as OTEL_EXPORTER_OTLP_ENDPOINT, which is its name now",
        );
        variable = ENDPOINT_ALIAS;
        url = env.parsed(ENDPOINT_ALIAS, base, parse).map(without_signal);
    }
    note_scheme(env, variable, is_grpc);
    let url = url.unwrap_or_else(|| {
        // One that cannot be used asks for OTLP all the same.
        from = from.filter(|_| env.is_set(variable) || env.is_set(&own));
        base.to_owned()
    });
    check_port(env, variable, &url, protocol);
    let url = if is_grpc { url } else { below(&url, signal) };
    (Endpoint(url), from)
}

/// The variable that named the endpoint of traces.
pub(super) fn endpoint_variable(env: &mut Env<'_>, from: EndpointFrom) -> &'static str {
    match from {
        EndpointFrom::Signal => "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        EndpointFrom::General if env.is_set("OTEL_EXPORTER_OTLP_ENDPOINT") => "OTEL_EXPORTER_OTLP_ENDPOINT",
        EndpointFrom::General => ENDPOINT_ALIAS,
    }
}

fn insecure(env: &mut Env<'_>, signal: Signal) -> bool {
    env.boolean(&own_name(signal, "INSECURE"))
        .or_else(|| env.boolean(&general_name("INSECURE")))
        .unwrap_or(false)
}

/// An address on this machine needs no scheme: `localhost:4318`.
fn with_scheme(text: &str, is_grpc: bool) -> Cow<'_, str> {
    let is_here = ["localhost:", "127.0.0.1:", "[::1]:"]
        .iter()
        .any(|host| text.starts_with(host));
    if is_here && !is_grpc {
        Cow::Owned(format!("http://{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn note_scheme(env: &mut Env<'_>, variable: &str, is_grpc: bool) {
    let text = env.text(variable).unwrap_or_default();
    if matches!(with_scheme(&text, is_grpc), Cow::Owned(_)) {
        env.note(variable, "has no scheme; http:// is put before it");
    }
}

/// A usable URL. gRPC takes a bare `host:port` too; `INSECURE` then says whether to use TLS.
pub(super) fn url(text: &str, is_grpc: bool, insecure: bool) -> Result<String, String> {
    let text = match text.split_once("://") {
        Some(_) => text.to_owned(),
        None if is_grpc => format!("{}://{text}", if insecure { "http" } else { "https" }),
        None => return Err("the endpoint does not begin with http:// or https://".to_owned()),
    };
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let is_http = ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if !is_http {
        Err("the endpoint's scheme is neither http nor https".to_owned())
    } else if host.is_empty()
        || host.starts_with(':')
        || text.contains(|c: char| c.is_whitespace() || c.is_control())
    {
        Err("the endpoint is not a URL".to_owned())
    } else {
        Ok(text)
    }
}

/// The port of a URL, where it is written.
fn port(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    // Behind the bracket of an IPv6 address, colons are not a port's.
    authority
        .rsplit_once(':')
        .map(|(_, port)| port)
        .filter(|port| !port.contains(']'))
}

/// The two ports are mixed up so often that it is worth saying.
fn check_port(env: &mut Env<'_>, variable: &str, url: &str, protocol: Protocol) {
    let message = match (protocol, port(url)) {
        (Protocol::Grpc, Some("4318")) => {
            "port 4318 usually takes OTLP over HTTP but the protocol is grpc; \
             use port 4317, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
        }
        (Protocol::HttpProtobuf | Protocol::HttpJson, Some("4317")) => {
            "port 4317 usually takes OTLP over gRPC but the protocol is HTTP; \
             use port 4318, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc"
        }
        _ => return,
    };
    env.note(variable, message);
}

/// A base endpoint with the signal's path behind its own, before a query.
fn below(base: &str, signal: Signal) -> String {
    let (path, query) = base.split_at(base.find(['?', '#']).unwrap_or(base.len()));
    format!("{}/{}{query}", path.trim_end_matches('/'), signal.path())
}

/// The alias was often given as a signal's whole URL.
fn without_signal(url: String) -> String {
    let whole = url.trim_end_matches('/');
    Signal::ALL
        .iter()
        .find_map(|signal| whole.strip_suffix(signal.path()))
        .map_or_else(|| url.clone(), str::to_owned)
}

#[cfg(test)]
mod tests;
