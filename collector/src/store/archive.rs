//! A partition that expires is written as OTLP's JSON before, where a folder for that is named: lines, packed by zstd,
//! which `spanwright import` reads.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::state::PartitionState;
use super::{ReadError, logs};
use crate::wire::{Request, write_logs, write_spans};

/// Spans of a line.
const LINE: usize = 512;
/// zstd's level: nobody waits, and the file stays.
const LEVEL: i32 = 9;

/// Writes all spans and log records of a partition. The file gets its name when it is whole.
pub(super) fn archive(partition: &PartitionState, folder: &Path) -> Result<PathBuf, ReadError> {
    std::fs::create_dir_all(folder)?;
    let name = partition.reader.path().file_stem().unwrap_or_default();
    let path = folder.join(name).with_extension("jsonl.zst");
    let unfinished = path.with_extension("unfinished");
    let mut out = zstd::Encoder::new(BufWriter::new(File::create(&unfinished)?), LEVEL)?;
    out.include_checksum(true)?;
    let connection = partition.reader.connect()?;
    for info in partition.blocks.iter() {
        let block = connection.block(info)?;
        let all: Vec<usize> = (0..info.spans).collect();
        for places in all.chunks(LINE) {
            write_spans(&mut out, &block.read(places)?)?;
            out.write_all(b"\n")?;
        }
    }
    connection.all_logs(&mut |frame| {
        let request = logs::request(frame)?;
        write_logs(&mut out, &records(&request)?)?;
        out.write_all(b"\n").map_err(ReadError::from)
    })?;
    let file = out
        .finish()?
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, &path)?;
    File::open(folder)?.sync_all()?;
    Ok(path)
}

/// All log records of a stored request, which is of one trace.
fn records(request: &Request) -> Result<Vec<crate::model::LogRecord>, ReadError> {
    match request.records.first() {
        Some(place) => {
            let id = crate::wire::LogView::parse(request.record(*place)).map(|log| log.trace_id);
            logs::read(request, id.unwrap_or_default())
        }
        None => Ok(Vec::new()),
    }
}
