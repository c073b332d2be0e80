//! Where programs that are started here send their traces, by OpenTelemetry's variables.

use http::Uri;

use super::Report;
use crate::cli::arguments::Addresses;
use crate::cli::terminal::safe;

/// Variables whose value is no secret.
const SHOWN: [&str; 5] = [
    "OTEL_SDK_DISABLED",
    "OTEL_TRACES_EXPORTER",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_SERVICE_NAME",
];
/// Of these, what may be a key or a password is left out.
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
];
const SECRET: [&str; 2] = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];

pub(super) fn examine(at: &Addresses, variable: &dyn Fn(&str) -> Option<String>, report: &mut Report) {
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let named: Vec<_> = SHOWN
        .iter()
        .chain(&ENDPOINTS)
        .chain(&SECRET)
        .filter_map(|name| Some((*name, set(name)?)))
        .collect();
    for (name, value) in &named {
        let value = if ENDPOINTS.contains(name) {
            leads(at, value)
        } else if SECRET.contains(name) {
            "(set)".to_owned()
        } else {
            safe(value)
        };
        report.line(name, value);
    }
    if !named.iter().any(|(name, _)| ENDPOINTS.contains(name)) {
        let (http, grpc) = (at.otlp_http, at.otlp_grpc);
        let text = match (http.port(), set("OTEL_TRACES_EXPORTER").as_deref()) {
            (4318, Some("otlp")) => {
                "no endpoint is set: OTLP goes to its usual port, which leads here".to_owned()
            }
            (4318, _) => "to send traces here, set OTEL_TRACES_EXPORTER=otlp".to_owned(),
            _ => format!(
                "to send traces here, set OTEL_TRACES_EXPORTER=otlp and OTEL_EXPORTER_OTLP_ENDPOINT=http://{http} \
                 (over gRPC http://{grpc})"
            ),
        };
        report.line("", text);
    }
}

/// Whether an endpoint is one of the collector's, without what may be a secret in it.
fn leads(at: &Addresses, endpoint: &str) -> String {
    let uri: Option<Uri> = endpoint.trim().parse().ok();
    let Some((uri, host)) = uri.as_ref().and_then(|uri| Some((uri, uri.host()?))) else {
        return "! is no URL".to_owned();
    };
    let default = if uri.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    let port = uri.port_u16().unwrap_or(default);
    let address = host.trim_matches(['[', ']']).parse();
    let here = host == "localhost" || address.is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    let place = format!("{}://{}:{port}", uri.scheme_str().unwrap_or("http"), safe(host));
    match [at.otlp_http, at.otlp_grpc].iter().any(|own| own.port() == port) && here {
        true => format!("{place}  leads here"),
        false => format!("{place}  leads elsewhere"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examined(variables: &[(&str, &str)], port: u16) -> String {
        let at = |port| std::net::SocketAddr::from(([127, 0, 0, 1], port));
        let at = Addresses {
            listen: at(8009),
            otlp_http: at(port),
            otlp_grpc: at(4317),
        };
        let mut report = Report::default();
        let variable = |name: &str| {
            let mut found = variables.iter().filter(|(own, _)| *own == name);
            found.next().map(|(_, value)| (*value).to_owned())
        };
        examine(&at, &variable, &mut report);
        report.text
    }

    #[test]
    fn endpoints_lead_here_or_elsewhere_and_secrets_stay_secret() {
        let endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
        for here in [
            "http://127.0.0.1:4318",
            "http://localhost:4317/",
            "http://[::1]:4318/v1/traces",
        ] {
            assert!(
                examined(&[(endpoint, here)], 4318).contains("leads here"),
                "{here}"
            );
        }
        for elsewhere in [
            "http://127.0.0.1:9999",
            "https://planted:planted@collector.example/?key=planted",
            "http://localhost",
        ] {
            let text = examined(
                &[(endpoint, elsewhere), ("OTEL_EXPORTER_OTLP_HEADERS", "x=planted")],
                4318,
            );
            assert!(
                text.contains("leads elsewhere") && text.contains("(set)"),
                "{text}"
            );
            assert!(!text.contains("planted"), "{text}");
        }
        assert!(examined(&[(endpoint, "nonsense value")], 4318).contains("no URL"));
    }

    #[test]
    fn without_an_endpoint_it_says_what_to_set() {
        assert!(examined(&[], 4318).contains("OTEL_TRACES_EXPORTER=otlp"));
        assert!(examined(&[("OTEL_TRACES_EXPORTER", "otlp")], 4318).contains("leads here"));
        assert!(examined(&[(" ", "")], 9).contains("ENDPOINT=http://127.0.0.1:9 "));
    }
}
