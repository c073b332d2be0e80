//! Whom a span spoke to, as Zipkin's `remoteEndpoint`: attributes in, the first of OpenTelemetry's ranking out.

use crate::destination::json::{Object, display, plain_text};
use crate::record::{Kind, SpanRecord};
use crate::value::Value;
use std::borrow::Cow;
use std::net::IpAddr;

/// The attributes by rank, an address's with that of its port.
const RANKING: [(&str, Option<&str>); 11] = [
    ("peer.service", None),
    ("server.address", None),
    ("net.peer.name", None),
    ("network.peer.address", Some("network.peer.port")),
    ("server.socket.domain", None),
    ("server.socket.address", Some("server.socket.port")),
    ("net.sock.peer.name", None),
    ("net.sock.peer.addr", Some("net.sock.peer.port")),
    ("peer.hostname", None),
    ("peer.address", None),
    ("db.name", None),
];

#[derive(Debug, PartialEq)]
pub(super) enum Remote<'a> {
    Named(Cow<'a, str>),
    At(IpAddr, Option<u16>),
}

impl<'a> Remote<'a> {
    /// Of a client and a producer alone: for Zipkin the others are spoken to.
    pub(super) fn of(span: &'a SpanRecord) -> Option<Self> {
        if !matches!(span.kind, Kind::Client | Kind::Producer) {
            return None;
        }
        let get = |wanted: &str| {
            span.attributes
                .iter()
                .find(|(key, _)| key.as_str() == wanted)
                .map(|(_, value)| value)
        };
        RANKING.iter().find_map(|(name, port)| {
            let text = plain_text(get(name)?);
            if text.is_empty() {
                return None;
            }
            // The others are names, even where they look like an address.
            let is_address = port.is_some() || *name == "peer.address";
            match text.parse() {
                Ok(address) if is_address => Some(Self::At(address, port.and_then(get).and_then(number))),
                _ => Some(Self::Named(text)),
            }
        })
    }

    pub(super) fn write(&self, own: &mut Object<'_>) {
        own.object("remoteEndpoint", |own| match self {
            Self::Named(name) => own.text("serviceName", name),
            Self::At(address, port) => {
                own.quoted(if address.is_ipv4() { "ipv4" } else { "ipv6" }, address);
                if let Some(port) = port {
                    display(own.key("port"), port);
                }
            }
        });
    }
}

fn number(value: &Value) -> Option<u16> {
    plain_text(value).parse().ok().filter(|port| *port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{SpanId, TraceId};

    fn span(kind: Kind, attributes: &[(&'static str, Value)]) -> SpanRecord {
        SpanRecord {
            kind,
            attributes: attributes
                .iter()
                .map(|(key, value)| ((*key).into(), value.clone()))
                .collect(),
            ..SpanRecord::new(TraceId::random(), SpanId::random(), "")
        }
    }

    #[test]
    fn the_ranking_decides_and_not_the_order() {
        let all: Vec<_> = RANKING
            .iter()
            .rev()
            .map(|(name, _)| (*name, Value::from(*name)))
            .collect();
        for rank in 0..RANKING.len() {
            let left = &all[..RANKING.len() - rank];
            assert_eq!(
                Remote::of(&span(Kind::Client, left)),
                Some(Remote::Named(RANKING[rank].0.into())),
            );
        }
    }

    #[test]
    fn an_address_goes_with_its_port() {
        let attributes = [
            ("network.peer.port", Value::Int(5432)),
            ("network.peer.address", "::1".into()),
        ];
        let span = span(Kind::Producer, &attributes);
        let mut out = Vec::new();
        crate::destination::json::object(&mut out, |own| Remote::of(&span).unwrap().write(own));
        let expected = br#"{"remoteEndpoint":{"ipv6":"::1","port":5432}}"#;
        assert_eq!(String::from_utf8(out).unwrap().as_bytes(), expected);
    }

    #[test]
    fn who_is_spoken_to_names_nobody() {
        let attributes = [("peer.service", Value::from("shop"))];
        for kind in [Kind::Server, Kind::Consumer, Kind::Internal] {
            assert_eq!(Remote::of(&span(kind, &attributes)), None);
        }
    }
}
