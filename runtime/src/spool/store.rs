//! The segments of one folder: appended to at one end by the process that made it, delivered from the other.

use super::cursor::{Cursor, Position};
use super::disk;
use super::error::SpoolError;
use super::folder::Folder;
use super::frame::Header;
use super::keys::Keys;
use super::policy::{Fsync, Policy};
use super::scan::{Segment, file_name, scan, segment_files};
use super::segment::{Packed, Reader, Writer};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The number that the next store gets.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// The next frame to deliver.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) header: Header,
    pub(super) request: Vec<u8>,
    position: Position,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    Frame(Frame),
    /// These records cannot be read any more, and are passed over.
    Damaged(u64, SpoolError),
}

#[derive(Debug)]
pub(super) struct Store {
    /// No other store of this process has it.
    pub(super) id: u64,
    folder: Folder,
    cursor: Cursor,
    segments: VecDeque<Segment>,
    /// Of the last segment.
    writer: Option<Writer>,
    /// Of the first segment, with its number.
    reader: Option<(u64, Reader)>,
    /// In the first segment: the next frame's byte and number.
    at: u64,
    index: u64,
    next_number: u64,
    /// When what was written was last known to be on the disk.
    synced: Instant,
    policy: Policy,
}

impl Store {
    /// A new one in a folder of its own.
    pub(super) fn create(root: &Path, destination: &str, policy: Policy) -> Result<Self, SpoolError> {
        let folder = Folder::create(root, destination)?;
        match Cursor::create(folder.path()) {
            Ok(cursor) => Ok(Self::new(folder, cursor, policy)),
            Err(error) => {
                folder.remove();
                Err(error)
            }
        }
    }

    fn new(folder: Folder, cursor: Cursor, policy: Policy) -> Self {
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            folder,
            cursor,
            segments: VecDeque::new(),
            writer: None,
            reader: None,
            at: 0,
            index: 0,
            next_number: 1,
            synced: Instant::now(),
            policy,
        }
    }

    /// What another process left, and what of it cannot be read. A file that is not ours to read is left alone.
    pub(super) fn adopt(
        folder: Folder,
        keys: &Keys,
        policy: Policy,
    ) -> Result<(Self, Vec<SpoolError>), SpoolError> {
        let (cursor, position) = Cursor::open(folder.path())?;
        let files = segment_files(folder.path())?;
        let mut store = Self::new(folder, cursor, policy);
        let mut errors = Vec::new();
        let last = files.last().map(|(number, _)| *number);
        for (number, path) in files {
            if number < position.segment {
                let _ = disk::remove(&path);
                continue;
            }
            let from = if number == position.segment {
                (position.at, position.index)
            } else {
                (0, 0)
            };
            match scan(number, &path, from.0, keys) {
                Ok(Some((segment, end))) => {
                    // Only the last one may end inside a frame: it was being written.
                    if segment.length < end && Some(number) != last {
                        let at = segment.length;
                        errors.push(SpoolError::Damaged { path, at });
                    }
                    if store.segments.is_empty() {
                        store.at = from.0.max(segment.head.len());
                        store.index = from.1;
                    }
                    store.segments.push_back(segment);
                }
                Ok(None) => {
                    let _ = disk::remove(&path);
                }
                Err(error) => errors.push(error),
            }
        }
        Ok((store, errors))
    }

    /// Bytes of all segments.
    pub(super) fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.length).sum()
    }

    /// Records that wait.
    pub(super) fn records(&self) -> u64 {
        self.segments.iter().map(|segment| segment.records).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// When the oldest segment was begun.
    pub(super) fn oldest_ms(&self) -> u64 {
        self.segments
            .front()
            .map_or(u64::MAX, |segment| segment.oldest_ms)
    }

    /// When the newest frame of the oldest segment was written.
    pub(super) fn front_newest_ms(&self) -> Option<u64> {
        self.segments.front().map(|segment| segment.newest_ms)
    }

    /// Appends all of these or none.
    pub(super) fn append(&mut self, frames: &[Packed], keys: &Keys, now_ms: u64) -> Result<(), SpoolError> {
        let bytes: u64 = frames.iter().map(Packed::most_bytes).sum();
        self.close_full_segment(bytes, now_ms)?;
        let sync = matches!(self.policy.fsync, Fsync::EachBatch);
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.begin_segment(keys, now_ms)?,
        };
        let result = writer.append(frames, sync);
        let Some(segment) = self.segments.back_mut() else {
            return result;
        };
        match result {
            Ok(()) => {
                segment.length = writer.length();
                segment.records += frames.iter().map(|frame| u64::from(frame.records)).sum::<u64>();
                segment.newest_ms = now_ms;
                self.writer = Some(writer);
                Ok(())
            }
            // It takes no more; one that holds nothing goes at once.
            Err(error) => {
                if segment.length == segment.head.len() {
                    let _ = disk::remove(&segment.path);
                    self.segments.pop_back();
                }
                Err(error)
            }
        }
    }

    fn close_full_segment(&mut self, more: u64, now_ms: u64) -> Result<(), SpoolError> {
        let (Some(writer), Some(segment)) = (&mut self.writer, self.segments.back()) else {
            return Ok(());
        };
        let is_full = segment.length + more > self.policy.segment_bytes
            || now_ms.saturating_sub(segment.oldest_ms) > self.policy.segment_ms;
        if is_full {
            let result = match self.policy.fsync {
                Fsync::Never => Ok(()),
                _ => writer.sync(),
            };
            self.writer = None;
            return result;
        }
        Ok(())
    }

    fn begin_segment(&mut self, keys: &Keys, now_ms: u64) -> Result<Writer, SpoolError> {
        let number = self.next_number;
        let path = self.folder.path().join(file_name(number));
        let writer = Writer::create(&path, now_ms, keys)?;
        if !matches!(self.policy.fsync, Fsync::Never)
            && let Err(error) = disk::sync_folder(self.folder.path())
        {
            let _ = disk::remove(&path);
            return Err(SpoolError::io(self.folder.path(), "synchronised")(error));
        }
        self.next_number += 1;
        if self.segments.is_empty() {
            self.at = writer.length();
            self.index = 0;
        }
        self.segments.push_back(Segment {
            number,
            path,
            head: Arc::clone(writer.head()),
            length: writer.length(),
            records: 0,
            oldest_ms: now_ms,
            newest_ms: now_ms,
        });
        Ok(writer)
    }

    /// Brings what was written to the disk, where that is due.
    pub(super) fn sync_if_due(&mut self) -> Result<(), SpoolError> {
        match self.policy.fsync {
            Fsync::Every(interval) if self.synced.elapsed() >= interval => self.sync(),
            _ => Ok(()),
        }
    }

    fn sync(&mut self) -> Result<(), SpoolError> {
        self.synced = Instant::now();
        let result = self.writer.as_mut().map_or(Ok(()), Writer::sync);
        if result.is_err() {
            // What a failed synchronisation covered is not sure any more; the next segment may fare better.
            self.writer = None;
        }
        result
    }

    /// The frame that was spooled first; the same one until it is [`done`](Self::done).
    pub(super) fn next(&mut self) -> Result<Option<Next>, SpoolError> {
        loop {
            let Some(segment) = self.segments.front() else {
                return Ok(None);
            };
            let (number, length) = (segment.number, segment.length);
            if self.at >= length {
                self.drop_front();
                continue;
            }
            let reader = match &mut self.reader {
                Some((of, reader)) if *of == number => reader,
                own => {
                    let reader = Reader::open(&segment.path, Arc::clone(&segment.head))?;
                    &mut own.insert((number, reader)).1
                }
            };
            let damaged = SpoolError::Damaged {
                path: segment.path.clone(),
                at: self.at,
            };
            let Some(header) = reader.header(self.at, length)? else {
                return Ok(Some(Next::Damaged(self.drop_front(), damaged)));
            };
            let position = Position {
                segment: number,
                at: self.at,
                index: self.index,
            };
            return Ok(Some(match reader.request(self.at, self.index, &header)? {
                Some(request) => Next::Frame(Frame {
                    header,
                    request,
                    position,
                }),
                None => {
                    self.advance(position, &header);
                    Next::Damaged(header.records.into(), damaged)
                }
            }));
        }
    }

    /// The frame needs not to be sent again.
    pub(super) fn done(&mut self, frame: &Frame) {
        self.advance(frame.position, &frame.header);
    }

    /// Some of the frame's records need not.
    pub(super) fn part_done(&mut self, frame: &mut Frame, records: u32) {
        if let Some(segment) = self.front_at(frame.position) {
            segment.records = segment.records.saturating_sub(records.into());
            frame.header.records = frame.header.records.saturating_sub(records);
        }
    }

    /// Whether the frame is the next one still, and was not dropped.
    pub(super) fn holds(&self, frame: &Frame) -> bool {
        let front = self.segments.front().map(|segment| (segment.number, self.at));
        front == Some((frame.position.segment, frame.position.at))
    }

    fn front_at(&mut self, position: Position) -> Option<&mut Segment> {
        let at = self.at;
        let segment = self.segments.front_mut()?;
        ((segment.number, at) == (position.segment, position.at)).then_some(segment)
    }

    fn advance(&mut self, from: Position, header: &Header) {
        let Some(segment) = self.front_at(from) else {
            return;
        };
        let length = segment.length;
        segment.records = segment.records.saturating_sub(header.records.into());
        self.at += header.frame_bytes();
        self.index += 1;
        let position = Position {
            at: self.at,
            index: self.index,
            ..from
        };
        // Where that fails, the next start sends again what was delivered, which is better than to lose it.
        let sync = matches!(self.policy.fsync, Fsync::EachBatch);
        let _ = self.cursor.set(position, sync);
        if self.at >= length {
            self.drop_front();
        }
    }

    /// Removes the first segment, and returns how many records it still held.
    pub(super) fn drop_front(&mut self) -> u64 {
        let Some(segment) = self.segments.pop_front() else {
            return 0;
        };
        self.reader = None;
        if self.segments.is_empty() {
            self.writer = None;
        }
        self.at = self.segments.front().map_or(0, |next| next.head.len());
        self.index = 0;
        let position = Position {
            segment: segment.number + 1,
            ..Position::default()
        };
        let _ = self.cursor.set(position, false);
        let _ = disk::remove(&segment.path);
        segment.records
    }

    /// Leaves what waits for another start, or removes the folder where nothing does.
    pub(super) fn close(mut self) -> Result<(), SpoolError> {
        let result = match self.policy.fsync {
            Fsync::Never => Ok(()),
            _ => self.sync(),
        };
        let Self { folder, segments, .. } = self;
        if segments.is_empty() {
            folder.remove();
        }
        result
    }
}
