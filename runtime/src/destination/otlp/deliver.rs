//! [`OtlpDestination`]: encodes what a batch holds and sends each signal as one request.

#[cfg(feature = "grpc")]
use super::grpc::GrpcClient;
use super::http::OtlpHttp;
use super::mixed::Progress;
use super::settings::{Protocol, Settings};
use super::signal::Signal;
use super::wire::Writer;
use super::{json, protobuf};
use crate::destination::{Batch, Delivered, DeliveryError, Destination, Signals};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A request may not be longer, packed or not (OTLP 1.11).
const LONGEST_REQUEST: usize = 64 << 20;

/// Memory of the request buffer that is kept from batch to batch.
const KEPT_BUFFER: usize = 4 << 20;

/// Sends batches by OTLP. Made by [`Otlp::build`](super::Otlp::build).
pub struct OtlpDestination {
    settings: Arc<Settings>,
    client: Client,
    request: Writer,
    unfinished: Option<Progress>,
}

enum Client {
    Http(OtlpHttp),
    #[cfg(feature = "grpc")]
    Grpc(GrpcClient),
}

impl OtlpDestination {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        let client = match settings.protocol {
            #[cfg(feature = "grpc")]
            Protocol::Grpc => Client::Grpc(GrpcClient::new(settings.clone())),
            Protocol::HttpProtobuf | Protocol::HttpJson => Client::Http(OtlpHttp::new(settings.clone())),
        };
        Self {
            settings,
            client,
            request: Writer::default(),
            unfinished: None,
        }
    }

    fn send(
        &mut self,
        batch: &Batch,
        signal: Signal,
        range: Range<usize>,
    ) -> Result<Delivered, DeliveryError> {
        let range_len = range.len();
        encode(&mut self.request, &self.settings, batch, signal, range);
        let request = self.request.as_slice();
        if request.len() > LONGEST_REQUEST {
            let message = format!("{range_len} records of {} are above 64 MiB", signal.as_str());
            return Err(DeliveryError::TooLarge { message });
        }
        let result = match &mut self.client {
            Client::Http(client) => client.send(signal, request),
            #[cfg(feature = "grpc")]
            Client::Grpc(client) => client.send(signal, request),
        };
        self.request.clear();
        self.request.buffer_mut().shrink_to(KEPT_BUFFER);
        result
    }

    /// What is said to a request that holds nothing.
    fn answer(&mut self, signal: Signal) -> String {
        let empty: &[u8] = match self.settings.protocol {
            Protocol::HttpJson => b"{}",
            _ => b"",
        };
        let sent = match &mut self.client {
            Client::Http(client) => client.send(signal, empty),
            #[cfg(feature = "grpc")]
            Client::Grpc(client) => client.send(signal, empty),
        };
        match sent {
            Ok(_) => "reachable".to_owned(),
            Err(error) => format!("reachable, but takes no {}: {error}", signal.as_str()),
        }
    }

    /// Sends a batch of several signals; see [`mixed`](super::mixed).
    fn send_mixed(&mut self, batch: &Batch, signals: &[Signal]) -> Result<Delivered, DeliveryError> {
        let mut progress = match self.unfinished.take() {
            Some(progress) if progress.is_of(batch) => progress,
            _ => Progress::new(batch, signals),
        };
        let result = progress.go_on(|signal, range| self.send(batch, signal, range));
        if let Err(DeliveryError::Retry { .. }) = &result {
            self.unfinished = Some(progress);
        }
        result
    }
}

fn encode(out: &mut Writer, settings: &Settings, batch: &Batch, signal: Signal, range: Range<usize>) {
    out.clear();
    let resource = &batch.resource;
    // For each attempt anew: what waits, in memory or in a spool, is what was recorded.
    let spans = |range: Range<usize>| match &batch.spans[range] {
        spans if settings.rewrites() => {
            Cow::Owned(spans.iter().map(|span| settings.rewritten(span)).collect())
        }
        spans => Cow::Borrowed(spans),
    };
    if settings.protocol == Protocol::HttpJson {
        let out = out.buffer_mut();
        match signal {
            Signal::Traces => json::traces(out, resource, &spans(range)),
            Signal::Logs => json::logs(out, resource, &batch.logs[range]),
            Signal::Metrics => json::metrics(out, resource, &batch.metrics[range]),
        }
    } else {
        match signal {
            Signal::Traces if batch.spans.is_empty() => batch.encoded.request(out, resource, range),
            Signal::Traces => protobuf::traces(out, resource, &spans(range)),
            Signal::Logs => protobuf::logs(out, resource, &batch.logs[range]),
            Signal::Metrics => protobuf::metrics(out, resource, &batch.metrics[range]),
        }
    }
}

impl Signal {
    /// How many records of this signal a batch holds.
    pub(super) fn count(self, batch: &Batch) -> usize {
        match self {
            Self::Traces => batch.spans.len() + batch.encoded.len(),
            Self::Logs => batch.logs.len(),
            Self::Metrics => batch.metrics.len(),
        }
    }
}

impl Destination for OtlpDestination {
    fn name(&self) -> Cow<'static, str> {
        self.settings.name.clone()
    }

    fn signals(&self) -> Signals {
        self.settings.signals
    }

    fn takes_encoded_spans(&self) -> bool {
        self.settings.protocol != Protocol::HttpJson && !self.settings.rewrites()
    }

    fn deliver(&mut self, batch: &Batch) -> Result<Delivered, DeliveryError> {
        let present: Vec<Signal> = Signal::ALL
            .into_iter()
            .filter(|signal| signal.is_in(self.settings.signals) && signal.count(batch) > 0)
            .collect();
        match present[..] {
            [] => Ok(Delivered::default()),
            [only] => self.send(batch, only, 0..only.count(batch)),
            _ => self.send_mixed(batch, &present),
        }
    }

    fn for_child(&self) -> Option<Box<dyn Destination>> {
        Some(Box::new(Self::new(self.settings.clone())))
    }

    fn warnings(&self) -> Vec<String> {
        self.settings.warnings()
    }

    fn describe(&self) -> String {
        let mut text = format!("{} {}", self.settings.name, self.settings.protocol.as_str());
        let mut last = None;
        // Attempts are for the destination to make; this one takes nothing that waits, and nobody waits for it.
        let mut probe = Self::new(self.settings.clone());
        for signal in Signal::ALL {
            let endpoint = self.settings.endpoint(signal);
            if signal.is_in(self.settings.signals) && last != Some(endpoint) {
                let reached = match endpoint.is_reachable() {
                    true => probe.answer(signal),
                    false => "not reachable".to_owned(),
                };
                text += &format!(" {endpoint} ({reached})");
                last = Some(endpoint);
            }
        }
        text
    }
}

impl fmt::Debug for OtlpDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpDestination")
            .field("name", &self.settings.name)
            .field("protocol", &self.settings.protocol)
            .field("traces", self.settings.endpoint(Signal::Traces))
            .finish_non_exhaustive()
    }
}
