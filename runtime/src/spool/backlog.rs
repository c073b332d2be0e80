//! What one signal of a destination has on disk: its own folder, and those that it took over.

use super::decode;
use super::error::SpoolError;
use super::folder::Folder;
use super::frame::{HEADER, Signal};
use super::segment::Packed;
use super::settings::Spool;
use super::store::{Frame, Next, Store};
use crate::destination::Batch;
use crate::destination::otlp::protobuf;
use crate::destination::otlp::wire::Writer;
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes for a segment's head, in the account of what a batch needs.
const HEAD: u64 = 512;

/// Records that were spooled and are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Losses {
    /// To make room.
    pub(crate) full: u64,
    /// Since they were too old.
    pub(crate) expired: u64,
    /// Since they cannot be read any more.
    pub(crate) damaged: u64,
}

/// A batch as it goes to disk.
pub(super) struct PackedBatch {
    frames: Vec<Packed>,
    /// Bytes that it takes at most.
    pub(super) bytes: u64,
    now_ms: u64,
}

/// The batch that was spooled first. Tell [`Backlog::done`] when it is settled.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) batch: Batch,
    frame: Frame,
    /// The store that it is in.
    store: u64,
}

impl Front {
    /// Its records that are not settled.
    pub(crate) fn left(&self) -> u64 {
        self.frame.header.records.into()
    }
}

/// The spool of one name. Used on the destination's own thread alone.
pub(super) struct Backlog {
    spool: Spool,
    destination: String,
    /// Made when something is spooled for the first time.
    own: Option<Store>,
    /// Those of processes that are gone, oldest first.
    adopted: Vec<Store>,
    losses: Losses,
    errors: Vec<SpoolError>,
    request: Writer,
    /// For tests: how far the clock is ahead.
    #[cfg(test)]
    pub(super) ahead_ms: u64,
}

impl Backlog {
    /// The destination's spool, with what processes that are gone have left. What cannot be read is an error to
    /// [take](Self::take_errors).
    pub(super) fn open(spool: Spool, destination: &str) -> Self {
        let mut backlog = Self {
            spool,
            destination: destination.to_owned(),
            own: None,
            adopted: Vec::new(),
            losses: Losses::default(),
            errors: Vec::new(),
            request: Writer::default(),
            #[cfg(test)]
            ahead_ms: 0,
        };
        match Folder::orphans(backlog.spool.folder(), destination) {
            Ok(orphans) => orphans.into_iter().for_each(|folder| backlog.adopt(folder)),
            Err(error) => backlog.errors.push(error),
        }
        backlog.adopted.sort_by_key(Store::oldest_ms);
        backlog
    }

    fn adopt(&mut self, folder: Folder) {
        match Store::adopt(folder, self.spool.keys(), self.spool.policy()) {
            Ok((store, errors)) => {
                self.errors.extend(errors);
                if store.is_empty() {
                    // What is kept there keeps the folder, without our lock.
                    let _ = store.close();
                } else {
                    self.adopted.push(store);
                }
            }
            Err(error) => self.errors.push(error),
        }
    }

    /// Records that wait.
    pub(super) fn records(&self) -> u64 {
        self.stores().map(Store::records).sum()
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.stores().all(Store::is_empty)
    }

    /// Bytes of all segments.
    pub(super) fn bytes(&self) -> u64 {
        self.stores().map(Store::bytes).sum()
    }

    fn stores(&self) -> impl Iterator<Item = &Store> {
        self.adopted.iter().chain(&self.own)
    }

    /// Spools a batch, all of it or nothing. The oldest make room for it.
    ///
    /// # Errors
    /// Where the disk fails or the batch is too large: it is not spooled.
    #[cfg(test)]
    pub(super) fn push(&mut self, batch: &Batch) -> Result<(), SpoolError> {
        let packed = self.pack(batch)?;
        self.expire();
        while self.bytes() + packed.bytes > self.spool.limit() {
            self.drop_oldest();
        }
        self.append(&packed)
    }

    /// Appends what was packed; there must be room for it.
    pub(super) fn append(&mut self, packed: &PackedBatch) -> Result<(), SpoolError> {
        let own = match &mut self.own {
            Some(own) => own,
            none => {
                let policy = self.spool.policy();
                none.insert(Store::create(self.spool.folder(), &self.destination, policy)?)
            }
        };
        let result = own.append(&packed.frames, self.spool.keys(), packed.now_ms);
        self.sync_if_due();
        result
    }

    /// Packs a batch.
    ///
    /// # Errors
    /// Where it is larger than the spool may be.
    pub(super) fn pack(&mut self, batch: &Batch) -> Result<PackedBatch, SpoolError> {
        let now_ms = self.now_ms();
        let frames = self.frames(batch, now_ms)?;
        let bytes = HEAD + frames.iter().map(Packed::most_bytes).sum::<u64>();
        let most = self.spool.limit();
        if bytes > most {
            return Err(SpoolError::TooLarge { bytes, most });
        }
        Ok(PackedBatch {
            frames,
            bytes,
            now_ms,
        })
    }

    /// Packs batches that take the place of this one, and are as old as it is, to be appended together.
    pub(super) fn pack_parts(&mut self, front: &Front, parts: &[Batch]) -> Result<PackedBatch, SpoolError> {
        let mut all = PackedBatch {
            frames: Vec::new(),
            bytes: 0,
            now_ms: self.now_ms(),
        };
        for part in parts {
            let packed = self.pack(part)?;
            all.bytes += packed.bytes;
            all.frames.extend(packed.frames);
        }
        for frame in &mut all.frames {
            frame.time_ms = front.frame.header.time_ms;
        }
        Ok(all)
    }

    fn frames(&mut self, batch: &Batch, now_ms: u64) -> Result<Vec<Packed>, SpoolError> {
        let resource = &batch.resource;
        let mut frames = Vec::new();
        for (signal, records) in [
            (Signal::Traces, batch.span_count()),
            (Signal::Logs, batch.logs.len()),
            (Signal::Metrics, batch.metrics.len()),
        ] {
            if records == 0 {
                continue;
            }
            self.request.clear();
            match signal {
                #[cfg(feature = "otlp")]
                Signal::Traces if batch.spans.is_empty() => {
                    batch.encoded.request(&mut self.request, resource, 0..records);
                }
                Signal::Traces => protobuf::traces(&mut self.request, resource, &batch.spans),
                Signal::Logs => protobuf::logs(&mut self.request, resource, &batch.logs),
                Signal::Metrics => protobuf::metrics(&mut self.request, resource, &batch.metrics),
            }
            let request = self.request.as_slice();
            let packed = u32::try_from(records)
                .ok()
                .and_then(|records| Packed::new(signal, records, now_ms, request));
            frames.push(packed.ok_or(SpoolError::TooLarge {
                bytes: (HEADER + request.len()) as u64,
                most: super::frame::LONGEST_REQUEST as u64,
            })?);
        }
        Ok(frames)
    }

    /// The batch that was spooled first; the same one until it is [`done`](Self::done).
    ///
    /// # Errors
    /// Where the disk fails: it may be there again later.
    pub(super) fn front(&mut self) -> Result<Option<Front>, SpoolError> {
        let oldest_ms = self.now_ms().saturating_sub(self.spool.max_age_ms());
        loop {
            let adopted = (!self.adopted.is_empty()).then_some(0);
            let store = match adopted {
                Some(at) => &mut self.adopted[at],
                None => match &mut self.own {
                    Some(own) => own,
                    None => return Ok(None),
                },
            };
            match store.next()? {
                None if adopted.is_none() => return Ok(None),
                None => self.close_drained(),
                Some(Next::Damaged(records, error)) => {
                    self.losses.damaged += records;
                    self.errors.push(error);
                }
                Some(Next::Frame(frame)) if frame.header.time_ms < oldest_ms => {
                    store.done(&frame);
                    self.losses.expired += u64::from(frame.header.records);
                }
                Some(Next::Frame(frame)) => match decode::batch(frame.header.signal, &frame.request) {
                    Ok(batch) if batch.len() as u64 == u64::from(frame.header.records) => {
                        let store = store.id;
                        return Ok(Some(Front { batch, frame, store }));
                    }
                    _ => {
                        store.done(&frame);
                        self.losses.damaged += u64::from(frame.header.records);
                    }
                },
            }
        }
    }

    /// This batch is settled, delivered or not: it is not offered again, and not by the next start either.
    pub(super) fn done(&mut self, front: &Front) {
        if let Some(store) = self.store_of(front) {
            store.done(&front.frame);
        }
        self.close_drained();
    }

    /// So many of its records are settled. With the last of them it is [`done`](Self::done).
    pub(super) fn part_done(&mut self, front: &mut Front, records: u32) {
        if let Some(store) = self.store_of(front) {
            store.part_done(&mut front.frame, records);
        }
        if front.left() == 0 {
            self.done(front);
        }
    }

    /// Whether it is still there: it may have been dropped meanwhile, to make room or since it was too old.
    pub(super) fn holds(&self, front: &Front) -> bool {
        let store = self.stores().find(|store| store.id == front.store);
        store.is_some_and(|store| store.holds(&front.frame))
    }

    fn store_of(&mut self, front: &Front) -> Option<&mut Store> {
        let mut stores = self.adopted.iter_mut().chain(&mut self.own);
        stores.find(|store| store.id == front.store)
    }

    /// Lets go of folders that were taken over and hold nothing more.
    fn close_drained(&mut self) {
        while self.adopted.first().is_some_and(Store::is_empty) {
            let _ = self.adopted.remove(0).close();
        }
    }

    /// Drops what is too old.
    pub(super) fn expire(&mut self) {
        let oldest_ms = self.now_ms().saturating_sub(self.spool.max_age_ms());
        for store in self.adopted.iter_mut().chain(&mut self.own) {
            while store.front_newest_ms().is_some_and(|newest| newest < oldest_ms) {
                self.losses.expired += store.drop_front();
            }
        }
        self.close_drained();
    }

    /// Drops the oldest segment, and counts it.
    pub(super) fn drop_oldest(&mut self) {
        self.losses.full += match (self.adopted.first_mut(), &mut self.own) {
            (Some(store), _) | (None, Some(store)) => store.drop_front(),
            (None, None) => 0,
        };
        self.close_drained();
    }

    /// When the oldest segment was begun; the end of time where there is none.
    pub(super) fn oldest_ms(&self) -> u64 {
        self.stores().map(Store::oldest_ms).min().unwrap_or(u64::MAX)
    }

    /// What comes due with time alone: call it now and then.
    pub(super) fn tick(&mut self) {
        self.sync_if_due();
        self.expire();
    }

    fn sync_if_due(&mut self) {
        let result = self.own.as_mut().map(Store::sync_if_due);
        self.errors.extend(result.and_then(Result::err));
    }

    /// What was dropped since it was last asked.
    pub(super) fn take_losses(&mut self) -> Losses {
        std::mem::take(&mut self.losses)
    }

    /// What went wrong since it was last asked.
    pub(super) fn take_errors(&mut self) -> Vec<SpoolError> {
        std::mem::take(&mut self.errors)
    }

    /// Leaves what waits for the next start.
    pub(super) fn close(mut self) -> Option<SpoolError> {
        let stores = std::mem::take(&mut self.adopted)
            .into_iter()
            .chain(self.own.take());
        stores.filter_map(|store| store.close().err()).last()
    }

    fn now_ms(&self) -> u64 {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
        #[cfg(test)]
        let now = now + self.ahead_ms;
        now
    }
}
