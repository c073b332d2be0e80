//! Writing a partition.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, Transaction, params};

use super::schema::{self, table};
use super::{BlockInfo, SEGMENT_BLOCKS, Unmerged, rollup, segment};
use crate::store::block::{Sealed, SealedColumn};
use crate::store::codec::Compressor;
use crate::store::log::Through;
use crate::store::rollup::Rollup;
use crate::store::{OpenError, ReadError};

/// The one connection that writes a partition.
pub(in crate::store) struct PartitionWriter {
    path: PathBuf,
    connection: Connection,
    next_block: u32,
    unmerged: Arc<Unmerged>,
}

/// What is written at once, or not at all.
pub(in crate::store) struct Batch<'a> {
    pub(in crate::store) block: Option<&'a Sealed>,
    pub(in crate::store) arrived: std::ops::RangeInclusive<u64>,
    pub(in crate::store) rollup: &'a Rollup,
    pub(in crate::store) logs: &'a [StoredLog],
    pub(in crate::store) through: Through,
}

/// The log records of one trace in one request.
pub(in crate::store) struct StoredLog {
    pub(in crate::store) trace: u32,
    pub(in crate::store) frame: Vec<u8>,
}

impl PartitionWriter {
    /// Creates a partition in `folder`. The time is what its name is sorted by.
    pub(in crate::store) fn create(folder: &Path, kept: bool, now: u64) -> Result<Self, OpenError> {
        let mut number = now / 1_000_000;
        let path = loop {
            let path = schema::path(folder, kept, number);
            if !path.exists() {
                break path;
            }
            number += 1;
        };
        let connection = schema::create(&path)?;
        Ok(Self {
            path,
            connection,
            next_block: 0,
            unmerged: Arc::default(),
        })
    }

    /// Goes on with a partition.
    pub(in crate::store) fn open(path: &Path) -> Result<Self, OpenError> {
        let connection = schema::open_existing(path, true)?;
        let next = connection
            .query_row("SELECT ifnull(max(id) + 1, 0) FROM block", [], |row| row.get(0))
            .map_err(ReadError::from)?;
        let unmerged = super::reader::unmerged(&connection)?;
        Ok(Self {
            path: path.to_owned(),
            connection,
            next_block: next,
            unmerged: Arc::new(unmerged),
        })
    }

    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }

    /// The fingerprints that are in no segment yet.
    pub(in crate::store) fn unmerged(&self) -> Arc<Unmerged> {
        Arc::clone(&self.unmerged)
    }

    /// Bytes of the file and of what SQLite keeps beside it.
    pub(in crate::store) fn bytes(&self) -> u64 {
        let length = |path: PathBuf| std::fs::metadata(path).map_or(0, |file| file.len());
        let mut beside = self.path.clone().into_os_string();
        beside.push("-wal");
        length(self.path.clone()) + length(beside.into())
    }

    /// Writes a batch; durable when this returns. Gives the block's number, or nothing for a batch without a block.
    pub(in crate::store) fn write(
        &mut self,
        batch: &Batch<'_>,
        compressor: &mut Compressor,
    ) -> Result<Option<BlockInfo>, ReadError> {
        let id = self.next_block;
        let mut unmerged = Arc::clone(&self.unmerged);
        let transaction = self.connection.transaction()?;
        let info = batch.block.map(|block| info(id, block, batch));
        if let (Some(block), Some(info)) = (batch.block, &info) {
            write_block(&transaction, info, block)?;
            let all = Arc::make_mut(&mut unmerged);
            all.push(Arc::clone(&block.fingerprints));
            if (id + 1).is_multiple_of(SEGMENT_BLOCKS) {
                write_segment(
                    &transaction,
                    id / SEGMENT_BLOCKS,
                    &segment::merge(all, compressor)?,
                )?;
                all.clear();
            } else {
                write_unmerged(&transaction, id, &block.fingerprints)?;
            }
        }
        rollup::write(&transaction, batch.rollup)?;
        for log in batch.logs {
            transaction
                .prepare_cached("INSERT INTO log(trace, frame) VALUES (?1, ?2)")?
                .execute(params![log.trace, log.frame])?;
        }
        transaction.execute(
            "UPDATE progress SET sequence = ?1, records = ?2",
            params![
                batch.through.sequence.cast_signed(),
                batch.through.records.cast_signed()
            ],
        )?;
        transaction.commit()?;
        self.next_block += u32::from(info.is_some());
        self.unmerged = unmerged;
        Ok(info)
    }

    /// Moves what SQLite keeps beside the file into it, so that the partition is one file.
    pub(in crate::store) fn close(self) -> Result<(), ReadError> {
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

fn info(id: u32, block: &Sealed, batch: &Batch<'_>) -> BlockInfo {
    BlockInfo {
        id,
        spans: block.spans,
        errors: block.errors,
        start: block.start.clone(),
        duration: block.duration.clone(),
        arrived: batch.arrived.clone(),
        slowest: block.slowest.clone(),
    }
}

fn write_block(transaction: &Transaction<'_>, info: &BlockInfo, block: &Sealed) -> Result<(), ReadError> {
    let slowest: Vec<u8> = (info.slowest.iter())
        .flat_map(|(service, duration)| service.to_le_bytes().into_iter().chain(duration.to_le_bytes()))
        .collect();
    transaction
        .prepare_cached("INSERT INTO block VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?
        .execute(params![
            info.id,
            info.spans as i64,
            info.errors as i64,
            info.start.start().cast_signed(),
            info.start.end().cast_signed(),
            info.duration.start().cast_signed(),
            info.duration.end().cast_signed(),
            info.arrived.start().cast_signed(),
            info.arrived.end().cast_signed(),
            slowest,
        ])?;
    for (part, frame) in &block.parts {
        transaction
            .prepare_cached(&format!("INSERT INTO {} VALUES (?1, ?2)", table(*part)))?
            .execute(params![info.id, frame])?;
    }
    for (number, column) in (0_i64..).zip(&block.attributes) {
        write_column(transaction, i64::from(info.id) << 16 | number, column)?;
    }
    Ok(())
}

fn write_column(transaction: &Transaction<'_>, id: i64, column: &SealedColumn) -> Result<(), ReadError> {
    transaction
        .prepare_cached("INSERT INTO part_attribute VALUES (?1, ?2)")?
        .execute(params![id, column.frame])?;
    transaction
        .prepare_cached(
            "INSERT INTO attribute_key VALUES (?1, 1) ON CONFLICT (key) DO UPDATE SET blocks = blocks + 1",
        )?
        .execute([&column.column.key])?;
    Ok(())
}

fn write_unmerged(transaction: &Transaction<'_>, id: u32, fingerprints: &[u32]) -> Result<(), ReadError> {
    let bytes: Vec<u8> = fingerprints
        .iter()
        .flat_map(|fingerprint| fingerprint.to_le_bytes())
        .collect();
    transaction
        .prepare_cached("INSERT INTO unmerged VALUES (?1, ?2)")?
        .execute(params![id, bytes])?;
    Ok(())
}

fn write_segment(transaction: &Transaction<'_>, id: u32, rows: &[Vec<u8>]) -> Result<(), ReadError> {
    for (number, row) in (0_u32..).zip(rows) {
        transaction
            .prepare_cached("INSERT INTO segment VALUES (?1, ?2)")?
            .execute(params![id * segment::ROWS + number, row])?;
    }
    transaction.execute("DELETE FROM unmerged", [])?;
    Ok(())
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Read(error.into())
    }
}
