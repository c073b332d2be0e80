//! Bytes of any kind are read or refused.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use prost::Message;
use spanwright_collector::wire::{
    Input, JsonRequest, Limits, LogView, Request, Signal, Unbounded, count_points, from_json, read_origin,
    service,
};

use crate::generate::{Doubles, request};
use crate::spans;

/// Reads them in every way there is.
fn read_all(bytes: &[u8]) {
    for signal in [Signal::Traces, Signal::Logs] {
        let Ok(request) = Request::read(signal, bytes.to_vec().into(), &Limits::default()) else {
            continue;
        };
        if signal == Signal::Traces {
            for span in spans(&request) {
                assert_ne!((span.trace_id.0, span.span_id.0), ([0; 16], [0; 8]));
            }
        } else {
            for &place in &request.records {
                let log = LogView::parse(request.record(place)).unwrap();
                log.read(Arc::default(), Arc::default()).unwrap();
            }
        }
    }
    let _ = (
        count_points(bytes),
        service(bytes),
        read_origin(bytes, "", &[], ""),
        read_origin(&[], "", bytes, ""),
    );
    for request in [JsonRequest::Traces, JsonRequest::Logs, JsonRequest::Metrics] {
        let whole = from_json(request, Input::Whole(bytes), &mut Unbounded);
        let stream = from_json(request, Input::Stream(&mut &bytes[..]), &mut Unbounded);
        assert_eq!(whole.ok(), stream.ok());
    }
}

/// Places and what to write there.
fn changes() -> impl Strategy<Value = Vec<(Index, u8)>> {
    vec((any::<Index>(), any::<u8>()), 1..6)
}

fn changed(mut bytes: Vec<u8>, changes: Vec<(Index, u8)>) -> Vec<u8> {
    for (index, byte) in changes {
        if !bytes.is_empty() {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn of_chance(bytes in vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
    }

    #[test]
    fn of_damaged_protobuf(request in request(Doubles::All), changes in changes()) {
        read_all(&changed(request.encode_to_vec(), changes));
    }

    #[test]
    fn of_damaged_json(request in request(Doubles::All), changes in changes(), end in any::<Index>()) {
        let mut bytes = changed(serde_json::to_vec(&request).unwrap(), changes);
        read_all(&bytes);
        bytes.truncate(end.index(bytes.len() + 1));
        read_all(&bytes);
    }
}
