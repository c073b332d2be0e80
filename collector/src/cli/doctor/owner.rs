//! Which process listens at a port, where the system tells it to whoever asks: on Linux, and of one's own processes.

use std::fs;
use std::net::SocketAddr;

/// The name and the number of the process that listens there.
pub(super) fn owner(address: SocketAddr) -> Option<String> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .flat_map(|table| listening(&table, address.port()))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if inodes.is_empty() {
        return None;
    }
    let processes = fs::read_dir("/proc").ok()?.flatten();
    processes
        .filter(|process| process.file_name().to_string_lossy().parse::<u32>().is_ok())
        .find(|process| {
            let files = fs::read_dir(process.path().join("fd"))
                .into_iter()
                .flatten()
                .flatten();
            files
                .filter_map(|file| fs::read_link(file.path()).ok())
                .any(|link| inodes.iter().any(|inode| link.as_os_str() == inode.as_str()))
        })
        .map(|process| {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            let name = crate::cli::terminal::safe(name.trim());
            format!("{name}, process {}", process.file_name().to_string_lossy())
        })
}

/// The sockets of the kernel's table that listen at this port.
fn listening(table: &str, port: u16) -> Vec<String> {
    let ending = format!(":{port:04X}");
    table
        .lines()
        .filter_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
            (local.ends_with(&ending) && *state == "0A").then(|| (*inode).to_owned())
        })
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_listener_of_this_process_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let owner = owner(address).expect("an owner");
        assert!(
            owner.ends_with(&format!(", process {}", std::process::id())),
            "{owner}"
        );
    }
}
