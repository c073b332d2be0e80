//! A body as it came, held in pieces that are let go as they are read.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;
use std::sync::Arc;

use super::budget::{Budget, Reservation, Spent};
use crate::wire::{NoRoom, Room};

/// Bytes of a piece.
const PIECE: usize = 64 << 10;

/// What a request may hold beyond its reservation while it is unpacked: a piece that is half read, and the first
/// piece of what comes out. So a request as large as the budget can be unpacked when it is alone.
const SLACK: usize = 4 * PIECE;

/// The bytes of a body.
#[derive(Debug)]
pub(super) struct Held {
    pieces: VecDeque<Vec<u8>>,
    /// Bytes of all pieces.
    length: usize,
    /// What the pieces hold room for.
    capacity: usize,
    /// Bytes that are still to come, where that is known.
    expected: usize,
    /// Whether to have one piece.
    whole: bool,
    reservation: Reservation,
}

impl Held {
    /// Holds nothing yet. With `whole`, the bytes whose number was said before are in one piece.
    pub(super) fn new(budget: &Arc<Budget>, whole: bool) -> Self {
        Self {
            pieces: VecDeque::new(),
            length: 0,
            capacity: 0,
            expected: 0,
            whole,
            reservation: Reservation::none(budget),
        }
    }

    /// So many bytes will come: reserves them, before one of them has been read.
    pub(super) fn expect(&mut self, bytes: usize) -> Result<(), Spent> {
        self.reservation.resize(bytes)?;
        self.expected = bytes;
        Ok(())
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Takes more.
    pub(super) fn push(&mut self, mut data: &[u8]) -> Result<(), Spent> {
        while !data.is_empty() {
            let room = self
                .pieces
                .back()
                .map_or(0, |piece| piece.capacity() - piece.len());
            if room == 0 {
                self.add_piece()?;
                continue;
            }
            let (now, later) = data.split_at(room.min(data.len()));
            if let Some(piece) = self.pieces.back_mut() {
                piece.extend_from_slice(now);
            }
            self.length += now.len();
            self.expected = self.expected.saturating_sub(now.len());
            data = later;
        }
        Ok(())
    }

    fn add_piece(&mut self) -> Result<(), Spent> {
        let size = match self.expected {
            0 => PIECE,
            expected if self.whole => expected,
            expected => expected.min(PIECE),
        };
        if self.expected == 0 {
            self.reservation.resize(self.capacity + size)?;
        }
        let piece = Vec::with_capacity(size);
        self.capacity += piece.capacity();
        self.pieces.push_back(piece);
        Ok(())
    }

    /// The bytes, where they are one piece already.
    pub(super) fn into_whole(mut self) -> Result<(Vec<u8>, Reservation), Self> {
        match self.pieces.len() {
            0 => Ok((Vec::new(), self.reservation)),
            1 => Ok((self.pieces.pop_front().unwrap_or_default(), self.reservation)),
            _ => Err(self),
        }
    }

    /// A reader of the bytes, and the room for what is made of them.
    pub(super) fn unpack(self, limit: usize) -> (Source, Unpacked) {
        let left = Rc::new(Cell::new(self.capacity));
        let source = Source {
            pieces: self.pieces,
            at: 0,
            left: Rc::clone(&left),
        };
        let unpacked = Unpacked {
            reservation: self.reservation,
            left,
            limit,
            refused: None,
        };
        (source, unpacked)
    }
}

/// Reads a body, and frees each piece once it has been read.
#[derive(Debug)]
pub(super) struct Source {
    pieces: VecDeque<Vec<u8>>,
    at: usize,
    left: Rc<Cell<usize>>,
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while let Some(piece) = self.pieces.front()
            && self.at >= piece.len()
        {
            self.left.set(self.left.get().saturating_sub(piece.capacity()));
            self.pieces.pop_front();
            self.at = 0;
        }
        let piece = self.pieces.front().map(Vec::as_slice).unwrap_or_default();
        Ok(piece.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

/// Why no more may be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is more than a request may have.
    TooLarge,
    /// Other requests hold the budget.
    Spent,
}

/// The room for what is made of a body.
#[derive(Debug)]
pub(super) struct Unpacked {
    reservation: Reservation,
    left: Rc<Cell<usize>>,
    limit: usize,
    refused: Option<Refused>,
}

impl Unpacked {
    /// Why [`Room::grow`] said no.
    pub(super) fn refused(&self) -> Option<Refused> {
        self.refused
    }

    /// The reservation for the bytes that came out.
    pub(super) fn finish(mut self, bytes: usize) -> Result<Reservation, Spent> {
        self.reservation.resize(bytes)?;
        Ok(self.reservation)
    }
}

impl Room for Unpacked {
    fn grow(&mut self, needed: usize, wished: usize) -> Result<usize, NoRoom> {
        if needed > self.limit {
            self.refused = Some(Refused::TooLarge);
            return Err(NoRoom);
        }
        for capacity in [wished.min(self.limit), needed] {
            let held = (capacity + self.left.get()).saturating_sub(SLACK);
            if self.reservation.resize(held).is_ok() {
                return Ok(capacity);
            }
        }
        self.refused = Some(Refused::Spent);
        Err(NoRoom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in() {
        let budget = Budget::new(1 << 20);
        let data: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let mut held = Held::new(&budget, false);
        for part in data.chunks(777) {
            held.push(part).expect("room");
        }
        assert_eq!(held.length(), data.len());
        assert_eq!(budget.used(), 4 * PIECE);
        let (mut source, _unpacked) = held.into_whole().expect_err("pieces").unpack(1 << 20);
        let mut out = vec![];
        source.read_to_end(&mut out).expect("no disk is read");
        assert!(out == data);
        assert_eq!(source.left.get(), 0);
    }

    #[test]
    fn what_was_expected_is_one_piece_and_reserved_before() {
        let budget = Budget::new(1 << 20);
        let mut held = Held::new(&budget, true);
        held.expect(300_000).expect("room");
        assert_eq!(budget.used(), 300_000);
        for _ in 0..30 {
            held.push(&[7; 10_000]).expect("room");
        }
        let (bytes, _reservation) = held.into_whole().expect("one piece");
        assert_eq!(
            (bytes.len(), bytes.capacity(), budget.used()),
            (300_000, 300_000, 300_000)
        );
    }

    #[test]
    fn a_body_as_large_as_the_budget_is_unpacked_when_it_is_alone() {
        let budget = Budget::new(1 << 20);
        let mut held = Held::new(&budget, false);
        held.expect(1 << 20).expect("room");
        held.push(&vec![1; 1 << 20]).expect("room");
        let (mut source, mut unpacked) = held.unpack(1 << 20);
        let mut out = 0;
        loop {
            let count = source.fill_buf().expect("no disk is read").len();
            if count == 0 {
                break;
            }
            source.consume(count);
            out += count;
            unpacked.grow(out, out).expect("room");
        }
        assert!(unpacked.finish(out).is_ok());
        let mut held = Held::new(&budget, false);
        held.push(&[1]).expect("room");
        assert!(held.unpack(10).1.grow(11, 11).is_err());
    }
}
