//! A body as it came, held in pieces that are let go as they are read.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;
use std::sync::Arc;

use super::budget::{Budget, Reservation, Spent};
use super::piece::{LARGE, PIECE, Piece};
use crate::wire::{NoRoom, Room};

/// What a request may hold beyond its reservation while it is unpacked: a piece that is half read, and the first
/// piece of what comes out. So a request as large as the budget can be unpacked when it is alone.
const SLACK: usize = 2 * LARGE;

/// The bytes of a body.
#[derive(Debug)]
pub(super) struct Held {
    pieces: VecDeque<Piece>,
    /// Bytes of all pieces.
    length: usize,
    /// What the pieces hold room for.
    capacity: usize,
    /// Bytes that are still to come, where that is known.
    expected: usize,
    /// Whether to have one piece.
    whole: bool,
    /// Whether it is unpacked on a thread that may wait.
    may_wait: bool,
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
            may_wait: false,
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
            let taken = self.pieces.back_mut().map_or(0, |piece| piece.push(data));
            if taken == 0 {
                self.add_piece()?;
            }
            self.length += taken;
            self.expected = self.expected.saturating_sub(taken);
            data = data.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    fn add_piece(&mut self) -> Result<(), Spent> {
        let size = match self.expected {
            0 => Piece::usual(self.length),
            expected if self.whole => expected,
            expected => expected.min(Piece::usual(self.length + expected)),
        };
        if self.expected == 0 {
            self.reservation.resize(self.capacity + size)?;
        }
        let piece = if self.whole && self.expected > 0 {
            Piece::Heap(Vec::with_capacity(size))
        } else {
            Piece::new(size)
        };
        self.capacity += size;
        self.pieces.push_back(piece);
        Ok(())
    }

    /// It is unpacked on a thread that may wait for other requests to end.
    pub(super) fn wait_for_room(&mut self) {
        self.may_wait = true;
    }

    /// The bytes, where they are one piece already.
    pub(super) fn into_whole(mut self) -> Result<(Vec<u8>, Reservation), Self> {
        match (self.pieces.pop_front(), self.pieces.is_empty()) {
            (None, _) => Ok((Vec::new(), self.reservation)),
            (Some(Piece::Heap(bytes)), true) => Ok((bytes, self.reservation)),
            (Some(piece), _) => {
                self.pieces.push_front(piece);
                Err(self)
            }
        }
    }

    /// The bytes, where they are one piece, and the room for what is made of them beside them.
    pub(super) fn unpack_whole(self, limit: usize) -> Result<(Vec<u8>, Unpacked), Self> {
        let may_wait = self.may_wait;
        let (bytes, reservation) = self.into_whole()?;
        let unpacked = Unpacked {
            reservation,
            left: Rc::new(Cell::new(bytes.capacity())),
            limit,
            may_wait,
            refused: None,
        };
        Ok((bytes, unpacked))
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
            may_wait: self.may_wait,
            refused: None,
        };
        (source, unpacked)
    }
}

/// Reads a body, and frees each piece once it has been read.
#[derive(Debug)]
pub(super) struct Source {
    pieces: VecDeque<Piece>,
    at: usize,
    left: Rc<Cell<usize>>,
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while let Some(piece) = self.pieces.front()
            && self.at >= piece.bytes().len()
        {
            self.left.set(self.left.get().saturating_sub(piece.capacity()));
            self.pieces.pop_front();
            self.at = 0;
        }
        let piece = self.pieces.front().map(Piece::bytes).unwrap_or_default();
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
    may_wait: bool,
    refused: Option<Refused>,
}

impl Unpacked {
    /// Why [`Room::grow`] said no.
    pub(super) fn refused(&self) -> Option<Refused> {
        self.refused
    }

    /// The reservation for the bytes that came out.
    pub(super) fn finish(mut self, bytes: usize) -> Result<Reservation, Spent> {
        self.reserve(bytes)?;
        Ok(self.reservation)
    }

    fn reserve(&mut self, bytes: usize) -> Result<(), Spent> {
        if self.may_wait {
            self.reservation.resize_in_time(bytes)
        } else {
            self.reservation.resize(bytes)
        }
    }
}

impl Room for Unpacked {
    fn grow(&mut self, needed: usize) -> Result<usize, NoRoom> {
        // Of what is still packed comes as much again at least: a request that could not end is told so at once.
        let held = |bytes: usize| (bytes + self.left.get()).saturating_sub(SLACK);
        if needed > self.limit || held(needed) > self.limit {
            self.refused = Some(Refused::TooLarge);
            return Err(NoRoom);
        }
        let wished = (needed + needed / 8 + PIECE).min(self.limit);
        if self.reservation.resize(held(wished)).is_ok() {
            return Ok(wished);
        }
        let held = held(needed);
        self.reserve(held).map_err(|Spent| {
            self.refused = Some(Refused::Spent);
            NoRoom
        })?;
        Ok(needed)
    }

    /// Much is taken at once, as address space that costs nothing until it is written to: what grows by being moved
    /// leaves holes that the next cannot use.
    fn capacity(&self, needed: usize) -> usize {
        let usual = needed + needed / 2;
        if usual > LARGE { self.limit } else { usual }
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
            unpacked.grow(out).expect("room");
        }
        assert!(unpacked.finish(out).is_ok());
        let mut held = Held::new(&budget, false);
        held.push(&[1]).expect("room");
        assert!(held.unpack(10).1.grow(11).is_err());
    }
}
