//! OTLP over HTTP: one request's bytes in, one blocking POST, what became of it out.

use super::reply;
use super::settings::{Protocol, Settings};
use super::signal::Signal;
use crate::destination::http::{HttpClient, LONGEST_REPLY};
use crate::destination::{Delivered, DeliveryError};
use flate2::write::GzEncoder;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use ureq::Body;
use ureq::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use ureq::http::{HeaderValue, Response};

/// The client, and room for a request that is packed.
pub(super) struct OtlpHttp {
    client: HttpClient,
    settings: Arc<Settings>,
    packed: Vec<u8>,
}

impl OtlpHttp {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self {
            client: HttpClient::new(settings.timeout, super::USER_AGENT, &settings.tls),
            settings,
            packed: Vec::new(),
        }
    }

    pub(super) fn send(&mut self, signal: Signal, body: &[u8]) -> Result<Delivered, DeliveryError> {
        let endpoint = self.settings.endpoint(signal);
        let body = if self.settings.gzip {
            gzip(&mut self.packed, body)?;
            &self.packed
        } else {
            body
        };
        let mut headers = self.settings.headers.clone();
        headers.insert(CONTENT_TYPE, self.content_type());
        if self.settings.gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let response = self.client.post(endpoint, headers, body)?;
        Ok(self.read(response))
    }

    fn content_type(&self) -> HeaderValue {
        HeaderValue::from_static(match self.settings.protocol {
            Protocol::HttpJson => "application/json",
            _ => "application/x-protobuf",
        })
    }

    fn read(&self, response: Response<Body>) -> Delivered {
        let is_json = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
        let mut bytes = Vec::new();
        let reader = response.into_body().into_reader();
        // The status said that the records arrived; a reply that breaks off or never ends changes nothing.
        match reader.take(LONGEST_REPLY).read_to_end(&mut bytes) {
            Err(_) => Delivered::default(),
            Ok(_) if is_json => reply::from_json(&bytes, &self.settings.headers),
            Ok(_) => reply::from_protobuf(&bytes, &self.settings.headers),
        }
    }
}

/// Packs `body`, fast rather than small: it is text that shrinks well either way.
fn gzip(packed: &mut Vec<u8>, body: &[u8]) -> Result<(), DeliveryError> {
    packed.clear();
    let mut encoder = GzEncoder::new(std::mem::take(packed), flate2::Compression::fast());
    *packed = encoder
        .write_all(body)
        .and_then(|()| encoder.finish())
        .map_err(|error| DeliveryError::permanent(format!("the request could not be compressed: {error}")))?;
    Ok(())
}
