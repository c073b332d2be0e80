//! Reading a partition: by any number of threads, each with a connection of its own.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

use super::schema::{self, table};
use super::segment::{ROWS, Row, row_of};
use super::{BlockInfo, Unmerged};
use crate::store::block::{Block, Frames, Part};
use crate::store::codec::damaged;
use crate::store::log::Through;
use crate::store::{OpenError, ReadError};

/// Connections that are kept for the next query; more are closed after use.
const KEPT: usize = 2;

/// Reads one partition.
#[derive(Debug)]
pub(in crate::store) struct PartitionReader {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// A connection that goes back when it is dropped.
pub(in crate::store) struct Borrowed<'a> {
    connection: Option<Connection>,
    of: &'a PartitionReader,
}

impl PartitionReader {
    /// Opens a partition, and keeps the connection for the first query.
    ///
    /// # Errors
    /// When it is of a newer format, or no partition.
    pub(in crate::store) fn open(path: &Path) -> Result<Self, OpenError> {
        let connection = schema::open_existing(path, false)?;
        Ok(Self {
            path: path.to_owned(),
            idle: Mutex::new(vec![connection]),
        })
    }

    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }

    /// A connection to read by.
    pub(in crate::store) fn connect(&self) -> Result<Borrowed<'_>, ReadError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_existing(&self.path, false).map_err(|error| match error {
                OpenError::Read(error) => error,
                other => damaged(&other.to_string()),
            })?,
        };
        Ok(Borrowed {
            connection: Some(connection),
            of: self,
        })
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut idle = self.of.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT
            && let Some(connection) = self.connection.take()
        {
            idle.push(connection);
        }
    }
}

impl Borrowed<'_> {
    pub(super) fn get(&self) -> Result<&Connection, ReadError> {
        self.connection.as_ref().ok_or_else(|| damaged("a connection"))
    }

    /// What `read` finds, and up to where the log was in the blocks at that moment.
    pub(in crate::store) fn at_once<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, ReadError>,
    ) -> Result<(Through, T), ReadError> {
        // It only reads: what ends it does not matter.
        let _moment = self.get()?.unchecked_transaction()?;
        Ok((self.through()?, read(self)?))
    }

    /// All blocks, in their order.
    pub(in crate::store) fn blocks(&self) -> Result<Vec<BlockInfo>, ReadError> {
        let mut statement = self.get()?.prepare_cached("SELECT * FROM block ORDER BY id")?;
        let rows = statement.query_map([], |row| {
            let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
            Ok(BlockInfo {
                id: row.get(0)?,
                spans: row.get::<_, u32>(1)? as usize,
                errors: row.get::<_, u32>(2)? as usize,
                start: number(3)?..=number(4)?,
                duration: number(5)?..=number(6)?,
                arrived: number(7)?..=number(8)?,
                slowest: slowest(row.get_ref(9)?.as_blob()?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The fingerprints of the blocks that are in no segment, in the blocks' order.
    pub(in crate::store) fn unmerged(&self) -> Result<Unmerged, ReadError> {
        unmerged(self.get()?)
    }

    /// Up to where the log is in the blocks.
    pub(in crate::store) fn through(&self) -> Result<Through, ReadError> {
        Ok(self
            .get()?
            .query_row("SELECT sequence, records FROM progress", [], |row| {
                let number = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
                Ok(Through {
                    sequence: number(0)?,
                    records: number(1)?,
                })
            })?)
    }

    /// Of a segment's blocks those that may have one of these fingerprints at least, one bit each.
    pub(in crate::store) fn segment(&self, segment: u32, fingerprints: &[u32]) -> Result<u32, ReadError> {
        let mut statement = self
            .get()?
            .prepare_cached("SELECT entries FROM segment WHERE id = ?1")?;
        let mut blocks = 0;
        for &fingerprint in fingerprints {
            let id = segment * ROWS + row_of(fingerprint);
            let frame: Option<Vec<u8>> = statement.query_row([id], |row| row.get(0)).optional()?;
            let row = Row::decode(&frame.ok_or_else(|| damaged("a segment"))?)?;
            blocks |= row.blocks(fingerprint);
        }
        Ok(blocks)
    }

    /// One block.
    pub(in crate::store) fn block(&self, info: &BlockInfo) -> Result<Block<BlockFrames<'_>>, ReadError> {
        Ok(Block::new(
            BlockFrames {
                connection: self.get()?,
                block: info.id,
            },
            info.spans,
        ))
    }

    /// Keys that begin with `prefix`, and in how many blocks each is.
    pub(in crate::store) fn keys(&self, prefix: &str) -> Result<Vec<(String, u64)>, ReadError> {
        let mut statement = self
            .get()?
            .prepare_cached("SELECT key, blocks FROM attribute_key WHERE substr(key, 1, length(?1)) = ?1")?;
        let rows = statement.query_map([prefix], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned()))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Gives the frames of all log records.
    pub(in crate::store) fn all_logs(
        &self,
        give: &mut dyn FnMut(&[u8]) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let mut statement = self.get()?.prepare_cached("SELECT frame FROM log ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            give(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
        }
        Ok(())
    }

    /// The frames of log records of traces with this fingerprint.
    pub(in crate::store) fn logs(&self, trace: u32) -> Result<Vec<Vec<u8>>, ReadError> {
        let mut statement = self
            .get()?
            .prepare_cached("SELECT frame FROM log WHERE trace = ?1 ORDER BY id")?;
        let rows = statement.query_map([trace], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

pub(super) fn unmerged(connection: &Connection) -> Result<Unmerged, ReadError> {
    let mut statement = connection.prepare_cached("SELECT fingerprints FROM unmerged ORDER BY block")?;
    let rows = statement.query_map([], |row| {
        let (fingerprints, _) = row.get_ref(0)?.as_blob()?.as_chunks();
        Ok(fingerprints
            .iter()
            .map(|bytes| u32::from_le_bytes(*bytes))
            .collect())
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Pairs of a service's fingerprint and a duration.
fn slowest(bytes: &[u8]) -> Vec<(u32, u64)> {
    let pair = |bytes: &[u8; 12]| {
        let (service, duration) = bytes.split_first_chunk::<4>()?;
        Some((
            u32::from_le_bytes(*service),
            u64::from_le_bytes(duration.try_into().ok()?),
        ))
    };
    bytes.as_chunks().0.iter().filter_map(pair).collect()
}

/// The parts of one block.
pub(in crate::store) struct BlockFrames<'a> {
    connection: &'a Connection,
    block: u32,
}

impl Frames for BlockFrames<'_> {
    fn frame(&self, part: Part) -> Result<Vec<u8>, ReadError> {
        let frame = match part {
            Part::Attribute(column) => self
                .connection
                .prepare_cached("SELECT frame FROM part_attribute WHERE id = ?1")?
                .query_row(params![i64::from(self.block) << 16 | i64::from(column)], |row| {
                    row.get(0)
                }),
            part => self
                .connection
                .prepare_cached(&format!("SELECT frame FROM {} WHERE block = ?1", table(part)))?
                .query_row(params![self.block], |row| row.get(0)),
        };
        frame.optional()?.ok_or_else(|| damaged("a part of a block"))
    }
}
