//! What is in the data folder.

use std::path::Path;

use jiff::Timestamp;

use super::Report;
use crate::model::Nanos;
use crate::store::Store;

/// With less free, a partition of the default size may not fit any more.
const LITTLE: u64 = 1 << 30;

pub(super) fn examine(folder: &Path, report: &mut Report) {
    report.line("folder", folder.display());
    if !folder.is_dir() {
        report.line("", "is not there yet: `spanwright serve` makes it");
        return;
    }
    let store = match Store::open_read_only(folder) {
        Ok(store) => store,
        Err(error) => return report.problem("", error),
    };
    let inventory = store.inventory();
    report.line("format", inventory.format);
    let partitions = match inventory.partitions {
        1 => "1 partition".to_owned(),
        partitions => format!("{partitions} partitions"),
    };
    report.line("size", format!("{}, {partitions}", bytes(size(folder))));
    let spans = inventory.spans + inventory.unsealed;
    let unsealed = match inventory.unsealed {
        0 => String::new(),
        unsealed => format!(", {unsealed} of them in no partition yet"),
    };
    report.line("spans", format!("{spans}{unsealed}"));
    if let Some(arrived) = inventory.arrived {
        report.line(
            "arrived",
            format!("{} to {}", moment(*arrived.start()), moment(*arrived.end())),
        );
    }
    free(folder, report);
}

#[cfg(unix)]
fn free(folder: &Path, report: &mut Report) {
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        return;
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free < LITTLE {
        report.problem(
            "free",
            format!("{}: when the disk is full, senders are told to wait", bytes(free)),
        );
    } else {
        report.line("free", bytes(free));
    }
}

#[cfg(not(unix))]
fn free(_: &Path, _: &mut Report) {}

/// Of all files, which lie side by side.
fn size(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .filter_map(|file| file.metadata().ok())
        .filter(|file| file.is_file())
        .map(|file| file.len())
        .sum()
}

fn moment(nanos: Nanos) -> String {
    let moment = Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or_default();
    moment.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn bytes(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    let unit = (bytes.ilog2() / 10).clamp(1, 4);
    let whole = 1_u64 << (10 * unit);
    format!(
        "{}.{} {}",
        bytes / whole,
        bytes % whole * 10 / whole,
        units[unit as usize - 1]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_by_people() {
        let written = [0, 1023, 1024, 1536, 5 << 20, (21 << 30) + (1 << 29)].map(bytes);
        assert_eq!(
            written,
            [
                "0 bytes",
                "1023 bytes",
                "1.0 KiB",
                "1.5 KiB",
                "5.0 MiB",
                "21.5 GiB"
            ]
        );
    }

    #[test]
    fn a_folder_of_somebody_else_is_a_problem_and_an_absent_one_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut report = Report::default();
        examine(&folder.path().join("absent"), &mut report);
        assert_eq!(report.problems, 0, "{}", report.text);
        std::fs::write(folder.path().join("spans-1.sqlite"), "something else").expect("a file");
        examine(folder.path(), &mut report);
        assert_eq!(report.problems, 1, "{}", report.text);
    }
}
