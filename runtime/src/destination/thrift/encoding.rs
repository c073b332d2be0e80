//! Thrift's structures: fields to bytes, by one of its two encodings.

use std::marker::PhantomData;

/// What a field or the elements of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    I32,
    I64,
    Double,
    Bytes,
    List,
    Struct,
}

/// How fields and values are written.
pub(super) trait Encoding {
    /// The begin of a message that asks for no answer, up to its arguments.
    fn call(out: &mut Vec<u8>, name: &str);
    /// The begin of a field: after the field `last` of the same structure.
    fn field(out: &mut Vec<u8>, last: i16, id: i16, kind: Kind);
    /// A whole field: one encoding has the value in the field's begin.
    fn bool_field(out: &mut Vec<u8>, last: i16, id: i16, value: bool);
    fn i32(out: &mut Vec<u8>, value: i32);
    fn i64(out: &mut Vec<u8>, value: i64);
    fn double(out: &mut Vec<u8>, value: f64);
    fn bytes(out: &mut Vec<u8>, value: &[u8]);
    /// The begin of a list, before its elements.
    fn list(out: &mut Vec<u8>, elements: Kind, length: usize);
}

/// The byte that ends a structure in both encodings.
pub(super) const STOP: u8 = 0;

/// A structure being written. Its fields come in the order of their numbers.
pub(super) struct Struct<'a, E> {
    out: &'a mut Vec<u8>,
    last: i16,
    encoding: PhantomData<E>,
}

impl<'a, E: Encoding> Struct<'a, E> {
    /// A whole structure.
    pub(super) fn write(out: &mut Vec<u8>, fields: impl FnOnce(&mut Struct<'_, E>)) {
        let mut own = Struct::open(out);
        fields(&mut own);
        out.push(STOP);
    }

    /// The begin of one that somebody else ends by [`STOP`].
    pub(super) fn open(out: &'a mut Vec<u8>) -> Self {
        Self {
            out,
            last: 0,
            encoding: PhantomData,
        }
    }

    /// The rest of one whose field `last` is written already.
    pub(super) fn after(out: &'a mut Vec<u8>, last: i16) -> Self {
        Self {
            last,
            ..Self::open(out)
        }
    }

    fn begin(&mut self, id: i16, kind: Kind) {
        E::field(self.out, self.last, id, kind);
        self.last = id;
    }

    pub(super) fn bool(&mut self, id: i16, value: bool) {
        E::bool_field(self.out, self.last, id, value);
        self.last = id;
    }

    pub(super) fn i32(&mut self, id: i16, value: i32) {
        self.begin(id, Kind::I32);
        E::i32(self.out, value);
    }

    pub(super) fn i64(&mut self, id: i16, value: i64) {
        self.begin(id, Kind::I64);
        E::i64(self.out, value);
    }

    pub(super) fn double(&mut self, id: i16, value: f64) {
        self.begin(id, Kind::Double);
        E::double(self.out, value);
    }

    pub(super) fn bytes(&mut self, id: i16, value: &[u8]) {
        self.begin(id, Kind::Bytes);
        E::bytes(self.out, value);
    }

    pub(super) fn structure(&mut self, id: i16, fields: impl FnOnce(&mut Struct<'_, E>)) {
        self.begin(id, Kind::Struct);
        Struct::write(self.out, fields);
    }

    /// A list of structures, each written whole by `element`.
    pub(super) fn list<T>(&mut self, id: i16, items: &[T], mut element: impl FnMut(&mut Vec<u8>, &T)) {
        self.list_of(id, items.len());
        for item in items {
            element(self.out, item);
        }
    }

    /// The begin of a list of so many structures, which somebody else writes.
    pub(super) fn list_of(&mut self, id: i16, length: usize) {
        self.begin(id, Kind::List);
        E::list(self.out, Kind::Struct, length);
    }

    /// The begin of a structure that somebody else writes and ends.
    pub(super) fn open_structure(&mut self, id: i16) {
        self.begin(id, Kind::Struct);
    }
}

/// A length as both encodings count it. Nothing here is as long as that: what is larger is refused before.
pub(super) fn length(bytes: usize) -> i32 {
    i32::try_from(bytes).unwrap_or(i32::MAX)
}
