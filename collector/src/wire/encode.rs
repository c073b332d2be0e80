//! Writes protobuf.

use super::message::varint;

/// There is no memory for more, or what is written has become too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no room for more")]
pub struct NoRoom;

/// Whom a [`Writer`] asks before it takes more memory.
pub trait Room {
    /// Up to how many bytes there may be; `needed` at least.
    ///
    /// # Errors
    /// When there may not be `needed`.
    fn grow(&mut self, needed: usize) -> Result<usize, NoRoom>;

    /// For how many bytes to take address space when there are to be `needed`.
    fn capacity(&self, needed: usize) -> usize {
        needed + needed / 2
    }
}

/// As much as there is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unbounded;

impl Room for Unbounded {
    fn grow(&mut self, _: usize) -> Result<usize, NoRoom> {
        Ok(usize::MAX)
    }
}

/// Bytes that grow as far as there is room.
#[derive(Debug, Default)]
pub struct Growing {
    /// What has been written.
    pub bytes: Vec<u8>,
    allowed: usize,
}

impl Growing {
    /// Makes room for `more`. Says how much there is then.
    ///
    /// # Errors
    /// When there is not so much.
    pub fn make_room(&mut self, more: usize, room: &mut dyn Room) -> Result<usize, NoRoom> {
        let length = self.bytes.len();
        let needed = length + more;
        if needed > self.allowed {
            self.allowed = room.grow(needed)?;
        }
        if needed > self.bytes.capacity() {
            let capacity = room.capacity(needed).max(needed).max(4096);
            self.bytes.reserve_exact(capacity - length);
        }
        Ok(self.bytes.capacity().min(self.allowed) - length)
    }
}

/// Writes the fields of messages.
pub struct Writer<'a> {
    growing: Growing,
    room: &'a mut dyn Room,
    full: bool,
}

/// A message that is being written.
#[derive(Debug)]
#[must_use = "it has no length until it is closed"]
pub struct Open {
    /// Where its length is to be.
    at: usize,
}

impl<'a> Writer<'a> {
    /// Writes into the room given.
    pub fn new(room: &'a mut dyn Room) -> Self {
        Self {
            growing: Growing::default(),
            room,
            full: false,
        }
    }

    /// What has been written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.growing.bytes
    }

    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.growing.bytes.len()
    }

    /// Whether nothing has been written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.growing.bytes.is_empty()
    }

    /// Whether there was no room once.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Takes back what was written after the first `length` bytes.
    pub fn truncate(&mut self, length: usize) {
        self.growing.bytes.truncate(length);
    }

    /// What was written after the first `length` bytes.
    #[must_use]
    pub fn written_from(&self, length: usize) -> &[u8] {
        self.growing.bytes.get(length..).unwrap_or_default()
    }

    /// Fields that have been written already.
    ///
    /// # Errors
    /// When there is no room.
    pub fn raw(&mut self, fields: &[u8]) -> Result<(), NoRoom> {
        self.push(fields)
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), NoRoom> {
        let made = self.growing.make_room(bytes.len(), self.room);
        self.full |= made.is_err();
        made?;
        self.growing.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn number(&mut self, value: u64) -> Result<(), NoRoom> {
        let (bytes, length) = varint(value);
        self.push(&bytes[..length])
    }

    fn tag(&mut self, field: u32, wire_type: u32) -> Result<(), NoRoom> {
        self.number(u64::from(field << 3 | wire_type))
    }

    /// A number, a boolean, an enum.
    ///
    /// # Errors
    /// When there is no room.
    pub fn varint(&mut self, field: u32, value: u64) -> Result<(), NoRoom> {
        self.tag(field, 0)?;
        self.number(value)
    }

    /// A `fixed64` or the bits of a `double`.
    ///
    /// # Errors
    /// When there is no room.
    pub fn fixed64(&mut self, field: u32, value: u64) -> Result<(), NoRoom> {
        self.tag(field, 1)?;
        self.push(&value.to_le_bytes())
    }

    /// A `fixed32`.
    ///
    /// # Errors
    /// When there is no room.
    pub fn fixed32(&mut self, field: u32, value: u32) -> Result<(), NoRoom> {
        self.tag(field, 5)?;
        self.push(&value.to_le_bytes())
    }

    /// Text, bytes, or a message that has been written already.
    ///
    /// # Errors
    /// When there is no room.
    pub fn bytes(&mut self, field: u32, value: &[u8]) -> Result<(), NoRoom> {
        self.tag(field, 2)?;
        self.number(value.len() as u64)?;
        self.push(value)
    }

    /// Begins a message: what is written until [`Self::close`] is its fields.
    ///
    /// # Errors
    /// When there is no room.
    pub fn open(&mut self, field: u32) -> Result<Open, NoRoom> {
        self.tag(field, 2)?;
        let at = self.growing.bytes.len();
        self.push(&[0])?;
        Ok(Open { at })
    }

    /// Ends a message. Most have a length of one byte, for which there is room; the others are moved.
    ///
    /// # Errors
    /// When there is no room.
    pub fn close(&mut self, open: Open) -> Result<(), NoRoom> {
        let start = open.at + 1;
        let end = self.growing.bytes.len();
        let (length, count) = varint(end.saturating_sub(start) as u64);
        self.push(&[0; 9][..count - 1])?;
        self.growing.bytes.copy_within(start..end, open.at + count);
        if let Some(place) = self.growing.bytes.get_mut(open.at..open.at + count) {
            place.copy_from_slice(&length[..count]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Field, Fields};

    #[test]
    fn fields_are_read_as_they_were_written() {
        let mut room = Unbounded;
        let mut writer = Writer::new(&mut room);
        let long = vec![b'x'; 300];
        for value in [0, 127, 128, u64::MAX] {
            writer.varint(1, value).expect("room");
        }
        writer.fixed64(2, 3).expect("room");
        let open = writer.open(3).expect("room");
        writer.bytes(4, &long).expect("room");
        writer.close(open).expect("room");
        let open = writer.open(3).expect("room");
        writer.close(open).expect("room");
        writer.fixed32(5, 6).expect("room");
        let bytes = writer.finish();
        let fields: Vec<_> = Fields::new(&bytes).collect::<Result<_, _>>().expect("protobuf");
        let inner = [&[0x22, 0xac, 0x02][..], &long].concat();
        let expected = [
            (1, Field::Varint(0)),
            (1, Field::Varint(127)),
            (1, Field::Varint(128)),
            (1, Field::Varint(u64::MAX)),
            (2, Field::Fixed64(3)),
            (3, Field::Bytes(&inner)),
            (3, Field::Bytes(&[])),
            (5, Field::Fixed32(6)),
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn no_more_is_written_than_there_is_room_for() {
        struct Ten;
        impl Room for Ten {
            fn grow(&mut self, needed: usize) -> Result<usize, NoRoom> {
                if needed > 10 { Err(NoRoom) } else { Ok(10) }
            }
        }
        let mut room = Ten;
        let mut writer = Writer::new(&mut room);
        assert_eq!(writer.bytes(1, &[1; 8]), Ok(()));
        assert_eq!(writer.varint(1, 1), Err(NoRoom));
        assert_eq!(writer.finish().len(), 10);
    }
}
