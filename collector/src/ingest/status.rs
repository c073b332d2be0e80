//! Bodies of answers: OTLP's responses and google.rpc.Status, as protobuf and as JSON.

use std::time::Duration;

use serde_json::json;

use super::refusal::Refusal;
use crate::wire::Message;

/// What a request holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Traces,
    Logs,
    Metrics,
}

/// What has come of a request that was not refused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Outcome {
    /// Spans, log records or data points that were not stored.
    pub(super) rejected: u64,
    /// Why.
    pub(super) reason: String,
}

impl Outcome {
    fn is_full_success(&self) -> bool {
        self.rejected == 0 && self.reason.is_empty()
    }

    /// The response message: empty, or with `partial_success`.
    pub(super) fn to_protobuf(&self) -> Vec<u8> {
        let mut response = Message::default();
        if !self.is_full_success() {
            let mut partial = Message::default();
            partial.varint(1, self.rejected).bytes(2, self.reason.as_bytes());
            response.message(1, &partial);
        }
        response.0
    }

    /// The same as JSON.
    pub(super) fn to_json(&self, signal: Signal) -> Vec<u8> {
        if self.is_full_success() {
            return b"{}".to_vec();
        }
        let name = match signal {
            Signal::Traces => "rejectedSpans",
            Signal::Logs => "rejectedLogRecords",
            Signal::Metrics => "rejectedDataPoints",
        };
        let body = json!({"partialSuccess": {name: self.rejected.to_string(), "errorMessage": self.reason}});
        body.to_string().into_bytes()
    }
}

/// google.rpc.Status of a refusal.
pub(super) fn status_protobuf(refusal: &Refusal) -> Vec<u8> {
    let mut status = Message::default();
    status
        .varint(1, u64::from(refusal.codes().1))
        .bytes(2, refusal.message().as_bytes());
    if let Some(delay) = refusal.retry() {
        status.message(3, &retry(delay));
    }
    status.0
}

/// The detail `RetryInfo`, as `google.protobuf.Any`.
fn retry(delay: Duration) -> Message {
    let [mut detail, mut info, mut duration]: [Message; 3] = Default::default();
    duration.varint(1, delay.as_secs());
    info.message(1, &duration);
    detail
        .bytes(1, b"type.googleapis.com/google.rpc.RetryInfo")
        .message(2, &info);
    detail
}

/// The same as JSON.
pub(super) fn status_json(refusal: &Refusal) -> Vec<u8> {
    let mut body = json!({"code": refusal.codes().1, "message": refusal.message()});
    if let Some(delay) = refusal.retry() {
        let delay = format!("{}s", delay.as_secs());
        let detail = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay});
        body["details"] = json!([detail]);
    }
    body.to_string().into_bytes()
}
