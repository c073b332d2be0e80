//! How spans travel to a server: what a program says in code, what the environment says, and what cannot go.

use spanwright::destination::{Compression, Destination, Jaeger, Otlp, Zipkin};
use std::error::Error;

/// A protocol, with its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Grpc,
    Http,
    HttpGzip,
    HttpJson,
    Zipkin,
    ThriftHttp,
    /// Compact, to an agent's port.
    ThriftUdp,
}

impl Protocol {
    pub(crate) const OTLP: [Self; 4] = [Self::Grpc, Self::Http, Self::HttpGzip, Self::HttpJson];
    const ALL: [Self; 7] = [
        Self::Grpc,
        Self::Http,
        Self::HttpGzip,
        Self::HttpJson,
        Self::Zipkin,
        Self::ThriftHttp,
        Self::ThriftUdp,
    ];

    /// The name on this program's command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http/protobuf",
            Self::HttpGzip => "http/protobuf+gzip",
            Self::HttpJson => "http/json",
            Self::Zipkin => "zipkin",
            Self::ThriftHttp => "http/thrift.binary",
            Self::ThriftUdp => "udp/thrift.compact",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.as_str() == name)
    }

    pub(crate) fn is_otlp(self) -> bool {
        Self::OTLP.contains(&self)
    }

    /// The destination, as a program makes it. `to` is a URL, of UDP's a host and a port.
    pub(crate) fn destination(self, to: &str) -> Result<Box<dyn Destination>, Box<dyn Error>> {
        let otlp = match self {
            Self::Grpc => Otlp::grpc(to),
            Self::Http => Otlp::http(to),
            Self::HttpGzip => Otlp::http(to).compression(Compression::Gzip),
            Self::HttpJson => Otlp::http_json(to),
            Self::Zipkin => return Ok(Zipkin::new(to).build()?),
            Self::ThriftHttp => return Ok(Jaeger::new().endpoint(format!("{to}/api/traces")).build()?),
            Self::ThriftUdp => {
                let (host, port) = to.rsplit_once(':').ok_or("no port")?;
                return Ok(Jaeger::new().agent(host, port.parse()?).build()?);
            }
        };
        // The servers take spans alone.
        Ok(Box::new(otlp.signals(spanwright::Signals::TRACES).build()?))
    }

    /// The variables that lead there.
    pub(crate) fn variables(self, to: &str) -> Vec<(&'static str, String)> {
        let otlp = |protocol: &str, compression: &str| {
            vec![
                ("OTEL_TRACES_EXPORTER", "otlp".into()),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol.into()),
                ("OTEL_EXPORTER_OTLP_COMPRESSION", compression.into()),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", to.into()),
            ]
        };
        match self {
            Self::Grpc => otlp("grpc", "none"),
            Self::Http => otlp("http/protobuf", "none"),
            Self::HttpGzip => otlp("http/protobuf", "gzip"),
            Self::HttpJson => otlp("http/json", "none"),
            Self::Zipkin => vec![
                ("OTEL_TRACES_EXPORTER", "zipkin".into()),
                ("OTEL_EXPORTER_ZIPKIN_ENDPOINT", format!("{to}/api/v2/spans")),
            ],
            Self::ThriftHttp => vec![("JAEGER_ENDPOINT", format!("{to}/api/traces"))],
            Self::ThriftUdp => {
                let (host, port) = to.rsplit_once(':').unwrap_or((to, ""));
                vec![
                    ("OTEL_TRACES_EXPORTER", "jaeger".into()),
                    ("JAEGER_AGENT_HOST", host.into()),
                    ("JAEGER_AGENT_PORT", port.into()),
                ]
            }
        }
    }
}
