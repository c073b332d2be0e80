//! OTLP over gRPC: one request's bytes in, one unary call, what became of it out.
//!
//! The call runs on a current-thread runtime of our own, made on the first delivery and driven only while one is
//! under way, so that it neither needs nor disturbs the application's. The messages are the bytes of our own
//! encoder; the codec only passes them on.

use super::reply;
use super::settings::Settings;
use super::signal::Signal;
use super::wire::{Field, Malformed, Reader};
use crate::destination::http::Endpoint;
use crate::destination::http::retry_after::LONGEST;
use crate::destination::{Delivered, DeliveryError};
use bytes::{Buf, BufMut};
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tonic::client::Grpc;
use tonic::codec::{BufferSettings, Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use ureq::http::uri::PathAndQuery;

/// Bytes of a reply that are read at most. Not 4 MiB, so that tonic's words about our limit are none about a server's.
const LONGEST_REPLY: usize = (4 << 20) - 1;

/// A client with a connection for each endpoint, and the runtime they live on.
pub(super) struct GrpcClient {
    settings: Arc<Settings>,
    channels: [Option<Channel>; 3],
    runtime: Option<Runtime>,
}

impl GrpcClient {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self {
            settings,
            channels: [const { None }; 3],
            runtime: None,
        }
    }

    pub(super) fn send(&mut self, signal: Signal, body: &[u8]) -> Result<Delivered, DeliveryError> {
        if Handle::try_current().is_err() {
            return self.send_here(signal, body);
        }
        // A runtime must not be entered from inside another: a destination of ours that somebody drives by hand
        // from async code steps out of it first.
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("spanwright-grpc".into())
                .spawn_scoped(scope, || self.send_here(signal, body))
                .map_err(|error| DeliveryError::retry(format!("no thread for the call: {error}")))?
                .join()
                .unwrap_or_else(|_| Err(DeliveryError::permanent("the gRPC client panicked")))
        })
    }

    fn send_here(&mut self, signal: Signal, body: &[u8]) -> Result<Delivered, DeliveryError> {
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| DeliveryError::retry(format!("no runtime for the call: {error}")))?,
        };
        let result = runtime.block_on(self.call(signal, body));
        self.runtime = Some(runtime);
        result
    }

    async fn call(&mut self, signal: Signal, body: &[u8]) -> Result<Delivered, DeliveryError> {
        let settings = self.settings.clone();
        let endpoint = settings.endpoint(signal);
        let slot = &mut self.channels[signal as usize];
        let channel = match slot {
            Some(channel) => channel.clone(),
            None => slot.insert(connect(&settings, endpoint)?).clone(),
        };
        let mut request = Request::new(body.to_vec());
        *request.metadata_mut() = MetadataMap::from_headers(settings.headers.clone());
        let call = unary(channel, signal, request, settings.gzip);
        match tokio::time::timeout(settings.timeout, call).await {
            Ok(Ok(reply)) => Ok(reply::from_protobuf(&reply, &settings.headers)),
            // The answer came; that it was not read changes nothing.
            Ok(Err(status)) if is_reply_too_long(&status) => Ok(Delivered::default()),
            Ok(Err(status)) => Err(refused(endpoint, &status)),
            Err(_) => Err(DeliveryError::retry(format!("{endpoint}: no answer in time"))),
        }
    }
}

impl Drop for GrpcClient {
    /// Dropped inside an async function, a runtime that waits for its tasks would panic.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A channel that connects at the first call, and again after each loss.
fn connect(settings: &Settings, endpoint: &Endpoint) -> Result<Channel, DeliveryError> {
    let unusable = |_| DeliveryError::permanent(format!("{endpoint} cannot be used with gRPC"));
    let channel = Channel::builder(endpoint.uri().clone())
        .connect_timeout(settings.timeout)
        .user_agent(super::USER_AGENT)
        .map_err(unusable)?;
    #[cfg(feature = "tls")]
    let channel = if endpoint.is_tls() {
        channel.tls_config(settings.tls.for_grpc()).map_err(unusable)?
    } else {
        channel
    };
    Ok(channel.connect_lazy())
}

async fn unary(
    channel: Channel,
    signal: Signal,
    request: Request<Vec<u8>>,
    gzip: bool,
) -> Result<Vec<u8>, Status> {
    let mut client = Grpc::new(channel)
        .accept_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(LONGEST_REPLY);
    if gzip {
        client = client.send_compressed(CompressionEncoding::Gzip);
    }
    client
        .ready()
        .await
        .map_err(|error| Status::from_error(Box::new(error)))?;
    let method = PathAndQuery::from_static(signal.method());
    Ok(client.unary(request, method, Bytes).await?.into_inner())
}

/// Whether tonic gave up reading a reply since it is longer than may be. Servers that use tonic say the same of our
/// requests, with a limit of their own.
fn is_reply_too_long(status: &Status) -> bool {
    let says = |what: &str, limit: String| {
        let message = status.message();
        message.starts_with(what) && message.contains(&limit)
    };
    match status.code() {
        Code::OutOfRange => says(
            "Error, decoded message length too large",
            format!("the limit is: {LONGEST_REPLY} bytes"),
        ),
        Code::ResourceExhausted => says(
            "Error decompressing: size limit",
            format!("of {LONGEST_REPLY} bytes, exceeded"),
        ),
        _ => false,
    }
}

/// A status other than OK (OTLP 1.11, "OTLP/gRPC Response" and "OTLP/gRPC Throttling").
fn refused(endpoint: &Endpoint, status: &Status) -> DeliveryError {
    // A status with a source was made here, of a connection that could not be made or broke.
    if let Some(source) = status.source() {
        return DeliveryError::retry(format!("{endpoint}: {}", innermost(source)));
    }
    let message = format!("{endpoint} answered {:?}", status.code());
    let wait = retry_info(status.details()).unwrap_or_default();
    match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => DeliveryError::Retry { after: wait, message },
        Code::ResourceExhausted if wait.is_some() => DeliveryError::Retry { after: wait, message },
        // What HTTP says by 401, 403 and 404.
        Code::Unauthenticated | Code::PermissionDenied | Code::Unimplemented | Code::NotFound => {
            DeliveryError::Denied { message }
        }
        _ => DeliveryError::Permanent { message },
    }
}

/// The last of a chain of errors, which says what happened; those before it only say to what.
fn innermost<'a>(mut error: &'a (dyn std::error::Error + 'static)) -> &'a (dyn std::error::Error + 'static) {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

/// The delay of a `google.rpc.RetryInfo` among the details of a `google.rpc.Status`.
fn retry_info(status: &[u8]) -> Result<Option<Duration>, Malformed> {
    const RETRY_INFO: &[u8] = b"type.googleapis.com/google.rpc.RetryInfo";
    let mut status = Reader::new(status);
    while let Some(field) = status.next()? {
        let (3, Field::Bytes(any)) = field else { continue };
        let (mut is_retry_info, mut value) = (false, &[][..]);
        let mut any = Reader::new(any);
        while let Some(field) = any.next()? {
            match field {
                (1, Field::Bytes(url)) => is_retry_info = url == RETRY_INFO,
                (2, Field::Bytes(bytes)) => value = bytes,
                _ => {}
            }
        }
        if is_retry_info {
            return retry_delay(value).map(Some);
        }
    }
    Ok(None)
}

/// `RetryInfo.retry_delay`, a `google.protobuf.Duration`; negative ones are none, long ones are cut.
fn retry_delay(info: &[u8]) -> Result<Duration, Malformed> {
    let (mut seconds, mut nanos) = (0, 0);
    let mut info = Reader::new(info);
    while let Some(field) = info.next()? {
        let (1, Field::Bytes(delay)) = field else { continue };
        let mut delay = Reader::new(delay);
        while let Some(field) = delay.next()? {
            match field {
                (1, Field::Varint(value)) => seconds = u64::try_from(value.cast_signed()).unwrap_or(0),
                (2, Field::Varint(value)) => nanos = u32::try_from(value).unwrap_or(0),
                _ => {}
            }
        }
    }
    Ok(Duration::from_secs(seconds)
        .saturating_add(Duration::from_nanos(nanos.into()))
        .min(LONGEST))
}

/// The codec that takes messages as they are.
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.reserve(item.len());
        out.put_slice(&item);
        Ok(())
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::default()
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, input: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; input.remaining()];
        input.copy_to_slice(&mut item);
        Ok(Some(item))
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::default()
    }
}
