//! A collector on this machine that nobody sends to: worth a line of `doctor()`.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Where a collector takes OTLP over HTTP unless it is told otherwise; the `spanwright` binary's, too.
pub(super) const USUAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4318);

/// This machine answers at once, or is too busy to be asked.
const PATIENCE: Duration = Duration::from_millis(200);

/// What to say where spans leave this process for the terminal at most, and somebody listens at `address`.
pub(super) fn unused(destinations: &[&str], address: SocketAddr) -> Option<String> {
    let stays_here = destinations.iter().all(|name| *name == "console");
    (stays_here && TcpStream::connect_timeout(&address, PATIENCE).is_ok()).then(|| {
        format!("one seems to listen at {address}, and nothing is sent there; set OTEL_TRACES_EXPORTER=otlp")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_collector_that_nobody_sends_to_is_named_with_what_to_set() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        for none in [&[][..], &["console"]] {
            let line = unused(none, address).unwrap();
            assert!(
                line.contains(&address.to_string()) && line.contains("OTEL_TRACES_EXPORTER=otlp"),
                "{line}"
            );
        }
        for some in [&["otlp"][..], &["console", "file"]] {
            assert_eq!(unused(some, address), None);
        }
        drop(listener);
        assert_eq!(unused(&[], address), None);
    }
}
