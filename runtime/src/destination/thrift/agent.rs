//! Jaeger's agent: a batch in, datagrams over UDP out.
//!
//! UDP answers nothing: a packet that was sent may be lost, and is counted as delivered. What is known is told: a host
//! that is not found, a span that fits in no packet, and on many systems a port where nobody listens.

use super::binary::Binary;
use super::compact::Compact;
use super::packet::Encoded;
use crate::destination::{Batch, Delivered, DeliveryError, Destination, Signals};
use std::borrow::Cow;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};

/// Bytes of a packet: what agents take at most, and what Jaeger's own clients send.
const LONGEST: usize = 65_000;

/// Below this a smaller packet is not tried where the system sends none of the present size.
const SHORTEST: usize = 1_024;

/// The port that takes the binary encoding; every other is spoken to in the compact one.
const BINARY_PORT: u16 = 6832;

/// Where an agent is.
#[derive(Clone, Debug)]
pub(in crate::destination) struct AgentOptions {
    pub(in crate::destination) name: Cow<'static, str>,
    pub(in crate::destination) host: String,
    pub(in crate::destination) port: u16,
}

/// Sends spans to an agent.
pub(in crate::destination) struct Agent {
    options: AgentOptions,
    /// Made at the first delivery, and again after a failure: the host may have another address by then.
    socket: Option<UdpSocket>,
    longest: usize,
    unfinished: Option<Progress>,
}

/// How far a batch got that could not be sent to its end.
#[derive(Default)]
struct Progress {
    batch: u64,
    /// Spans that are settled: sent, or too long for a packet.
    settled: usize,
    too_long: u64,
}

impl Agent {
    pub(in crate::destination) fn new(options: AgentOptions) -> Self {
        Self {
            options,
            socket: None,
            longest: LONGEST,
            unfinished: None,
        }
    }

    fn is_binary(&self) -> bool {
        self.options.port == BINARY_PORT
    }

    fn encode(&self, batch: &Batch) -> Encoded {
        if self.is_binary() {
            Encoded::new::<Binary>(&batch.resource, &batch.spans)
        } else {
            Encoded::new::<Compact>(&batch.resource, &batch.spans)
        }
    }

    /// Sends what is not settled yet.
    fn send_all(&mut self, encoded: &Encoded, progress: &mut Progress) -> io::Result<()> {
        while progress.settled < encoded.len() {
            let spans = encoded.fitting(progress.settled, self.longest);
            if spans.is_empty() {
                progress.settled += 1;
                progress.too_long += 1;
                continue;
            }
            let end = spans.end;
            let packet = if self.is_binary() {
                encoded.packet::<Binary>(spans)
            } else {
                encoded.packet::<Compact>(spans)
            };
            match self.send(&packet) {
                // Some systems send no packet as long as agents take.
                Err(error) if is_too_long(&error) && self.longest / 2 >= SHORTEST => self.longest /= 2,
                Err(error) => return Err(error),
                Ok(()) => progress.settled = end,
            }
        }
        Ok(())
    }

    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        let socket = match &self.socket {
            Some(socket) => socket,
            None => self.socket.insert(connect(&self.options)?),
        };
        socket.send(packet)?;
        // On the way to this machine, a refusal is back already.
        match socket.take_error()? {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

fn connect(options: &AgentOptions) -> io::Result<UdpSocket> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host was not found");
    for address in (options.host.as_str(), options.port).to_socket_addrs()? {
        let any: SocketAddr = match address {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let connected = UdpSocket::bind(any).and_then(|socket| {
            socket.connect(address)?;
            Ok(socket)
        });
        match connected {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn is_too_long(error: &io::Error) -> bool {
    #[cfg(unix)]
    return error.raw_os_error() == Some(libc::EMSGSIZE);
    #[cfg(not(unix))]
    return error.raw_os_error() == Some(10_040);
}

impl Destination for Agent {
    fn name(&self) -> Cow<'static, str> {
        self.options.name.clone()
    }

    fn signals(&self) -> Signals {
        Signals::TRACES
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        let identity = batch.identity();
        let mut progress = match self.unfinished.take() {
            Some(progress) if progress.batch == identity => progress,
            _ => Progress {
                batch: identity,
                ..Progress::default()
            },
        };
        let encoded = self.encode(batch);
        if let Err(error) = self.send_all(&encoded, &mut progress) {
            self.socket = None;
            self.unfinished = Some(progress);
            let AgentOptions { host, port, .. } = &self.options;
            return Err(DeliveryError::retry(format!("udp {host}:{port}: {error}")));
        }
        if progress.too_long == 0 {
            return Ok(Delivered::default());
        }
        let message = format!(
            "{} spans are longer than an agent's packet of {} bytes; the collector takes them by OTLP",
            progress.too_long, self.longest
        );
        if progress.too_long as usize == batch.spans.len() {
            return Err(DeliveryError::Permanent { message });
        }
        Ok(Delivered {
            rejected: progress.too_long,
            message: Some(message),
        })
    }

    fn for_child(&self) -> Option<Box<dyn Destination>> {
        Some(Box::new(Self::new(self.options.clone())))
    }

    fn describe(&self) -> String {
        let AgentOptions { name, host, port } = &self.options;
        let encoding = if self.is_binary() { "binary" } else { "compact" };
        format!("{name} udp/thrift.{encoding} {host}:{port} (UDP does not say whether anybody listens)")
    }
}
