//! Where imported traces go: they are kept until they are deleted.

use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request as HttpRequest;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::endpoint::{first_words, is_elsewhere, is_page};
use crate::ingest::KEEP;
use crate::store::{Append, AppendError, Store};
use crate::wire::{Field, Fields, Limits, Request, RequestError, Signal, WireError};

/// How often a collector that is busy is asked again.
const TRIES: u32 = 60;
/// How long it is waited for, unless it says so.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest that it may ask to be waited for.
const LONGEST: Duration = Duration::from_secs(30);
/// Bytes of an answer that are read.
const ANSWER: usize = 64 << 10;

/// Where imported traces go.
#[derive(Debug)]
pub struct Target(Way);

#[derive(Debug)]
enum Way {
    Collector {
        url: String,
        client: Box<Client<HttpConnector, Full<Bytes>>>,
    },
    Store(Store),
}

/// Traces do not get where they should.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// Nobody answers.
    #[error("{url} does not answer: {why}; start `spanwright serve`, or name another collector by --to")]
    Silent {
        /// Where.
        url: String,
        /// Why.
        why: String,
    },
    /// The collector does not take them.
    #[error("{url} answered {status}: {message}")]
    Refused {
        /// Where.
        url: String,
        /// HTTP's status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// Something else is there.
    #[error(
        "{url} is no OTLP endpoint: it answered {status}: {words}; name the address at which the collector takes OTLP over \
         HTTP, such as http://127.0.0.1:4318"
    )]
    NotOtlp {
        /// Where.
        url: String,
        /// HTTP's status.
        status: u16,
        /// The first words of its answer.
        words: String,
    },
    /// The store does not take them.
    #[error(transparent)]
    Store(#[from] AppendError),
    /// What was written is no message. That is a defect.
    #[error("what was read could not be written as OTLP: that is a defect, please report it: {0}")]
    Message(#[from] RequestError),
}

impl Target {
    /// A collector that takes OTLP over HTTP at this address, such as `http://127.0.0.1:4318`.
    #[must_use]
    pub fn collector(url: &str) -> Self {
        Self(Way::Collector {
            url: url.trim_end_matches('/').to_owned(),
            client: Box::new(Client::builder(TokioExecutor::new()).build_http()),
        })
    }

    /// A store of this process.
    #[must_use]
    pub fn store(store: Store) -> Self {
        Self(Way::Store(store))
    }

    /// Stores a message, and says how many of its records were not taken, and why.
    pub(super) async fn take(
        &self,
        signal: Signal,
        message: Bytes,
    ) -> Result<Option<(u64, String)>, TargetError> {
        match &self.0 {
            Way::Collector { url, client } => send(url, client, signal, message).await,
            Way::Store(store) => {
                let mut request = Request::read(signal, message, &Limits::default())?;
                request.kept = true;
                let left_out = request.rejected as u64;
                let why = request.reason.as_ref().map(ToString::to_string);
                if !request.records.is_empty() {
                    append(store, request).await?;
                }
                Ok(why.map(|why| (left_out, why)))
            }
        }
    }
}

async fn append(store: &Store, request: Request) -> Result<(), AppendError> {
    for _ in 0..TRIES {
        match store.append(request.clone()).await {
            Err(AppendError::Behind) => tokio::time::sleep(PAUSE).await,
            done => return done,
        }
    }
    Err(AppendError::Behind)
}

async fn send(
    url: &str,
    client: &Client<HttpConnector, Full<Bytes>>,
    signal: Signal,
    message: Bytes,
) -> Result<Option<(u64, String)>, TargetError> {
    let path = if signal == Signal::Traces {
        "traces"
    } else {
        "logs"
    };
    let address = format!("{url}/v1/{path}");
    let silent = |why: String| TargetError::Silent {
        url: address.clone(),
        why,
    };
    let mut tries = 0;
    loop {
        tries += 1;
        let request = HttpRequest::post(&address)
            .header("content-type", "application/x-protobuf")
            .header(KEEP, "true")
            .body(Full::new(message.clone()))
            .map_err(|error| silent(error.to_string()))?;
        let answer = client
            .request(request)
            .await
            .map_err(|error| silent(causes(&error)))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER)
            .collect()
            .await
            .map_err(|error| silent(error.to_string()))?;
        let body = body.to_bytes();
        if is_elsewhere(head.status, &head.headers, &body) {
            return Err(TargetError::NotOtlp {
                url: address,
                status: head.status.as_u16(),
                words: first_words(&body),
            });
        }
        if head.status.is_success() {
            return Ok(left_out(&body).unwrap_or_default());
        }
        if !matches!(head.status.as_u16(), 429 | 503) || tries == TRIES {
            return Err(TargetError::Refused {
                url: address,
                status: head.status.as_u16(),
                message: if is_page(&head.headers, &body) {
                    first_words(&body)
                } else {
                    said(&body)
                },
            });
        }
        let asked = head
            .headers
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        tokio::time::sleep(asked.map_or(PAUSE, Duration::from_secs).min(LONGEST)).await;
    }
}

/// An error with those below it: hyper's own says no more than "client error".
fn causes(error: &dyn std::error::Error) -> String {
    let below = std::iter::successors(error.source(), |error| error.source());
    below.fold(error.to_string(), |text, error| format!("{text}: {error}"))
}

/// What an answer that is no success says: `google.rpc.Status`, or a text.
fn said(body: &[u8]) -> String {
    let message = Fields::new(body).find_map(|field| match field {
        Ok((2, Field::Bytes(text))) => String::from_utf8(text.to_vec()).ok(),
        _ => None,
    });
    message.unwrap_or_else(|| String::from_utf8_lossy(body).trim().to_owned())
}

/// The partial success of an answer.
fn left_out(body: &[u8]) -> Result<Option<(u64, String)>, WireError> {
    for field in Fields::new(body) {
        let (1, field) = field? else { continue };
        let (mut count, mut message) = (0, String::new());
        for field in Fields::new(field.bytes(1)?) {
            match field? {
                (1, field) => count = field.varint(1)?,
                (2, field) => field.text(2)?.clone_into(&mut message),
                _ => {}
            }
        }
        return Ok((count > 0).then_some((count, message)));
    }
    Ok(None)
}
