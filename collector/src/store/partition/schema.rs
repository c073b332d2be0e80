//! The tables of a partition's file.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::model::Nanos;
use crate::store::block::Part;
use crate::store::{OpenError, ReadError};

/// The number of the format in the file's header (`PRAGMA user_version`).
pub(in crate::store) const FORMAT: i64 = 1;
/// "SPWN", which tells the file from those of others (`PRAGMA application_id`).
const APPLICATION: i64 = 0x5350_574e;

/// One for each statement that a connection may have, with room.
const STATEMENTS: usize = 64;

/// The tables that hold one part of each block.
pub(super) const PARTS: [Part; 11] = [
    Part::Start,
    Part::Duration,
    Part::Trace,
    Part::Kind,
    Part::Scope,
    Part::Name,
    Part::Parent,
    Part::Shape,
    Part::Ids,
    Part::Meta,
    Part::Remainder,
];

/// The table of a part.
pub(super) fn table(part: Part) -> &'static str {
    match part {
        Part::Start => "part_start",
        Part::Duration => "part_duration",
        Part::Trace => "part_trace",
        Part::Kind => "part_kind",
        Part::Scope => "part_scope",
        Part::Name => "part_name",
        Part::Parent => "part_parent",
        Part::Shape => "part_shape",
        Part::Ids => "part_ids",
        Part::Meta => "part_meta",
        Part::Remainder => "part_remainder",
        Part::Attribute(_) => "part_attribute",
    }
}

/// Times and ids are OTLP's unsigned numbers, bit for bit in SQLite's signed ones.
const TABLES: &str = "
CREATE TABLE progress(one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, records INTEGER NOT NULL);
INSERT INTO progress VALUES (1, 0, 0);
CREATE TABLE block(
    id INTEGER PRIMARY KEY, spans INTEGER NOT NULL, errors INTEGER NOT NULL,
    start_min INTEGER NOT NULL, start_max INTEGER NOT NULL,
    duration_min INTEGER NOT NULL, duration_max INTEGER NOT NULL,
    arrived_min INTEGER NOT NULL, arrived_max INTEGER NOT NULL,
    -- Of each service four bytes of its fingerprint, and eight of the longest duration.
    slowest BLOB NOT NULL);
-- The id is the block's times 65,536, and the column's number.
CREATE TABLE part_attribute(id INTEGER PRIMARY KEY, frame BLOB NOT NULL);
-- The id is the segment's times 64, and the row's number.
CREATE TABLE segment(id INTEGER PRIMARY KEY, entries BLOB NOT NULL);
-- The fingerprints of the blocks that are in no segment yet.
CREATE TABLE unmerged(block INTEGER PRIMARY KEY, fingerprints BLOB NOT NULL);
CREATE TABLE operation(
    service TEXT NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL,
    PRIMARY KEY (service, name, kind)) WITHOUT ROWID;
CREATE TABLE operation_minute(
    minute INTEGER NOT NULL, service TEXT NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL,
    calls INTEGER NOT NULL, errors INTEGER NOT NULL, durations BLOB NOT NULL,
    PRIMARY KEY (service, minute, name, kind)) WITHOUT ROWID;
CREATE TABLE dependency_minute(
    minute INTEGER NOT NULL, parent TEXT NOT NULL, child TEXT NOT NULL,
    calls INTEGER NOT NULL, errors INTEGER NOT NULL, durations BLOB NOT NULL,
    PRIMARY KEY (minute, parent, child)) WITHOUT ROWID;
CREATE TABLE attribute_key(key TEXT PRIMARY KEY, blocks INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE log(id INTEGER PRIMARY KEY, trace INTEGER NOT NULL, frame BLOB NOT NULL);
CREATE INDEX log_trace ON log(trace);
";

/// What the names of files begin with that expire, and of those that are kept until they are deleted.
const EXPIRING: &str = "spans-";
const KEPT: &str = "kept-";

/// Where a partition would be that was begun in this millisecond.
pub(super) fn path(folder: &Path, kept: bool, millis: u64) -> PathBuf {
    let start = if kept { KEPT } else { EXPIRING };
    folder.join(format!("{start}{millis:020}.sqlite"))
}

/// Whether a partition is kept until it is deleted, and when it was begun; by its name.
pub(in crate::store) fn named(path: &Path) -> (bool, Nanos) {
    let name = path
        .file_stem()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let millis = name.strip_prefix(KEPT).or(name.strip_prefix(EXPIRING));
    let millis: u64 = millis.and_then(|millis| millis.parse().ok()).unwrap_or(0);
    (name.starts_with(KEPT), millis.saturating_mul(1_000_000))
}

/// The partitions' files of a folder, those of each kind oldest first.
///
/// # Errors
/// When the folder cannot be read.
pub(in crate::store) fn paths(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if (name.starts_with(EXPIRING) || name.starts_with(KEPT)) && name.ends_with(".sqlite") {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

/// A partition's file, and those that SQLite has beside it.
pub(in crate::store) fn files(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

/// Removes a partition's file, with those that SQLite has beside it.
pub(in crate::store) fn remove(path: &Path) {
    for file in files(path) {
        let _ = std::fs::remove_file(file);
    }
}

/// Creates a partition's file. It gets its name when it is whole: a process may be killed in between.
pub(super) fn create(path: &Path) -> Result<Connection, OpenError> {
    let unfinished = path.with_extension("unfinished");
    if unfinished.exists() {
        std::fs::remove_file(&unfinished)?;
    }
    fill(&unfinished).map_err(ReadError::from)?;
    std::fs::rename(&unfinished, path)?;
    open_existing(path, true)
}

fn fill(path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "page_size", 16384)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let mut batch = String::from("BEGIN;");
    batch.push_str(TABLES);
    for part in PARTS {
        batch.push_str(&format!(
            "CREATE TABLE {}(block INTEGER PRIMARY KEY, frame BLOB NOT NULL);\n",
            table(part)
        ));
    }
    batch.push_str(&format!(
        "PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}; COMMIT;"
    ));
    connection.execute_batch(&batch)?;
    connection.pragma_update(None, "journal_mode", "WAL")
}

/// What every connection that writes is set to: a commit is durable when it returns, as the log is shortened then.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 256)?;
    connection.pragma_update(None, "cache_size", -2048)
}

/// Opens a partition's file, to write it or to read it only.
///
/// # Errors
/// When it is of a newer format, or no partition.
pub(super) fn open_existing(path: &Path, write: bool) -> Result<Connection, OpenError> {
    // Also who only reads must be able to go through what SQLite keeps beside a file whose writer was killed.
    let open = |access| Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let connection = match open(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        Err(_) if !write => open(OpenFlags::SQLITE_OPEN_READ_ONLY),
        opened => opened,
    };
    let connection = connection.map_err(ReadError::from)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = number("application_id").map_err(ReadError::from)?;
    let format = number("user_version").map_err(ReadError::from)?;
    if application != APPLICATION {
        return Err(OpenError::NotOurs {
            path: path.to_owned(),
        });
    }
    if format != FORMAT {
        return Err(OpenError::Format {
            path: path.to_owned(),
            format,
            known: FORMAT,
        });
    }
    if write {
        write_ahead(&connection).map_err(ReadError::from)?;
    } else {
        connection
            .pragma_update(None, "cache_size", -1024)
            .map_err(ReadError::from)?;
    }
    Ok(connection)
}
