//! The counts of a partition.

use std::ops::Range;

use rusqlite::{OptionalExtension, Statement, ToSql, Transaction, params};

use super::Borrowed;
use crate::store::ReadError;
use crate::store::rollup::{CallMinute, Counts, Histogram, OperationMinute, Rollup};

/// An operation: service, name, and OTLP's number of the kind.
pub(in crate::store) type OperationKey = (String, String, u8);

/// Adds the counts of a block to those of the partition.
pub(super) fn write(transaction: &Transaction<'_>, rollup: &Rollup) -> Result<(), ReadError> {
    let mut operation = transaction.prepare_cached("INSERT OR IGNORE INTO operation VALUES (?1, ?2, ?3)")?;
    let mut counted = transaction.prepare_cached(
        "SELECT calls, errors, durations FROM operation_minute \
         WHERE minute = ?1 AND service = ?2 AND name = ?3 AND kind = ?4",
    )?;
    let mut count = transaction
        .prepare_cached("INSERT OR REPLACE INTO operation_minute VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    for (key, new) in &rollup.operations {
        let OperationMinute {
            minute,
            service,
            name,
            kind,
        } = key;
        operation.execute(params![service, name, kind])?;
        let minute = minute.cast_signed();
        let sum = sum(&mut counted, &[&minute, service, name, kind], new)?;
        let (calls, errors) = (sum.calls.cast_signed(), sum.errors.cast_signed());
        count.execute(params![
            minute,
            service,
            name,
            kind,
            calls,
            errors,
            sum.durations.encode()
        ])?;
    }
    let mut counted = transaction.prepare_cached(
        "SELECT calls, errors, durations FROM dependency_minute WHERE minute = ?1 AND parent = ?2 AND child = ?3",
    )?;
    let mut count = transaction
        .prepare_cached("INSERT OR REPLACE INTO dependency_minute VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for (
        CallMinute {
            minute,
            parent,
            child,
        },
        new,
    ) in &rollup.dependencies
    {
        let minute = minute.cast_signed();
        let sum = sum(&mut counted, &[&minute, parent, child], new)?;
        let (calls, errors) = (sum.calls.cast_signed(), sum.errors.cast_signed());
        count.execute(params![
            minute,
            parent,
            child,
            calls,
            errors,
            sum.durations.encode()
        ])?;
    }
    Ok(())
}

/// What is stored under a key, and what is new.
fn sum(counted: &mut Statement<'_>, key: &[&dyn ToSql], new: &Counts) -> Result<Counts, ReadError> {
    let stored = counted.query_row(key, |row| counts(row, 0)).optional()?;
    let mut sum = stored.transpose()?.unwrap_or_default();
    sum.merge(new);
    Ok(sum)
}

/// The counts in three columns.
fn counts(row: &rusqlite::Row<'_>, first: usize) -> rusqlite::Result<Result<Counts, ReadError>> {
    let calls = row.get::<_, i64>(first)?.cast_unsigned();
    let errors = row.get::<_, i64>(first + 1)?.cast_unsigned();
    let durations = Histogram::decode(row.get_ref(first + 2)?.as_blob()?);
    Ok(durations.map(|durations| Counts {
        calls,
        errors,
        durations,
    }))
}

impl Borrowed<'_> {
    /// All operations of a service, or of all.
    pub(in crate::store) fn operations(&self, service: Option<&str>) -> Result<Vec<OperationKey>, ReadError> {
        let mut statement = self
            .get()?
            .prepare_cached("SELECT service, name, kind FROM operation WHERE ?1 IS NULL OR service = ?1")?;
        let rows = statement.query_map([service], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The names of all services.
    pub(in crate::store) fn services(&self) -> Result<Vec<String>, ReadError> {
        let mut statement = self
            .get()?
            .prepare_cached("SELECT DISTINCT service FROM operation")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The calls between services in some minutes since 1970.
    pub(in crate::store) fn dependencies(
        &self,
        minutes: Range<u64>,
    ) -> Result<Vec<(String, String, Counts)>, ReadError> {
        let mut statement = self.get()?.prepare_cached(
            "SELECT parent, child, calls, errors, durations FROM dependency_minute WHERE minute >= ?1 AND minute < ?2",
        )?;
        let minutes = [minutes.start.cast_signed(), minutes.end.cast_signed()];
        let rows = statement.query_map(minutes, |row| Ok((row.get(0)?, row.get(1)?, counts(row, 2)?)))?;
        let row = |row: rusqlite::Result<(String, String, Result<Counts, ReadError>)>| {
            let (parent, child, counts) = row?;
            Ok((parent, child, counts?))
        };
        rows.map(row).collect()
    }

    /// The counts of a service's operations in some minutes since 1970.
    pub(in crate::store) fn operation_minutes(
        &self,
        service: &str,
        minutes: Range<u64>,
    ) -> Result<Vec<(OperationMinute, Counts)>, ReadError> {
        let mut statement = self.get()?.prepare_cached(
            "SELECT minute, service, name, kind, calls, errors, durations FROM operation_minute \
             WHERE service = ?1 AND minute >= ?2 AND minute < ?3",
        )?;
        let minutes = (minutes.start.cast_signed(), minutes.end.cast_signed());
        let rows = statement.query_map(params![service, minutes.0, minutes.1], |row| {
            let minute = row.get::<_, i64>(0)?.cast_unsigned();
            let key = OperationMinute {
                minute,
                service: row.get(1)?,
                name: row.get(2)?,
                kind: row.get(3)?,
            };
            Ok((key, counts(row, 4)?))
        })?;
        let row = |row: rusqlite::Result<(OperationMinute, Result<Counts, ReadError>)>| {
            let (key, counts) = row?;
            Ok((key, counts?))
        };
        rows.map(row).collect()
    }
}
