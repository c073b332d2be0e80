//! A reader of both encodings for the tests: bytes in, a tree of values by field numbers out, or `None`.

use super::binary::Binary;
use super::compact::Compact;
use super::encoding::{Encoding, Struct};
use super::model;
use super::packet::Encoded;
use crate::id::{SpanId, TraceFlags, TraceId};
use crate::record::{Event, Kind, Link, Resource, SpanRecord, Status};
use crate::value::{Key, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Bool(bool),
    Int(i64),
    /// By its bits: NaN is one, too.
    Double(u64),
    Bytes(Vec<u8>),
    List(Vec<Node>),
    Struct(BTreeMap<i16, Node>),
}

impl Node {
    fn at(&self, path: &[i16]) -> &Self {
        path.iter().fold(self, |node, id| match node {
            Self::Struct(fields) => fields
                .get(id)
                .unwrap_or_else(|| panic!("no field {id} in {fields:?}")),
            Self::List(items) => &items[usize::try_from(*id).unwrap()],
            other => panic!("{other:?} has no fields"),
        })
    }

    fn text(&self) -> &str {
        match self {
            Self::Bytes(bytes) => std::str::from_utf8(bytes).unwrap(),
            other => panic!("{other:?} is no text"),
        }
    }
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn binary_struct(&mut self) -> Option<Node> {
        let mut fields = BTreeMap::new();
        loop {
            match self.byte()? {
                0 => return Some(Node::Struct(fields)),
                kind => {
                    let id = i16::from_be_bytes(self.array()?);
                    fields.insert(id, self.binary(kind)?);
                }
            }
        }
    }

    fn binary(&mut self, kind: u8) -> Option<Node> {
        Some(match kind {
            2 => Node::Bool(self.byte()? == 1),
            4 => Node::Double(u64::from_be_bytes(self.array()?)),
            8 => Node::Int(i32::from_be_bytes(self.array()?).into()),
            10 => Node::Int(i64::from_be_bytes(self.array()?)),
            11 => {
                let length = u32::from_be_bytes(self.array()?);
                Node::Bytes(self.take(length as usize)?.to_vec())
            }
            12 => self.binary_struct()?,
            15 => {
                let kind = self.byte()?;
                let count = u32::from_be_bytes(self.array()?);
                Node::List((0..count).map(|_| self.binary(kind)).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    fn compact_struct(&mut self) -> Option<Node> {
        let mut fields = BTreeMap::new();
        let mut last = 0;
        loop {
            let byte = self.byte()?;
            if byte == 0 {
                return Some(Node::Struct(fields));
            }
            last = match i16::from(byte >> 4) {
                0 => i16::try_from(self.zigzag()?).ok()?,
                distance => last + distance,
            };
            let node = match byte & 0x0f {
                1 => Node::Bool(true),
                2 => Node::Bool(false),
                kind => self.compact(kind)?,
            };
            fields.insert(last, node);
        }
    }

    fn compact(&mut self, kind: u8) -> Option<Node> {
        Some(match kind {
            5 | 6 => Node::Int(self.zigzag()?),
            7 => Node::Double(u64::from_le_bytes(self.array()?)),
            8 => {
                let length = self.varint()?;
                Node::Bytes(self.take(usize::try_from(length).ok()?)?.to_vec())
            }
            9 => {
                let byte = self.byte()?;
                let count = match byte >> 4 {
                    15 => self.varint()?,
                    count => count.into(),
                };
                Node::List(
                    (0..count)
                        .map(|_| self.compact(byte & 0x0f))
                        .collect::<Option<_>>()?,
                )
            }
            12 => self.compact_struct()?,
            _ => return None,
        })
    }
}

/// The structure, with nothing behind it.
fn structure<'a>(bytes: &'a [u8], read: fn(&mut Input<'a>) -> Option<Node>) -> Node {
    let mut input = Input(bytes);
    let node = read(&mut input).expect("it can be read");
    assert!(input.0.is_empty(), "{:?} is left", input.0);
    node
}

fn written<E: Encoding>(span: &SpanRecord) -> Vec<u8> {
    let mut out = Vec::new();
    model::span::<E>(&mut out, span);
    out
}

fn read(span: &SpanRecord) -> Node {
    let binary = structure(&written::<Binary>(span), Input::binary_struct);
    let compact = structure(&written::<Compact>(span), Input::compact_struct);
    assert_eq!(binary, compact);
    binary
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))),
        ".*".prop_map(Value::from),
        vec(any::<u8>(), 0..300).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| vec(inner, 0..4).prop_map(Value::Array))
}

fn attributes() -> impl Strategy<Value = Vec<(Key, Value)>> {
    proptest::collection::btree_map("[a-z]{1,6}", value(), 0..20).prop_map(|map| {
        map.into_iter()
            .map(|(key, value)| (Key::from(key), value))
            .collect()
    })
}

prop_compose! {
    fn span()(
        trace in 1..=u128::MAX, id in 1..=u64::MAX, parent in proptest::option::of(1..=u64::MAX),
        start in 0..u64::MAX / 2, length in 0..1_u64 << 40, name in ".*", kind in 0..5_u8, sampled: bool,
        attributes in attributes(), fields in attributes(), message in proptest::option::of("[a-z]{0,9}"),
    ) -> SpanRecord {
        SpanRecord {
            parent_span_id: parent.map(|id| SpanId::from_bytes(id.to_be_bytes())),
            start_ns: start,
            end_ns: start + length,
            kind: Kind::from_byte(kind),
            flags: TraceFlags::from_byte(2 | u8::from(sampled)),
            scope: "app".into(),
            status: message.map_or(Status::Ok, |message| Status::Error(message.into())),
            events: vec![Event {
                time_ns: start,
                name: "e".into(),
                attributes: fields.clone(),
                dropped_attributes: 0,
            }],
            links: vec![Link {
                trace_id: TraceId::from_bytes((!trace | 1).to_be_bytes()),
                span_id: SpanId::from_bytes((!id | 1).to_be_bytes()),
                flags: TraceFlags::SAMPLED,
                trace_state: "".into(),
                attributes: fields,
            }],
            attributes,
            ..SpanRecord::new(
                TraceId::from_bytes(trace.to_be_bytes()),
                SpanId::from_bytes(id.to_be_bytes()),
                name,
            )
        }
    }
}

/// The tag of a `Tag` list under this key.
fn tag<'a>(list: &'a Node, key: &str) -> &'a Node {
    let Node::List(tags) = list else {
        panic!("{list:?}")
    };
    let found: Vec<_> = tags.iter().filter(|tag| tag.at(&[1]).text() == key).collect();
    assert_eq!(found.len(), 1, "{key} in {tags:?}");
    found[0]
}

/// The value in the tag is the attribute's, in the field that belongs to its type.
fn check(tag: &Node, value: &Value) {
    let typed = |kind: i64, field: i16, node: Node| {
        assert_eq!((tag.at(&[2]), tag.at(&[field])), (&Node::Int(kind), &node));
    };
    match value {
        Value::String(text) => typed(0, 3, Node::Bytes(text.as_bytes().to_vec())),
        Value::Float(value) => typed(1, 4, Node::Double(value.to_bits())),
        Value::Bool(value) => typed(2, 5, Node::Bool(*value)),
        Value::Int(value) => typed(3, 6, Node::Int(*value)),
        Value::Bytes(bytes) => typed(4, 7, Node::Bytes(bytes.clone())),
        Value::Array(items) => {
            let parsed: serde_json::Value = serde_json::from_str(tag.at(&[3]).text()).unwrap();
            assert_eq!(parsed.as_array().map(Vec::len), Some(items.len()));
        }
        Value::Map(_) => {}
    }
}

proptest! {
    // Spans are large, and a list of more than fifteen comes soon.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_in_both_encodings(span in span()) {
        let node = read(&span);
        let trace = u128::from_be_bytes(span.trace_id.to_bytes());
        prop_assert_eq!(node.at(&[1]), &Node::Int(trace as i64));
        prop_assert_eq!(node.at(&[2]), &Node::Int((trace >> 64) as i64));
        prop_assert_eq!(node.at(&[3]), &Node::Int(i64::from_be_bytes(span.span_id.to_bytes())));
        let parent = span.parent_span_id.map_or(0, |id| i64::from_be_bytes(id.to_bytes()));
        prop_assert_eq!(node.at(&[4]), &Node::Int(parent));
        prop_assert_eq!(node.at(&[5]).text(), span.name.as_ref());
        prop_assert_eq!(node.at(&[6, 0, 1]), &Node::Int(1));
        // W3C's "random" is not Jaeger's "debug".
        prop_assert_eq!(node.at(&[7]), &Node::Int(i64::from(span.flags.is_sampled())));
        prop_assert_eq!(node.at(&[8]), &Node::Int((span.start_ns / 1000) as i64));
        prop_assert_eq!(node.at(&[9]), &Node::Int(((span.end_ns - span.start_ns) / 1000).max(1) as i64));
        for (key, value) in &span.attributes {
            if key.as_str() != "error" {
                check(tag(node.at(&[10]), key), value);
            }
        }
        let Node::List(logs) = node.at(&[11]) else { panic!() };
        prop_assert_eq!(logs.len(), 1 + usize::from(!span.links[0].attributes.is_empty()));
        for (key, value) in &span.events[0].attributes {
            check(tag(logs.last().unwrap().at(&[2]), key), value);
        }
    }

    /// Every span is in one packet, in order; no packet is too long; one that is left out fits in none.
    #[test]
    fn packets_hold_all_that_fits(spans in vec(span(), 0..8), longest in 300..3000_usize) {
        let resource = Resource::new().with("service.name", "shop");
        let encoded = Encoded::new::<Compact>(&resource, &spans);
        let (mut first, mut seen) = (0, 0);
        while first < spans.len() {
            let range = encoded.fitting(first, longest);
            if range.is_empty() {
                prop_assert!(encoded.packet::<Compact>(first..first + 1).len() + 8 > longest);
                first += 1;
                continue;
            }
            let packet = encoded.packet::<Compact>(range.clone());
            prop_assert!(packet.len() <= longest);
            prop_assert_eq!(&packet[..13], b"\x82\x81\x00\x09emitBatch");
            let node = structure(&packet[13..], Input::compact_struct);
            prop_assert_eq!(node.at(&[1, 1, 1]).text(), "shop");
            let Node::List(read) = node.at(&[1, 2]) else { panic!() };
            prop_assert_eq!(read.len(), range.len());
            for (node, span) in read.iter().zip(&spans[range.clone()]) {
                prop_assert_eq!(node.at(&[5]).text(), span.name.as_ref());
            }
            seen += read.len();
            first = range.end;
        }
        prop_assert!(seen <= spans.len());
    }
}

#[test]
fn a_packet_in_the_binary_encoding() {
    let span = SpanRecord::new(TraceId::random(), SpanId::random(), "n");
    let encoded = Encoded::new::<Binary>(&Resource::new(), &[span]);
    let packet = encoded.packet::<Binary>(0..1);
    assert_eq!(
        &packet[..21],
        b"\x80\x01\x00\x04\x00\x00\x00\x09emitBatch\x00\x00\x00\x00"
    );
    let node = structure(&packet[21..], Input::binary_struct);
    assert_eq!(node.at(&[1, 1, 1]).text(), "unknown_service");
    assert_eq!(node.at(&[1, 2, 0, 5]).text(), "n");
}

/// Fields that are far apart, which Jaeger's structures have none of, so that the encoding is whole.
#[test]
fn a_field_far_from_the_last_has_its_number() {
    let mut out = Vec::new();
    Struct::<Compact>::write(&mut out, |own| {
        own.i32(1, -1);
        own.bool(100, false);
        own.double(101, 0.5);
    });
    let node = structure(&out, Input::compact_struct);
    assert_eq!(node.at(&[1]), &Node::Int(-1));
    assert_eq!(node.at(&[100]), &Node::Bool(false));
    assert_eq!(node.at(&[101]), &Node::Double(0.5_f64.to_bits()));
}

/// Status, kind and counts, by name.
#[test]
fn what_has_no_field_is_a_tag() {
    let mut span = SpanRecord::new(TraceId::random(), SpanId::random(), "n");
    span.kind = Kind::Client;
    span.status = Status::Error("bad".into());
    span.attributes = vec![("error".into(), "as text".into())];
    span.trace_state = "a=b".into();
    span.scope = "app".into();
    (span.dropped_attributes, span.dropped_events, span.dropped_links) = (1, 2, 3);
    let node = read(&span);
    let tags = node.at(&[10]);
    for (key, value) in [
        ("span.kind", Value::from("client")),
        ("otel.status_code", "ERROR".into()),
        ("otel.status_description", "bad".into()),
        ("error", Value::Bool(true)),
        ("otel.scope.name", "app".into()),
        ("w3c.tracestate", "a=b".into()),
        ("otel.dropped_attributes_count", Value::Int(1)),
        ("otel.dropped_events_count", Value::Int(2)),
        ("otel.dropped_links_count", Value::Int(3)),
    ] {
        check(tag(tags, key), &value);
    }
    let internal = read(&SpanRecord::new(TraceId::random(), SpanId::random(), "n"));
    assert_eq!(internal.at(&[10]), &Node::List(Vec::new()));
}
