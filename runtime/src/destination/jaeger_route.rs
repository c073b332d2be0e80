//! Which of Jaeger's protocols an endpoint takes, by its port and its path.

/// How a Jaeger is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    OtlpHttp,
    OtlpGrpc,
    /// `jaeger.thrift` over HTTP, as the collector takes it.
    ThriftHttp,
    /// Jaeger's own gRPC, which only its agents spoke.
    ModelGrpc,
}

impl Route {
    /// The default ports.
    pub(crate) fn of_port(port: u16) -> Option<Self> {
        match port {
            4318 => Some(Self::OtlpHttp),
            4317 => Some(Self::OtlpGrpc),
            14268 => Some(Self::ThriftHttp),
            14250 => Some(Self::ModelGrpc),
            _ => None,
        }
    }

    /// By the path, which is the clearest, then by the port.
    pub(crate) fn of_url(url: &str) -> Option<Self> {
        let (_, rest) = url.split_once("://")?;
        let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = path.trim_end_matches('/');
        if path.ends_with("/v1/traces") {
            return Some(Self::OtlpHttp);
        }
        if path.ends_with("/api/traces") {
            return Some(Self::ThriftHttp);
        }
        // Behind the bracket of an IPv6 address, colons are not a port's.
        let (_, port) = authority
            .rsplit_once(':')
            .filter(|(_, port)| !port.contains(']'))?;
        Self::of_port(port.parse().ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_goes_before_the_port() {
        for (url, route) in [
            ("http://jaeger:14268/api/traces", Some(Route::ThriftHttp)),
            ("http://jaeger:14268", Some(Route::ThriftHttp)),
            ("http://me:secret@jaeger:4318/", Some(Route::OtlpHttp)),
            ("http://jaeger:4317", Some(Route::OtlpGrpc)),
            ("http://jaeger:14250", Some(Route::ModelGrpc)),
            ("https://gate/jaeger/v1/traces?key=1", Some(Route::OtlpHttp)),
            (
                "https://gate/jaeger/api/traces/?format=jaeger.thrift",
                Some(Route::ThriftHttp),
            ),
            ("http://[::1]:4318", Some(Route::OtlpHttp)),
            ("http://[::4318]", None),
            ("http://jaeger", None),
            ("jaeger:14268", None),
        ] {
            assert_eq!(Route::of_url(url), route, "{url}");
        }
    }
}
